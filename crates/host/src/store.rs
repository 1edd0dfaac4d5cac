//! The durable store: weights with their audit trail, checkpoints, architecture records, model sources, snapshots and banks in
//! one file.
//!
//! Every write is durable when it returns, or, inside a transaction, when the outermost one is committed. Killed at any instant, a
//! store opens again with what was committed last. Opening verifies everything: a file that is not as it was written is
//! refused, and left as it is.
//!
//! The file is an image of the engine `redb` behind two header pages; each row carries a checksum over table, key and value, and
//! the store knows how many rows each table has.

mod architecture;
mod archive;
mod blobs;
mod chain;
mod checkpoint;
mod codec;
mod engine;
mod error;
mod export;
mod frame;
mod layers;
mod overlay;
mod table;
mod value;
mod verify;
mod weights;

pub use architecture::Architecture;
pub use blobs::{Blobs, ModelContent, ModelSource, bank_entry_key, bank_key};
pub use chain::{ChainRecord, Change, RecordKind};
pub use error::{Result, StoreError, StoreErrorKind};
pub use export::{ExportedArchitecture, ExportedModel, ExportedRecord, ExportedWeights, StoreExport};
pub use layers::{DECAY_INTERVAL, Layer, PassReport, TRANSITION_INTERVAL};
pub use redb::StorageBackend;
pub use value::{Digest, Weights};
pub use weights::{Standing, StoredWeights};

use engine::Engine;
use overlay::Level;
use redb::backends::{FileBackend, InMemoryBackend};
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};

/// A durable store.
#[derive(Debug)]
pub struct Store {
    place: String,
    engine: Engine,
    levels: Vec<Level>,
    tick: u64,
    unusable: bool,
}

impl Store {
    /// Opens the store in a file.
    ///
    /// # Errors
    /// There is no such file (NotFound); another one has it open (Conflict); it is not a store, of a newer format, or damaged
    /// (Storage). The file is left as it was.
    pub fn open(path: impl AsRef<Path>) -> Result<Store> {
        let path = path.as_ref();
        let place = path.display().to_string();
        let open = || -> std::result::Result<Engine, StoreErrorKind> {
            let file = OpenOptions::new().read(true).write(true).open(path).map_err(not_opened)?;
            Engine::open(Box::new(file_backend(file)?), verify::verify)
        };
        Store::on(&place, open())
    }

    /// Makes a new, empty store. The file appears when it is whole.
    ///
    /// # Errors
    /// There is such a file (Conflict), or writing fails.
    pub fn create(path: impl AsRef<Path>) -> Result<Store> {
        let path = path.as_ref();
        let place = path.display().to_string();
        create_file(path).map_err(|kind| kind.at(&place))?;
        Store::open(path)
    }

    /// Opens the store in a file, or makes one if there is no such file.
    ///
    /// # Errors
    /// As for [`Store::open`] and [`Store::create`].
    pub fn open_or_create(path: impl AsRef<Path>) -> Result<Store> {
        let path = path.as_ref();
        if path.try_exists().unwrap_or(true) { Store::open(path) } else { Store::create(path) }
    }

    /// Opens the store in this storage, or makes one if it is empty, or if making one was begun and not finished.
    ///
    /// # Errors
    /// As for [`Store::open`].
    pub fn with_backend(backend: impl StorageBackend) -> Result<Store> {
        let place = "the store";
        let open = || match Engine::is_blank(Box::new(backend))? {
            (true, backend) => Engine::create(backend),
            (false, backend) => Engine::open(backend, verify::verify),
        };
        Store::on(place, open())
    }

    /// A store in memory, which is gone when it is dropped.
    ///
    /// # Errors
    /// Memory runs out.
    pub fn in_memory() -> Result<Store> {
        Store::with_backend(InMemoryBackend::new())
    }

    fn on(place: &str, engine: std::result::Result<Engine, StoreErrorKind>) -> Result<Store> {
        let engine = engine.map_err(|kind| kind.at(place))?;
        let tick = engine.tick();
        Ok(Store { place: place.to_owned(), engine, levels: Vec::new(), tick, unusable: false })
    }

    /// Checks the whole file again: every page, every row, the chain, and that it says of each key what is there. Open
    /// transactions have no part in it.
    ///
    /// # Errors
    /// Something is not as it was written (Storage). The store refuses everything after that.
    pub fn verify(&mut self) -> Result<()> {
        self.usable()?;
        let check = |engine: &mut Engine| {
            engine.verify_pages()?;
            engine.verify_rows()?;
            verify::verify(engine)
        };
        let result = check(&mut self.engine);
        self.unusable |= result.is_err();
        result.map_err(|kind| self.error(kind))
    }

    /// The file, or what stands for it.
    #[must_use]
    pub fn place(&self) -> &str {
        &self.place
    }

    /// The tick counter, which [`Store::advance_to`] sets.
    #[must_use]
    pub const fn tick(&self) -> u64 {
        self.tick
    }

    /// How many transactions the file has taken since it was created.
    #[must_use]
    pub fn commits(&self) -> u64 {
        self.engine.commits()
    }

    fn error(&self, kind: StoreErrorKind) -> StoreError {
        kind.at(&self.place)
    }

    fn usable(&self) -> Result<()> {
        if self.unusable { Err(self.error(StoreErrorKind::Unusable)) } else { Ok(()) }
    }
}

fn not_opened(error: io::Error) -> StoreErrorKind {
    match error.kind() {
        io::ErrorKind::NotFound => StoreErrorKind::not_found("such file; create a store first"),
        _ => StoreErrorKind::io("opening the file", error),
    }
}

fn file_backend(file: File) -> std::result::Result<FileBackend, StoreErrorKind> {
    FileBackend::new(file).map_err(|error| StoreErrorKind::engine("opening the file", error))
}

/// Makes the store under another name and gives it its own when it is whole.
fn create_file(path: &Path) -> std::result::Result<(), StoreErrorKind> {
    if path.try_exists().unwrap_or(true) {
        return Err(StoreErrorKind::conflict("there is such a file already; open it, or name another"));
    }
    let creating = |error| StoreErrorKind::io("creating the file", error);
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(".creating");
    let unfinished = PathBuf::from(unfinished);
    let file = OpenOptions::new()
        .read(true)
        .write(true)
        .create(true)
        .truncate(false)
        .open(&unfinished)
        .map_err(creating)?;
    drop(Engine::create(Box::new(file_backend(file)?))?);
    std::fs::rename(&unfinished, path).map_err(creating)?;
    sync_directory(path).map_err(creating)
}

/// Makes the new name durable, where a directory can be flushed.
fn sync_directory(path: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}
