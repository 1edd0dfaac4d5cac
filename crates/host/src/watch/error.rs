//! Why a file cannot be watched.

use std::fmt;
use std::path::{Path, PathBuf};

/// Why a file or directory cannot be watched.
#[derive(Debug)]
pub struct WatchError {
    /// The file or directory, as the caller named it.
    pub path: PathBuf,
    /// What the system says.
    pub error: notify::Error,
}

impl WatchError {
    pub(super) fn new(path: &Path, error: impl Into<notify::Error>) -> WatchError {
        WatchError { path: path.to_owned(), error: error.into() }
    }
}

impl fmt::Display for WatchError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} cannot be watched: {}", self.path.display(), self.error)
    }
}

impl std::error::Error for WatchError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}
