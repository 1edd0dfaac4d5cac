//! All banks of a host: what their operations do, across banks and under savepoints.

mod changes;
mod consolidation;
mod links;
mod search;

pub use consolidation::Consolidated;
pub use search::CrossMatch;

use crate::bank::{Bank, Head};
use crate::config::Config;
use crate::entry::{Entry, Record, colder, hotter};
use crate::error::BankError;
use crate::id::{BankId, EntryId, EntryRef};
use crate::levels::Level;
use std::collections::{BTreeMap, BTreeSet};
use ternsig_isa::Temperature;

/// Banks, and the links between their entries.
///
/// Ticks are the host's; `now` is the current one. Every operation has all of its effect or none.
#[derive(Debug, Clone, Default)]
pub struct Cluster {
    banks: BTreeMap<BankId, Bank>,
    /// Which entries have links to an entry.
    linked_from: BTreeMap<EntryRef, BTreeSet<EntryRef>>,
    /// The open savepoints, the innermost last.
    levels: Vec<Level>,
}

impl Cluster {
    /// A cluster without banks.
    #[must_use]
    pub fn new() -> Cluster {
        Cluster::default()
    }

    /// Makes a bank.
    ///
    /// # Errors
    /// There is one with this id, or the settings are those of none.
    pub fn create(&mut self, id: BankId, name: &str, config: Config) -> Result<(), BankError> {
        if self.banks.contains_key(&id) {
            return Err(BankError::BankExists(id));
        }
        let bank = Bank::new(Head { id, name: name.to_owned(), config, numbered: 0, last: EntryId(0) })?;
        self.keep_head(id);
        self.banks.insert(id, bank);
        Ok(())
    }

    /// Removes a bank with its entries and all links to and from them.
    ///
    /// # Errors
    /// There is no such bank.
    pub fn remove(&mut self, id: BankId) -> Result<(), BankError> {
        let entries: Vec<EntryId> = self.bank(id)?.ids().collect();
        for entry in entries {
            self.delete(EntryRef { bank: id, entry });
        }
        self.keep_head(id);
        self.banks.remove(&id);
        Ok(())
    }

    /// A bank.
    ///
    /// # Errors
    /// There is no such bank.
    pub fn bank(&self, id: BankId) -> Result<&Bank, BankError> {
        self.banks.get(&id).ok_or(BankError::NoBank(id))
    }

    /// The banks, by id.
    pub fn banks(&self) -> impl Iterator<Item = &Bank> {
        self.banks.values()
    }

    /// The bank of this name; of several, the one with the smallest id.
    #[must_use]
    pub fn named(&self, name: &str) -> Option<&Bank> {
        self.banks().find(|bank| bank.head().name == name)
    }

    /// An entry.
    ///
    /// # Errors
    /// There is no such bank or entry.
    pub fn entry(&self, entry: EntryRef) -> Result<Entry, BankError> {
        self.bank(entry.bank)?.entry(entry.entry).ok_or(BankError::NoEntry(entry))
    }

    /// An entry without its vector.
    ///
    /// # Errors
    /// There is no such bank or entry.
    pub fn record(&self, entry: EntryRef) -> Result<&Record, BankError> {
        self.bank(entry.bank)?.record(entry.entry).ok_or(BankError::NoEntry(entry))
    }

    /// Writes a vector to a bank, of which each element is limited to −255…255. If the bank is full, the entry with the
    /// lowest score is evicted first.
    ///
    /// # Errors
    /// There is no such bank, or its width is another.
    pub fn write(
        &mut self,
        bank: BankId,
        vector: &[i32],
        temperature: Temperature,
        now: u64,
    ) -> Result<EntryId, BankError> {
        let vector = self.bank(bank)?.vector_of(vector)?;
        while self.is_full(bank) && self.evict_one(bank, now).is_some() {}
        self.keep_head(bank);
        let found = self.banks.get_mut(&bank).ok_or(BankError::NoBank(bank))?;
        let id = found.next_id(now);
        self.keep_entry(EntryRef { bank, entry: id });
        if let Some(found) = self.banks.get_mut(&bank) {
            found.put(Entry { record: Record::new(id, bank, temperature, now), vector });
        }
        Ok(id)
    }

    /// Deletes an entry and all links to and from it. False if there is none.
    pub fn delete(&mut self, entry: EntryRef) -> bool {
        if self.record(entry).is_err() {
            return false;
        }
        self.keep_entry(entry);
        self.unlink(entry);
        self.banks.get_mut(&entry.bank).and_then(|bank| bank.take(entry.entry)).is_some()
    }

    /// Counts an access to an entry. False if there is none. Rolling back to a savepoint does not undo it.
    pub fn touch(&mut self, entry: EntryRef, now: u64) -> bool {
        let Some(bank) = self.banks.get_mut(&entry.bank) else { return false };
        let touched = bank.change(entry.entry, |record| record.touch(now)).is_some();
        for level in &mut self.levels {
            if let Some(Some(image)) = level.entries.get_mut(&entry) {
                image.record.touch(now);
            }
        }
        touched
    }

    /// Makes an entry one step colder, which keeps it longer. False if it is Cold already.
    ///
    /// # Errors
    /// There is no such bank or entry.
    pub fn promote(&mut self, entry: EntryRef, now: u64) -> Result<bool, BankError> {
        self.settle(entry, colder(self.record(entry)?.temperature), now)
    }

    /// Makes an entry one step hotter. False if it is Hot already.
    ///
    /// # Errors
    /// There is no such bank or entry.
    pub fn demote(&mut self, entry: EntryRef, now: u64) -> Result<bool, BankError> {
        self.settle(entry, hotter(self.record(entry)?.temperature), now)
    }

    fn settle(&mut self, entry: EntryRef, temperature: Temperature, now: u64) -> Result<bool, BankError> {
        if self.record(entry)?.temperature == temperature {
            return Ok(false);
        }
        Ok(self.change(entry, |record| record.settle(temperature, now)).unwrap_or(false))
    }

    /// Sets how sure the host is of an entry.
    ///
    /// # Errors
    /// There is no such bank or entry.
    pub fn set_confidence(&mut self, entry: EntryRef, confidence: u8) -> Result<(), BankError> {
        self.change(entry, |record| record.confidence = confidence).ok_or(BankError::NoEntry(entry))
    }

    /// Names an entry.
    ///
    /// # Errors
    /// There is no such bank or entry.
    pub fn set_tag(&mut self, entry: EntryRef, tag: Option<String>) -> Result<(), BankError> {
        self.change(entry, |record| record.tag = tag).ok_or(BankError::NoEntry(entry))
    }

    /// Evicts the `count` entries with the lowest scores, or as many as there are. The number of evicted entries.
    ///
    /// # Errors
    /// There is no such bank.
    pub fn evict(&mut self, bank: BankId, count: usize, now: u64) -> Result<usize, BankError> {
        self.bank(bank)?;
        Ok((0..count).map_while(|_| self.evict_one(bank, now)).count())
    }

    fn is_full(&self, bank: BankId) -> bool {
        self.banks.get(&bank).is_some_and(|bank| bank.len() >= bank.head().config.max_entries as usize)
    }

    fn evict_one(&mut self, bank: BankId, now: u64) -> Option<()> {
        let entry = self.banks.get_mut(&bank)?.first_to_go(now)?;
        self.delete(EntryRef { bank, entry }).then_some(())
    }

    /// Makes what finds a bank's entries anew, and drops links that lead nowhere. How many were dropped.
    ///
    /// # Errors
    /// There is no such bank.
    pub fn compact(&mut self, bank: BankId) -> Result<usize, BankError> {
        let dropped = self.drop_dangling(bank)?;
        if let Some(bank) = self.banks.get_mut(&bank) {
            bank.rebuild();
        }
        Ok(dropped)
    }

    /// Changes an entry that there is.
    fn change<R>(&mut self, entry: EntryRef, change: impl FnOnce(&mut Record) -> R) -> Option<R> {
        self.keep_entry(entry);
        self.banks.get_mut(&entry.bank)?.change(entry.entry, change)
    }
}
