//! When what changed is saved, and how.

use super::Shared;
use std::collections::BTreeSet;
use ternsig_bank::codec::{encode_entry, encode_head};
use ternsig_bank::{BankId, Changes, EntryRef};
use ternsig_vm::Error;

/// What of the banks a store is to keep: everything under its name, as bytes; `None` is no longer there.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Saved {
    /// Banks without their entries.
    pub banks: Vec<(BankId, Option<Vec<u8>>)>,
    /// Entries.
    pub entries: Vec<(EntryRef, Option<Vec<u8>>)>,
    /// Whether it belongs to the transaction that is being committed. Otherwise it is to be kept now, whatever transaction is
    /// open.
    pub in_transaction: bool,
}

/// Where banks are kept.
pub trait BankStore: Send {
    /// Keeps all of this or nothing, durably.
    ///
    /// # Errors
    /// It is not kept.
    fn save(&mut self, saved: Saved) -> Result<(), Error>;
}

/// When what changed outside of transactions is saved. Transactions are saved when the outermost is committed, with all that
/// was not saved before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum WritePolicy {
    /// At once: what an operation did survives from then on.
    #[default]
    Through,
    /// When so many entries and banks changed, or so many ticks after the first of them; until then a crash loses them, all
    /// together: what survives is always what was there at one moment.
    Back {
        /// Most changed entries and banks, at least 1.
        mutations: u32,
        /// Most ticks.
        ticks: u64,
    },
}

impl WritePolicy {
    /// Writing back with the original's figures: 100 mutations or 10 000 ticks.
    pub const BACK: WritePolicy = WritePolicy::Back { mutations: 100, ticks: 10_000 };
}

/// What changed and is not saved yet.
#[derive(Debug, Clone, Default)]
pub(super) struct Unsaved {
    banks: BTreeSet<BankId>,
    entries: BTreeSet<EntryRef>,
    /// The tick of the first change.
    since: u64,
}

impl Unsaved {
    fn with(&self, changes: Changes, tick: u64) -> Unsaved {
        let since = if self.is_empty() { tick } else { self.since };
        let mut all = Unsaved { since, ..self.clone() };
        all.banks.extend(changes.banks);
        all.entries.extend(changes.entries);
        all
    }

    fn encoded(
        &self,
        bank: impl Fn(BankId) -> Option<Vec<u8>>,
        entry: impl Fn(EntryRef) -> Option<Vec<u8>>,
    ) -> Saved {
        Saved {
            banks: self.banks.iter().map(|&id| (id, bank(id))).collect(),
            entries: self.entries.iter().map(|&at| (at, entry(at))).collect(),
            in_transaction: false,
        }
    }

    fn is_empty(&self) -> bool {
        self.banks.is_empty() && self.entries.is_empty()
    }

    fn is_due(&self, policy: WritePolicy, tick: u64) -> bool {
        match policy {
            WritePolicy::Through => !self.is_empty(),
            WritePolicy::Back { mutations, ticks } => {
                self.banks.len() + self.entries.len() >= mutations as usize
                    || !self.is_empty() && tick.saturating_sub(self.since) >= ticks
            }
        }
    }
}

impl Shared {
    /// Saves what changed since the outermost savepoint, with what was not saved before; or leaves it to be saved later, if
    /// the policy allows it and it is not urgent.
    pub(super) fn save_changes(&mut self, is_urgent: bool) -> Result<(), Error> {
        if self.store.is_none() {
            return Ok(());
        }
        let all = self.unsaved.with(self.cluster.changes(), self.tick);
        if is_urgent || all.is_due(self.policy, self.tick) {
            let (bank, entry) = (
                |bank| self.cluster.bank(bank).ok().map(|bank| encode_head(bank.head())),
                |entry| self.cluster.entry(entry).ok().as_ref().map(encode_entry),
            );
            return self.save(Saved { in_transaction: is_urgent, ..all.encoded(bank, entry) });
        }
        self.unsaved = all;
        Ok(())
    }

    /// Saves an access, which belongs to no transaction: the entry as it was before the open ones, but for accesses.
    pub(super) fn save_access(&mut self, entry: EntryRef) -> Result<(), Error> {
        if self.cluster.before(entry).is_none() {
            return Ok(());
        }
        let changes = Changes { banks: Vec::new(), entries: vec![entry] };
        self.unsaved = self.unsaved.with(changes, self.tick);
        self.save_due()
    }

    /// Saves what was not saved yet, but for what open transactions changed, if it is due.
    pub(super) fn save_due(&mut self) -> Result<(), Error> {
        if self.unsaved.is_due(self.policy, self.tick) { self.flush() } else { Ok(()) }
    }

    /// Saves what was not saved yet, but for what open transactions changed.
    pub(super) fn flush(&mut self) -> Result<(), Error> {
        if self.unsaved.is_empty() {
            return Ok(());
        }
        let (bank, entry) = (
            |bank| self.cluster.head_before(bank).as_ref().map(encode_head),
            |entry| self.cluster.before(entry).as_ref().map(encode_entry),
        );
        self.save(self.unsaved.encoded(bank, entry))
    }

    fn save(&mut self, saved: Saved) -> Result<(), Error> {
        if let Some(store) = &mut self.store {
            store.save(saved)?;
        }
        self.unsaved = Unsaved::default();
        Ok(())
    }
}
