//! The native engine beside the reference interpreter, the original crate and Rust written by hand.
//!
//! Build everything for the CPU at hand, so that the peers get its vector instructions:
//!
//! ```sh
//! RUSTFLAGS="-C target-cpu=native" cargo bench -p ternsig-bench --bench native
//! ```
//!
//! First all engines and peers must give the same outputs and leave the same machines. Then criterion records them, and
//! tables compare them in interleaved measurements. Arguments select criterion benchmarks as usual; a filter that matches
//! none leaves the checks and the tables.
#![allow(clippy::panic, reason = "a benchmark that cannot run stops")]

mod check;
mod compile;
mod digits;
mod engine;
#[path = "../common/engines.rs"]
mod engines;
#[path = "../common/extras.rs"]
mod extras;
mod learning;
#[path = "../common/measure.rs"]
mod measure;
mod overhead;
#[path = "../peers/mod.rs"]
mod peers;
#[path = "../common/programs.rs"]
mod programs;
mod table;

use criterion::Criterion;
use programs::{EIGHT, Program};
use std::time::Duration;

fn main() {
    EIGHT.iter().for_each(check::assert_equal);
    let mut criterion = Criterion::default()
        .warm_up_time(Duration::from_millis(300))
        .measurement_time(Duration::from_millis(1200))
        .configure_from_args();
    EIGHT.iter().for_each(|program| record(&mut criterion, program));
    criterion.final_summary();
    // Without this argument, cargo only wants to know whether the benchmarks run.
    if std::env::args().any(|argument| argument == "--bench") {
        table::print();
        overhead::print();
        learning::print();
        digits::print();
        compile::print();
    }
}

/// The native engine and the peers on one program; the others are recorded by the other benchmark.
fn record(criterion: &mut Criterion, program: &Program) {
    let mut native = engine::native(program);
    let (plain, tuned) = (peers::peer_of::<peers::Plain>(program), peers::peer_of::<peers::Tuned>(program));
    let input = program.typical_input();
    let mut group = criterion.benchmark_group(program.name);
    for (name, mut work) in
        [("native", native.work(&input)), ("plain", plain.work(&input)), ("tuned", tuned.work(&input))]
    {
        group.bench_function(name, |bencher| bencher.iter_custom(|count| work.time(count)));
    }
    group.finish();
}
