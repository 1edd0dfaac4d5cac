//! Loading what has changed, on a thread of its own.

use super::error::WatchError;
use super::files::{Changed, FileWatch, Stopper};
use crate::loader::{LoadFileError, LoadFileErrorKind, LoadedProgram, load_program_file};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError, TryLockError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use ternsig_vm::ExtensionRegistry;

/// A program file that has changed.
#[derive(Debug)]
pub struct Change {
    /// The file, as the caller named it; below a watched directory, that name and the way from there.
    pub path: PathBuf,
    /// What it holds now. Errors are told once; the next change tries again.
    pub result: Result<LoadedProgram, LoadFileError>,
    /// When the last event of the change was seen.
    pub seen: Instant,
}

/// Watches program files and loads them when they have changed. Dropping it ends its thread, after the file that is being loaded.
///
/// ```no_run
/// use std::sync::Arc;
/// use ternsig_host::watch::{DEBOUNCE, Watch};
/// use ternsig_vm::ExtensionRegistry;
///
/// let registry = Arc::new(ExtensionRegistry::standard());
/// let watch = Watch::files(["firmware/relay.ternsig"], DEBOUNCE, &registry)?;
/// // Between two ticks:
/// while let Some(change) = watch.poll() {
///     match change.result {
///         Ok(loaded) => println!("{} has {} words", loaded.name(), loaded.program.instructions.len()),
///         Err(error) => eprintln!("{error}; the program stays"),
///     }
/// }
/// # Ok::<(), ternsig_host::watch::WatchError>(())
/// ```
#[derive(Debug)]
pub struct Watch {
    finished: Arc<Finished>,
    stopper: Stopper,
    thread: Option<JoinHandle<()>>,
}

/// The newest result of each file that nobody has asked for yet.
#[derive(Debug, Default)]
struct Finished {
    /// Spares the lock while there is nothing, which is nearly always.
    any: AtomicBool,
    changes: Mutex<Vec<Change>>,
}

impl Watch {
    /// Watches these program files, as [`FileWatch::files`] does, and loads them as [`load_program_file`] does.
    ///
    /// # Errors
    /// A directory does not exist or cannot be watched, or there is no thread to be had.
    pub fn files<P: AsRef<Path>>(
        paths: impl IntoIterator<Item = P>,
        debounce: Duration,
        registry: &Arc<ExtensionRegistry>,
    ) -> Result<Watch, WatchError> {
        Watch::new(FileWatch::files(paths, debounce)?, registry)
    }

    /// Watches the source files of a directory and of those below it, as [`FileWatch::directory`] does.
    ///
    /// # Errors
    /// The directory does not exist or cannot be watched, or there is no thread to be had.
    pub fn directory(
        path: impl AsRef<Path>,
        debounce: Duration,
        registry: &Arc<ExtensionRegistry>,
    ) -> Result<Watch, WatchError> {
        Watch::new(FileWatch::directory(path, debounce)?, registry)
    }

    fn new(files: FileWatch, registry: &Arc<ExtensionRegistry>) -> Result<Watch, WatchError> {
        let (finished, stopper) = (Arc::<Finished>::default(), files.stopper());
        let (to, registry) = (Arc::clone(&finished), Arc::clone(registry));
        let thread = thread::Builder::new().name("ternsig-watch".to_owned());
        let thread = thread.spawn(move || load_all(files, &registry, &to));
        let thread = thread.map_err(|error| WatchError::new(Path::new("."), error))?;
        Ok(Watch { finished, stopper, thread: Some(thread) })
    }

    /// The next file that was loaded, or could not be; `None` if there is none, and when the thread is just handing one over.
    /// Never waits.
    #[must_use]
    pub fn poll(&self) -> Option<Change> {
        if !self.finished.any.load(Ordering::Acquire) {
            return None;
        }
        let mut changes = match self.finished.changes.try_lock() {
            Ok(changes) => changes,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return None,
        };
        let change = (!changes.is_empty()).then(|| changes.remove(0));
        self.finished.any.store(!changes.is_empty(), Ordering::Release);
        change
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.stopper.stop();
        if let Some(thread) = self.thread.take() {
            // What the thread panicked of, it has said.
            let _ = thread.join();
        }
    }
}

fn load_all(mut files: FileWatch, registry: &ExtensionRegistry, finished: &Finished) {
    while let Some(Changed { path, seen }) = files.wait(None) {
        let result = load_program_file(&path, registry.instruction_set());
        if !result.as_ref().is_err_and(is_gone) {
            finished.put(Change { path, result, seen });
        }
    }
}

/// Whether the file was deleted after it had changed.
fn is_gone(error: &LoadFileError) -> bool {
    matches!(&*error.kind, LoadFileErrorKind::Io(error) if error.kind() == io::ErrorKind::NotFound)
}

impl Finished {
    /// Keeps a result, in place of an older one of the same file.
    fn put(&self, change: Change) {
        let mut changes = self.changes.lock().unwrap_or_else(PoisonError::into_inner);
        changes.retain(|older| older.path != change.path);
        changes.push(change);
        self.any.store(true, Ordering::Release);
    }
}
