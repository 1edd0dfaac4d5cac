//! The manifest of a brain: a file with a `[brain]` section.

mod parts;
mod program;
mod region;

pub use parts::{BankEntry, BarrierEntry, FieldEntry, StreamEntry};
pub use program::{BrainProgram, When};
pub use region::{BrainRegion, Wire};

use super::items::Item;
use super::tree::Section;
use super::{ManifestError, ManifestErrorKind, directory, root};
use std::fs;
use std::path::{Component, Path, PathBuf};

/// What a brain consists of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrainManifest {
    /// The file that it was read from.
    pub path: PathBuf,
    /// The `[brain]` section.
    pub brain: BrainEntry,
    /// The `[stream]` section.
    pub stream: Option<StreamEntry>,
    /// The `[[field]]` sections.
    pub fields: Vec<FieldEntry>,
    /// The `[[bank]]` sections.
    pub banks: Vec<BankEntry>,
    /// The `[[barrier]]` sections.
    pub barriers: Vec<BarrierEntry>,
    /// The `[[region]]` sections by ascending id; at least one.
    pub regions: Vec<BrainRegion>,
    /// The `[[program]]` sections, in their order.
    pub programs: Vec<BrainProgram>,
}

/// The `[brain]` section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrainEntry {
    /// What its random weights and the order of its samples come from.
    pub seed: u64,
    /// Where it is kept between two runs.
    pub store: PathBuf,
    /// The names of the boot phases, the first of which it begins in.
    pub phases: Vec<String>,
    /// The neuronal level that it begins with.
    pub level: u8,
    /// The level from which it may rest.
    pub rest_level: u8,
    /// After how many ticks it is saved.
    pub save_every: u64,
    /// The fuel of one run of a program, if it is not the machine's default.
    pub fuel: Option<u64>,
    /// Ticks per second; as many as there can be without it.
    pub rate: Option<u32>,
}

/// What a manifest is for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ManifestFile {
    /// A data set that a region learns.
    Run(super::Manifest),
    /// A brain.
    Brain(BrainManifest),
}

impl ManifestFile {
    /// Reads a manifest of either kind from a file.
    ///
    /// # Errors
    /// The file cannot be read, or is no manifest.
    pub fn read(path: &Path) -> Result<ManifestFile, ManifestError> {
        match fs::read_to_string(path) {
            Ok(text) => ManifestFile::parse(&text, path),
            Err(error) => Err(ManifestError { path: path.to_owned(), kind: ManifestErrorKind::Io(error) }),
        }
    }

    /// Reads a manifest of either kind from a text. The paths in it start from the directory of `path`, which need not exist.
    ///
    /// # Errors
    /// The text is no manifest; the error holds every mistake.
    pub fn parse(text: &str, path: &Path) -> Result<ManifestFile, ManifestError> {
        root::parse(text, path).map_err(|diagnostics| ManifestError {
            path: path.to_owned(),
            kind: ManifestErrorKind::Invalid { text: text.to_owned(), diagnostics },
        })
    }
}

impl ManifestFile {
    pub(super) fn into_run(self, path: &Path) -> Result<super::Manifest, ManifestError> {
        match self {
            ManifestFile::Run(manifest) => Ok(manifest),
            ManifestFile::Brain(_) => Err(ManifestError::other(path, "a data set that a region learns")),
        }
    }
}

impl BrainManifest {
    /// Reads the manifest of a brain from a text; see [`ManifestFile::parse`].
    ///
    /// # Errors
    /// The text is no manifest of a brain.
    pub fn parse(text: &str, path: &Path) -> Result<BrainManifest, ManifestError> {
        match ManifestFile::parse(text, path)? {
            ManifestFile::Brain(manifest) => Ok(manifest),
            ManifestFile::Run(_) => Err(ManifestError::other(path, "a brain, which has a [brain] section")),
        }
    }

    /// The region of an id.
    #[must_use]
    pub fn region(&self, id: u8) -> Option<&BrainRegion> {
        self.regions.iter().find(|region| region.id == id)
    }
}

/// Reads a file that has a `[brain]` section.
pub(super) fn read(mut root: Section<'_>, brain: Item<'_>, path: &Path) -> Option<BrainManifest> {
    let base = directory(path);
    let brain = brain.section("[brain]").map(|section| brain_entry(section, path));
    let stream = match root.optional("stream") {
        Some(item) => parts::stream(item.section("[stream]")?, base).map(Some),
        None => Some(None),
    };
    let fields = parts::fields(&mut root);
    let banks = parts::banks(&mut root);
    let regions = region::read_all(&mut root, base, &banks);
    let barriers = parts::barriers(&mut root, &regions);
    let phases = brain.as_ref().map_or(&[][..], |brain| &brain.phases);
    let programs = program::read_all(&mut root, base, &regions, phases);
    root.finish();
    let (brain, stream) = (brain?, stream?);
    Some(BrainManifest { path: path.to_owned(), brain, stream, fields, banks, barriers, regions, programs })
}

/// Mistakes are complained about; what is returned then is not used.
fn brain_entry(mut section: Section<'_>, path: &Path) -> BrainEntry {
    let base = directory(path);
    let number = |item: Option<Item<'_>>, default| {
        item.map_or(default, |item| item.integer(0, u8::MAX).unwrap_or(default))
    };
    let seed = section.optional("seed").and_then(|item| item.integer(0, u64::MAX)).unwrap_or(1);
    let store = section.optional("store").and_then(|item| inside(item, base));
    let store = store.unwrap_or_else(|| path.with_extension("store"));
    let phases = section.optional("phases").map_or_else(Vec::new, Item::each);
    let phases: Vec<_> = phases.into_iter().filter_map(|item| Some(item.text()?.to_owned())).collect();
    let level = number(section.optional("level"), 1);
    let rest_level = number(section.optional("rest_level"), 1);
    let save_every = section.optional("save_every").and_then(|item| item.integer(1, u64::MAX)).unwrap_or(500);
    let fuel = section.optional("fuel").and_then(|item| item.integer(1, u64::MAX));
    let rate = section.optional("rate").and_then(|item| item.integer(1, 1_000_000));
    section.finish();
    let phases = if phases.is_empty() { vec!["awake".to_owned()] } else { phases };
    BrainEntry { seed, store, phases, level, rest_level, save_every, fuel, rate }
}

/// A path that stays inside the directory of the manifest.
fn inside(item: Item<'_>, base: &Path) -> Option<PathBuf> {
    let path = item.text()?;
    let stays =
        Path::new(path).components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir));
    if !stays {
        let message = format!("\"{path}\" leaves the directory of the manifest");
        let help = "paths start from that directory, and neither begin with `/` nor contain `..`";
        item.complain("leaves-directory", message, Some(help.to_owned()));
        return None;
    }
    Some(base.join(path))
}
