//! From saving a program's file to the program being there for the host, with and without the wait for quiet.
//!
//! ```sh
//! cargo bench -p ternsig-bench --bench reload
//! ```
//!
//! What is loaded must be what was saved. The table shows the medians, beside those of loading the file alone.
#![allow(clippy::panic, reason = "a benchmark that cannot run stops")]

#[allow(dead_code, reason = "only medians, and no work by turns")]
#[path = "../common/measure.rs"]
mod measure;
#[allow(dead_code, reason = "only sources")]
#[path = "../common/programs.rs"]
mod programs;

use measure::median;
use programs::{EIGHT, Program};
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use std::{fs, io};
use ternsig_host::load_program_file;
use ternsig_host::watch::{DEBOUNCE, Watch};
use ternsig_vm::ExtensionRegistry;

/// How often each file is saved.
const SAVES: usize = 101;
/// Longer than any save takes to be seen.
const PATIENCE: Duration = Duration::from_secs(10);

fn main() {
    // Without this argument, cargo only wants to know whether the benchmarks run.
    let saves = if std::env::args().any(|argument| argument == "--bench") { SAVES } else { 1 };
    println!("\n{:14} {:>10} {:>14} {:>14}", "program", "load", "no debounce", "100 ms");
    for program in EIGHT {
        let measured = measure(program, saves);
        let [load, none, standard] = measured.unwrap_or_else(|error| panic!("{}: {error}", program.name));
        println!("{:14} {load:>10.0} {none:>14.0} {standard:>14.0}", program.name);
    }
    println!("(µs from before the file is saved, medians of {saves})\n");
}

/// The medians of loading a file, and of saving it with and without a debounce, in µs.
fn measure(program: &Program, saves: usize) -> io::Result<[f64; 3]> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("program.ternsig");
    let registry = Arc::new(ExtensionRegistry::standard());
    save(&path, program, 0)?;
    let load = (0..saves).map(|_| {
        let start = Instant::now();
        let loaded = load_program_file(&path, registry.instruction_set());
        let took = start.elapsed();
        loaded.map(|_| us(took)).map_err(io::Error::other)
    });
    let load = load.collect::<io::Result<Vec<_>>>()?;
    let through = |debounce| {
        let watch = Watch::files([&path], debounce, &registry).map_err(io::Error::other)?;
        (1..=saves).map(|number| reload(&path, program, &watch, number)).collect::<io::Result<Vec<_>>>()
    };
    let (none, standard) = (through(Duration::ZERO)?, through(DEBOUNCE)?);
    Ok([load, none, standard].map(median))
}

/// Saves a new version and waits until the host has it.
fn reload(path: &Path, program: &Program, watch: &Watch, number: usize) -> io::Result<f64> {
    let start = Instant::now();
    save(path, program, number)?;
    while start.elapsed() < PATIENCE {
        let Some(change) = watch.poll() else {
            thread::yield_now();
            continue;
        };
        let took = start.elapsed();
        let loaded = change.result.map_err(io::Error::other)?;
        // Without a debounce, one save may be loaded twice.
        if loaded.source.is_some_and(|source| source.starts_with(&first_line(number))) {
            return Ok(us(took));
        }
    }
    Err(io::Error::from(io::ErrorKind::TimedOut))
}

/// As editors do: as a whole, beside the file, and then into its place.
fn save(path: &Path, program: &Program, number: usize) -> io::Result<()> {
    let part = path.with_extension("part");
    fs::write(&part, first_line(number) + program.source)?;
    fs::rename(part, path)
}

/// What tells one version from the others.
fn first_line(number: usize) -> String {
    format!("; version {number}\n")
}

fn us(took: Duration) -> f64 {
    took.as_nanos() as f64 / 1000.0
}
