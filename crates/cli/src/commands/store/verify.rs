//! `ternsig store verify`: whether a store is as it was written.

use crate::problem::{Problem, Status};
use crate::stored::open;
use crate::text::counted;
use clap::Args;
use std::io::Write;
use std::path::PathBuf;

/// Verifies a store: every page, every row, the chain of records, the weights against it, and the banks.
///
/// A damaged store is left as it is, and the exit status is 1.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// The store.
    file: PathBuf,
}

impl Verify {
    pub(crate) fn execute(&self, out: &mut dyn Write) -> Result<Status, Problem> {
        let memory = open(&self.file)?;
        let mut store = memory.store();
        store.verify()?;
        let (keys, records) = (counted(store.keys()?.len(), "key"), counted(store.chain_len()?, "record"));
        writeln!(out, "{}: verified, {keys}, {records} in the chain", self.file.display())?;
        Ok(Status::Success)
    }
}
