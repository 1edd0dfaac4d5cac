//! Writes the seeds of the corpora from the shipped firmware and the case files of the instructions.
//!
//! `cargo run --bin seeds -- DIRECTORY` makes one folder a target in it; `./seeds` keeps those that add coverage.

use std::error::Error;
use std::fs;
use std::path::{Path, PathBuf};
use ternsig_asm::assemble;
use ternsig_isa::{InstructionSet, Shape};
use ternsig_program::binary::{self, WriteOptions};
use ternsig_program::{AssembledProgram, card, card::Card, checksum};
use ternsig_vm::{Interpreter, StepResult};

type Anything = Box<dyn Error>;

fn main() -> Result<(), Anything> {
    let directory = PathBuf::from(std::env::args().nth(1).ok_or("name a directory")?);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let set = InstructionSet::standard();
    let write = Writer { directory };
    for text in texts(&root)? {
        write.seed("text_reader", text.as_bytes())?;
        if let Some(program) = assemble(&text, &set).program {
            binaries(&write, &program)?;
        }
    }
    snapshots(&write, &set)?;
    // Generated programs need no more than a kind and something to draw from.
    for kind in 0..=u8::MAX {
        write.seed("engine_difference", &[kind, 1, kind])?;
        write.seed("run_validated", &[kind & 5, 2, kind])?;
    }
    for path in files(&root.join("firmware"), "ternsig")? {
        let text = fs::read(path)?;
        write.seed("run_validated", &[b"\x07", text.as_slice()].concat())?;
        let program = assemble(&String::from_utf8_lossy(&text), &set).program;
        let bytes = program.and_then(|program| binary::write(&program, WriteOptions::default()).ok());
        if let Some(bytes) = bytes {
            write.seed("run_validated", &[b"\x06", bytes.as_slice()].concat())?;
        }
    }
    Ok(())
}

struct Writer {
    directory: PathBuf,
}

impl Writer {
    /// A file that is named by its content.
    fn seed(&self, target: &str, bytes: &[u8]) -> Result<(), Anything> {
        let folder = self.directory.join(target);
        fs::create_dir_all(&folder)?;
        fs::write(folder.join(format!("{:016x}", checksum(bytes))), bytes)?;
        Ok(())
    }
}

/// Every program that is shipped or stands in a case file.
fn texts(root: &Path) -> Result<Vec<String>, Anything> {
    let mut texts = Vec::new();
    for path in files(&root.join("firmware"), "ternsig")? {
        texts.push(fs::read_to_string(path)?);
    }
    for path in files(&root.join("crates/cli/tests/cases"), "toml")? {
        let table: toml::Table = fs::read_to_string(path)?.parse()?;
        let cases = table.get("case").and_then(toml::Value::as_array).into_iter().flatten();
        texts.extend(cases.filter_map(|case| Some(case.get("program")?.as_str()?.to_owned())));
    }
    Ok(texts)
}

/// The files below a folder, in the order of their names.
fn files(folder: &Path, extension: &str) -> Result<Vec<PathBuf>, Anything> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            found.extend(files(&path, extension)?);
        } else if path.extension().is_some_and(|own| own == extension) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

fn binaries(write: &Writer, program: &AssembledProgram) -> Result<(), Anything> {
    let Ok(bytes) = binary::write(program, WriteOptions::default()) else { return Ok(()) };
    write.seed("binary_reader", &bytes)?;
    write.seed("binary_reader", &card::write(&Card::new("seed", bytes))?)
}

/// A machine at every pause of its run.
fn snapshots(write: &Writer, set: &InstructionSet) -> Result<(), Anything> {
    let program = assemble(include_str!("../snapshot.ternsig"), set).program.ok_or("the program is wrong")?;
    let mut interpreter = Interpreter::from_program(&program)?;
    interpreter.machine_mut().set_input(&[200, 0, 30, -5]);
    interpreter.machine_mut().init_random(0, 7)?;
    let mut portions = 0..40u64;
    interpreter.begin_run();
    interpreter.machine_mut().set_fuel(5);
    loop {
        write.seed("binary_reader", &interpreter.suspend())?;
        write.seed("binary_reader", &interpreter.snapshot())?;
        match interpreter.run_until_yield() {
            StepResult::OutOfFuel if portions.next().is_some() => interpreter.machine_mut().set_fuel(5),
            StepResult::Yield(_) => interpreter.machine_mut().set_hot(2, &[1, 2], Shape::vector(2))?,
            _ => break,
        }
    }
    write.seed("binary_reader", &interpreter.suspend())
}
