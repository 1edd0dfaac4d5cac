//! The reference interpreter beside the crate that defined the language, on eight programs of firmware size.
//!
//! `cargo bench -p ternsig-bench` first checks that both give the same outputs, then lets criterion record each of them,
//! and ends with a table that compares them in one interleaved measurement. Arguments select criterion benchmarks as
//! usual; a filter that matches none leaves the check and the table.
#![allow(clippy::panic, reason = "a benchmark that cannot run stops")]

#[path = "../common/engines.rs"]
mod engines;
#[path = "../common/extras.rs"]
mod extras;
#[path = "../common/measure.rs"]
mod measure;
#[path = "../common/programs.rs"]
mod programs;
mod table;

use criterion::Criterion;
use engines::{Ours, Pair};
use programs::{EIGHT, EMPTY, Program, YIELD};
use std::time::Duration;

fn main() {
    EIGHT.iter().for_each(assert_equal);
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1200))
        .configure_from_args();
    for program in EIGHT {
        record(&mut criterion, program);
    }
    record_extras(&mut criterion);
    criterion.final_summary();
    // Without this argument, cargo only wants to know whether the benchmarks run.
    if std::env::args().any(|argument| argument == "--bench") {
        table::print_table();
    }
}

/// Stops with the first input on which the outputs differ.
fn assert_equal(program: &Program) {
    let Pair { mut reference, mut original } = Pair::new(program);
    for input in &program.inputs() {
        assert_eq!(reference.run(input), original.run(input), "{} on {input:?}", program.name);
    }
}

/// Both engines on one program.
fn record(criterion: &mut Criterion, program: &Program) {
    let Pair { mut reference, mut original } = Pair::new(program);
    let input = program.typical_input();
    let mut group = criterion.benchmark_group(program.name);
    for (name, mut work) in [("reference", reference.work(&input)), ("original", original.work(&input))] {
        group.bench_function(name, |bencher| bencher.iter_custom(|count| work.time(count)));
    }
    group.finish();
}

/// What is measured for information: a run without work, a yield and its answer, a learning step.
fn record_extras(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("extras");
    let mut reference = Ours::new(EMPTY);
    group.bench_function("empty", |bencher| bencher.iter(|| reference.run(&[]).len()));
    let mut reference = Ours::new(YIELD);
    group.bench_function("yield", |bencher| bencher.iter(|| extras::answer(&mut reference)));
    let (mut reference, input) = extras::learner();
    group.bench_function("learn", |bencher| bencher.iter(|| reference.run(&input).len()));
    group.finish();
}
