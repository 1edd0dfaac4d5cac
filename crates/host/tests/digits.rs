//! The main job: `firmware/digits` learns handwritten digits, and every machine learns exactly the same.
#![allow(clippy::unwrap_used, reason = "tests")]

use std::path::Path;
use std::sync::Arc;
use ternsig_host::run::{Silent, run};
use ternsig_host::{Manifest, RunReport};
use ternsig_vm::ExtensionRegistry;

#[test]
fn digits_are_learned_to_the_same_answers_everywhere() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../firmware/digits/digits.toml");
    let manifest = Manifest::read(&path).unwrap();
    let report: RunReport =
        run(&manifest, &Arc::new(ExtensionRegistry::standard()), None, &mut Silent).unwrap();
    let right: Vec<_> = report.seeds.iter().map(|seed| (seed.seed, seed.confusion.score().right)).collect();
    assert_eq!(report.holdout, 360);
    assert!(report.mean().unwrap() >= 0.97, "{:?}", report.mean());
    assert_eq!(right, [(1, 357), (2, 354), (3, 356), (4, 353), (5, 352)]);
}
