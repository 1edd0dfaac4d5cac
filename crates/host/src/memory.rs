//! What a host remembers: a durable store and the banks in it, with one stack of transactions over both.

mod bridge;
mod checkpoints;
mod registers;
mod transactions;
mod weights;

pub use bridge::{Bridged, Mismatch};
pub use checkpoints::Checkpoints;
pub use registers::Registers;
pub use transactions::Transactions;
pub use weights::{KeyTable, WeightKeeper};

use crate::banks::{BankStore, Banks, Saved, Slots, WritePolicy};
use crate::device::Devices;
use crate::store::{Blobs, Store, StoreError, StoreErrorKind, bank_entry_key, bank_key};
use std::path::Path;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use ternsig_bank::{BankError, BankId, Cluster, codec};
use ternsig_vm::Error;

/// A store with its banks. A clone is another reference to the same.
#[derive(Clone)]
pub struct Memory {
    store: Arc<Mutex<Store>>,
    banks: Banks,
    scope: Arc<str>,
}

impl Memory {
    /// Opens the store in a file, or makes one, and its banks.
    ///
    /// # Errors
    /// As for [`Store::open_or_create`]; or a bank is damaged.
    pub fn open(path: impl AsRef<Path>, policy: WritePolicy) -> Result<Memory, StoreError> {
        Memory::new(Store::open_or_create(path)?, policy)
    }

    /// The memory of a store without open transactions.
    ///
    /// # Errors
    /// Reading fails, or a bank is damaged.
    pub fn new(store: Store, policy: WritePolicy) -> Result<Memory, StoreError> {
        let cluster = read_banks(&store)?;
        let tick = store.tick();
        let store = Arc::new(Mutex::new(store));
        let banks = Banks::stored(cluster, Box::new(StoredBanks(Arc::clone(&store))), policy);
        banks.set_tick(tick);
        Ok(Memory { store, banks, scope: Arc::from("") })
    }

    /// The same memory for one of several machines of a program: what registers and checkpoints are kept as begins with this.
    #[must_use]
    pub fn scoped(&self, scope: &str) -> Memory {
        Memory { scope: Arc::from(scope), ..self.clone() }
    }

    /// What a key is kept as.
    fn name(&self, key: &str) -> String {
        format!("{}{key}", self.scope)
    }

    /// The banks.
    #[must_use]
    pub const fn banks(&self) -> &Banks {
        &self.banks
    }

    /// The store, for as long as the guard lives. Its transactions are begun and ended here, not there.
    pub fn store(&self) -> MutexGuard<'_, Store> {
        lock(&self.store)
    }

    /// Goes to a tick: the weights' passes that were due on the way are made, entries of banks are written with it, and what of
    /// them has waited for long enough to be written back is saved.
    ///
    /// # Errors
    /// The store fails. Passes are not made then, or what waits goes on waiting.
    pub fn advance_to(&self, tick: u64) -> Result<(), Error> {
        self.store().advance_to(tick)?;
        self.banks.advance_to(tick)
    }

    /// The devices of a machine that need nothing but memory: `weights`, `checkpoints`, `txn`, `registers` and `bank`. `program`
    /// names registers that have no key.
    #[must_use]
    pub fn devices(&self, program: &str, keys: KeyTable, slots: Slots) -> Devices {
        let mut devices = Devices::new();
        devices.attach("weights", WeightKeeper::new(self.clone(), program, keys));
        devices.attach("checkpoints", Checkpoints::new(self.clone()));
        devices.attach("txn", Transactions::new(self.clone()));
        devices.attach("registers", Registers::default());
        devices.attach("bank", self.banks.handle(slots));
        devices
    }
}

/// What a thread that panicked left of a store is a transaction that is not committed, at most.
fn lock(store: &Mutex<Store>) -> MutexGuard<'_, Store> {
    store.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The banks' part of a store.
struct StoredBanks(Arc<Mutex<Store>>);

impl BankStore for StoredBanks {
    fn save(&mut self, saved: Saved) -> Result<(), Error> {
        let banks = saved.banks.into_iter().map(|(id, bytes)| (Blobs::Banks, bank_key(id.0).to_vec(), bytes));
        let entries = saved
            .entries
            .into_iter()
            .map(|(at, bytes)| (Blobs::BankEntries, bank_entry_key(at.bank.0, at.entry.0).to_vec(), bytes));
        let rows: Vec<_> = banks.chain(entries).collect();
        let mut store = lock(&self.0);
        if saved.in_transaction {
            store.put_blobs(rows)?
        } else {
            store.put_blobs_at_once(rows)?
        };
        Ok(())
    }
}

fn read_banks(store: &Store) -> Result<Cluster, StoreError> {
    let damaged = |what: String, error: BankError| {
        StoreErrorKind::Damaged { what: format!("{what}: {error}") }.at(store.place())
    };
    let mut cluster = Cluster::new();
    for (_, bytes) in store.blobs(Blobs::Banks, &[])? {
        let head = codec::decode_head(&bytes).and_then(|head| cluster.restore_head(head));
        head.map_err(|error| damaged("a bank".to_owned(), error))?;
    }
    for (key, bytes) in store.blobs(Blobs::BankEntries, &[])? {
        let bank = BankId(key.first_chunk().map_or(0, |id| u64::from_be_bytes(*id)));
        let entry = codec::decode_entry(&bytes).and_then(|entry| cluster.restore_entry(bank, entry));
        entry.map_err(|error| damaged(format!("an entry of bank {bank}"), error))?;
    }
    Ok(cluster)
}

#[cfg(test)]
mod tests;
