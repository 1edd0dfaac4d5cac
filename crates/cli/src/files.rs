//! The files that a command is to look at.

use crate::problem::Problem;
use std::fs;
use std::path::{Path, PathBuf};
use ternsig_host::loader::{BINARY_EXTENSION, SOURCE_EXTENSION};

/// Whether a file's name says that it is source text.
pub(crate) fn is_source(path: &Path) -> bool {
    has_extension(path, SOURCE_EXTENSION)
}

/// Whether a file's name says that it is a binary program.
pub(crate) fn is_binary(path: &Path) -> bool {
    has_extension(path, BINARY_EXTENSION)
}

/// Whether a file's name has this extension, in any letter case.
pub(crate) fn has_extension(path: &Path, extension: &str) -> bool {
    path.extension().is_some_and(|found| found.eq_ignore_ascii_case(extension))
}

/// The named files, and those below the named directories whose names are wanted, in the order of their paths. Hidden
/// directories are passed over.
pub(crate) fn collect(paths: &[PathBuf], wanted: impl Fn(&Path) -> bool) -> Result<Vec<PathBuf>, Problem> {
    let mut files = Vec::new();
    for path in paths {
        let metadata = fs::metadata(path).map_err(|error| Problem::file(path, error))?;
        if metadata.is_dir() {
            let before = files.len();
            descend(path, &wanted, &mut files)?;
            if files.len() == before {
                return Err(Problem::file(path, "no program is below this directory"));
            }
        } else {
            files.push(path.clone());
        }
    }
    files.sort();
    files.dedup();
    Ok(files)
}

fn descend(
    directory: &Path,
    wanted: &impl Fn(&Path) -> bool,
    files: &mut Vec<PathBuf>,
) -> Result<(), Problem> {
    let entries = fs::read_dir(directory).map_err(|error| Problem::file(directory, error))?;
    for entry in entries {
        let entry = entry.map_err(|error| Problem::file(directory, error))?;
        let path = entry.path();
        // The entry itself, not what a link leads to: links to directories could lead in circles.
        let is_directory = entry.file_type().is_ok_and(|kind| kind.is_dir());
        if is_directory {
            if !entry.file_name().to_string_lossy().starts_with('.') {
                descend(&path, wanted, files)?;
            }
        } else if wanted(&path) && path.is_file() {
            files.push(path);
        }
    }
    Ok(())
}
