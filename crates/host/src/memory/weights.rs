//! Weights under keys: the operations of programs.

use super::Memory;
use crate::device::{Device, no_device};
use crate::store::{Change, Weights};
use std::collections::BTreeMap;
use ternsig_isa::{DomainOp, Register};
use ternsig_vm::{Answer, ColdRegister, Error, ErrorKind, ExecutionContext, Machine};

/// The source that the chain names for what programs save.
pub(super) const SOURCE: &str = "tensor_isa";

/// The keys that programs know by number.
pub type KeyTable = BTreeMap<i32, String>;

/// Answers the operations of the device `weights`.
pub struct WeightKeeper {
    memory: Memory,
    program: String,
    keys: KeyTable,
    /// How strongly what a program saves holds, 0–255.
    pub strength: u8,
}

impl WeightKeeper {
    /// Over this memory. Registers without a key are kept as `<program>.c<index>`. Strength is 255.
    #[must_use]
    pub fn new(memory: Memory, program: &str, keys: KeyTable) -> WeightKeeper {
        WeightKeeper { memory, program: program.to_owned(), keys, strength: u8::MAX }
    }

    fn key(&self, id: i32) -> Result<&str, Error> {
        let missing = || Error::new(ErrorKind::NotFound, format!("there is no key with number {id}"));
        self.keys.get(&id).map(String::as_str).ok_or_else(missing)
    }

    /// The key of a register, which gets one if it has none.
    fn own_key(&self, m: &mut Machine, register: Register) -> Result<String, Error> {
        if let Some(key) = allocated(m, register)?.key() {
            return Ok(key.to_owned());
        }
        let key = format!("{}.c{}", self.program, register.index());
        if let Some(weights) = m.cold_mut(register.index()) {
            weights.set_key(Some(&key));
        }
        Ok(key)
    }

    fn save(&self, m: &mut Machine, register: Register, key: &str) -> Result<(), Error> {
        let mut store = self.memory.store();
        let change = Change::new(self.strength, SOURCE, store.tick());
        store.save(&self.memory.name(key), allocated(m, register)?, &change)?;
        // What a transaction may still drop has to be saved again.
        if store.open_transactions().is_empty()
            && let Some(weights) = m.cold_mut(register.index())
        {
            weights.set_dirty(false);
        }
        Ok(())
    }

    fn load(&self, m: &mut Machine, register: Register, key: &str) -> Result<(), Error> {
        allocated(m, register)?;
        let (store, name) = (self.memory.store(), self.memory.name(key));
        let Some(stored) = store.load(&name)? else {
            return Err(Error::new(ErrorKind::NotFound, format!("there are no weights with key \"{name}\"")));
        };
        let is_architecture =
            store.architecture(&name)?.is_some_and(|record| record.shape == stored.weights.shape());
        put(m, register.index(), &stored.weights, is_architecture)
    }

    fn init(&self, m: &mut Machine, register: Register) -> Result<(), Error> {
        let key = self.own_key(m, register)?;
        let mut store = self.memory.store();
        let change = Change::new(self.strength, SOURCE, store.tick());
        store.init(&self.memory.name(&key), allocated(m, register)?.shape(), &change)?;
        Ok(())
    }
}

impl Device for WeightKeeper {
    fn answer(&mut self, op: &DomainOp, ctx: &mut ExecutionContext<'_>) -> Result<Answer, Error> {
        let m = ctx.machine_mut();
        match *op {
            DomainOp::LoadWeights { register, key_id } => self.load(m, register, self.key(key_id)?),
            DomainOp::StoreWeights { register, key_id } => self.save(m, register, self.key(key_id)?),
            DomainOp::Consolidate => self.memory.consolidate_weights(),
            DomainOp::InitThermo { register } => self.init(m, register),
            DomainOp::SaveThermo { register } => {
                let key = self.own_key(m, register)?;
                self.save(m, register, &key)
            }
            DomainOp::LoadThermo { register } => {
                let key = allocated(m, register)?.key().map(str::to_owned);
                let missing =
                    || Error::about(ErrorKind::NotFound, register, format!("{register} has no key"));
                self.load(m, register, &key.ok_or_else(missing)?)
            }
            _ => Err(no_device(op)),
        }?;
        Ok(Answer::Done)
    }
}

/// A cold register that there is.
pub(super) fn allocated(m: &Machine, register: Register) -> Result<&ColdRegister, Error> {
    let missing = || Error::about(ErrorKind::BadRegister, register, format!("{register} is not allocated"));
    m.cold(register.index()).ok_or_else(missing)
}

/// Replaces the weights of a register; those of a grown or pruned one with their shape.
pub(super) fn put(m: &mut Machine, index: usize, weights: &Weights, with_shape: bool) -> Result<(), Error> {
    match m.cold_mut(index) {
        Some(register) if with_shape => weights.replace(register),
        Some(register) => weights.load_into(register),
        None => Ok(()),
    }
}
