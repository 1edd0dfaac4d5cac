//! Savepoints, and what a store has to write.

use super::Cluster;
use crate::bank::{Bank, Head};
use crate::entry::Entry;
use crate::error::BankError;
use crate::id::{BankId, EntryRef};
use crate::levels::{Changes, Level};
use std::collections::BTreeSet;

impl Cluster {
    /// Opens a savepoint, inside the innermost open one.
    pub fn begin(&mut self) {
        self.levels.push(Level::default());
    }

    /// How many savepoints are open.
    #[must_use]
    pub const fn depth(&self) -> usize {
        self.levels.len()
    }

    /// Closes the innermost savepoint. What changed since belongs to the next one, or stays for good. Without one, nothing
    /// happens.
    pub fn release(&mut self) {
        if let Some(level) = self.levels.pop()
            && let Some(outer) = self.levels.last_mut()
        {
            outer.absorb(level);
        }
    }

    /// Closes the innermost savepoint and undoes what changed since, accesses aside. Without one, nothing happens.
    pub fn roll_back(&mut self) {
        let Some(Level { heads, entries }) = self.levels.pop() else { return };
        let open = std::mem::take(&mut self.levels);
        for &entry in entries.keys() {
            self.take_entry(entry);
        }
        for (id, head) in heads {
            match head {
                // An entry that stayed is still there: only the head is another.
                Some(head) => match self.banks.get_mut(&id) {
                    Some(bank) => *bank.head_mut() = head,
                    None => drop(self.restore_head(head)),
                },
                None => drop(self.banks.remove(&id)),
            }
        }
        for (entry, image) in entries {
            if let Some(image) = image {
                drop(self.restore_entry(entry.bank, image));
            }
        }
        self.levels = open;
    }

    /// What changed since the outermost savepoint, in the order of ids.
    #[must_use]
    pub fn changes(&self) -> Changes {
        let banks: BTreeSet<BankId> =
            self.levels.iter().flat_map(|level| level.heads.keys().copied()).collect();
        let entries: BTreeSet<EntryRef> =
            self.levels.iter().flat_map(|level| level.entries.keys().copied()).collect();
        Changes { banks: banks.into_iter().collect(), entries: entries.into_iter().collect() }
    }

    /// An entry as it was when the outermost savepoint was opened, but for accesses since; as it is if there is none.
    #[must_use]
    pub fn before(&self, entry: EntryRef) -> Option<Entry> {
        let image = self.levels.iter().find_map(|level| level.entries.get(&entry));
        image.cloned().unwrap_or_else(|| self.entry(entry).ok())
    }

    /// A bank without its entries as it was when the outermost savepoint was opened; as it is if there is none.
    #[must_use]
    pub fn head_before(&self, bank: BankId) -> Option<Head> {
        let image = self.levels.iter().find_map(|level| level.heads.get(&bank));
        image.cloned().unwrap_or_else(|| self.bank(bank).ok().map(|bank| bank.head().clone()))
    }

    /// Puts back a bank without entries that a store kept.
    ///
    /// # Errors
    /// The settings are those of no bank, or there is one with this id.
    pub fn restore_head(&mut self, head: Head) -> Result<(), BankError> {
        let id = head.id;
        if self.banks.contains_key(&id) {
            return Err(BankError::BankExists(id));
        }
        let bank = Bank::new(head)?;
        self.keep_head(id);
        self.banks.insert(id, bank);
        Ok(())
    }

    /// Puts back an entry that a store kept, in place of one with the same id. Its links may lead to entries that are yet to
    /// come.
    ///
    /// # Errors
    /// There is no such bank, or its width is another.
    pub fn restore_entry(&mut self, bank: BankId, entry: Entry) -> Result<(), BankError> {
        let expected = self.bank(bank)?.width();
        if entry.vector.len() != expected {
            return Err(BankError::Width { found: entry.vector.len(), expected });
        }
        let from = EntryRef { bank, entry: entry.record.id };
        self.keep_entry(from);
        self.take_entry(from);
        for edge in &entry.record.edges {
            self.linked_from.entry(edge.target).or_default().insert(from);
        }
        if let Some(bank) = self.banks.get_mut(&bank) {
            bank.put(entry);
        }
        Ok(())
    }

    /// Takes an entry out with its links, but leaves those to it.
    fn take_entry(&mut self, entry: EntryRef) {
        let taken = self.banks.get_mut(&entry.bank).and_then(|bank| bank.take(entry.entry));
        for edge in taken.map(|record| record.edges).unwrap_or_default() {
            self.forget_link(entry, edge.target);
        }
    }

    /// Keeps an image of an entry that is about to change.
    pub(super) fn keep_entry(&mut self, entry: EntryRef) {
        if let Some(level) = self.levels.last()
            && !level.entries.contains_key(&entry)
        {
            let image = self.entry(entry).ok();
            if let Some(level) = self.levels.last_mut() {
                level.entries.insert(entry, image);
            }
        }
    }

    /// Keeps an image of a bank's head that is about to change.
    pub(super) fn keep_head(&mut self, bank: BankId) {
        let Cluster { banks, levels, .. } = self;
        if let Some(level) = levels.last_mut() {
            level.heads.entry(bank).or_insert_with(|| banks.get(&bank).map(|bank| bank.head().clone()));
        }
    }
}
