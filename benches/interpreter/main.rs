//! The reference interpreter beside the crate that defined the language, on eight programs of firmware size.
//!
//! `cargo bench -p ternsig-bench` first checks that both give the same outputs, then lets criterion record each of them,
//! and ends with a table that compares them in one interleaved measurement. Arguments select criterion benchmarks as
//! usual; a filter that matches none leaves the check and the table.
#![allow(clippy::panic, reason = "a benchmark that cannot run stops")]

mod compare;
mod engines;
mod extras;
mod programs;

use criterion::Criterion;
use engines::Pair;
use programs::{EIGHT, Program};
use std::time::Duration;

fn main() {
    for program in EIGHT {
        Pair::new(program).assert_equal(&program.inputs());
    }
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1200))
        .configure_from_args();
    for program in EIGHT {
        record(&mut criterion, program);
    }
    extras::record(&mut criterion);
    criterion.final_summary();
    // Without this argument, cargo only wants to know whether the benchmarks run.
    if std::env::args().any(|argument| argument == "--bench") {
        compare::print_table();
    }
}

/// Both engines on one program.
fn record(criterion: &mut Criterion, program: &Program) {
    let mut pair = Pair::new(program);
    let input = program.typical_input();
    let mut group = criterion.benchmark_group(program.name);
    group.bench_function("reference", |bencher| bencher.iter(|| pair.reference.run(&input).len()));
    group.bench_function("original", |bencher| bencher.iter(|| pair.original.run(&input).len()));
    group.finish();
}
