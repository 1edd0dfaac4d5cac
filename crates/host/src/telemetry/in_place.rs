//! Operations that are answered in place.

use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};
use ternsig_isa::domain_op::DomainOpKind;

const KINDS: usize = DomainOpKind::ALL.len();

/// How many operations of each kind were answered in place, without a yield. A clone goes on with the same counts: it is what a
/// region's [`Recorder`](super::Recorder) shares with the handles that answer.
///
/// Two clock reads would take longer than most of these answers, so they are counted and not timed. All that count together
/// have to be of one region, which runs on one thread at a time: of counts at the very same time one may get lost.
#[derive(Clone)]
pub struct InPlace(Arc<[AtomicU64; KINDS]>);

impl InPlace {
    /// Nothing is counted yet.
    #[must_use]
    pub fn new() -> InPlace {
        InPlace(Arc::new([const { AtomicU64::new(0) }; KINDS]))
    }

    /// One more was answered. As nobody else writes, a load and a store are enough.
    #[inline]
    pub(crate) fn count(&self, kind: DomainOpKind) {
        let Some(count) = self.0.get(kind as usize) else { return };
        count.store(count.load(Relaxed).wrapping_add(1), Relaxed);
    }

    /// How many of a kind there were so far.
    #[must_use]
    pub fn of(&self, kind: DomainOpKind) -> u64 {
        self.0.get(kind as usize).map_or(0, |count| count.load(Relaxed))
    }
}

impl Default for InPlace {
    fn default() -> InPlace {
        InPlace::new()
    }
}

impl fmt::Debug for InPlace {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let used = DomainOpKind::ALL.iter().map(|kind| (kind.name(), self.of(*kind)));
        f.debug_map().entries(used.filter(|(_, count)| *count > 0)).finish()
    }
}
