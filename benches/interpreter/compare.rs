//! The comparison: both engines by turns in one measurement, so that whatever else the machine does meets both.

use crate::engines::{Original, Pair, Reference};
use crate::extras;
use crate::programs::{EIGHT, EMPTY, LEARN, Program, YIELD};
use std::hint::black_box;
use std::time::Instant;

/// How much faster than the original the reference has to be.
const GOAL: f64 = 2.0;
/// How many turns each engine gets.
const ROUNDS: usize = 301;
/// About how long a turn takes, in nanoseconds.
const TURN: f64 = 50_000.0;

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
    let mut ours = || {
        black_box(reference.run(black_box(&input)));
    };
    let mut theirs = || {
        black_box(original.run(black_box(&input)));
    };
    print_pair(program, measure(&mut ours, &mut theirs))
}

fn print_pair(program: &Program, (reference, original): (f64, f64)) -> f64 {
    let ratio = original / reference;
    println!("{:14} {:32} {original:>10.1} {reference:>10.1} {ratio:>6.2}×", program.name, program.shape);
    ratio
}

/// What has no goal.
fn print_extras() {
    print_program(EMPTY);
    let (mut reference, mut original) = (Reference::new(YIELD), Original::new(YIELD));
    let mut ours = || extras::answer(&mut reference);
    let mut theirs = || extras::answer_original(&mut original);
    print_pair(YIELD, measure(&mut ours, &mut theirs));
    let (mut reference, input) = extras::learner();
    let mut learn = || {
        black_box(reference.run(black_box(&input)));
    };
    let (ns, _) = measure(&mut learn, &mut || {});
    println!("{:14} {:32} {:>10} {ns:>10.1}", LEARN.name, LEARN.shape, "");
}

/// The medians of both in ns per call.
fn measure(a: &mut dyn FnMut(), b: &mut dyn FnMut()) -> (f64, f64) {
    let (calls_a, calls_b) = (calls_per_turn(a), calls_per_turn(b));
    let turns: Vec<(f64, f64)> = (0..ROUNDS).map(|_| (turn(a, calls_a), turn(b, calls_b))).collect();
    (median(turns.iter().map(|turn| turn.0)), median(turns.iter().map(|turn| turn.1)))
}

/// ns per call over a number of calls.
fn turn(run: &mut dyn FnMut(), calls: u32) -> f64 {
    let start = Instant::now();
    for _ in 0..calls {
        run();
    }
    start.elapsed().as_nanos() as f64 / f64::from(calls)
}

fn calls_per_turn(run: &mut dyn FnMut()) -> u32 {
    let warm = turn(run, 200).max(1.0);
    (TURN / warm).clamp(1.0, 10_000.0) as u32
}

fn median(values: impl Iterator<Item = f64>) -> f64 {
    let mut values: Vec<f64> = values.collect();
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
