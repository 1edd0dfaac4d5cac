//! `ternsig store import`: a store from an export.

use crate::problem::{Problem, Status};
use crate::text::counted;
use clap::Args;
use std::fs;
use std::io::Write;
use std::path::PathBuf;
use ternsig_host::store::{StoreErrorKind, StoreExport};
use ternsig_host::{Store, StoreError};

/// Makes a new store from an export, which is verified first.
///
/// A store that is there is not touched, and nothing is made from a damaged export.
#[derive(Debug, Args)]
pub(crate) struct Import {
    /// The store to make. There must be no such file.
    file: PathBuf,
    /// The export, as JSON or in binary form, which its content tells.
    export: PathBuf,
}

impl Import {
    pub(crate) fn execute(&self, out: &mut dyn Write) -> Result<Status, Problem> {
        let bytes = fs::read(&self.export).map_err(|error| Problem::file(&self.export, error))?;
        let export = StoreExport::read(&bytes).map_err(|error| self.spoiled(&error))?;
        let (keys, records) = (counted(export.weights.len(), "key"), counted(export.chain.len(), "record"));
        Store::create_from(&self.file, &export).map_err(|error| match error.cause() {
            StoreErrorKind::Import { .. } | StoreErrorKind::Newer { .. } => self.spoiled(&error),
            _ => Problem::from(error),
        })?;
        writeln!(out, "{}: imported, {keys}, {records} in the chain", self.file.display())?;
        Ok(Status::Success)
    }

    /// The export is at fault, not the file that was to be made.
    fn spoiled(&self, error: &StoreError) -> Problem {
        let help = match error.cause() {
            StoreErrorKind::Newer { .. } => "",
            _ => "; make another with `ternsig store export`",
        };
        Problem::Program(format!("error: {}: {}{help}", self.export.display(), error.cause()))
    }
}
