//! Why a manifest cannot be used.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use ternsig_asm::{Colour, Diagnostic, LineIndex, render_all};

/// Why a manifest cannot be used.
#[derive(Debug)]
pub struct ManifestError {
    /// The file.
    pub path: PathBuf,
    /// What is wrong with it.
    pub kind: ManifestErrorKind,
}

/// What is wrong with a manifest.
#[derive(Debug)]
#[non_exhaustive]
pub enum ManifestErrorKind {
    /// It cannot be read.
    Io(io::Error),
    /// It has mistakes.
    Invalid {
        /// The text that was read.
        text: String,
        /// The mistakes, in the order of the text; at least one.
        diagnostics: Vec<Diagnostic>,
    },
    /// It is for something else.
    Other {
        /// What it should have been for.
        wanted: &'static str,
    },
}

impl ManifestError {
    pub(super) fn other(path: &Path, wanted: &'static str) -> ManifestError {
        ManifestError { path: path.to_owned(), kind: ManifestErrorKind::Other { wanted } }
    }

    /// The mistakes, in the order of the text; none if the file could not be read.
    #[must_use]
    pub fn diagnostics(&self) -> &[Diagnostic] {
        match &self.kind {
            ManifestErrorKind::Io(_) | ManifestErrorKind::Other { .. } => &[],
            ManifestErrorKind::Invalid { diagnostics, .. } => diagnostics,
        }
    }

    /// The message for a terminal, with the lines that hold the mistakes.
    #[must_use]
    pub fn render(&self, colour: Colour) -> String {
        match &self.kind {
            ManifestErrorKind::Io(_) | ManifestErrorKind::Other { .. } => format!("error: {self}"),
            ManifestErrorKind::Invalid { text, diagnostics } => {
                render_all(diagnostics, &self.path.to_string_lossy(), text, colour)
            }
        }
    }
}

impl fmt::Display for ManifestError {
    /// One line for each mistake: the file, the place and what is wrong.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.kind {
            ManifestErrorKind::Io(error) => write!(f, "{path}: {error}"),
            ManifestErrorKind::Other { wanted } => write!(f, "{path}: this is not the manifest of {wanted}"),
            ManifestErrorKind::Invalid { text, diagnostics } => {
                let index = LineIndex::new(text);
                for (i, diagnostic) in diagnostics.iter().enumerate() {
                    let separator = if i == 0 { "" } else { "\n" };
                    write!(f, "{separator}{path}")?;
                    if let Some(place) = diagnostic.start(&index) {
                        write!(f, ":{}:{}", place.line, place.column)?;
                    }
                    write!(f, ": {diagnostic}")?;
                }
                Ok(())
            }
        }
    }
}

impl std::error::Error for ManifestError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            ManifestErrorKind::Io(error) => Some(error),
            ManifestErrorKind::Invalid { .. } | ManifestErrorKind::Other { .. } => None,
        }
    }
}
