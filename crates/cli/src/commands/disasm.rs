//! `ternsig disasm`: from a binary to text.

use crate::problem::{Problem, Status};
use crate::program::Program;
use clap::Args;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use ternsig_asm::disassemble;
use ternsig_isa::InstructionSet;

/// Writes a binary program as text, which assembles to the same program.
#[derive(Debug, Args)]
pub(crate) struct Disasm {
    /// The program.
    file: PathBuf,
    /// Where to write the text, instead of the standard output.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Disasm {
    pub(crate) fn execute(&self, out: &mut dyn Write) -> Result<Status, Problem> {
        let program = Program::load(&self.file)?;
        let text = disassemble(program.assembled(), &InstructionSet::standard());
        match &self.output {
            Some(path) => fs::write(path, text).map_err(|error| Problem::file(path, error))?,
            None => out.write_all(text.as_bytes())?,
        }
        Ok(Status::Success)
    }
}
