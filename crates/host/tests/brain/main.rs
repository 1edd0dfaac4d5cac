//! The main brain: what `firmware/brain.toml` and the programs that it names do.
#![allow(clippy::unwrap_used, reason = "tests")]

mod evolution;
mod firmware;
mod kernel;
mod reload;
mod sleep;

use evolution::copies;
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

    // Every instruction of an extension is followed by a mark of that extension: a day, a night and a morning leave all of them.
    firmware.mark();
    let mut brain = firmware.boot(Mode::Sequential);
    until_asleep(&mut brain);
    until_awake(&mut brain);
    ticks(&mut brain, 50);
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
    assert_eq!((runs("evolve"), copies(&brain)), (20, 0));
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
fn it_goes_on_where_it_was_stopped() {
    let firmware = Firmware::copy();
    let mut whole = firmware.boot_from("whole.store", Mode::Parallel);
    until_asleep(&mut whole);
    let evening = whole.clock().tick;
    ticks(&mut whole, 60);
    whole.save().unwrap();
    // The second stop is in the midst of sleep.
    let stops = [333, evening + 5, evening + 60];
    let mut begun = Begun::Anew;
    for stop in stops {
        let mut part = firmware.boot_from("parts.store", Mode::Parallel);
        assert_eq!(part.begun(), begun);
        while part.clock().tick < stop {
            part.tick().unwrap();
        }
        assert_eq!(part.clock().resting, stop == evening + 5);
        part.save().unwrap();
        begun = Begun::After(stop);
    }
    let parts = firmware.boot_from("parts.store", Mode::Parallel);
    assert_eq!(parts.begun(), begun);
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
fn weights(brain: &Brain, region: u8) -> Vec<i16> {
    brain.machine(region, |machine| machine.cold(0).unwrap().values().to_vec()).unwrap()
}

fn ticks(brain: &mut Brain, count: usize) {
    (0..count).for_each(|_| brain.tick().unwrap());
}

fn until_asleep(brain: &mut Brain) {
    let slept = (0..1_000).any(|_| {
        brain.tick().unwrap();
        brain.clock().resting
    });
    assert!(slept, "it does not fall asleep");
}

fn until_awake(brain: &mut Brain) {
    let woke = (0..50).any(|_| {
        brain.tick().unwrap();
        !brain.clock().resting
    });
    assert!(woke, "it does not wake");
}
