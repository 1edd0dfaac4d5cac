//! What the brain does in its sleep, and when it falls asleep.

use crate::firmware::Firmware;
use crate::{ticks, until_asleep, until_awake, weights};
use ternsig_host::brain::{Brain, Mode};

#[test]
fn language_learns_in_its_sleep_what_hippocampus_dreams_of() {
    let firmware = Firmware::copy();
    let mut brain = firmware.boot(Mode::Parallel);
    until_asleep(&mut brain);
    ticks(&mut brain, 4);
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
    // Each of 128 dreams is a message to representation and one to language; regions do not run.
    assert_eq!(sent(&brain), before.0 + 2 * 128);
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
fn the_brain_learns_when_to_fall_asleep() {
    let firmware = Firmware::copy();
    let path = "sleep/fall.ternsig";
    // Every day is as good as the other: the first is better than none, the second no better than the first.
    firmware.write(path, &firmware.read(path).replace("    neuro.conv_read H48\n", "    set H48, 7\n"));
    let mut brain = firmware.boot(Mode::Parallel);
    let evenings = [(); 2].map(|()| {
        until_asleep(&mut brain);
        until_awake(&mut brain);
        brain.machine(8, |machine| machine.cold(0).unwrap().values().to_vec()).unwrap()
    });
    assert_eq!(evenings, [[214, 12, 4, 7], [210, 16, -4, 7]]);
}
