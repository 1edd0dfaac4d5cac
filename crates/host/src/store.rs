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
pub(crate) mod codec;
mod engine;
mod error;
mod export;
mod frame;
mod guard;
mod layers;
mod options;
mod overlay;
mod response;
mod rows;
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
pub use options::StoreOptions;
pub use redb::StorageBackend;
pub use value::{Digest, Weights};
pub use weights::{Standing, StoredWeights};

use engine::Engine;
use overlay::Level;
use redb::backends::InMemoryBackend;
use std::path::Path;

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
        StoreOptions::default().open(path)
    }

    /// Makes a new, empty store. The file appears when it is whole.
    ///
    /// # Errors
    /// There is such a file (Conflict), or writing fails.
    pub fn create(path: impl AsRef<Path>) -> Result<Store> {
        StoreOptions::default().create(path)
    }

    /// Makes a new store that holds what an export says. The file appears when it is whole.
    ///
    /// # Errors
    /// There is such a file (Conflict); the export is of a newer format, or does not agree with itself (Storage); writing fails.
    /// There is no file then.
    pub fn create_from(path: impl AsRef<Path>, export: &StoreExport) -> Result<Store> {
        StoreOptions::default().create_from(path, export)
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
        StoreOptions::default().with_backend(backend)
    }

    /// A store in memory, which is gone when it is dropped.
    ///
    /// # Errors
    /// Memory runs out.
    pub fn in_memory() -> Result<Store> {
        Store::with_backend(InMemoryBackend::new())
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
