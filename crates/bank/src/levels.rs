//! What has changed since when: the images of what was there before, one level for each open savepoint.

use crate::bank::Head;
use crate::entry::Entry;
use crate::id::{BankId, EntryRef};
use std::collections::BTreeMap;

/// What changed at one level, as it was before; `None` was not there.
#[derive(Debug, Clone, Default)]
pub(crate) struct Level {
    pub(crate) heads: BTreeMap<BankId, Option<Head>>,
    pub(crate) entries: BTreeMap<EntryRef, Option<Entry>>,
}

impl Level {
    /// Takes over what an inner level changed. What this one has an image of already was changed before.
    pub(crate) fn absorb(&mut self, inner: Level) {
        for (bank, head) in inner.heads {
            self.heads.entry(bank).or_insert(head);
        }
        for (entry, image) in inner.entries {
            self.entries.entry(entry).or_insert(image);
        }
    }
}

/// The names of what changed since the outermost savepoint.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Changes {
    /// Banks that were made, removed, or changed in more than their entries. A new entry changes its bank, too.
    pub banks: Vec<BankId>,
    /// Entries that were written, changed or deleted.
    pub entries: Vec<EntryRef>,
}

impl Changes {
    /// Whether nothing changed.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.banks.is_empty() && self.entries.is_empty()
    }
}
