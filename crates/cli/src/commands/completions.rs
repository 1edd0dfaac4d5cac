//! `ternsig completions`: what a shell needs to complete the command's arguments.

use crate::Ternsig;
use crate::problem::{Problem, Status};
use clap::{Args, CommandFactory};
use clap_complete::Shell;
use std::io::Write;

/// Writes a completion script for a shell.
#[derive(Debug, Args)]
pub(crate) struct Completions {
    /// The shell.
    shell: Shell,
}

impl Completions {
    pub(crate) fn execute(&self, out: &mut dyn Write) -> Result<Status, Problem> {
        // Through memory: the generator panics when it cannot write.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Ternsig::command(), "ternsig", &mut script);
        out.write_all(&script)?;
        Ok(Status::Success)
    }
}
