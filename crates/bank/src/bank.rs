//! One bank: its entries, column by column, and what finds them.

use crate::config::Config;
use crate::entry::{Entry, Record};
use crate::error::BankError;
use crate::eviction::EvictionOrder;
use crate::id::{BankId, EntryId};
use crate::nearest::{Match, nearest};
use std::collections::BTreeMap;
use ternsig_isa::Temperature;
use ternsig_kernels::similarity::Columns;

/// What a bank is besides its entries.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// Its id.
    pub id: BankId,
    /// Its name, by which hosts and people find it.
    pub name: String,
    /// Its settings.
    pub config: Config,
    /// How many entries it has numbered.
    pub(crate) numbered: u64,
    /// The largest id that it has given.
    pub(crate) last: EntryId,
}

/// A bank of entries. Only its [`Cluster`](crate::Cluster) changes it.
#[derive(Debug, Clone)]
pub struct Bank {
    head: Head,
    columns: Columns,
    /// By slot.
    records: Vec<Record>,
    /// By slot, close together: a search asks for few.
    ids: Vec<EntryId>,
    slots: BTreeMap<EntryId, usize>,
    /// Cold entries of a bank that protects them stand in the second, all others in the first.
    orders: [EvictionOrder; 2],
}

impl Bank {
    pub(crate) fn new(head: Head) -> Result<Bank, BankError> {
        head.config.check()?;
        let width = head.config.width as usize;
        let columns = Columns::new(width).ok_or_else(|| BankError::Config(format!("a width of {width}")))?;
        let orders = [EvictionOrder::default(), EvictionOrder::default()];
        Ok(Bank { head, columns, records: Vec::new(), ids: Vec::new(), slots: BTreeMap::new(), orders })
    }

    /// What it is besides its entries.
    #[must_use]
    pub const fn head(&self) -> &Head {
        &self.head
    }

    pub(crate) fn head_mut(&mut self) -> &mut Head {
        &mut self.head
    }

    /// How many elements a vector has.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.head.config.width as usize
    }

    /// How many entries there are.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.records.len()
    }

    /// Whether there is none.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.records.is_empty()
    }

    /// The ids, in ascending order.
    pub fn ids(&self) -> impl ExactSizeIterator<Item = EntryId> + '_ {
        self.slots.keys().copied()
    }

    /// An entry without its vector.
    #[must_use]
    pub fn record(&self, id: EntryId) -> Option<&Record> {
        self.slots.get(&id).map(|&slot| &self.records[slot])
    }

    /// The vector of an entry.
    #[must_use]
    pub fn vector(&self, id: EntryId) -> Option<Vec<i16>> {
        let mut vector = Vec::with_capacity(self.width());
        self.columns.read(*self.slots.get(&id)?, &mut vector);
        Some(vector)
    }

    /// An entry.
    #[must_use]
    pub fn entry(&self, id: EntryId) -> Option<Entry> {
        Some(Entry { record: self.record(id)?.clone(), vector: self.vector(id)? })
    }

    /// The `count` entries that are most similar to a cue, best first; of equal ones the smallest id first. Elements that are
    /// 0 or missing do not take part. Time: one pass over the vectors.
    ///
    /// # Errors
    /// The cue is wider than the bank.
    pub fn query(&self, cue: &[i32], count: usize) -> Result<Vec<Match>, BankError> {
        let cue = self.elements(cue)?;
        Ok(nearest(&self.columns, &cue, count, |slot| self.ids[slot]))
    }

    /// Each entry's similarity to a cue, in no particular order.
    ///
    /// # Errors
    /// The cue is wider than the bank.
    pub fn similarities(&self, cue: &[i32]) -> Result<Vec<Match>, BankError> {
        self.query(cue, self.len())
    }

    /// The elements of a vector that is not wider than the bank, each limited to −255…255.
    fn elements(&self, vector: &[i32]) -> Result<Vec<i16>, BankError> {
        if vector.len() > self.width() {
            return Err(BankError::Width { found: vector.len(), expected: self.width() });
        }
        Ok(vector.iter().map(|element| (*element).clamp(-255, 255) as i16).collect())
    }

    /// The elements of a vector that is to be stored.
    pub(crate) fn vector_of(&self, vector: &[i32]) -> Result<Vec<i16>, BankError> {
        if vector.len() < self.width() {
            return Err(BankError::Width { found: vector.len(), expected: self.width() });
        }
        self.elements(vector)
    }

    /// The id of the next entry.
    pub(crate) fn next_id(&mut self, now: u64) -> EntryId {
        let Head { numbered, last, .. } = &mut self.head;
        let id = EntryId::new(now, *numbered).max(EntryId(last.0.saturating_add(1)));
        (*numbered, *last) = (numbered.wrapping_add(1), id);
        id
    }

    /// Puts an entry in, in place of one with the same id.
    pub(crate) fn put(&mut self, entry: Entry) {
        self.take(entry.record.id);
        self.slots.insert(entry.record.id, self.records.len());
        self.columns.push(&entry.vector);
        self.order_of(entry.record.temperature).insert(&entry.record);
        self.ids.push(entry.record.id);
        self.records.push(entry.record);
    }

    /// Takes an entry out.
    pub(crate) fn take(&mut self, id: EntryId) -> Option<Record> {
        let slot = self.slots.remove(&id)?;
        self.columns.swap_remove(slot);
        let record = self.records.swap_remove(slot);
        self.ids.swap_remove(slot);
        if let Some(moved) = self.records.get(slot) {
            self.slots.insert(moved.id, slot);
        }
        self.order_of(record.temperature).remove(&record);
        Some(record)
    }

    /// Changes an entry, but not its id.
    pub(crate) fn change<R>(&mut self, id: EntryId, change: impl FnOnce(&mut Record) -> R) -> Option<R> {
        let slot = *self.slots.get(&id)?;
        let protects = self.head.config.protect_cold;
        let Bank { records, orders, .. } = self;
        let record = &mut records[slot];
        orders[class(protects, record.temperature)].remove(record);
        let result = change(record);
        orders[class(protects, record.temperature)].insert(record);
        Some(result)
    }

    /// The entry that is to be evicted first at this tick.
    pub(crate) fn first_to_go(&mut self, now: u64) -> Option<EntryId> {
        if !self.orders.iter().all(|order| order.reaches(now)) {
            self.reorder();
        }
        let lowest = self.orders.iter_mut().find_map(|order| order.lowest(now));
        lowest.map(|(_, id)| id)
    }

    /// Makes everything that finds entries anew, and puts them in the order of their ids.
    pub(crate) fn rebuild(&mut self) {
        let ids: Vec<EntryId> = self.ids().collect();
        let entries: Vec<Entry> = ids.into_iter().filter_map(|id| self.entry(id)).collect();
        if let Ok(mut rebuilt) = Bank::new(self.head.clone()) {
            entries.into_iter().for_each(|entry| rebuilt.put(entry));
            *self = rebuilt;
        }
    }

    fn reorder(&mut self) {
        let protects = self.head.config.protect_cold;
        self.orders = [0, 1].map(|at| {
            let records = self.records.iter();
            EvictionOrder::of(records.filter(|record| class(protects, record.temperature) == at))
        });
    }

    fn order_of(&mut self, temperature: Temperature) -> &mut EvictionOrder {
        &mut self.orders[class(self.head.config.protect_cold, temperature)]
    }
}

/// Which of the two orders an entry stands in.
fn class(protects_cold: bool, temperature: Temperature) -> usize {
    usize::from(protects_cold && temperature == Temperature::Cold)
}
