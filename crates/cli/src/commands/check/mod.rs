//! `ternsig check`: everything that can be said about programs without running them.

mod file;
mod report;

use crate::arguments::Format;
use crate::files::{collect, is_binary, is_source};
use crate::problem::{Problem, Status};
use crate::progress::bar;
use clap::Args;
use file::Checked;
use report::Summary;
use std::io::Write;
use std::path::{Path, PathBuf};
use ternsig_host::loader::CARD_EXTENSION;
use ternsig_program::Checks;

/// Checks programs without running them. Warnings never fail.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// Files, and directories whose .ternsig, .tvmr and .card files are meant.
    #[arg(required = true)]
    paths: Vec<PathBuf>,
    /// Make the changes that the findings propose, where they need no decision.
    #[arg(long)]
    fix: bool,
    /// Look for what is odd too, not only for what keeps a program from running.
    #[arg(long)]
    deep: bool,
    /// Follow the shapes of registers through the program.
    #[arg(long)]
    shapes: bool,
    /// How the report is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

impl Check {
    pub(crate) fn execute(&self, out: &mut dyn Write) -> Result<Status, Problem> {
        let checks = Checks { advice: self.deep, shapes: self.shapes, ..Checks::required() };
        let files = collect(&self.paths, is_program)?;
        let bar = bar(files.len(), "files");
        let mut summary = Summary::default();
        for path in &files {
            let fixed = if self.fix { file::fix(path)? } else { 0 };
            let checked = Checked::of(path, checks, fixed)?;
            bar.suspend(|| summary.add(&checked, self.format));
            bar.inc(1);
        }
        bar.finish_and_clear();
        summary.write(self.format, out)?;
        Ok(Status::success_if(summary.failed == 0))
    }
}

fn is_program(path: &Path) -> bool {
    is_source(path) || is_binary(path) || crate::files::has_extension(path, CARD_EXTENSION)
}
