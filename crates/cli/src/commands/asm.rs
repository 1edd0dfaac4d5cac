//! `ternsig asm`: from text to a binary.

use crate::files::has_extension;
use crate::problem::{Problem, Status};
use crate::program::Program;
use clap::Args;
use std::fs;
use std::path::PathBuf;
use ternsig_host::loader::CARD_EXTENSION;
use ternsig_program::card::{self, Card};
use ternsig_program::{WriteOptions, binary};

/// Assembles a program to its binary form.
///
/// Binaries are accepted too: a program in the legacy form is so converted to the present one.
#[derive(Debug, Args)]
pub(crate) struct Asm {
    /// The program.
    file: PathBuf,
    /// Where to write the binary; a name that ends in .card gets a card around it.
    #[arg(short, long, value_name = "FILE")]
    output: PathBuf,
    /// Keep the .meta and .projection sections, in a block that older readers pass over.
    #[arg(long)]
    meta: bool,
}

impl Asm {
    pub(crate) fn execute(&self) -> Result<Status, Problem> {
        let program = Program::load(&self.file)?;
        let unwritable = |error: &dyn std::fmt::Display| {
            Problem::Program(format!("error: {}: {error}", self.file.display()))
        };
        let options = WriteOptions { metadata: self.meta };
        let mut bytes = binary::write(program.assembled(), options).map_err(|error| unwritable(&error))?;
        if has_extension(&self.output, CARD_EXTENSION) {
            let card = Card::new(program.file().name(), bytes);
            bytes = card::write(&card).map_err(|error| unwritable(&error))?;
        }
        fs::write(&self.output, bytes).map_err(|error| Problem::file(&self.output, error))?;
        Ok(Status::Success)
    }
}
