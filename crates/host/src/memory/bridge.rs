//! All registers of a machine that have a key, to the store and back.

use super::Memory;
use super::weights::{SOURCE, put};
use crate::store::Change;
use ternsig_isa::Register;
use ternsig_isa::limits::REGISTERS_PER_BANK;
use ternsig_vm::{Error, Machine};

/// A register that could not be stored or loaded, and why.
#[derive(Debug)]
pub struct Mismatch {
    /// The register.
    pub register: Register,
    /// What it is kept as.
    pub key: String,
    /// Why.
    pub error: Error,
}

/// What was stored or loaded.
#[derive(Debug, Default)]
pub struct Bridged {
    /// The keys.
    pub keys: Vec<String>,
    /// What was not.
    pub failed: Vec<Mismatch>,
}

impl Bridged {
    /// How many registers there were.
    ///
    /// # Errors
    /// Some were not stored or loaded: each, and why, with the kind of the first.
    pub fn complete(self) -> Result<usize, Error> {
        let Some(first) = self.failed.first() else { return Ok(self.keys.len()) };
        let kind = first.error.kind();
        let failed = self
            .failed
            .iter()
            .map(|failed| format!("{} ({}): {}", failed.register, failed.key, failed.error));
        Err(Error::new(kind, failed.collect::<Vec<_>>().join("; ")))
    }

    fn note(&mut self, index: usize, key: String, result: Result<bool, Error>) {
        match result {
            Ok(true) => self.keys.push(key),
            Ok(false) => {}
            Err(error) => {
                self.failed.push(Mismatch { register: Register::cold(index as u8), key, error });
            }
        }
    }
}

impl Memory {
    /// Stores the registers that have a key and changed since they were stored or loaded, or were never stored; with `force`, all
    /// that have a key. What was stored is no longer dirty, unless a transaction is open, which may still drop it.
    #[must_use]
    pub fn store_registers(&self, m: &mut Machine, strength: u8, force: bool) -> Bridged {
        let mut bridged = Bridged::default();
        for index in 0..REGISTERS_PER_BANK {
            if let Some(key) = self.name_of(m, index) {
                let result = self.store_register(m, index, &key, (strength, force));
                bridged.note(index, key, result);
            }
        }
        bridged
    }

    fn store_register(
        &self,
        m: &mut Machine,
        index: usize,
        key: &str,
        (strength, force): (u8, bool),
    ) -> Result<bool, Error> {
        let mut store = self.store();
        let Some(register) = m.cold(index) else { return Ok(false) };
        if !force && !register.is_dirty() && store.standing(key)?.is_some() {
            return Ok(false);
        }
        let change = Change::new(strength, SOURCE, store.tick());
        store.save(key, register, &change)?;
        if store.open_transactions().is_empty()
            && let Some(register) = m.cold_mut(index)
        {
            register.set_dirty(false);
        }
        Ok(true)
    }

    /// Loads the registers whose key the store has. One that was grown or pruned gets the shape that it had then; otherwise
    /// the number of weights must be the same. What was loaded is not dirty.
    #[must_use]
    pub fn load_registers(&self, m: &mut Machine) -> Bridged {
        let mut bridged = Bridged::default();
        for index in 0..REGISTERS_PER_BANK {
            if let Some(key) = self.name_of(m, index) {
                let result = self.load_register(m, index, &key);
                bridged.note(index, key, result);
            }
        }
        bridged
    }

    fn load_register(&self, m: &mut Machine, index: usize, key: &str) -> Result<bool, Error> {
        let store = self.store();
        let Some(stored) = store.load(key)? else { return Ok(false) };
        let record = store.architecture(key)?;
        let is_architecture = record.is_some_and(|record| record.shape == stored.weights.shape());
        put(m, index, &stored.weights, is_architecture).map(|()| true)
    }

    /// What a register that has a key is kept as.
    fn name_of(&self, m: &Machine, index: usize) -> Option<String> {
        m.cold(index)?.key().map(|key| self.name(key))
    }
}
