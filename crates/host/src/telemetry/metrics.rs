//! The way from the recorders to those who read them.

use super::recorder::Recorder;
use super::snapshot::{RegionSnapshot, Snapshot};
use super::spool::Spool;
use super::text;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, TryLockError};

/// The counts that were published last. Whoever runs the regions publishes between two ticks; others read at any time.
#[derive(Debug, Default)]
pub struct Metrics {
    published: Published,
    /// The snapshot that is filled next. The two change places, so that publishing allocates nothing once warmed up.
    spare: Snapshot,
}

/// A reader's way to the counts that were published last. A clone reads the same.
#[derive(Debug, Clone, Default)]
pub(super) struct Published(Arc<Mutex<Snapshot>>);

impl Metrics {
    /// Nothing is published yet.
    #[must_use]
    pub fn new() -> Metrics {
        Metrics::default()
    }

    /// Publishes the counts of all regions. Never waits: while a reader is copying what was published before, the result is
    /// false and that stays. Counts only grow, so the next time makes up for it.
    pub fn publish<'r>(
        &mut self,
        tick: u64,
        spool: Option<&Spool>,
        recorders: impl IntoIterator<Item = &'r Recorder>,
    ) -> bool {
        self.spare.tick = tick;
        self.spare.spool = spool.map(Spool::counts);
        let mut count = 0;
        for recorder in recorders {
            if count == self.spare.regions.len() {
                self.spare.regions.push(RegionSnapshot::default());
            }
            recorder.snapshot(&mut self.spare.regions[count]);
            count += 1;
        }
        self.spare.regions.truncate(count);
        let mut published = match self.published.0.try_lock() {
            Ok(published) => published,
            Err(TryLockError::Poisoned(poisoned)) => poisoned.into_inner(),
            Err(TryLockError::WouldBlock) => return false,
        };
        std::mem::swap(&mut *published, &mut self.spare);
        true
    }

    /// What was published last.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.published.snapshot()
    }

    /// What was published last as text in the OpenMetrics format, which Prometheus reads.
    ///
    /// # Errors
    /// None that a text in memory could have.
    pub fn text(&self) -> Result<String, fmt::Error> {
        text::encode(self.snapshot())
    }

    pub(super) fn published(&self) -> Published {
        self.published.clone()
    }
}

impl Published {
    pub(super) fn snapshot(&self) -> Snapshot {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}
