//! The same firmware, in the library's brain instead of one's own.

use crate::{Folder, output};
use std::fs;
use std::sync::Arc;
use ternsig::host::banks::WritePolicy;
use ternsig::host::brain::{Begun, Mode};
use ternsig::host::manifest::BrainManifest;
use ternsig::{Brain, BrainError, Memory};
use ternsig_downstream::brain::{CORTEX, MOTOR, registry};
use ternsig_downstream::{Sonar, Tap};

const REFLEX: u8 = 2;

fn boot(folder: &Folder, mode: Mode) -> Brain {
    let path = folder.path("brain.toml");
    let manifest = BrainManifest::parse(&fs::read_to_string(&path).unwrap(), &path).unwrap();
    let memory = Memory::open(folder.path("brain.store"), WritePolicy::BACK).unwrap();
    let mut brain = Brain::boot_with(manifest, memory, &registry().unwrap(), mode).unwrap();
    brain.attach(CORTEX, "sensor", Sonar::new([50, 90])).unwrap();
    brain
}

fn outputs(brain: &Brain) -> [Vec<i32>; 3] {
    [MOTOR, CORTEX, REFLEX].map(|region| brain.machine(region, output).unwrap())
}

#[test]
fn a_brain_from_a_manifest_has_devices_and_instructions_of_the_host() {
    for mode in [Mode::Sequential, Mode::Parallel, Mode::Auto] {
        let folder = Folder::new();
        let mut brain = boot(&folder, mode);
        let mut seen = Vec::new();
        for _ in 0..3 {
            brain.tick().unwrap();
            seen.push(outputs(&brain));
        }
        let expected = [
            [vec![], vec![0, 50, 1], vec![128, 1]],
            [vec![30], vec![0, 40, 2], vec![158, 2]],
            [vec![20], vec![0, 30, 3], vec![178, 3]],
        ];
        assert_eq!(seen, expected);
        let report = brain.report();
        assert!(!report.has_failures());
        assert_eq!(report.regions.iter().map(|region| region.runs).collect::<Vec<_>>(), [2, 3, 3]);
        assert_eq!((report.answered.get("ComputeError"), report.refused), (Some(&3), 0));
        drop(brain);

        // It was saved after the third tick. Only the sonars, which are the host's, begin anew.
        let mut brain = boot(&folder, mode);
        assert_eq!(brain.begun(), Begun::After(3));
        brain.tick().unwrap();
        assert_eq!(outputs(&brain), [vec![10], vec![0, 50, 4], vec![188, 4]]);
    }
}

#[test]
fn a_region_without_its_device_says_what_it_misses() {
    let folder = Folder::new();
    let mut brain = boot(&folder, Mode::Parallel);
    brain.attach(CORTEX, "sensor", ternsig::Devices::new()).unwrap();
    brain.tick().unwrap();
    let failure = brain.report().regions[usize::from(CORTEX)].last_failure.clone().unwrap();
    assert!(
        failure.starts_with("instruction 0 (sonar.ping): the host has no device \"sensor\""),
        "{failure}"
    );
}

/// Puts a tap around the brain's transport.
fn tap(brain: &mut Brain) -> Arc<Tap> {
    let mut tap = None;
    brain.wrap_transport(|inner| tap.insert(Arc::new(Tap::new(inner))).clone());
    tap.unwrap()
}

#[test]
fn programs_that_were_due_while_the_line_was_cut_run_when_it_is_not() {
    let folder = Folder::new();
    folder.edit("brain.toml", "save_every = 3", "phases = [\"boot\"]");
    let mut programs = fs::read_to_string(folder.path("brain.toml")).unwrap();
    for (name, register) in [("one", "H10"), ("two", "H11")] {
        let text = format!(".program\n    set {register}, 7\n    halt\n");
        fs::write(folder.path(&format!("{name}.ternsig")), text).unwrap();
        programs += &format!(
            "[[program]]\nname = \"{name}\"\nprogram = \"{name}.ternsig\"\non = \"reflex\"\nat = \"boot\"\n"
        );
    }
    fs::write(folder.path("brain.toml"), programs).unwrap();
    let mut brain = boot(&folder, Mode::Auto);
    let tap = tap(&mut brain);
    tap.cut(true);
    assert!(brain.tick().is_err());
    tap.cut(false);
    brain.tick().unwrap();
    let done = brain.machine(REFLEX, |m| [10, 11].map(|index| m.hot(index).map(|hot| hot.data().to_vec())));
    assert_eq!(done, Some([Some(vec![7]), Some(vec![7])]));
}

#[test]
fn messages_go_through_what_the_host_puts_around_the_transport() {
    let folder = Folder::new();
    let mut brain = boot(&folder, Mode::Sequential);
    let tap = tap(&mut brain);
    for speed in [30, 20] {
        brain.tick().unwrap();
        assert_eq!(tap.heard(), [(CORTEX, MOTOR, vec![speed])]);
    }
    assert_eq!(outputs(&brain), [vec![30], vec![0, 40, 2], vec![158, 2]]);
    // In the second tick the motor went on with the run that waited.
    assert_eq!(tap.runs(), 5);
    brain.save().unwrap();

    tap.cut(true);
    let error = brain.tick().unwrap_err();
    assert!(matches!(error, BrainError::Messages(_)));
    assert_eq!(error.to_string(), "messages between regions: the line is cut");
    drop(brain);

    // What was under way when it was saved, the next one has without the tap.
    let mut brain = boot(&folder, Mode::Sequential);
    brain.tick().unwrap();
    assert_eq!(outputs(&brain)[0], [20]);
}

#[test]
fn devices_that_would_never_be_asked_are_refused() {
    let folder = Folder::new();
    let mut brain = boot(&folder, Mode::Auto);
    let refused = [
        (9, "sensor", "there is no region 9"),
        (CORTEX, "sonsor", "no operation has a device \"sonsor\""),
        (CORTEX, "senses", "operations of \"senses\" are answered by the substrate, in place"),
        (CORTEX, "bank", "operations of \"bank\" are answered by the memory's banks"),
        (CORTEX, "models", "operations of \"models\" are answered by the models that the manifest binds"),
        (CORTEX, "ipc", "operations of \"ipc\" are answered by the transport"),
    ];
    for (region, name, why) in refused {
        let error = brain.attach(region, name, Sonar::new([0, 0])).unwrap_err().to_string();
        assert!(error.starts_with(why), "{error}");
    }
}
