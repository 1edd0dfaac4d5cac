//! Opening and creating stores.

use super::Store;
use super::engine::Engine;
use super::error::{Result, StoreError, StoreErrorKind};
use super::export::StoreExport;
use super::verify;
use redb::StorageBackend;
use redb::backends::FileBackend;
use std::fs::{File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

type Outcome<T> = std::result::Result<T, StoreErrorKind>;

/// How a store is to be opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoreOptions {
    /// Bytes of memory for pages that have been read or are to be written; 64 MiB by default.
    pub cache_bytes: usize,
}

impl Default for StoreOptions {
    fn default() -> StoreOptions {
        StoreOptions { cache_bytes: 64 << 20 }
    }
}

impl StoreOptions {
    /// See [`Store::open`].
    ///
    /// # Errors
    /// As there.
    pub fn open(&self, path: impl AsRef<Path>) -> Result<Store> {
        let path = path.as_ref();
        let open = || {
            let file = OpenOptions::new().read(true).write(true).open(path).map_err(not_opened)?;
            Engine::open(Box::new(file_backend(file)?), self.cache_bytes, verify::verify)
        };
        store(path.display().to_string(), open())
    }

    /// See [`Store::create`].
    ///
    /// # Errors
    /// As there.
    pub fn create(&self, path: impl AsRef<Path>) -> Result<Store> {
        let path = path.as_ref();
        let make = |unfinished: &Path| create_unfinished(unfinished, self.cache_bytes);
        create_file(path, make).map_err(|kind| kind.at(&path.display().to_string()))?;
        self.open(path)
    }

    /// See [`Store::create_from`].
    ///
    /// # Errors
    /// As there.
    pub fn create_from(&self, path: impl AsRef<Path>, export: &StoreExport) -> Result<Store> {
        let path = path.as_ref();
        let make = |unfinished: &Path| {
            create_unfinished(unfinished, self.cache_bytes)?;
            let filled = self.open(unfinished).and_then(|mut store| store.import(export));
            filled.map_err(StoreError::into_cause)
        };
        create_file(path, make).map_err(|kind| kind.at(&path.display().to_string()))?;
        self.open(path)
    }

    /// See [`Store::with_backend`].
    ///
    /// # Errors
    /// As there.
    pub fn with_backend(&self, backend: impl StorageBackend) -> Result<Store> {
        let open = || match Engine::is_unfinished(Box::new(backend))? {
            (true, backend) => Engine::create(backend, self.cache_bytes),
            (false, backend) => Engine::open(backend, self.cache_bytes, verify::verify),
        };
        store("the store".to_owned(), open())
    }
}

fn store(place: String, engine: Outcome<Engine>) -> Result<Store> {
    let engine = engine.map_err(|kind| kind.at(&place))?;
    let tick = engine.tick();
    Ok(Store { place, engine, levels: Vec::new(), tick, unusable: false })
}

fn not_opened(error: io::Error) -> StoreErrorKind {
    match error.kind() {
        io::ErrorKind::NotFound => StoreErrorKind::not_found("such file; create a store first"),
        _ => StoreErrorKind::io("opening the file", error),
    }
}

fn file_backend(file: File) -> Outcome<FileBackend> {
    FileBackend::new(file).map_err(|error| StoreErrorKind::engine("opening the file", error))
}

/// Makes the store under a name of its own and gives it the one it is to have when it is whole.
fn create_file(path: &Path, make: impl FnOnce(&Path) -> Outcome<()>) -> Outcome<()> {
    static CREATED: AtomicU64 = AtomicU64::new(0);
    let exists = || StoreErrorKind::conflict("there is such a file already; open it, or name another");
    if path.try_exists().unwrap_or(true) {
        return Err(exists());
    }
    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(format!(".{}-{}.creating", std::process::id(), CREATED.fetch_add(1, Ordering::Relaxed)));
    let unfinished = PathBuf::from(unfinished);
    let created = make(&unfinished).and_then(|()| {
        rename_new(&unfinished, path).map_err(|error| match error.kind() {
            io::ErrorKind::AlreadyExists => exists(),
            _ => StoreErrorKind::io("creating the file", error),
        })
    });
    if created.is_err() {
        // What went wrong is the error to tell.
        let _ = std::fs::remove_file(&unfinished);
    }
    created
}

fn create_unfinished(path: &Path, cache_bytes: usize) -> Outcome<()> {
    let mut options = OpenOptions::new();
    let file = options.read(true).write(true).create(true).truncate(true).open(path);
    let file = file.map_err(|error| StoreErrorKind::io("creating the file", error))?;
    Engine::create(Box::new(file_backend(file)?), cache_bytes).map(drop)
}

/// Renames without taking the place of a file that has come to be there: where files can have two names, the new one is given
/// only if nobody has it.
fn rename_new(from: &Path, to: &Path) -> io::Result<()> {
    match std::fs::hard_link(from, to) {
        Ok(()) => std::fs::remove_file(from)?,
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => return Err(error),
        Err(_) => std::fs::rename(from, to)?,
    }
    sync_directory(to)
}

/// Makes the new name durable, where a directory can be flushed.
fn sync_directory(path: &Path) -> io::Result<()> {
    if !cfg!(unix) {
        return Ok(());
    }
    let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}
