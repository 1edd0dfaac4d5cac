//! What it takes until a program that was saved runs.
//!
//! ```sh
//! cargo bench -p ternsig-bench --bench reload
//! ```
//!
//! Three tables: the watch alone; a brain in which a region's program is edited again and again; small test programs. What is loaded
//! must be what was saved.
#![allow(clippy::panic, reason = "a benchmark that cannot run stops")]

mod brain;
#[allow(dead_code, reason = "only medians, and no work by turns")]
#[path = "../common/measure.rs"]
mod measure;
#[allow(dead_code, reason = "only sources")]
#[path = "../common/programs.rs"]
mod programs;
mod tests;
mod watch;

use std::path::Path;
use std::time::Duration;
use std::{fs, io};

/// How often each file is saved.
const SAVES: usize = 101;
/// Longer than any save takes to be seen.
const PATIENCE: Duration = Duration::from_secs(10);

fn main() {
    // Without this argument, cargo only wants to know whether the benchmarks run.
    let saves = if std::env::args().any(|argument| argument == "--bench") { SAVES } else { 1 };
    let printed = watch::print(saves).and_then(|()| brain::print(saves)).and_then(|()| tests::print(saves));
    printed.unwrap_or_else(|error| panic!("{error}"));
}

/// As editors do: as a whole, beside the file, and then into its place.
fn save(path: &Path, text: &str) -> io::Result<()> {
    let part = path.with_extension("part");
    fs::write(&part, text)?;
    fs::rename(part, path)
}

fn us(took: Duration) -> f64 {
    took.as_nanos() as f64 / 1000.0
}
