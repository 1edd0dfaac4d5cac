//! `firmware/examples/neuron_state.ternsig`: every tick against a model of its own, every episode against the bank.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use std::path::Path;
use ternsig::bank::{BankId, Config, EdgeType, EntryId, EntryRef};
use ternsig::host::banks::Slots;
use ternsig::{Banks, Device, Devices, Engine, InstructionSet, Interpreter, Outcome, assemble};

const NEURONS: usize = 32;
const TICKS: i32 = 16;
const FILE: &str = include_str!("../../../firmware/examples/neuron_state.ternsig");

/// The neurons, one by one, as the document describes them.
#[derive(Default, Clone)]
struct Model {
    potential: [i32; NEURONS],
    refractory: [i32; NEURONS],
    last_spike: [i32; NEURONS],
    trace: [i32; NEURONS],
    spikes: [bool; NEURONS],
    tick: i32,
}

impl Model {
    fn tick(&mut self, currents: &[i32; NEURONS], synapse: impl Fn(usize, usize) -> i32) {
        self.tick += 1;
        let before = self.spikes;
        for (i, current) in currents.iter().enumerate() {
            let fired = (0..NEURONS).filter(|&j| before[j]);
            let received = fired.map(|j| 255 * synapse(i, j)).sum::<i32>() >> 10;
            self.potential[i] += current - (self.potential[i] >> 4) + received;
            if self.refractory[i] > 0 {
                self.potential[i] = 0;
                self.refractory[i] -= 1;
            }
            self.spikes[i] = self.potential[i] > 200;
            self.trace[i] -= self.trace[i] >> 3;
            if self.spikes[i] {
                self.potential[i] = 0;
                self.refractory[i] = 3;
                self.last_spike[i] = self.tick;
                self.trace[i] += 31;
            }
        }
    }

    /// Potentials and traces, as a bank keeps them.
    fn episode(&self) -> Vec<i32> {
        self.potential.iter().chain(&self.trace).map(|x| (*x).clamp(-255, 255)).collect()
    }
}

struct Host {
    interpreter: Interpreter,
    devices: Devices,
    banks: Banks,
    bank: BankId,
}

impl Host {
    /// With a bank in slot 0, which answers in place or only what is yielded.
    fn new(engine: Engine, in_place: bool) -> Host {
        let program = assemble(FILE, &InstructionSet::standard());
        let problems: Vec<_> = program.diagnostics.iter().map(ToString::to_string).collect();
        assert!(problems.is_empty(), "{problems:?}");
        let mut interpreter = Interpreter::from_program(&program.program.unwrap()).unwrap();
        engine.equip(&mut interpreter).unwrap();
        let (banks, bank, mut slots) = (Banks::new(), BankId::new(0, "episodes", 0), Slots::new());
        let config = Config { width: 2 * NEURONS as u32, ..Config::default() };
        banks.change(|cluster, _| cluster.create(bank, "episodes", config)).unwrap();
        slots.bind(0, bank);
        let mut devices = Devices::new();
        devices.attach("bank", banks.handle(slots.clone()));
        if in_place {
            interpreter.set_bank_cache(Box::new(banks.handle(slots)));
        }
        Host { interpreter, devices, banks, bank }
    }

    /// One episode; what it recalls.
    fn run(&mut self, at: u64, currents: &[i32; NEURONS]) -> Vec<i32> {
        self.banks.set_tick(at);
        self.interpreter.machine_mut().set_input(currents);
        let Host { interpreter, devices, .. } = self;
        let outcome = interpreter.run_with_host(|op, ctx| devices.answer(op, ctx));
        assert_eq!(outcome, Outcome::Halted);
        self.interpreter.machine().output().to_vec()
    }

    fn hot(&self, index: usize) -> &[i32] {
        self.interpreter.machine().hot(index).unwrap().data()
    }

    /// The entry whose id is in a register.
    fn entry(&self, index: usize) -> EntryRef {
        let &[high, low] = self.hot(index) else { panic!("an id has two halves") };
        EntryRef { bank: self.bank, entry: EntryId::from_halves(high, low) }
    }

    fn vector(&self, at: EntryRef) -> Vec<i32> {
        self.banks
            .read(|cluster| cluster.bank(at.bank).unwrap().vector(at.entry).unwrap())
            .into_iter()
            .map(i32::from)
            .collect()
    }

    fn reached(&self, start: EntryRef, kind: EdgeType) -> Vec<EntryRef> {
        self.banks.read(|cluster| cluster.traverse(start, kind, 15)).unwrap()
    }
}

fn currents(neurons: impl IntoIterator<Item = usize>, current: i32) -> [i32; NEURONS] {
    let mut currents = [0; NEURONS];
    neurons.into_iter().for_each(|neuron| currents[neuron] = current);
    currents
}

/// Two stimuli, and the first again, weaker and without two of its neurons.
fn stimuli() -> [[i32; NEURONS]; 3] {
    [currents((0..8).chain(16..24), 60), currents((8..16).chain(24..32), 60), currents(2..8, 50)]
}

#[test]
fn every_tick_is_that_of_the_model() {
    let mut host = Host::new(Engine::Interpreter, true);
    let mut model = Model::default();
    let mut fired = 0;
    for (at, currents) in stimuli().iter().enumerate() {
        host.run(at as u64, currents);
        let weights = host.interpreter.machine().cold(0).unwrap();
        for _ in 0..TICKS {
            model.tick(currents, |to, from| i32::from(weights.signals()[to * NEURONS + from].value()));
            fired += model.spikes.iter().filter(|&&spike| spike).count();
        }
        let (potential, refractory) = (host.hot(1), host.hot(2));
        assert_eq!((potential, refractory), (&model.potential[..], &model.refractory[..]));
        assert_eq!((host.hot(3), host.hot(6)), (&model.last_spike[..], &model.trace[..]));
        assert_eq!(host.hot(4), model.spikes.map(|spike| if spike { 255 } else { 0 }));
        assert_eq!(host.hot(5), [model.tick]);
        assert_eq!(host.vector(host.entry(7)), model.episode());
    }
    assert!(fired > 50, "{fired}");
}

#[test]
fn a_part_of_an_episode_recalls_all_of_it() {
    let mut host = Host::new(Engine::Interpreter, true);
    let [first, second, again] = stimuli();
    assert_eq!(host.run(1, &first), [0; 0]);
    let a = host.entry(7);
    host.run(2, &second);
    let b = host.entry(7);
    let recalled = host.run(3, &again);
    let c = host.entry(7);
    assert_eq!(recalled, host.vector(a));
    assert_ne!(host.vector(a), host.vector(b));
    assert_eq!(host.reached(a, EdgeType::Precedes), [b, c]);
    assert_eq!(host.reached(a, EdgeType::CoOccurred), [b, c]);
    assert_eq!(host.reached(b, EdgeType::CoOccurred), []);
}

#[test]
fn all_engines_agree_whoever_answers() {
    let mut hosts: Vec<Host> = [true, false]
        .into_iter()
        .flat_map(|in_place| {
            [Engine::Interpreter, Engine::Jit, Engine::Auto, Engine::Crosscheck]
                .map(|engine| Host::new(engine, in_place))
        })
        .collect();
    for (at, currents) in stimuli().iter().cycle().take(6).enumerate() {
        hosts.iter_mut().for_each(|host| drop(host.run(at as u64, currents)));
        let (first, others) = hosts.split_first().unwrap();
        for other in others {
            assert_eq!(first.interpreter.machine().difference(other.interpreter.machine()), None);
            assert_eq!(first.vector(first.entry(7)), other.vector(other.entry(7)));
        }
    }
}

#[test]
fn the_document_shows_the_program() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/neuron-state-banks.md");
    let text = std::fs::read_to_string(path).unwrap();
    let shown = text.split_once("```ternsig\n").and_then(|(_, rest)| rest.split_once("```\n")).unwrap().0;
    assert_eq!(shown, FILE, "the listing in docs/neuron-state-banks.md is not the program");
}
