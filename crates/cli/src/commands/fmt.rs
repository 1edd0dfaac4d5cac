//! `ternsig fmt`: one layout for every program.

use crate::files::{collect, is_source};
use crate::problem::{Problem, Status};
use crate::terminal::{colour, complain};
use clap::Args;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use ternsig_asm::{format, render_all};

/// Rewrites programs in the canonical layout.
#[derive(Debug, Args)]
pub(crate) struct Fmt {
    /// Files, and directories whose .ternsig files are meant.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Change nothing; list the files that would change, and fail if there are any.
    #[arg(long)]
    check: bool,
}

impl Fmt {
    pub(crate) fn execute(&self, out: &mut dyn Write) -> Result<Status, Problem> {
        let mut success = true;
        for path in collect(&self.paths, is_source)? {
            success &= self.layout(&path, out)?;
        }
        Ok(Status::success_if(success))
    }

    /// Lays out one file; false if it does not read, or may not stay as it is.
    fn layout(&self, path: &Path, out: &mut dyn Write) -> Result<bool, Problem> {
        let bytes = fs::read(path).map_err(|error| Problem::file(path, error))?;
        let Ok(source) = String::from_utf8(bytes) else {
            complain(format_args!("error: {}: the source is not UTF-8", path.display()));
            return Ok(false);
        };
        let text = match format(&source) {
            Ok(text) => text,
            Err(diagnostics) => {
                complain(render_all(&diagnostics, &path.to_string_lossy(), &source, colour()));
                return Ok(false);
            }
        };
        if text == source {
            return Ok(true);
        }
        writeln!(out, "{}", path.display())?;
        if !self.check {
            fs::write(path, text).map_err(|error| Problem::file(path, error))?;
        }
        Ok(!self.check)
    }
}
