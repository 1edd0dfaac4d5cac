//! `ternsig spec`: the reference of all instructions, from the instruction table.

mod describe;
mod fill;
mod index;
mod json;
mod native;
mod page;
mod tables;

use crate::problem::{Problem, Status};
use clap::{Args, ValueEnum};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use ternsig_isa::table::{STANDARD, Standard};

/// Writes the reference of all instructions.
#[derive(Debug, Args)]
pub(crate) struct Spec {
    /// Only this extension; core is one too.
    #[arg(long, value_name = "NAME")]
    ext: Option<String>,
    /// How it is written.
    #[arg(long, value_enum, default_value = "md")]
    format: SpecFormat,
    /// Write the pages into this directory, one file for each extension, an index, and what
    /// native code executes.
    #[arg(long, value_name = "DIRECTORY", conflicts_with_all = ["ext", "format"])]
    write: Option<PathBuf>,
    /// Write the tables of this file again: what stands between lines `<!-- table: NAME -->` and `<!-- end -->`.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["ext", "format", "write"])]
    fill: Option<PathBuf>,
}

/// How the reference is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum SpecFormat {
    /// Markdown.
    Md,
    /// JSON.
    Json,
}

impl Spec {
    pub(crate) fn execute(&self, out: &mut dyn Write) -> Result<Status, Problem> {
        if let Some(directory) = &self.write {
            return write_pages(directory, out);
        }
        if let Some(file) = &self.fill {
            return fill::fill(file);
        }
        let chosen = self.ext.as_deref().map(find).transpose()?;
        match (self.format, chosen) {
            (SpecFormat::Md, Some(extension)) => out.write_all(page::page(extension).as_bytes())?,
            (SpecFormat::Md, None) => {
                out.write_all(index::index().as_bytes())?;
                for extension in STANDARD {
                    write!(out, "\n{}", page::page(extension))?;
                }
                write!(out, "\n{}", native::page())?;
            }
            (SpecFormat::Json, Some(extension)) => writeln!(out, "{:#}", json::extension(extension))?,
            (SpecFormat::Json, None) => writeln!(out, "{:#}", json::all())?,
        }
        Ok(Status::Success)
    }
}

/// The extension with this name, with or without the prefix `tvmr.`.
fn find(name: &str) -> Result<&'static Standard, Problem> {
    let bare = name.to_ascii_lowercase();
    let bare = bare.strip_prefix("tvmr.").unwrap_or(&bare);
    STANDARD.iter().find(|extension| extension.name == bare).ok_or_else(|| {
        let names: Vec<_> = STANDARD.iter().map(|extension| extension.name).collect();
        Problem::invocation(format!("there is no extension \"{name}\" (one of {})", names.join(", ")))
    })
}

fn write_pages(directory: &Path, out: &mut dyn Write) -> Result<Status, Problem> {
    fs::create_dir_all(directory).map_err(|error| Problem::file(directory, error))?;
    let pages = STANDARD.iter().map(|extension| (page::file_name(extension), page::page(extension)));
    let own = [(index::FILE_NAME, index::index()), (native::FILE_NAME, native::page())];
    for (name, text) in own.map(|(name, text)| (name.to_owned(), text)).into_iter().chain(pages) {
        let path = directory.join(name);
        fs::write(&path, text).map_err(|error| Problem::file(&path, error))?;
        writeln!(out, "{}", path.display())?;
    }
    Ok(Status::Success)
}
