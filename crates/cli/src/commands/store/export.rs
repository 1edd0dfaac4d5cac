//! `ternsig store export`: all that a store holds, as one file.

use crate::problem::{Problem, Status};
use crate::stored::write_json;
use clap::{Args, ValueEnum};
use std::fs;
use std::io::{self, IsTerminal, Write};
use std::path::{Path, PathBuf};
use ternsig_host::Store;

/// Writes all that a store holds as one file, from which `ternsig store import` makes the same store again.
#[derive(Debug, Args)]
pub(crate) struct Export {
    /// The store.
    file: PathBuf,
    /// Where to write the export, instead of the standard output; a file that is there is replaced.
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// How it is written.
    #[arg(long, value_enum, default_value = "json")]
    format: ExportFormat,
}

/// How an export is written. Both forms hold everything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum ExportFormat {
    /// To read, and for other programs.
    Json,
    /// Shorter, with a checksum.
    Binary,
}

impl Export {
    pub(crate) fn execute(&self, out: &mut dyn Write) -> Result<Status, Problem> {
        if self.output.is_none() && self.format == ExportFormat::Binary && io::stdout().is_terminal() {
            let message = "a binary export is not for a terminal; name a file with --output, or redirect it";
            return Err(Problem::file(&self.file, message));
        }
        let bytes = self.bytes()?;
        match &self.output {
            Some(path) if is_same(path, &self.file) => {
                return Err(Problem::file(path, "this is the store itself; name another file"));
            }
            Some(path) => fs::write(path, bytes).map_err(|error| Problem::file(path, error))?,
            None => {
                out.write_all(&bytes)?;
                // The standard output would not say that it failed after the last line.
                out.flush()?;
            }
        }
        Ok(Status::Success)
    }

    fn bytes(&self) -> Result<Vec<u8>, Problem> {
        let export = Store::open(&self.file)?.export()?;
        if self.format == ExportFormat::Binary {
            return Ok(export.to_bytes()?);
        }
        let mut bytes = Vec::new();
        write_json(&export, &mut bytes)?;
        Ok(bytes)
    }
}

/// Whether both names lead to one file.
fn is_same(path: &Path, other: &Path) -> bool {
    matches!((path.canonicalize(), other.canonicalize()), (Ok(path), Ok(other)) if path == other)
}
