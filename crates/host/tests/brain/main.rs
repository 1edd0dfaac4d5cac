//! The main brain: what `firmware/brain.toml` and the programs that it names do.
#![allow(clippy::unwrap_used, reason = "tests")]

mod firmware;
mod kernel;

use firmware::{Firmware, MARKED};
use std::collections::BTreeMap;
use ternsig_bank::EdgeType;
use ternsig_host::brain::{Begun, Brain, Mode};

/// What a region has to have: how many models, its own program included, and which extensions its programs use.
struct Row {
    region: &'static str,
    models: std::ops::RangeInclusive<usize>,
    extensions: &'static [&'static str],
}

const fn row(
    region: &'static str,
    models: std::ops::RangeInclusive<usize>,
    extensions: &'static [&'static str],
) -> Row {
    Row { region, models, extensions }
}

/// The table of regions.
const ROWS: [Row; 10] = [
    row("representation", 1..=2, &["ternary", "activation"]),
    row("spatial", 1..=2, &["ternary", "activation"]),
    row("personality", 3..=4, &["ternary", "activation", "learning", "neuro"]),
    row("language", 3..=5, &["ternary", "activation", "learning"]),
    row("planning", 4..=6, &["ternary", "activation", "learning", "neuro", "ipc"]),
    row("reasoning", 4..=6, &["ternary", "activation", "learning", "orchestration"]),
    row("regulation", 2..=3, &["neuro"]),
    row("dialog", 5..=usize::MAX, &["ternary", "activation", "learning", "ipc", "orchestration"]),
    row("hippocampus", 6..=usize::MAX, &MARKED),
    row("orchestrator", 1..=usize::MAX, &["orchestration", "ipc", "lifecycle"]),
];

fn output(brain: &Brain, region: u8) -> Vec<i32> {
    brain.machine(region, |machine| machine.output().to_vec()).unwrap()
}

/// What everything came to: all that the store holds.
fn bytes(brain: &mut Brain) -> Vec<u8> {
    brain.save().unwrap();
    brain.memory().store().export().unwrap().to_bytes().unwrap()
}

#[test]
fn each_region_has_its_models_and_requires_and_executes_its_extensions() {
    let firmware = Firmware::copy();
    let manifest = firmware.manifest();
    for row in &ROWS {
        let region = manifest.regions.iter().find(|region| region.name == row.region).unwrap();
        let models = 1 + region.models.len();
        assert!(row.models.contains(&models), "{} has {models} models", row.region);
        let required = firmware.required(&firmware::programs(&manifest, region));
        for extension in row.extensions {
            assert!(required.contains(*extension), "{} does not require {extension}", row.region);
        }
    }
    assert_eq!(manifest.regions.len(), ROWS.len());

    // Every instruction of an extension is followed by a mark of that extension: 700 ticks with a sleep leave all of them.
    firmware.mark();
    let mut brain = firmware.boot(Mode::Sequential);
    ticks(&mut brain, 700);
    brain.save().unwrap();
    let report = brain.report();
    assert!(!report.has_failures(), "{report:#?}");
    let marked: BTreeMap<_, _> = manifest
        .regions
        .iter()
        .map(|region| (region.name.as_str(), firmware.marked(&brain, region)))
        .collect();
    for row in &ROWS {
        for extension in row.extensions {
            assert!(
                marked[row.region].contains(*extension),
                "{} never executes {extension}, only {:?}",
                row.region,
                marked[row.region]
            );
        }
    }
}

#[test]
fn only_regulation_may_change_chemicals() {
    let firmware = Firmware::copy();
    let path = "regions/spatial/region.ternsig";
    let text = firmware.read(path).replace("    halt", "    set H5, 9\n    neuro.chem_set H5, 0\n    halt");
    firmware.write(path, &text);
    let mut brain = firmware.boot(Mode::Sequential);
    (0..3).for_each(|_| brain.tick().unwrap());
    let report = brain.report();
    let spatial = &report.regions[1];
    assert_eq!((spatial.runs, spatial.failures), (0, 3));
    let why = spatial.last_failure.as_deref().unwrap();
    assert!(why.contains("chemical"), "{why}");
    assert!(brain.substrate().chemical(0).unwrap() > 76);
}

#[test]
fn it_learns_sleeps_and_evolves_the_same_in_every_mode() {
    let firmware = Firmware::copy();
    let mut brain = firmware.boot(Mode::Parallel);
    let mut at_700 = Vec::new();
    let mut at_1000 = None;
    for tick in 1..=2000 {
        brain.tick().unwrap();
        match tick {
            // Programs that run between two ticks leave their own output; none is due here.
            19 => {
                for region in &firmware.manifest().regions {
                    let output = output(&brain, region.id);
                    assert!(output.iter().any(|element| *element != 0), "{}: {output:?}", region.name);
                }
            }
            700 => at_700 = bytes(&mut brain),
            1000 => at_1000 = Some(brain.report().recent),
            _ => {}
        }
    }
    let report = brain.report();
    assert!(!report.has_failures(), "{report:#?}");
    assert_eq!(report.refused, 0, "{report:#?}");
    assert_eq!(
        report.phases,
        [("boot", 0), ("wiring", 0), ("awake", 2)].map(|(name, at)| (name.to_owned(), at))
    );

    let runs = |name: &str| report.programs.iter().find(|program| program.name == name).unwrap().runs;
    assert_eq!(runs("evolve"), 20);
    assert!(at_1000.unwrap().percent() > 85.0, "{at_1000:?}");
    assert!(report.recent.percent() > 90.0, "{:?}", report.recent);
    assert!(report.sleeps.iter().filter(|sleep| sleep.until.is_some()).count() >= 2, "{:?}", report.sleeps);

    let bank = &report.banks[0];
    assert!(bank.entries > 300 && bank.links > bank.entries / 2, "{bank:?}");
    assert!(bank.temperatures.iter().filter(|count| **count > 0).count() > 1, "{bank:?}");

    let kinds = firmware::links(&brain);
    assert!(kinds.contains(&EdgeType::FollowedBy) && kinds.contains(&EdgeType::CoOccurred), "{kinds:?}");

    let mut other = firmware.boot(Mode::Sequential);
    (0..700).for_each(|_| other.tick().unwrap());
    assert!(bytes(&mut other) == at_700, "the modes came to different ends");
}

#[test]
fn language_learns_in_its_sleep_what_hippocampus_dreams_of() {
    let firmware = Firmware::copy();
    let mut brain = firmware.boot(Mode::Parallel);
    ticks(&mut brain, 645);
    let sent = |brain: &Brain| brain.report().answered["SendSignal"];
    let mean_image = |brain: &Brain| brain.machine(0, |machine| machine.hot(1).unwrap().data().to_vec());
    let before = (sent(&brain), weights(&brain, 3), mean_image(&brain));
    ticks(&mut brain, 1);
    let report = brain.report();
    assert_eq!(
        (report.sleeps[0].until, report.has_failures()),
        (None, false),
        "it is not in its first sleep"
    );
    // Each of 128 dreams is a message to representation and two to language; regions do not run.
    assert_eq!(sent(&brain), before.0 + 3 * 128);
    assert!(weights(&brain, 3) != before.1, "language learned nothing");
    assert_eq!(mean_image(&brain), before.2);
}

#[test]
fn whoever_remembers_little_does_not_dream() {
    let firmware = Firmware::copy();
    let path = "boot/memory.ternsig";
    // It is tired at once.
    firmware.write(path, &firmware.read(path).replace("set H43, 53760", "set H43, 256"));
    let mut brain = firmware.boot(Mode::Parallel);
    ticks(&mut brain, 10);
    let report = brain.report();
    assert!(report.banks[0].entries < 85, "{report:?}");
    let runs = |name: &str| report.programs.iter().find(|program| program.name == name).unwrap().runs;
    assert_eq!((report.sleeps.len(), runs("dream"), report.has_failures()), (1, 1, false));
}

#[test]
fn it_goes_on_where_it_was_stopped() {
    let firmware = Firmware::copy();
    let mut whole = firmware.boot_from("whole.store", Mode::Parallel);
    (0..700).for_each(|_| whole.tick().unwrap());
    whole.save().unwrap();
    // The second stop is in the midst of sleep.
    for (ticks, begun) in [(333, Begun::Anew), (312, Begun::After(333)), (55, Begun::After(645))] {
        let mut part = firmware.boot_from("parts.store", Mode::Parallel);
        assert_eq!(part.begun(), begun);
        (0..ticks).for_each(|_| part.tick().unwrap());
        part.save().unwrap();
    }
    let parts = firmware.boot_from("parts.store", Mode::Parallel);
    assert_eq!(parts.begun(), Begun::After(700));
    let banks = |brain: &Brain| {
        let export = brain.memory().store().export().unwrap();
        (export.banks, export.bank_entries)
    };
    assert!(banks(&whole) == banks(&parts), "the memories differ");
    assert!(firmware::shared(&whole) == firmware::shared(&parts), "what the regions share differs");
    for region in &firmware.manifest().regions {
        assert_eq!(
            firmware::registers(&whole, region.id),
            firmware::registers(&parts, region.id),
            "{}",
            region.name
        );
    }
}

/// The weights of a region's first cold register.
fn weights(brain: &Brain, region: u8) -> Vec<ternsig_isa::Signal> {
    brain.machine(region, |machine| machine.cold(0).unwrap().signals().to_vec()).unwrap()
}

/// The weights of spatial's layer.
fn layer(brain: &Brain) -> Vec<ternsig_isa::Signal> {
    weights(brain, 1)
}

fn ticks(brain: &mut Brain, count: usize) {
    (0..count).for_each(|_| brain.tick().unwrap());
}

#[test]
fn what_evolution_changed_is_undone_when_naming_suffers() {
    let firmware = Firmware::copy();
    let path = "evolve/layer.ternsig";
    let text = firmware.read(path);
    // At tick 200 naming seems to have been perfect at tick 100.
    let perfect = "    lifecycle.tick_read H44\n    set H45, 150\n    tensor.cmp_gt H44, H44, H45\n    if_zero H44, real\n    \
                   set H40, 255\nreal:\n    sub H43, H40, H42\n";
    firmware.write(path, &text.replace("    sub H43, H40, H42\n", perfect));
    let mut brain = firmware.boot(Mode::Sequential);
    ticks(&mut brain, 99);
    let before = layer(&brain);
    ticks(&mut brain, 1);
    assert!(layer(&brain) != before, "nothing evolved");
    ticks(&mut brain, 100);
    assert_eq!(layer(&brain), before);
    assert!(!brain.report().has_failures());

    // A layer that does not answer any more is not kept at all.
    firmware.write(path, &text.replace("    if_nonzero H46, keep\n", ""));
    let mut brain = firmware.boot(Mode::Sequential);
    ticks(&mut brain, 100);
    let report = brain.report();
    assert_eq!((report.answered.get("TxnRollback"), report.has_failures()), (Some(&1), false));
    assert_eq!(layer(&brain), before);
}

#[test]
fn the_brain_learns_when_to_fall_asleep() {
    let firmware = Firmware::copy();
    let path = "sleep/fall.ternsig";
    // Every day is as good as the other: the first is better than none, the second no better than the first.
    firmware.write(path, &firmware.read(path).replace("    neuro.conv_read H48\n", "    set H48, 7\n"));
    let mut brain = firmware.boot(Mode::Parallel);
    let evenings = [(); 2].map(|()| {
        ticks(&mut brain, 650);
        brain.machine(8, |machine| machine.cold(0).unwrap().values().to_vec()).unwrap()
    });
    assert_eq!(evenings, [[214, 16, 4, 7], [210, 16, -4, 7]]);
}
