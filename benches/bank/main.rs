//! The entries of a bank that are most similar to a cue, beside a pass over the same bytes, a plain loop and the original
//! crate.
//!
//! ```sh
//! cargo bench -p ternsig-bench --bench bank
//! ```
//!
//! First all must find the same. Then a table compares them in interleaved measurements.
#![allow(clippy::panic, reason = "a benchmark that cannot run stops")]

mod bank;
#[path = "../common/measure.rs"]
mod measure;
mod operations;
mod original;
mod stream;
mod table;
mod top;

use bank::Bank;

/// What is measured: how many entries, and how many values in four of a cue are 0.
const CASES: [(usize, u32); 3] = [(4_096, 0), (4_096, 1), (100_000, 0)];

fn main() {
    // Without this argument, cargo only wants to know whether the benchmarks run.
    let is_measured = std::env::args().any(|argument| argument == "--bench");
    table::print_head();
    for (entries, zeros) in CASES {
        let bank = Bank::new(if is_measured { entries } else { entries / 16 }, zeros);
        bank.assert_equal();
        if is_measured {
            table::print(&bank);
        }
    }
    if is_measured {
        table::print_foot();
        operations::print(&[1_000, 10_000, 100_000]);
    }
}
