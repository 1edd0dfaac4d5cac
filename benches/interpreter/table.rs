//! The comparison: both engines by turns in one measurement.

use crate::engines::{Original, Ours, Pair};
use crate::extras;
use crate::measure::{ROUNDS, Work, medians};
use crate::programs::{EIGHT, EMPTY, LEARN, Program, YIELD};

/// How much faster than the original the reference has to be.
const GOAL: f64 = 2.0;

/// Measures and prints ns per run and ratios.
pub(crate) fn print_table() {
    println!("\n{:14} {:32} {:>10} {:>10} {:>7}", "program", "shape", "original", "reference", "ratio");
    let ratios: Vec<f64> = EIGHT.iter().map(print_program).collect();
    let slow = ratios.iter().filter(|&&ratio| ratio < GOAL).count();
    println!("(ns per forward, medians of {ROUNDS} turns; {slow} of {} below {GOAL}×)\n", ratios.len());
    print_extras();
}

fn print_program(program: &Program) -> f64 {
    let Pair { mut reference, mut original } = Pair::new(program);
    let input = program.typical_input();
    print_pair(program, medians([original.work(&input), reference.work(&input)]))
}

fn print_pair(program: &Program, [original, reference]: [f64; 2]) -> f64 {
    let ratio = original / reference;
    println!("{:14} {:32} {original:>10.1} {reference:>10.1} {ratio:>6.2}×", program.name, program.shape);
    ratio
}

/// What has no goal.
fn print_extras() {
    print_program(EMPTY);
    let (mut reference, mut original) = (Ours::new(YIELD), Original::new(YIELD));
    let theirs = Work::new(|| extras::answer_original(&mut original));
    print_pair(YIELD, medians([theirs, Work::new(|| extras::answer(&mut reference))]));
    let (mut reference, input) = extras::learner();
    let [ns] = medians([reference.work(&input)]);
    println!("{:14} {:32} {:>10} {ns:>10.1}", LEARN.name, LEARN.shape, "");
}
