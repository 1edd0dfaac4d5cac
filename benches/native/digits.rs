//! The program that learns handwritten digits, as the host runs it.

use crate::check::assert_same_machine;
use crate::engine;
use crate::engines::Ours;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use ternsig_host::manifest::Format;
use ternsig_host::run::{RIGHT, Silent};
use ternsig_host::source::{Generator, Split, csv};
use ternsig_host::{Dataset, Manifest, Region};
use ternsig_vm::ExtensionRegistry;

/// Decides the random weights and the order of the samples.
const SEED: u64 = 1;
/// How often all samples are learned.
const EPOCHS: usize = 4;
/// How many samples an engine learns in its turn.
const TURN: usize = 50;

/// Measures and prints learned samples per second.
pub(crate) fn print() {
    let Digits { data, order, region } = Digits::read();
    let mut interpreter = Learner::new(&region, data.classes().len());
    let mut native = Learner::new(&region, data.classes().len());
    engine::equip(&mut native.machine.0);
    for turn in std::iter::repeat_n(&order, EPOCHS).flat_map(|order| order.chunks(TURN)) {
        interpreter.learn(&data, turn);
        native.learn(&data, turn);
    }
    assert_same_machine(&interpreter.machine, &native.machine, "digits");
    println!("{:47} {:>11} {:>8} {:>9}", "digits, learning", "interpreter", "native", "ratio");
    let (a, b) = (interpreter.ns_per_sample(), native.ns_per_sample());
    println!("{:47} {a:>11.0} {b:>8.0} {:>8.2}×", "ns per sample", a / b);
    println!("{:47} {:>11.0} {:>8.0}", "samples per second", 1e9 / a, 1e9 / b);
    println!("(the machines are the same after {} samples)\n", interpreter.learned);
}

struct Digits {
    data: Dataset,
    order: Vec<usize>,
    region: Region,
}

impl Digits {
    fn read() -> Digits {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../firmware/digits/digits.toml");
        let manifest = Manifest::read(&path).unwrap_or_else(|error| panic!("{error}"));
        let entry = &manifest.regions[0];
        let registry = Arc::new(ExtensionRegistry::standard());
        let region = Region::load(&manifest, entry, &registry, &mut Silent);
        let region = region.unwrap_or_else(|error| panic!("{error}"));
        let Format::Csv(options) = &entry.source.format else { panic!("the digits are not in CSV") };
        let data = csv::read(&entry.source.path, options).unwrap_or_else(|error| panic!("{error}"));
        let split = Split::stratified(data.labels(), entry.source.holdout, &mut Generator::new(SEED));
        Digits { data, order: split.training, region }
    }
}

struct Learner {
    machine: Ours,
    target: Vec<i32>,
    learned: u32,
    elapsed: Duration,
}

impl Learner {
    fn new(region: &Region, classes: usize) -> Learner {
        let mut machine = Ours(region.begin(SEED).unwrap_or_else(|error| panic!("{error}")));
        machine.0.set_accelerator(None);
        Learner { machine, target: vec![0; classes], learned: 0, elapsed: Duration::ZERO }
    }

    fn learn(&mut self, data: &Dataset, turn: &[usize]) {
        let start = Instant::now();
        for sample in turn.iter().filter_map(|&index| data.sample(index)) {
            self.target[sample.label] = RIGHT;
            self.machine.0.machine_mut().set_target(&self.target);
            self.target[sample.label] = 0;
            black_box(self.machine.run(sample.input));
            self.learned += 1;
        }
        self.elapsed += start.elapsed();
    }

    fn ns_per_sample(&self) -> f64 {
        self.elapsed.as_nanos() as f64 / f64::from(self.learned)
    }
}
