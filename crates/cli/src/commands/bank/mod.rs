//! `ternsig bank`: the banks of a store.

mod ls;
mod named;
mod query;
mod show;

use crate::problem::{Problem, Status};
use clap::Subcommand;
use std::io::Write;

/// Looks into the banks of a durable store.
///
/// Nothing in them is changed: a query is no access. Banks and entries are named by their ids, 16 hexadecimal digits; banks by
/// their names, too.
#[derive(Debug, Subcommand)]
pub(crate) enum Bank {
    Ls(ls::Ls),
    Query(query::Query),
    Show(show::Show),
}

impl Bank {
    pub(crate) fn execute(&self, out: &mut dyn Write) -> Result<Status, Problem> {
        match self {
            Bank::Ls(command) => command.execute(out),
            Bank::Query(command) => command.execute(out),
            Bank::Show(command) => command.execute(out),
        }
    }
}
