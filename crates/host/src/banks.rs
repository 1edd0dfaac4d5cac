//! The banks of a host: shared by its machines, written through or back to a store.

mod access;
mod device;
mod save;
mod slots;

pub use access::BankHandle;
pub use save::{BankStore, Saved, WritePolicy};
pub use slots::Slots;

use save::Unsaved;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use ternsig_bank::{BankError, BankId, Cluster, Config, Consolidated, EntryRef};
use ternsig_isa::Temperature;
use ternsig_vm::{Error, ErrorKind};

/// What happened in all banks of a host that no program is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct BankStatistics {
    /// Touches of entries, banks or slots that are not there.
    pub missed_touches: u64,
    /// Deletions of entries, banks or slots that are not there.
    pub missed_deletions: u64,
    /// Entries that a traversal reached in banks without a slot.
    pub left_out: u64,
    /// Promotions that changed a temperature.
    pub promoted: u64,
    /// Demotions that changed a temperature.
    pub demoted: u64,
    /// Entries that programs and consolidations had evicted.
    pub evicted: u64,
    /// Links that led nowhere and were dropped.
    pub dropped: u64,
}

/// The banks of a host. Machines get [handles](BankHandle) to them; a clone is another reference to the same banks.
#[derive(Clone, Default)]
pub struct Banks {
    shared: Arc<Mutex<Shared>>,
}

#[derive(Default)]
struct Shared {
    cluster: Cluster,
    tick: u64,
    write_temperature: Temperature,
    statistics: BankStatistics,
    store: Option<Box<dyn BankStore>>,
    policy: WritePolicy,
    unsaved: Unsaved,
}

impl Banks {
    /// No banks, kept in memory only.
    #[must_use]
    pub fn new() -> Banks {
        Banks::default()
    }

    /// The banks of a store, which from now on keeps what changes.
    #[must_use]
    pub fn stored(cluster: Cluster, store: Box<dyn BankStore>, policy: WritePolicy) -> Banks {
        let shared = Shared { cluster, store: Some(store), policy, ..Shared::default() };
        Banks { shared: Arc::new(Mutex::new(shared)) }
    }

    /// A handle for a machine, which reaches the banks through these slots.
    #[must_use]
    pub fn handle(&self, slots: Slots) -> BankHandle {
        BankHandle::new(self.clone(), slots)
    }

    /// Reads the banks.
    pub fn read<R>(&self, read: impl FnOnce(&Cluster) -> R) -> R {
        read(&self.lock().cluster)
    }

    /// Changes the banks at the current tick. It has all of its effect, on the store too, or none.
    ///
    /// # Errors
    /// The change fails, or the store does.
    pub fn change<R>(
        &self,
        change: impl FnOnce(&mut Cluster, u64) -> Result<R, BankError>,
    ) -> Result<R, Error> {
        self.lock().change(change)
    }

    /// Consolidates banks, all of them or, after an error, none; says what was done to all together.
    ///
    /// # Errors
    /// There is no such bank (NotFound), or the store fails.
    pub fn consolidate(
        &self,
        banks: impl IntoIterator<Item = BankId>,
        urgency: u8,
    ) -> Result<Consolidated, Error> {
        let mut shared = self.lock();
        let done = shared.change(|cluster, now| {
            banks.into_iter().try_fold(Consolidated::default(), |sum, bank| {
                Ok(sum.with(cluster.consolidate(bank, urgency, now)?))
            })
        })?;
        let statistics = &mut shared.statistics;
        statistics.promoted += done.promoted as u64;
        statistics.demoted += done.demoted as u64;
        statistics.evicted += done.evicted as u64;
        statistics.dropped += done.dropped as u64;
        Ok(done)
    }

    /// The bank of this name, which is made with these settings if there is none.
    ///
    /// # Errors
    /// No bank can be like that, all ids for its name are taken, or the store fails.
    pub fn find_or_create(&self, name: &str, config: Config) -> Result<BankId, Error> {
        self.change(|cluster, _| {
            if let Some(bank) = cluster.named(name) {
                return Ok(bank.head().id);
            }
            let ids = (0..=u8::MAX).map(|sequence| BankId::new(0, name, sequence));
            let taken = BankError::BankExists(BankId::new(0, name, u8::MAX));
            let id = ids.into_iter().find(|id| cluster.bank(*id).is_err()).ok_or(taken)?;
            cluster.create(id, name, config).map(|()| id)
        })
    }

    /// Sets the tick at which things happen from now on.
    pub fn set_tick(&self, tick: u64) {
        self.lock().tick = tick;
    }

    /// Goes to a tick: things happen at it from now on, and what has waited for long enough is saved.
    ///
    /// # Errors
    /// The store fails; everything stays to be saved then.
    pub fn advance_to(&self, tick: u64) -> Result<(), Error> {
        let mut shared = self.lock();
        shared.tick = tick;
        shared.save_due()
    }

    /// Sets the temperature with which programs write entries, Hot at first.
    pub fn set_write_temperature(&self, temperature: Temperature) {
        self.lock().write_temperature = temperature;
    }

    /// What happened so far.
    #[must_use]
    pub fn statistics(&self) -> BankStatistics {
        self.lock().statistics
    }

    /// Opens a transaction, inside the innermost open one.
    pub fn begin(&self) {
        self.lock().cluster.begin();
    }

    /// Closes the innermost transaction. The outermost is saved with everything that was not saved yet.
    ///
    /// # Errors
    /// The store fails; the transaction stays open then.
    pub fn commit(&self) -> Result<(), Error> {
        self.commit_with(|| Ok(()))
    }

    /// The same; what the store was given counts as kept only if `finish` succeeds, too.
    ///
    /// # Errors
    /// The store or `finish` fails; the transaction stays open then.
    pub(crate) fn commit_with(&self, finish: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
        self.lock().commit(finish)
    }

    /// Closes the innermost transaction and undoes its changes, accesses aside.
    pub fn roll_back(&self) {
        self.lock().cluster.roll_back();
    }

    /// Saves what was not saved yet, but for open transactions.
    ///
    /// # Errors
    /// The store fails; everything stays to be saved then.
    pub fn flush(&self) -> Result<(), Error> {
        self.lock().flush()
    }

    /// The banks. Every change is undone if a part of it fails, so that a thread that panicked cannot have left them
    /// half-changed but for a savepoint, which the next rolling back closes.
    fn lock(&self) -> MutexGuard<'_, Shared> {
        self.shared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Shared {
    /// Changes the banks; what changed is saved as the policy says, unless a transaction is open.
    fn change<R>(
        &mut self,
        change: impl FnOnce(&mut Cluster, u64) -> Result<R, BankError>,
    ) -> Result<R, Error> {
        let in_transaction = self.cluster.depth() > 0;
        self.cluster.begin();
        let result = match change(&mut self.cluster, self.tick) {
            Ok(result) => result,
            Err(error) => {
                self.cluster.roll_back();
                return Err(refusal(&error));
            }
        };
        if !in_transaction && let Err(error) = self.save_changes(false) {
            self.cluster.roll_back();
            return Err(error);
        }
        self.cluster.release();
        Ok(result)
    }

    /// Counts an access, which no transaction takes back.
    fn touch(&mut self, entry: EntryRef) -> Result<bool, Error> {
        let touched = self.cluster.touch(entry, self.tick);
        if touched && self.store.is_some() {
            self.save_access(entry)?;
        }
        Ok(touched)
    }

    fn commit(&mut self, finish: impl FnOnce() -> Result<(), Error>) -> Result<(), Error> {
        let unsaved = self.unsaved.clone();
        if self.cluster.depth() == 1 {
            self.save_changes(true)?;
        }
        if let Err(error) = finish() {
            self.unsaved = unsaved;
            return Err(error);
        }
        self.cluster.release();
        Ok(())
    }
}

/// What programs are told of a refusal.
fn refusal(error: &BankError) -> Error {
    let kind = match error {
        BankError::NoBank(_) | BankError::NoEntry(_) => ErrorKind::NotFound,
        BankError::Width { .. } => ErrorKind::BadRegister,
        BankError::EdgesFull { .. } | BankError::BankExists(_) => ErrorKind::Conflict,
        BankError::Damaged(_) => ErrorKind::Storage,
        _ => ErrorKind::BadOperand,
    };
    Error::new(kind, error.to_string())
}

#[cfg(test)]
mod tests;
