//! What becomes of spatial's layer.

use crate::firmware::Firmware;
use crate::{ticks, weights};
use std::collections::BTreeSet;
use ternsig_host::brain::{Brain, Mode};

/// The weights of spatial's layer.
pub(crate) fn layer(brain: &Brain) -> Vec<i16> {
    weights(brain, 1)
}

/// Units of spatial's layer that are the same as another one.
pub(crate) fn copies(brain: &Brain) -> usize {
    let weights = layer(brain);
    let units: Vec<_> = weights.chunks(16).collect();
    assert_eq!(units.len(), 24);
    units.len() - units.iter().collect::<BTreeSet<_>>().len()
}

#[test]
fn what_evolution_changed_is_undone_when_reasoning_suffers() {
    let firmware = Firmware::copy();
    let path = "regions/reasoning/region.ternsig";
    let text = firmware.read(path);
    // From tick 151 on reasoning seems to agree with language no more.
    let change = "    shift H11, H10, 8\n    lifecycle.tick_read H7\n    set H12, 150\n    tensor.cmp_gt H7, H7, H12\n    \
                  if_zero H7, real\n    set H11, 0\nreal:\n";
    firmware.write(path, &text.replace("    shift H11, H10, 8\n", change));
    let mut brain = firmware.boot(Mode::Sequential);
    ticks(&mut brain, 99);
    let before = layer(&brain);
    ticks(&mut brain, 1);
    assert!(layer(&brain) != before, "nothing evolved");
    ticks(&mut brain, 100);
    assert_eq!(layer(&brain), before);
    assert!(!brain.report().has_failures());

    // A layer whose new units have no answers of their own is not kept at all.
    firmware.write(path, &text);
    let path = "evolve/layer.ternsig";
    firmware.write(path, &firmware.read(path).replace("    if_nonzero H46, keep\n", ""));
    let mut brain = firmware.boot(Mode::Sequential);
    ticks(&mut brain, 100);
    let report = brain.report();
    assert_eq!((report.answered.get("TxnRollback"), report.has_failures()), (Some(&1), false));
    assert_eq!(layer(&brain), before);
}
