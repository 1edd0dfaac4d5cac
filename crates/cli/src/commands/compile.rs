//! `ternsig compile`: objects for C programs.

use crate::problem::{Problem, Status};
use crate::program::Program;
use clap::Args;
use std::fs;
use std::path::{Path, PathBuf};
use ternsig_isa::Temperature;
use ternsig_isa::limits::REGISTERS_PER_BANK;
use ternsig_jit::{JitError, ObjectTarget, object};
use ternsig_vm::Machine;

/// Compiles a program to an ELF object and a C header, for programs without this runtime.
///
/// The code is made for registers and buffers of the declared shapes. The header says how it is used.
#[derive(Debug, Args)]
pub(crate) struct Compile {
    /// The program.
    file: PathBuf,
    /// The program whose machine a program without registers runs on.
    #[arg(long, value_name = "PROGRAM")]
    on: Option<PathBuf>,
    /// What the object is for: x86_64-linux or aarch64-linux.
    #[arg(long)]
    target: ObjectTarget,
    /// Where to write the object.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Where to write the header.
    #[arg(long, value_name = "FILE")]
    header: PathBuf,
    /// What the names in the object begin with. [default: made from the program's file name]
    #[arg(long, value_name = "NAME")]
    prefix: Option<String>,
    /// The weights come with temperatures.
    #[arg(long)]
    temperatures: bool,
}

impl Compile {
    pub(crate) fn execute(&self) -> Result<Status, Problem> {
        let program = Program::load(&self.file)?;
        let base = self.on.as_deref().map(Program::load).transpose()?;
        let mut interpreter = program.interpreter(base.as_ref(), None)?;
        if self.temperatures {
            temper(interpreter.machine_mut());
        }
        let prefix = self.prefix.clone().unwrap_or_else(|| prefix(&self.file));
        let object = object(interpreter.machine(), self.target, &prefix);
        let object = object.map_err(|error| self.refused(&error))?;
        write(&self.output, &object.bytes)?;
        write(&self.header, object.header.as_bytes())?;
        Ok(Status::Success)
    }

    fn refused(&self, error: &JitError) -> Problem {
        let file = self.file.display();
        match error {
            JitError::NothingNative => Problem::Program(format!(
                "error: {file}: {error}; `ternsig explain {file}` says why for each"
            )),
            JitError::InvalidPrefix(_) => Problem::invocation(format!("--prefix: {error}")),
            error => Problem::invocation(format!("{file}: {error}")),
        }
    }
}

/// Gives all weights temperatures.
fn temper(machine: &mut Machine) {
    for index in 0..REGISTERS_PER_BANK {
        if let Some(register) = machine.cold_mut(index) {
            register.fill_temperatures(Temperature::Hot);
        }
    }
}

/// A name in C for what is in a file.
fn prefix(file: &Path) -> String {
    let stem = file.file_stem().unwrap_or_default().to_string_lossy();
    let name: String = stem.chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '_' }).collect();
    if name.starts_with(|c: char| c.is_ascii_alphabetic()) { name } else { format!("program_{name}") }
}

fn write(path: &Path, bytes: &[u8]) -> Result<(), Problem> {
    fs::write(path, bytes).map_err(|error| Problem::file(path, error))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn prefixes_are_names() {
        let names = ["a/rule_encoder.ternsig", "2 layers.tvmr", "", "größe.card"];
        let prefixes = names.map(|name| prefix(Path::new(name)));
        assert_eq!(prefixes, ["rule_encoder", "program_2_layers", "program_", "gr__e"]);
    }
}
