//! Programs from files: source text, binaries and cards.

mod error;
mod file;

pub use error::{LoadFileError, LoadFileErrorKind};
pub use file::{LoadedProgram, load_program_file};

use file::{read_bytes, read_source};
use std::ffi::OsString;
use std::fs;
use std::path::{Component, Path, PathBuf};
use ternsig_isa::InstructionSet;
use ternsig_program::card::{self, Card};
use ternsig_program::{AssembledProgram, WriteOptions, binary};

/// The extension of source files, which may hold a binary all the same.
pub const SOURCE_EXTENSION: &str = "ternsig";
/// The extension of binary programs.
pub const BINARY_EXTENSION: &str = "tvmr";
/// The extension of cards.
pub const CARD_EXTENSION: &str = "card";

/// Loads programs by name from one directory. A name is a path within the directory, without the extension, which is
/// always appended: `foo.v2` is the file `foo.v2.ternsig`.
///
/// ```no_run
/// use ternsig_host::Loader;
/// use ternsig_isa::InstructionSet;
///
/// let loader = Loader::new("firmware");
/// let relay = loader.load("regions/relay", &InstructionSet::standard())?;
/// loader.save_card("relay-1", "cards/relay", &relay.program)?;
/// # Ok::<(), ternsig_host::loader::LoadFileError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Loader {
    directory: PathBuf,
}

impl Loader {
    /// A loader of the programs in a directory.
    #[must_use]
    pub fn new(directory: impl Into<PathBuf>) -> Loader {
        Loader { directory: directory.into() }
    }

    /// The directory.
    #[must_use]
    pub fn directory(&self) -> &Path {
        &self.directory
    }

    /// Loads `<directory>/<name>.ternsig`: source text, or a binary if it begins like one.
    ///
    /// # Errors
    /// The name leaves the directory, or the file is no program.
    pub fn load(&self, name: impl AsRef<Path>, set: &InstructionSet) -> Result<LoadedProgram, LoadFileError> {
        let path = self.path(name.as_ref(), SOURCE_EXTENSION)?;
        let bytes = read_bytes(&path)?;
        read_source(path, bytes, set)
    }

    /// Loads the program of the card `<directory>/<name>.card`.
    ///
    /// # Errors
    /// The name leaves the directory, or the file is no card.
    pub fn load_card(&self, name: impl AsRef<Path>) -> Result<LoadedProgram, LoadFileError> {
        let path = self.path(name.as_ref(), CARD_EXTENSION)?;
        let bytes = read_bytes(&path)?;
        file::read_card(path, &bytes)
    }

    /// Writes a program as the card `<directory>/<name>.card` and returns its path. Directories are created as needed.
    /// The file appears complete or not at all.
    ///
    /// # Errors
    /// The name leaves the directory or ends in `.card`, the program has no binary form, or the file cannot be written.
    pub fn save_card(
        &self,
        id: &str,
        name: impl AsRef<Path>,
        program: &AssembledProgram,
    ) -> Result<PathBuf, LoadFileError> {
        let name = name.as_ref();
        if name.extension().is_some_and(|extension| extension == CARD_EXTENSION) {
            return Err(LoadFileError::new(name, LoadFileErrorKind::HasExtension));
        }
        let path = self.path(name, CARD_EXTENSION)?;
        let payload = binary::write(program, WriteOptions { metadata: true });
        let payload = payload.map_err(|error| LoadFileError::new(&path, LoadFileErrorKind::Write(error)))?;
        let bytes = card::write(&Card::new(id, payload));
        let bytes = bytes.map_err(|error| LoadFileError::new(&path, LoadFileErrorKind::Card(error)))?;
        write_file(&path, &bytes).map_err(|error| LoadFileError::new(&path, LoadFileErrorKind::Io(error)))?;
        Ok(path)
    }

    /// The file of a name.
    fn path(&self, name: &Path, extension: &str) -> Result<PathBuf, LoadFileError> {
        let inside = name.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
        if !inside {
            return Err(LoadFileError::new(name, LoadFileErrorKind::LeavesDirectory));
        }
        let Some(file) = name.file_name() else {
            return Err(LoadFileError::new(name, LoadFileErrorKind::NoName));
        };
        let mut file = OsString::from(file);
        file.push(".");
        file.push(extension);
        Ok(self.directory.join(name).with_file_name(file))
    }
}

fn write_file(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    if let Some(directory) = path.parent() {
        fs::create_dir_all(directory)?;
    }
    let mut part = path.as_os_str().to_owned();
    part.push(".part");
    fs::write(&part, bytes)?;
    fs::rename(&part, path)
}

#[cfg(test)]
mod tests;
