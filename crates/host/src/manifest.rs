//! The manifest: the TOML file that a host starts from.
//!
#![doc = include_str!("../../../docs/manifest.md")]

pub mod brain;
mod error;
mod input;
mod items;
mod program;
mod region;
mod report;
mod root;
mod tree;

pub use brain::{BrainManifest, ManifestFile};
pub use error::{ManifestError, ManifestErrorKind};
pub use input::{Format, Input, Order};
pub use program::{Attached, Moment};
pub use region::{Fill, FillWith, RegionEntry};
pub use report::ReportEntry;

use std::path::{Path, PathBuf};

/// What a host is to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The file that it was read from.
    pub path: PathBuf,
    /// The `[run]` section.
    pub run: RunEntry,
    /// The `[[region]]` sections, in their order; at least one.
    pub regions: Vec<RegionEntry>,
    /// The `[[program]]` sections, in their order.
    pub attached: Vec<Attached>,
}

/// The `[run]` section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunEntry {
    /// At least one; each is a run of its own.
    pub seeds: Vec<u64>,
    /// The fuel of one run of a program, if it is not the machine's default.
    pub fuel: Option<u64>,
}

impl Default for RunEntry {
    fn default() -> RunEntry {
        RunEntry { seeds: vec![1], fuel: None }
    }
}

impl Manifest {
    /// Reads the manifest of a run from a file; see [`ManifestFile::read`].
    ///
    /// # Errors
    /// The file cannot be read, or is no manifest of a run.
    pub fn read(path: &Path) -> Result<Manifest, ManifestError> {
        ManifestFile::read(path)?.into_run(path)
    }

    /// Reads the manifest of a run from a text. The paths in it start from the directory of `path`, which need not exist.
    ///
    /// # Errors
    /// The text is no manifest of a run; the error holds every mistake.
    pub fn parse(text: &str, path: &Path) -> Result<Manifest, ManifestError> {
        ManifestFile::parse(text, path)?.into_run(path)
    }

    /// The directory that the paths in it start from.
    #[must_use]
    pub fn directory(&self) -> &Path {
        directory(&self.path)
    }

    /// The files that a run reads beside the manifest: programs and data.
    pub fn files(&self) -> impl Iterator<Item = &Path> {
        let own = self.regions.iter().flat_map(|region| [&region.program, &region.source.path]);
        own.chain(self.attached.iter().map(|program| &program.program)).map(PathBuf::as_path)
    }

    /// The programs that run on the machine of a region.
    pub fn attached_to<'m>(&'m self, region: &'m RegionEntry) -> impl Iterator<Item = &'m Attached> {
        self.attached.iter().filter(|program| program.on == region.name)
    }
}

fn directory(path: &Path) -> &Path {
    path.parent().unwrap_or_else(|| Path::new(""))
}

#[cfg(test)]
mod tests;
