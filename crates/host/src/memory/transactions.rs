//! Transactions over weights, checkpoints and banks: all of them are kept, or none.

use super::Memory;
use super::weights::SOURCE;
use crate::device::{Device, no_device};
use ternsig_bank::{BankId, Consolidated};
use ternsig_isa::DomainOp;
use ternsig_vm::{Answer, Error, ErrorKind, ExecutionContext};

impl Memory {
    /// Opens transaction `id` inside those that are open. What is written from now on belongs to it, accesses to entries of
    /// banks aside.
    ///
    /// # Errors
    /// It is open already (Conflict), or the store is unusable.
    pub fn begin(&self, id: u8) -> Result<(), Error> {
        self.store().begin(id)?;
        self.banks.begin();
        Ok(())
    }

    /// Closes transaction `id` and keeps its writes: in the one around it, or, for the outermost, durably.
    ///
    /// # Errors
    /// It is not open (NotFound); it is not the innermost (Conflict); writing fails (Storage): its writes are dropped then.
    pub fn commit(&self, id: u8) -> Result<(), Error> {
        let open = self.store().open_transactions();
        if open.last() != Some(&id) {
            // The store says why.
            return Ok(self.store().commit(id)?);
        }
        let committed = self.banks.commit_with(|| Ok(self.store().commit(id)?));
        if committed.is_err() {
            let _ = self.store().rollback(id);
            self.banks.roll_back();
        }
        committed
    }

    /// Drops the writes of transaction `id` and of all inside it. Registers stay as they are.
    ///
    /// # Errors
    /// It is not open (NotFound).
    pub fn roll_back(&self, id: u8) -> Result<(), Error> {
        let mut store = self.store();
        let before = store.open_transactions().len();
        store.rollback(id)?;
        let after = store.open_transactions().len();
        drop(store);
        (after..before).for_each(|_| self.banks.roll_back());
        Ok(())
    }

    /// What sleep does to memory: consolidates these banks, the more the more urgent it is (0–255), and then has the weights' layer
    /// pass. All of it happens or nothing, inside the innermost open transaction if there is one.
    ///
    /// # Errors
    /// There is no such bank (NotFound); all 256 transactions are open (Limit); the store fails (Storage).
    pub fn consolidate(
        &self,
        banks: impl IntoIterator<Item = BankId>,
        urgency: u8,
    ) -> Result<Consolidated, Error> {
        let open = self.store().open_transactions();
        let all_open = || Error::new(ErrorKind::Limit, "all 256 transactions are open; close one first");
        let own = (0..=u8::MAX).find(|id| !open.contains(id)).ok_or_else(all_open)?;
        self.begin(own)?;
        let done = self.banks.consolidate(banks, urgency).and_then(|done| {
            self.consolidate_weights()?;
            Ok(done)
        });
        match done {
            Ok(done) => self.commit(own).map(|()| done),
            Err(error) => {
                self.roll_back(own)?;
                Err(error)
            }
        }
    }

    /// Has the weights' layer pass.
    pub(super) fn consolidate_weights(&self) -> Result<(), Error> {
        let mut store = self.store();
        let tick = store.tick();
        store.consolidate(SOURCE, tick)?;
        Ok(())
    }

    /// Ends a run: rolls back what is open and says which transactions these were, outermost first.
    #[must_use]
    pub fn end_run(&self) -> Vec<u8> {
        let open = self.store().end_run();
        open.iter().for_each(|_| self.banks.roll_back());
        open
    }
}

/// Answers the operations of transactions.
pub struct Transactions {
    memory: Memory,
}

impl Transactions {
    /// Over this memory.
    #[must_use]
    pub const fn new(memory: Memory) -> Transactions {
        Transactions { memory }
    }
}

impl Device for Transactions {
    fn answer(&mut self, op: &DomainOp, _: &mut ExecutionContext<'_>) -> Result<Answer, Error> {
        match *op {
            DomainOp::TxnBegin { txn_id } => self.memory.begin(txn_id),
            DomainOp::TxnCommit { txn_id } => self.memory.commit(txn_id),
            DomainOp::TxnRollback { txn_id } => self.memory.roll_back(txn_id),
            _ => Err(no_device(op)),
        }?;
        Ok(Answer::Done)
    }
}
