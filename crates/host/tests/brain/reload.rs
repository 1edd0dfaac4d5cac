//! The brain goes on when all its programs are edited: by day and in its sleep, while it runs and while it is stopped.

use crate::evolution::{copies, layer};
use crate::firmware::Firmware;
use crate::{ticks, until_asleep, until_awake};
use std::sync::Arc;
use std::time::Duration;
use ternsig_host::brain::{Begun, Brain, Mode};

/// Edits all programs and has the brain take them up, in no tick if it can, since a sleep does not last long.
fn edit_all(firmware: &Firmware, brain: &mut Brain) {
    brain.watch(Duration::ZERO, &Arc::default()).unwrap();
    let mut missing = firmware.edit_all();
    for _ in 0..2_000 {
        for reload in brain.reload_changed() {
            reload.result.unwrap();
            missing.remove(&reload.path);
        }
        if missing.is_empty() {
            break;
        }
        std::thread::sleep(Duration::from_millis(5));
    }
    assert!(missing.is_empty(), "not reloaded: {missing:?}");
}

/// It evolves, sleeps and wakes as any brain does, and its wiring is that of before.
fn lives_on(brain: &mut Brain) {
    if brain.clock().resting {
        until_awake(brain);
    }
    let before = layer(brain);
    until_asleep(brain);
    assert!(layer(brain) != before, "nothing evolved");
    until_awake(brain);
    ticks(brain, 200);
    let report = brain.report();
    assert!(!report.has_failures(), "{report:#?}");
    assert!(report.recent.percent() > 85.0, "{:?}", report.recent);
    assert_eq!(copies(brain), 0);
    let runs = |name: &str| report.programs.iter().find(|program| program.name == name).unwrap().runs;
    assert!(runs("evolve") > 5 && runs("rehearse") > 5, "{report:#?}");
    for (region, register) in [(4, 11), (7, 7)] {
        let beat = brain.machine(region, |machine| machine.hot(register).unwrap().data().to_vec()).unwrap();
        assert_eq!(beat.len(), 2, "region {region} does not hear the orchestrator's beat");
    }
}

#[test]
fn by_day() {
    let firmware = Firmware::copy();
    let mut brain = firmware.boot(Mode::Parallel);
    ticks(&mut brain, 150);
    edit_all(&firmware, &mut brain);
    lives_on(&mut brain);
}

#[test]
fn in_its_sleep() {
    let firmware = Firmware::copy();
    let mut brain = firmware.boot(Mode::Parallel);
    until_asleep(&mut brain);
    ticks(&mut brain, 4);
    edit_all(&firmware, &mut brain);
    assert!(brain.clock().resting);
    lives_on(&mut brain);
}

#[test]
fn while_it_is_stopped() {
    let firmware = Firmware::copy();
    let mut brain = firmware.boot_from("brain.store", Mode::Parallel);
    ticks(&mut brain, 150);
    brain.save().unwrap();
    drop(brain);
    firmware.edit_all();
    let mut brain = firmware.boot_from("brain.store", Mode::Parallel);
    assert_eq!(brain.begun(), Begun::After(150));
    lives_on(&mut brain);
}

#[test]
fn while_it_is_stopped_in_its_sleep() {
    let firmware = Firmware::copy();
    let mut brain = firmware.boot_from("brain.store", Mode::Parallel);
    until_asleep(&mut brain);
    ticks(&mut brain, 4);
    let tick = brain.clock().tick;
    brain.save().unwrap();
    drop(brain);
    firmware.edit_all();
    let mut brain = firmware.boot_from("brain.store", Mode::Parallel);
    assert_eq!((brain.begun(), brain.clock().resting), (Begun::After(tick), true));
    lives_on(&mut brain);
}
