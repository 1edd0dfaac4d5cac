//! Programs that learn in every tick.

use crate::check::assert_same_machine;
use crate::engine;
use crate::engines::Ours;
use crate::extras;
use crate::measure::{Work, medians};
use crate::programs::{LEARN, Program};
use std::hint::black_box;

/// A layer that answers and learns.
static LEARNING_LOOP: &Program = &Program {
    name: "learning_loop",
    shape: "64→32, learns in each tick",
    source: include_str!("../programs/learning_loop.ternsig"),
};
/// How many ticks the machines are compared after.
const CHECKED_TICKS: usize = 2000;
/// How many samples take turns.
const SAMPLES: usize = 16;

/// Measures and prints ns per tick.
pub(crate) fn print() {
    println!("{:47} {:>11} {:>8} {:>9}", "learning", "interpreter", "native", "ratio");
    print_loop();
    print_step();
    println!();
}

fn print_loop() {
    let mut interpreter = Learner::new(Ours::new(LEARNING_LOOP));
    let mut native = Learner::new(engine::native(LEARNING_LOOP));
    for _ in 0..CHECKED_TICKS {
        interpreter.tick();
        native.tick();
    }
    assert_same_machine(&interpreter.machine, &native.machine, LEARNING_LOOP.name);
    let works = [Work::new(|| interpreter.tick()), Work::new(|| native.tick())];
    print_ratio(LEARNING_LOOP, medians(works));
}

/// The learning instructions alone.
fn print_step() {
    let (mut interpreter, input) = extras::learner();
    let (mut native, _) = extras::learner();
    engine::equip(&mut native.0);
    for _ in 0..CHECKED_TICKS {
        interpreter.run(&input);
        native.run(&input);
    }
    assert_same_machine(&interpreter, &native, LEARN.name);
    print_ratio(LEARN, medians([interpreter.work(&input), native.work(&input)]));
}

fn print_ratio(program: &Program, [interpreter, native]: [f64; 2]) {
    let ratio = interpreter / native;
    println!("{:14} {:32} {interpreter:>11.1} {native:>8.1} {ratio:>8.2}×", program.name, program.shape);
}

/// A machine that is shown samples by turns. Their targets contradict each other a little, so that it never comes to rest.
struct Learner {
    machine: Ours,
    samples: Vec<Sample>,
    next: usize,
}

struct Sample {
    input: Vec<i32>,
    target: Vec<i32>,
}

impl Learner {
    fn new(machine: Ours) -> Learner {
        let samples = LEARNING_LOOP.typical_inputs().take(SAMPLES).enumerate().map(|(number, input)| {
            let target = input.iter().take(32).map(|x| (x - 128) << (number % 5)).collect();
            Sample { input, target }
        });
        Learner { machine, samples: samples.collect(), next: 0 }
    }

    fn tick(&mut self) {
        let Sample { input, target } = &self.samples[self.next];
        self.next = (self.next + 1) % SAMPLES;
        self.machine.0.machine_mut().set_target(target);
        black_box(self.machine.run(input));
    }
}
