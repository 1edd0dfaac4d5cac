//! The event log: lines of JSON in a file of bounded size, written by a thread of its own.

mod file;
mod writer;

use super::event::Event;
use super::snapshot::SpoolCounts;
use file::BoundedFile;
use std::fmt;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::thread::{self, JoinHandle};
use std::time::SystemTime;

/// Where events go, and how much room they have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SpoolOptions {
    /// The file. Earlier events are in the file beside it whose name ends in `.1` in addition.
    pub path: PathBuf,
    /// The most bytes of each of the two files.
    pub max_bytes: u64,
    /// How many events may wait to be written; at least 1.
    pub queue: usize,
}

impl SpoolOptions {
    /// 16 MiB for each file, and 1024 events in the queue.
    #[must_use]
    pub fn new(path: impl Into<PathBuf>) -> SpoolOptions {
        SpoolOptions { path: path.into(), max_bytes: 16 << 20, queue: 1024 }
    }
}

/// Takes events. Dropping it writes what waits, flushes it to the disk and ends the thread.
#[derive(Debug)]
pub struct Spool {
    queue: Option<SyncSender<Stamped>>,
    counts: Arc<Counts>,
    thread: Option<JoinHandle<()>>,
}

/// An event, and when it came.
#[derive(Debug)]
struct Stamped {
    at: SystemTime,
    event: Event,
}

#[derive(Debug, Default)]
struct Counts {
    dropped: AtomicU64,
    failed: AtomicU64,
}

/// The file of events cannot be opened, or there is no thread to be had.
#[derive(Debug)]
pub struct SpoolError {
    /// The file.
    pub path: PathBuf,
    /// What the system says.
    pub error: io::Error,
}

impl fmt::Display for SpoolError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "events cannot be written to {}: {}", self.path.display(), self.error)
    }
}

impl std::error::Error for SpoolError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        Some(&self.error)
    }
}

impl Spool {
    /// Goes on with the file, or makes it.
    ///
    /// # Errors
    /// The file cannot be opened for writing, or there is no thread to be had.
    pub fn open(options: &SpoolOptions) -> Result<Spool, SpoolError> {
        let opened = BoundedFile::open(&options.path, options.max_bytes);
        let file = opened.map_err(|error| spool_error(&options.path, error))?;
        let spool =
            Spool::start(options.queue, move |events, counts| writer::write_all(file, events, counts));
        spool.map_err(|error| spool_error(&options.path, error))
    }

    /// Has a thread of its own do the writing.
    fn start(
        queue: usize,
        write: impl FnOnce(&std::sync::mpsc::Receiver<Stamped>, &Counts) + Send + 'static,
    ) -> io::Result<Spool> {
        let (sender, events) = sync_channel(queue.max(1));
        let counts = Arc::<Counts>::default();
        let of_thread = Arc::clone(&counts);
        let thread = thread::Builder::new().name("ternsig-spool".to_owned());
        let thread = thread.spawn(move || write(&events, &of_thread))?;
        Ok(Spool { queue: Some(sender), counts, thread: Some(thread) })
    }

    /// Hands an event over to be written. Never waits: if the queue is full, the event is dropped and counted, the result is
    /// false, and a line tells of it as soon as there is room.
    pub fn log(&self, event: Event) -> bool {
        let stamped = Stamped { at: SystemTime::now(), event };
        let sent = match &self.queue {
            Some(queue) => queue.try_send(stamped),
            None => Err(TrySendError::Disconnected(stamped)),
        };
        if sent.is_err() {
            self.counts.dropped.fetch_add(1, Ordering::Relaxed);
        }
        sent.is_ok()
    }

    /// What was not written since it was opened.
    #[must_use]
    pub fn counts(&self) -> SpoolCounts {
        let Counts { dropped, failed } = &*self.counts;
        SpoolCounts { dropped: dropped.load(Ordering::Relaxed), failed: failed.load(Ordering::Relaxed) }
    }
}

impl Drop for Spool {
    fn drop(&mut self) {
        // Without a sender the thread comes to its end.
        self.queue = None;
        if let Some(thread) = self.thread.take() {
            // What the thread panicked of, it has said.
            let _ = thread.join();
        }
    }
}

fn spool_error(path: &Path, error: io::Error) -> SpoolError {
    SpoolError { path: path.to_owned(), error }
}

#[cfg(test)]
mod tests;
