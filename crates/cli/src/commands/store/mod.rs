//! `ternsig store`: durable stores.

mod contents;
mod export;
mod import;
mod ls;
mod show;
mod verify;

use crate::problem::{Problem, Status};
use clap::Subcommand;
use std::io::Write;

/// Looks into a durable store, verifies it, or moves what it holds to another file.
///
/// Opening a store verifies all of it; a damaged one is refused and left as it is. Only one process at a time can have
/// a store open.
#[derive(Debug, Subcommand)]
pub(crate) enum Store {
    Ls(ls::Ls),
    Show(show::Show),
    Verify(verify::Verify),
    Export(export::Export),
    Import(import::Import),
}

impl Store {
    pub(crate) fn execute(&self, out: &mut dyn Write) -> Result<Status, Problem> {
        match self {
            Store::Ls(command) => command.execute(out),
            Store::Show(command) => command.execute(out),
            Store::Verify(command) => command.execute(out),
            Store::Export(command) => command.execute(out),
            Store::Import(command) => command.execute(out),
        }
    }
}
