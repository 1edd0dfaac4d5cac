//! Loading and running small test programs: the time of a test, from the file to its result.

use crate::measure::median;
use crate::us;
use std::path::{Path, PathBuf};
use std::time::Instant;
use std::{fs, io};
use ternsig_host::load_program_file;
use ternsig_isa::InstructionSet;
use ternsig_vm::Interpreter;

/// The shipped tests, the quickest and the slowest of them.
pub(crate) fn print(turns: usize) -> io::Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../firmware/tests");
    let files = fs::read_dir(folder)?.map(|entry| entry.map(|entry| entry.path()));
    let mut files: Vec<PathBuf> = files.collect::<io::Result<_>>()?;
    files.retain(|path| path.extension().is_some_and(|extension| extension == "ternsig"));
    let measured = files.iter().map(|path| Ok((median_of(path, turns)?, path)));
    let mut measured: Vec<(f64, &PathBuf)> = measured.collect::<io::Result<_>>()?;
    measured.sort_by(|one, other| one.0.total_cmp(&other.0));
    println!("{:34} {:>10}", "test program", "load + run");
    for (what, at) in [("quickest", 0), ("median", measured.len() / 2), ("slowest", measured.len() - 1)] {
        let (took, path) = measured[at];
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        println!("{:34} {took:>10.0}", format!("{what}: {name}"));
    }
    println!("(µs from the file to the result, medians of {turns}, of {} programs)\n", files.len());
    Ok(())
}

fn median_of(path: &Path, turns: usize) -> io::Result<f64> {
    let instructions = InstructionSet::standard();
    let turns = (0..turns).map(|_| {
        let start = Instant::now();
        let loaded = load_program_file(path, &instructions).map_err(io::Error::other)?;
        let mut interpreter = Interpreter::from_program(&loaded.program).map_err(io::Error::other)?;
        let outcome = interpreter.run();
        let took = us(start.elapsed());
        if !outcome.is_complete() {
            return Err(io::Error::other(format!("{}: {outcome}", path.display())));
        }
        Ok(took)
    });
    turns.collect::<io::Result<Vec<_>>>().map(median)
}
