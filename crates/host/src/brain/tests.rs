mod changes;
mod spans;
mod telling;
mod ways;

use super::*;
use crate::banks::WritePolicy;
use crate::store::Store;
use std::fs;
use std::path::Path;
use ternsig_isa::Bank;

/// A directory with a manifest and its programs.
struct Firmware(tempfile::TempDir);

impl Firmware {
    fn new(manifest: &str, programs: &[(&str, &str)]) -> Firmware {
        let firmware = Firmware(tempfile::tempdir().unwrap());
        firmware.write("brain.toml", manifest);
        programs.iter().for_each(|(name, text)| firmware.write(name, text));
        firmware
    }

    fn write(&self, name: &str, text: &str) {
        fs::write(self.path(name), text).unwrap();
    }

    fn path(&self, name: &str) -> std::path::PathBuf {
        self.0.path().join(name)
    }

    fn manifest(&self) -> BrainManifest {
        let path = self.path("brain.toml");
        BrainManifest::parse(&fs::read_to_string(&path).unwrap(), &path).unwrap()
    }

    fn boot(&self, mode: Mode) -> Result<Brain, BrainError> {
        let memory = Memory::new(Store::in_memory().unwrap(), WritePolicy::BACK).unwrap();
        Brain::boot_with(self.manifest(), memory, &Arc::default(), mode)
    }

    fn boot_from(&self, store: &Path, mode: Mode) -> Brain {
        let memory = Memory::open(store, WritePolicy::BACK).unwrap();
        Brain::boot_with(self.manifest(), memory, &Arc::default(), mode).unwrap()
    }
}

fn program(requires: &str, body: &str) -> String {
    let registers: String = (0..6).map(|index| format!("    H{index}: i32[1]\n")).collect();
    format!(".requires\n{requires}.registers\n{registers}.program\n{body}    halt\n")
}

fn region(id: u8, name: &str, more: &str) -> String {
    format!("[[region]]\nid = {id}\nname = \"{name}\"\nprogram = \"{name}.ternsig\"\n{more}\n")
}

fn output(brain: &Brain, region: u8) -> Vec<i32> {
    brain.machine(region, |machine| machine.output().to_vec()).unwrap()
}

fn hot(brain: &Brain, region: u8, index: usize) -> Vec<i32> {
    brain.machine(region, |machine| machine.hot(index).unwrap().data().to_vec()).unwrap()
}

const IPC: &str = "    ipc 0x0009\n";
const LIFECYCLE: &str = "    lifecycle 0x0008\n";
const NEURO: &str = "    neuro 0x0005\n";
const ROUTING: &str = "    orchestration 0x0007\n";

/// Passes its input on, with the tick added.
fn relay() -> String {
    program(
        LIFECYCLE,
        "    load_input H0\n    lifecycle.tick_read H1\n    add H0, H0, H1\n    store_output H0\n",
    )
}

/// Counts its runs.
fn counter() -> String {
    program("", "    set H1, 1\n    add H0, H0, H1\n    store_output H0\n")
}

#[test]
fn wires_forward_are_quick_and_wires_back_take_a_tick() {
    let manifest = [
        "[brain]\n".to_owned(),
        region(0, "counter", ""),
        region(1, "ahead", "input = [\"counter\"]"),
        region(2, "last", "input = [\"ahead\", \"last\"]"),
    ]
    .concat();
    let last = program("", "    load_input H0\n    store_output H0\n");
    let programs = [("counter.ternsig", counter()), ("ahead.ternsig", relay()), ("last.ternsig", last)];
    let firmware = Firmware::new(&manifest, &programs.each_ref().map(|(name, text)| (*name, text.as_str())));
    for mode in [Mode::Sequential, Mode::Parallel, Mode::Auto] {
        let mut brain = firmware.boot(mode).unwrap();
        assert_eq!(brain.stages.len(), 3);
        brain.tick().unwrap();
        assert_eq!((output(&brain, 0), output(&brain, 1), output(&brain, 2)), (vec![1], vec![2], vec![2]));
        brain.tick().unwrap();
        assert_eq!((output(&brain, 1), output(&brain, 2)), (vec![4], vec![4, 2]));
        assert_eq!((brain.clock().tick, brain.report().ticks), (2, 2));
        assert!(!brain.report().has_failures());
    }
}

#[test]
fn ticks_are_measured_and_the_last_answers_outlive_the_brain() {
    let manifest = ["[brain]\n".to_owned(), region(0, "counter", "")].concat();
    let firmware = Firmware::new(&manifest, &[("counter.ternsig", &counter())]);
    let store = firmware.path("brain.store");
    let mut brain = firmware.boot_from(&store, Mode::Sequential);
    for _ in 0..3 {
        brain.tally.ticked(std::time::Duration::from_millis(5));
    }
    let report = brain.report();
    assert!((4_990_000..5_010_000).contains(&report.tick_p50_ns), "{}", report.tick_p50_ns);
    (0..250).for_each(|answer| brain.tally.answered(answer >= 100));
    brain.save().unwrap();
    drop(brain);
    let mut brain = firmware.boot_from(&store, Mode::Sequential);
    assert_eq!((brain.tally.recent(), brain.report().all), (Score { right: 150, of: 200 }, Score::default()));
    // The oldest was wrong.
    brain.tally.answered(true);
    assert_eq!(brain.tally.recent(), Score { right: 151, of: 200 });
}

#[test]
fn a_region_sees_others_as_they_were_when_the_round_began() {
    let manifest = [
        "[brain]\n[[field]]\nid = 0\nwidth = 1\n".to_owned(),
        region(3, "one", "chemicals = true"),
        region(7, "other", "chemicals = true"),
    ]
    .concat();
    let swap = |other: u8| {
        program(
            NEURO,
            &format!(
                "    neuro.field_slice_read H0, 0, {other}\n    neuro.chem_read H1, 0\n    set H2, 1\n    \
                 neuro.chem_inject H2, 0\n    neuro.chem_read H3, 0\n    add H4, H4, H2\n    neuro.field_write H4, 0\n"
            ),
        )
    };
    let (one, other) = (swap(1), swap(0));
    let firmware = Firmware::new(&manifest, &[("one.ternsig", &one), ("other.ternsig", &other)]);
    let mut states = Vec::new();
    for mode in [Mode::Sequential, Mode::Parallel, Mode::Auto] {
        let mut brain = firmware.boot(mode).unwrap();
        brain.tick().unwrap();
        for id in [3, 7] {
            assert_eq!(
                (hot(&brain, id, 0), hot(&brain, id, 1), hot(&brain, id, 3)),
                (vec![0], vec![128], vec![129])
            );
        }
        brain.tick().unwrap();
        for id in [3, 7] {
            assert_eq!((hot(&brain, id, 0), hot(&brain, id, 1)), (vec![1], vec![130]));
        }
        states.push(brain.substrate().to_bytes());
    }
    assert!(states.iter().all(|state| *state == states[0]));
}

#[test]
fn the_preflight_tells_every_fault() {
    let manifest = [
        "[brain]\n[[barrier]]\nid = 4\nparties = [\"good\"]\n".to_owned(),
        region(0, "good", ""),
        region(1, "bad", "fill = { registers = [\"C9\"], with = \"init_random\" }"),
        region(2, "absent", ""),
        "[[program]]\nname = \"late\"\nprogram = \"good.ternsig\"\non = \"good\"\nevery = 3\nrole = [\"boot\"]\n".to_owned(),
    ]
    .concat();
    let good = program("", "").replace("    H0: i32[1]", "    C0: ternary[2] key=\"k\"\n    H0: i32[1]");
    let requires = [IPC, LIFECYCLE, NEURO, ROUTING, "    bank 0x000B\n"].concat();
    let bad = program(
        &requires,
        "    ipc.send_signal H0, 9\n    ipc.barrier_wait 4\n    ipc.barrier_wait 5\n    neuro.field_read H0, 1\n    \
         orchestration.model_load H0, 7\n    bank.bank_count H0, 3\n    lifecycle.load_weights C0, 2\n",
    )
    .replace("    H0: i32[1]", "    C0: ternary[2] key=\"k\"\n    H0: i32[1]");
    let firmware = Firmware::new(&manifest, &[("good.ternsig", &good), ("bad.ternsig", &bad)]);
    let Err(BrainError::Preflight(faults)) = firmware.boot(Mode::Sequential) else { panic!("it boots") };
    let faults: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let expected = [
        "region \"bad\": key \"k\" belongs to region \"good\" already",
        "line 16: there is no region 9",
        "line 17: region \"bad\" is no party of barrier 4",
        "line 18: there is no barrier 5; a [[barrier]] makes one",
        "line 19: there is no field 1; a [[field]] makes one",
        "line 20: no program is bound to model slot 7; `models` binds one",
        "line 21: no bank is bound to slot 3; `banks` binds one",
        "line 22: there is no key 0; `keys` names it",
        "C9 is to be filled, but is not declared",
        "absent.ternsig",
        "program \"late\": it runs on a region's machine, so it declares no registers of its own",
        "program \"late\": a boot program runs in the first phase only",
    ];
    assert_eq!(faults.len(), expected.len(), "{faults:#?}");
    for (fault, expected) in faults.iter().zip(expected) {
        assert!(fault.contains(expected), "{fault} instead of {expected}");
    }
}

#[test]
fn wires_bring_what_programs_expect() {
    let manifest = [
        "[brain]\n[stream]\nkind = \"csv\"\npath = \"data.csv\"\nlabel = \"last\"\n".to_owned(),
        region(0, "short", "input = [\"stream\"]"),
        region(1, "fits", "input = [\"stream\", \"short\"]"),
        region(2, "unsure", "input = [\"fits\", \"short\"]"),
        region(3, "long", "input = [\"short\", \"short\"]"),
        region(4, "unwired", ""),
    ]
    .concat();
    let sized = |meta: &str| format!(".meta\n{meta}{}", counter());
    let programs = [
        ("short.ternsig", sized("    input_dim 2\n    output_dim 3\n")),
        ("fits.ternsig", sized("    input_dim 5\n")),
        ("unsure.ternsig", sized("    input_dim 9\n")),
        ("long.ternsig", sized("    input_dim 5\n")),
        ("unwired.ternsig", sized("    input_dim 5\n")),
    ];
    let firmware = Firmware::new(&manifest, &programs.each_ref().map(|(name, text)| (*name, text.as_str())));
    let faults = || match firmware.boot(Mode::Sequential) {
        Err(BrainError::Preflight(faults)) => faults.iter().map(ToString::to_string).collect(),
        other => panic!("{:?}", other.err()),
    };
    let long = "region \"long\": its wires bring 6 elements, its program's input_dim is 5".to_owned();
    // A stream that cannot be read is one fault among others.
    let all: Vec<String> = faults();
    assert!(all.len() == 2 && all[0].starts_with("the stream: ") && all[1] == long, "{all:?}");
    firmware.write("data.csv", "1,2,a\n3,4,b\n");
    assert_eq!(faults(), [long]);
}

#[test]
fn programs_run_at_their_time_on_the_registers_of_their_region() {
    let manifest = [
        "[brain]\nphases = [\"boot\", \"grown\"]\nlevel = 2\nrest_level = 2\n".to_owned(),
        region(0, "region", ""),
        region(1, "sleepless", "rests = false"),
        "[[program]]\nname = \"begin\"\nprogram = \"begin.ternsig\"\non = \"region\"\nat = \"boot\"\n\
         [[program]]\nname = \"grown\"\nprogram = \"count.ternsig\"\non = \"region\"\nat = \"grown\"\n\
         [[program]]\nname = \"tire\"\nprogram = \"tire.ternsig\"\non = \"region\"\nevery = 10\n\
         [[program]]\nname = \"often\"\nprogram = \"count.ternsig\"\non = \"region\"\nevery = 4\n\
         [[program]]\nname = \"dream\"\nprogram = \"dream.ternsig\"\non = \"sleepless\"\nat = \"rest\"\n"
            .to_owned(),
    ]
    .concat();
    let attached = |requires: &str, body: &str| format!(".requires\n{requires}.program\n{body}    halt\n");
    let begin = attached(LIFECYCLE, "    set H5, 1\n    lifecycle.phase_write H5\n");
    let count = attached("", "    set H4, 1\n    add H3, H3, H4\n");
    let tire = attached(LIFECYCLE, "    set H5, 1\n    lifecycle.rest_write H5\n");
    // Sleeps for three ticks.
    let dream = attached(
        LIFECYCLE,
        "    set H4, 1\n    add H3, H3, H4\n    set H2, 3\n    sub H2, H2, H3\n    if_nonzero H2, on\n    set H3, 0\n    \
         set H5, 0\n    lifecycle.rest_write H5\non:\n",
    );
    let (region, sleepless) = (counter(), counter());
    let firmware = Firmware::new(
        &manifest,
        &[
            ("region.ternsig", &region),
            ("sleepless.ternsig", &sleepless),
            ("begin.ternsig", &begin),
            ("count.ternsig", &count),
            ("tire.ternsig", &tire),
            ("dream.ternsig", &dream),
        ],
    );
    let mut brain = firmware.boot(Mode::Parallel).unwrap();
    for _ in 0..40 {
        brain.tick().unwrap();
    }
    let report = brain.report();
    assert!(!report.has_failures(), "{report:?}");
    assert_eq!(report.phases, [("boot".to_owned(), 0), ("grown".to_owned(), 0)]);
    assert_eq!(brain.phase(), "grown");
    // It falls asleep in ticks 10, 20, 30 and 40 and dreams at once, so it wakes two ticks later.
    let sleeps: Vec<_> = report.sleeps.iter().map(|sleep| (sleep.from, sleep.until)).collect();
    assert_eq!(sleeps, [(10, Some(12)), (20, Some(22)), (30, Some(32)), (40, None)]);
    assert_eq!((hot(&brain, 0, 0), hot(&brain, 1, 0)), (vec![40 - 6], vec![40]));
    assert_eq!(hot(&brain, 0, 3), [11]);
    assert_eq!(report.answered["RestWrite"], 4 + 3);
}

#[test]
fn regions_fire_and_collect_and_halt_each_other() {
    let manifest = [
        "[brain]\n".to_owned(),
        region(0, "worker", "fired = true"),
        region(1, "other", ""),
        region(9, "chief", ""),
    ]
    .concat();
    let chief = program(
        ROUTING,
        "    set H0, 20\n    orchestration.route_input H0, 0\n    orchestration.region_fire H1, 0\n    \
         orchestration.region_fire H2, 0\n    orchestration.collect_outputs H3\n    orchestration.region_status H4, 9\n    \
         orchestration.region_disable 1\n    orchestration.region_status H5, 1\n",
    );
    let (worker, other) = (relay(), counter());
    let firmware = Firmware::new(
        &manifest,
        &[("worker.ternsig", &worker), ("other.ternsig", &other), ("chief.ternsig", &chief)],
    );
    let mut states = Vec::new();
    for mode in [Mode::Sequential, Mode::Parallel, Mode::Auto] {
        let mut brain = firmware.boot(mode).unwrap();
        brain.tick().unwrap();
        assert_eq!((hot(&brain, 9, 1), hot(&brain, 9, 2)), (vec![21], vec![1]));
        assert_eq!(hot(&brain, 9, 3), [1, 0, 1, 1]);
        assert_eq!((hot(&brain, 9, 4), hot(&brain, 9, 5)), (vec![2], vec![0]));
        brain.tick().unwrap();
        // What had been put out before it was switched off is collected once.
        assert_eq!(hot(&brain, 9, 3), [2, 0, 1, 2, 1, 1, 1]);
        assert_eq!(hot(&brain, 1, 0), [1]);
        let report = brain.report();
        assert!(!report.has_failures(), "{report:?}");
        assert_eq!(report.regions.iter().map(|region| region.runs).collect::<Vec<_>>(), [4, 1, 2]);
        states.push(brain.memory.store().export().unwrap().to_bytes().unwrap());
    }
    assert!(states.iter().all(|state| *state == states[0]));
}

#[test]
fn a_failure_is_told_and_the_region_begins_anew() {
    let manifest = ["[brain]\n".to_owned(), region(0, "proud", ""), region(1, "loop", "")].concat();
    let proud = program(NEURO, "    set H1, 1\n    add H0, H0, H1\n    neuro.chem_set H0, 0\n");
    let looped = program(ROUTING, "    orchestration.region_fire H1, 1\n");
    let firmware = Firmware::new(&manifest, &[("proud.ternsig", &proud), ("loop.ternsig", &looped)]);
    let mut brain = firmware.boot(Mode::Sequential).unwrap();
    brain.tick().unwrap();
    brain.tick().unwrap();
    let report = brain.report();
    let [proud, looped] = report.regions.as_slice() else { panic!("{report:?}") };
    assert_eq!((proud.runs, proud.failures, hot(&brain, 0, 0)), (0, 2, vec![2]));
    assert!(
        proud.last_failure.as_deref().unwrap().contains("Denied")
            || proud.last_failure.as_deref().unwrap().contains("chemical"),
        "{proud:?}"
    );
    assert!(looped.last_failure.as_deref().unwrap().contains("region 1 is running"), "{looped:?}");
}

#[test]
fn waiting_regions_go_on_when_a_message_comes_and_a_deadlock_ends_the_brain() {
    let manifest = ["[brain]\n".to_owned(), region(0, "asks", ""), region(1, "answers", "")].concat();
    let asks = program(
        IPC,
        "    set H0, 5\n    ipc.send_signal H0, 1\n    ipc.recv_signal H1, 1\n    store_output H1\n",
    );
    let answers = program(IPC, "    ipc.recv_signal H0, 0\n    add H0, H0, H0\n    ipc.send_signal H0, 0\n");
    let firmware = Firmware::new(&manifest, &[("asks.ternsig", &asks), ("answers.ternsig", &answers)]);
    for mode in [Mode::Sequential, Mode::Parallel, Mode::Auto] {
        let mut brain = firmware.boot(mode).unwrap();
        for _ in 0..9 {
            brain.tick().unwrap();
        }
        assert_eq!(output(&brain, 0), [10]);
        assert_eq!(brain.report().regions[0].runs, 3);
    }
    firmware.write("answers.ternsig", &program(IPC, "    ipc.recv_signal H0, 1\n"));
    let mut brain = firmware.boot(Mode::Parallel).unwrap();
    let error = (0..9).find_map(|_| brain.tick().err()).unwrap();
    let text = error.to_string();
    assert!(matches!(error, BrainError::Deadlock(_)), "{text}");
    for part in ["asks", "answers", "RecvSignal"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn a_brain_goes_on_where_it_was_saved() {
    let manifest = [
        "[brain]\nsave_every = 7\n[[field]]\nid = 0\nwidth = 1\n[[bank]]\nname = \"words\"\nwidth = 2\n"
            .to_owned(),
        region(0, "asks", ""),
        region(1, "answers", ""),
        region(2, "keeps", "banks = { 0 = \"words\" }\nmodels = { 3 = \"model.ternsig\" }"),
    ]
    .concat();
    let asks = program(
        &[IPC, NEURO].concat(),
        "    set H1, 1\n    add H0, H0, H1\n    neuro.field_write H0, 0\n    ipc.send_signal H0, 1\n    ipc.recv_signal H2, 1\n    \
         store_output H2\n",
    );
    let answers = program(IPC, "    ipc.recv_signal H0, 0\n    add H0, H0, H0\n    ipc.send_signal H0, 0\n");
    let keeps = program(
        &["    bank 0x000B\n", ROUTING].concat(),
        "    set H1, 1\n    add H0, H0, H1\n    concat H2, H0, H1\n    bank.bank_write H3, H2, 0\n    \
         orchestration.model_status H4, 3\n    if_nonzero H4, loaded\n    orchestration.model_load H0, 3\nloaded:\n    \
         orchestration.model_exec H5, 3\n    store_output H5\n",
    );
    let model = counter();
    let firmware = Firmware::new(
        &manifest,
        &[
            ("asks.ternsig", &asks),
            ("answers.ternsig", &answers),
            ("keeps.ternsig", &keeps),
            ("model.ternsig", &model),
        ],
    );
    let export = |brain: &mut Brain| {
        brain.save().unwrap();
        brain.memory.store().export().unwrap()
    };
    let whole = firmware.path("whole.store");
    let mut brain = firmware.boot_from(&whole, Mode::Sequential);
    (0..20).for_each(|_| brain.tick().unwrap());
    let (expected, states) = (output(&brain, 2), export(&mut brain));
    assert_eq!((expected.clone(), brain.begun()), (vec![20], Begun::Anew));
    drop(brain);

    let parts = firmware.path("parts.store");
    let mut begun = Vec::new();
    for ticks in [5, 9, 6] {
        let mut brain = firmware.boot_from(&parts, Mode::Parallel);
        begun.push(brain.begun());
        (0..ticks).for_each(|_| brain.tick().unwrap());
        brain.save().unwrap();
    }
    assert_eq!(begun, [Begun::Anew, Begun::After(5), Begun::After(14)]);
    let mut brain = firmware.boot_from(&parts, Mode::Parallel);
    assert_eq!((output(&brain, 2), hot(&brain, 0, 0)), (expected, vec![7]));
    let found = export(&mut brain);
    assert_eq!((found.banks, found.bank_entries), (states.banks, states.bank_entries));
    assert_eq!(
        brain.machine(2, |machine| machine.program().program().registers[0].register.bank()),
        Some(Bank::Hot)
    );

    // Without a save in between it goes on after the last one, and with another program at its beginning.
    (0..3).for_each(|_| brain.tick().unwrap());
    drop(brain);
    firmware.write("asks.ternsig", &counter());
    let brain = firmware.boot_from(&parts, Mode::Parallel);
    assert!(matches!(brain.begun(), Begun::After(20..=23)));
    assert_eq!(brain.machine(0, |machine| machine.runs()), Some(0));
}

#[test]
fn weights_that_have_not_changed_are_not_written_again() {
    let manifest = [
        "[brain]\n".to_owned(),
        region(0, "learns", "fill = { registers = [\"C0\"], with = \"init_random\" }"),
    ]
    .concat();
    let learns = counter().replace("    H0: i32[1]", "    C0: ternary[3] key=\"a\"\n    H0: i32[1]");
    let firmware = Firmware::new(&manifest, &[("learns.ternsig", &learns)]);
    let mut brain = firmware.boot(Mode::Sequential).unwrap();
    let updates = |brain: &mut Brain| {
        brain.tick().unwrap();
        brain.save().unwrap();
        brain.memory.store().standing("a").unwrap().unwrap().updates
    };
    assert_eq!([updates(&mut brain), updates(&mut brain)], [1, 1]);
    lock(&brain.cells[0]).interpreter.machine_mut().init_random(0, 9).unwrap();
    assert_eq!([updates(&mut brain), updates(&mut brain)], [2, 2]);
}
