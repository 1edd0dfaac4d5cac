//! A machine's way to the banks.

use super::{Banks, Slots, refusal};
use crate::telemetry::InPlace;
use ternsig_bank::{BankError, BankId, Cluster, EdgeType, EntryId, EntryRef, Match};
use ternsig_isa::Temperature;
use ternsig_isa::domain_op::DomainOpKind;
use ternsig_vm::{BankAccess, Error, ErrorKind};

/// A machine's way to the banks, through its slots. As a bank cache of an interpreter it answers simple operations in place;
/// as a [`Device`](crate::device::Device) it answers all of them. Both do the same; what they refuse in place is yielded, so
/// that the answer says why.
#[derive(Clone)]
pub struct BankHandle {
    pub(super) banks: Banks,
    slots: Slots,
    /// Where what it answers in place is counted, if anywhere.
    in_place: Option<InPlace>,
}

impl BankHandle {
    pub(super) const fn new(banks: Banks, slots: Slots) -> BankHandle {
        BankHandle { banks, slots, in_place: None }
    }

    /// The same, whose answers in place are counted from now on.
    #[must_use]
    pub fn counting(self, in_place: InPlace) -> BankHandle {
        BankHandle { in_place: Some(in_place), ..self }
    }

    /// Counts an answer in place. What is declined is yielded, and counted there.
    fn answered<T>(&self, kind: DomainOpKind, answer: Result<T, Error>) -> Option<T> {
        let answer = answer.ok()?;
        self.note(kind);
        Some(answer)
    }

    fn note(&self, kind: DomainOpKind) {
        if let Some(in_place) = &self.in_place {
            in_place.count(kind);
        }
    }

    /// The slots.
    #[must_use]
    pub const fn slots(&self) -> &Slots {
        &self.slots
    }

    /// The slots, to be changed.
    pub const fn slots_mut(&mut self) -> &mut Slots {
        &mut self.slots
    }

    pub(super) fn bank(&self, slot: u8) -> Result<BankId, Error> {
        let missing = || Error::new(ErrorKind::NotFound, format!("bank slot {slot} is not bound to a bank"));
        self.slots.bank(slot).ok_or_else(missing)
    }

    pub(super) fn entry(&self, slot: u8, id: EntryId) -> Result<EntryRef, Error> {
        Ok(EntryRef { bank: self.bank(slot)?, entry: id })
    }

    fn read<R>(&self, read: impl FnOnce(&Cluster) -> Result<R, BankError>) -> Result<R, Error> {
        self.banks.read(read).map_err(|error| refusal(&error))
    }

    pub(super) fn find(&self, slot: u8, cue: &[i32], count: usize) -> Result<Vec<Match>, Error> {
        let bank = self.bank(slot)?;
        self.read(|cluster| cluster.bank(bank)?.query(cue, count))
    }

    pub(super) fn vector(&self, slot: u8, id: EntryId) -> Result<Vec<i32>, Error> {
        let at = self.entry(slot, id)?;
        let vector = self.read(|cluster| {
            let bank = cluster.bank(at.bank)?;
            bank.vector(id).ok_or(BankError::NoEntry(at))
        })?;
        Ok(vector.into_iter().map(i32::from).collect())
    }

    /// How many entries the bank of a slot has, as registers count.
    pub(super) fn len(&self, slot: u8) -> Result<i32, Error> {
        let bank = self.bank(slot)?;
        let len = self.read(|cluster| Ok(cluster.bank(bank)?.len()))?;
        Ok(i32::try_from(len).unwrap_or(i32::MAX))
    }

    pub(super) fn insert(&self, slot: u8, vector: &[i32]) -> Result<EntryId, Error> {
        let bank = self.bank(slot)?;
        let temperature: Temperature = self.banks.lock().write_temperature;
        self.banks.change(|cluster, now| cluster.write(bank, vector, temperature, now))
    }

    /// Counts an access. What is not there is counted, too.
    pub(super) fn access(&self, slot: u8, id: EntryId) -> Result<(), Error> {
        let mut shared = self.banks.lock();
        let touched = match self.entry(slot, id) {
            Ok(at) => shared.touch(at),
            Err(_) => Ok(false),
        };
        shared.statistics.missed_touches += u64::from(matches!(touched, Ok(false)));
        touched.map(|_| ())
    }

    /// Removes an entry. What is not there is counted.
    pub(super) fn remove(&self, slot: u8, id: EntryId) -> Result<bool, Error> {
        let deleted = match self.entry(slot, id) {
            Ok(at) => self.banks.change(|cluster, _| Ok(cluster.delete(at)))?,
            Err(_) => false,
        };
        self.banks.lock().statistics.missed_deletions += u64::from(!deleted);
        Ok(deleted)
    }

    pub(super) fn link(
        &self,
        from: EntryRef,
        kind: EdgeType,
        target: EntryRef,
        weight: u8,
    ) -> Result<(), Error> {
        self.banks.change(|cluster, now| cluster.link(from, kind, target, weight, now))
    }

    /// The entries that are reached in banks that have a slot, with that slot. Others are counted.
    pub(super) fn reach(
        &self,
        start: EntryRef,
        kind: EdgeType,
        depth: usize,
    ) -> Result<Vec<(u8, EntryId)>, Error> {
        let reached = self.read(|cluster| cluster.traverse(start, kind, depth))?;
        let with_slot = |at: &EntryRef| Some((self.slots.slot_of(at.bank)?, at.entry));
        let found: Vec<_> = reached.iter().filter_map(with_slot).collect();
        self.banks.lock().statistics.left_out += (reached.len() - found.len()) as u64;
        Ok(found)
    }
}

impl BankAccess for BankHandle {
    fn query(&self, bank_slot: u8, query: &[i32], top_k: usize) -> Option<Vec<(i64, i32)>> {
        let found = self.answered(DomainOpKind::BankQuery, self.find(bank_slot, query, top_k))?;
        Some(found.into_iter().map(|found| (found.id.0.cast_signed(), found.score)).collect())
    }

    fn load(&self, bank_slot: u8, entry_id_high: i32, entry_id_low: i32) -> Option<Vec<i32>> {
        let vector = self.vector(bank_slot, EntryId::from_halves(entry_id_high, entry_id_low));
        self.answered(DomainOpKind::BankLoad, vector)
    }

    fn count(&self, bank_slot: u8) -> Option<i32> {
        self.answered(DomainOpKind::BankCount, self.len(bank_slot))
    }

    fn write(&mut self, bank_slot: u8, vector: &[i32]) -> Option<(i32, i32)> {
        self.answered(DomainOpKind::BankWrite, self.insert(bank_slot, vector)).map(EntryId::halves)
    }

    fn touch(&mut self, bank_slot: u8, entry_id_high: i32, entry_id_low: i32) {
        self.note(DomainOpKind::BankTouch);
        // An access that could not be saved is saved with the next change, which can say so.
        let _ = self.access(bank_slot, EntryId::from_halves(entry_id_high, entry_id_low));
    }

    fn delete(&mut self, bank_slot: u8, entry_id_high: i32, entry_id_low: i32) -> bool {
        self.note(DomainOpKind::BankDelete);
        self.remove(bank_slot, EntryId::from_halves(entry_id_high, entry_id_low)).unwrap_or(false)
    }
}
