//! Why a program file cannot be loaded or written.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use ternsig_asm::{Colour, Diagnostic, render_all};
use ternsig_program::{BinaryError, CardError, WriteError};

/// Why a program file cannot be loaded or written.
#[derive(Debug)]
pub struct LoadFileError {
    /// The file, or the name that was asked for.
    pub path: PathBuf,
    /// What is wrong.
    pub kind: Box<LoadFileErrorKind>,
}

/// What is wrong with a program file.
#[derive(Debug)]
#[non_exhaustive]
pub enum LoadFileErrorKind {
    /// The file cannot be read or written.
    Io(io::Error),
    /// The file is larger than this reader takes.
    TooLarge,
    /// The name is absolute or contains `..`.
    LeavesDirectory,
    /// The name is empty.
    NoName,
    /// The name of a card that is to be saved already has the extension.
    HasExtension,
    /// The file's extension is none that programs have.
    UnknownExtension,
    /// The source is not UTF-8 from this byte on.
    NotUtf8 {
        /// The first byte that is not.
        offset: usize,
    },
    /// The source does not assemble.
    Source {
        /// The source.
        text: String,
        /// What there is to say about it; at least one error.
        diagnostics: Vec<Diagnostic>,
    },
    /// The binary does not read.
    Binary(BinaryError),
    /// The card does not read, or cannot be written.
    Card(CardError),
    /// The program has no binary form.
    Write(WriteError),
}

impl LoadFileError {
    pub(super) fn new(path: &Path, kind: LoadFileErrorKind) -> LoadFileError {
        LoadFileError { path: path.to_owned(), kind: Box::new(kind) }
    }

    /// The message for a terminal. Mistakes in a source are shown with the line they stand in.
    #[must_use]
    pub fn render(&self, colour: Colour) -> String {
        match &*self.kind {
            LoadFileErrorKind::Source { text, diagnostics } => {
                render_all(diagnostics, &self.path.to_string_lossy(), text, colour)
            }
            _ => format!("error: {self}"),
        }
    }
}

impl fmt::Display for LoadFileErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use LoadFileErrorKind as K;
        match self {
            K::Io(error) => error.fmt(f),
            K::TooLarge => f.write_str("the file is too large for a program"),
            K::LeavesDirectory => f.write_str("the path leaves the loader's directory"),
            K::NoName => f.write_str("the path names no file"),
            K::HasExtension => f.write_str("a card is saved under a path without .card"),
            K::UnknownExtension => f.write_str("a program's file ends in .ternsig, .tvmr or .card"),
            K::NotUtf8 { offset } => write!(f, "the source is not UTF-8 (byte {offset:#x})"),
            K::Source { diagnostics, .. } => {
                let errors = diagnostics.iter().filter(|diagnostic| diagnostic.is_error());
                for (i, error) in errors.enumerate() {
                    write!(f, "{}{error}", if i == 0 { "" } else { "; " })?;
                }
                Ok(())
            }
            K::Binary(error) => error.fmt(f),
            K::Card(error) => error.fmt(f),
            K::Write(error) => error.fmt(f),
        }
    }
}

impl fmt::Display for LoadFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path.display(), self.kind)
    }
}

impl std::error::Error for LoadFileError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &*self.kind {
            LoadFileErrorKind::Io(error) => Some(error),
            LoadFileErrorKind::Binary(error) => Some(error),
            LoadFileErrorKind::Card(error) => Some(error),
            LoadFileErrorKind::Write(error) => Some(error),
            _ => None,
        }
    }
}
