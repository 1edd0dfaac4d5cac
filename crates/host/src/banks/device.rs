//! Bank operations that programs yield.

use super::BankHandle;
use crate::device::{Device, elements, no_device, put};
use ternsig_bank::{Cluster, EdgeType, EntryId, EntryRef};
use ternsig_isa::{DomainOp, Register};
use ternsig_vm::{Answer, Error, ErrorKind, ExecutionContext, Machine};

impl Device for BankHandle {
    fn answer(&mut self, op: &DomainOp, ctx: &mut ExecutionContext<'_>) -> Result<Answer, Error> {
        let m = ctx.machine_mut();
        match *op {
            DomainOp::BankQuery { target, source, bank_slot, top_k } => {
                let cue = elements(m, source, 1)?;
                let found = self.find(bank_slot, cue, top_k.into()).map_err(|error| about(error, source))?;
                let refs = found.iter().map(|found| (found.score, found.id));
                put(m, target, &counted(refs))
            }
            DomainOp::BankWrite { target, source, bank_slot } => {
                let vector = elements(m, source, 1)?;
                let id = self.insert(bank_slot, vector).map_err(|error| about(error, source))?;
                put(m, target, &<[i32; 2]>::from(id.halves()))
            }
            DomainOp::BankLoad { target, source, bank_slot } => {
                let vector = self.vector(bank_slot, entry_id(m, source)?)?;
                put(m, target, &vector)
            }
            DomainOp::BankLink { source, edge_type, bank_slot } => {
                self.answer_link(elements(m, source, 6)?, edge_type, bank_slot)
            }
            DomainOp::BankTraverse { target, source, bank_slot, edge_type, depth } => {
                let start = self.entry(bank_slot, entry_id(m, source)?)?;
                let found = self.reach(start, kind_of(edge_type)?, depth.into())?;
                put(m, target, &counted(found.into_iter().map(|(slot, id)| (i32::from(slot), id))))
            }
            DomainOp::BankTouch { source, bank_slot } => self.access(bank_slot, entry_id(m, source)?),
            DomainOp::BankDelete { source, bank_slot } => {
                self.remove(bank_slot, entry_id(m, source)?).map(|_| ())
            }
            DomainOp::BankCount { target, bank_slot } => put(m, target, &[self.len(bank_slot)?]),
            DomainOp::BankPromote { source, bank_slot } => {
                let changed = self.settle(bank_slot, entry_id(m, source)?, Cluster::promote)?;
                self.banks.lock().statistics.promoted += changed;
                Ok(())
            }
            DomainOp::BankDemote { source, bank_slot } => {
                let changed = self.settle(bank_slot, entry_id(m, source)?, Cluster::demote)?;
                self.banks.lock().statistics.demoted += changed;
                Ok(())
            }
            DomainOp::BankEvict { bank_slot, count } => self.answer_evict(bank_slot, count),
            DomainOp::BankCompact { bank_slot } => self.answer_compact(bank_slot),
            _ => Err(no_device(op)),
        }?;
        Ok(Answer::Done)
    }
}

/// What changes the temperature of an entry.
type Settle = fn(&mut Cluster, EntryRef, u64) -> Result<bool, ternsig_bank::BankError>;

impl BankHandle {
    /// 1 if it changed.
    fn settle(&self, slot: u8, id: EntryId, settle: Settle) -> Result<u64, Error> {
        let at = self.entry(slot, id)?;
        self.banks.change(|cluster, now| settle(cluster, at, now)).map(u64::from)
    }

    /// `[from high, from low, to slot, to high, to low, weight]`.
    fn answer_link(&self, source: &[i32], edge_type: u8, slot: u8) -> Result<(), Error> {
        let &[high, low, to_slot, to_high, to_low, weight, ..] = source else { return Ok(()) };
        let from = self.entry(slot, EntryId::from_halves(high, low))?;
        let to_slot = u8::try_from(to_slot).map_err(|_| {
            Error::new(
                ErrorKind::BadOperand,
                format!("the target's bank slot is {to_slot}, allowed are 0 to 255"),
            )
        })?;
        let target = self.entry(to_slot, EntryId::from_halves(to_high, to_low))?;
        self.link(from, kind_of(edge_type)?, target, weight.clamp(0, 255) as u8)
    }

    fn answer_evict(&self, slot: u8, count: u8) -> Result<(), Error> {
        let bank = self.bank(slot)?;
        let evicted = self.banks.change(|cluster, now| cluster.evict(bank, count.into(), now))?;
        self.banks.lock().statistics.evicted += evicted as u64;
        Ok(())
    }

    fn answer_compact(&self, slot: u8) -> Result<(), Error> {
        let bank = self.bank(slot)?;
        let dropped = self.banks.change(|cluster, _| cluster.compact(bank))?;
        self.banks.lock().statistics.dropped += dropped as u64;
        Ok(())
    }
}

/// The id whose halves are the first two elements of a register.
fn entry_id(m: &Machine, register: Register) -> Result<EntryId, Error> {
    let halves = elements(m, register, 2)?;
    Ok(EntryId::from_halves(halves[0], halves[1]))
}

fn kind_of(code: u8) -> Result<EdgeType, Error> {
    let unknown = || {
        let message = format!("unknown edge type {code}, known are 0 to 11 and 255 (custom)");
        Error::new(ErrorKind::BadOperand, message)
    };
    EdgeType::from_code(code).ok_or_else(unknown)
}

/// How many there are, and then of each a number and the halves of an id.
fn counted(list: impl ExactSizeIterator<Item = (i32, EntryId)>) -> Vec<i32> {
    let mut packed = vec![i32::try_from(list.len()).unwrap_or(i32::MAX)];
    for (number, id) in list {
        let (high, low) = id.halves();
        packed.extend([number, high, low]);
    }
    packed
}

/// A width that does not fit is that of a register.
fn about(error: Error, register: Register) -> Error {
    match error.kind() {
        ErrorKind::BadRegister => Error::about(ErrorKind::BadRegister, register, error.message()),
        _ => error,
    }
}
