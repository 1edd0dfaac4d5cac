//! From saving a program's file to [`Watch::poll`] handing it out, beside loading the file alone.

use crate::measure::median;
use crate::programs::{EIGHT, Program};
use crate::{PATIENCE, save, us};
use std::io;
use std::path::Path;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};
use ternsig_host::load_program_file;
use ternsig_host::watch::{DEBOUNCE, Watch};
use ternsig_vm::ExtensionRegistry;

/// The table of all programs.
pub(crate) fn print(saves: usize) -> io::Result<()> {
    println!("\n{:14} {:>10} {:>14} {:>14}", "program", "load", "no debounce", "100 ms");
    for program in EIGHT {
        let [load, none, standard] = measure(program, saves)?;
        println!("{:14} {load:>10.0} {none:>14.0} {standard:>14.0}", program.name);
    }
    println!("(µs from before the file is saved, medians of {saves})\n");
    Ok(())
}

/// The medians of loading a file, and of saving it with and without a debounce, in µs.
fn measure(program: &Program, saves: usize) -> io::Result<[f64; 3]> {
    let folder = tempfile::tempdir()?;
    let path = folder.path().join("program.ternsig");
    let registry = Arc::new(ExtensionRegistry::standard());
    save(&path, &version(program, 0))?;
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
    save(path, &version(program, number))?;
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

/// The source of a version.
fn version(program: &Program, number: usize) -> String {
    first_line(number) + program.source
}

/// What tells one version from the others.
fn first_line(number: usize) -> String {
    format!("; version {number}\n")
}
