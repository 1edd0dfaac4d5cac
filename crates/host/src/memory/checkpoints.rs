//! Checkpoints of weights: copies that survive.

use super::Memory;
use super::weights::{allocated, put};
use crate::device::{Device, no_device};
use ternsig_isa::{DomainOp, Register};
use ternsig_vm::{Answer, Error, ErrorKind, ExecutionContext, Machine};

/// Answers the operations of the device `checkpoints`. The machine keeps a copy of each checkpoint; those of registers with a
/// key are kept in the store, too, and others are nowhere else.
pub struct Checkpoints {
    memory: Memory,
}

impl Checkpoints {
    /// Over this memory.
    #[must_use]
    pub const fn new(memory: Memory) -> Checkpoints {
        Checkpoints { memory }
    }

    fn restore(&self, m: &mut Machine, register: Register) -> Result<(), Error> {
        let missing = || {
            Error::about(
                ErrorKind::NotFound,
                register,
                format!("there is no checkpoint of {register}, which has no key"),
            )
        };
        let name = self.memory.name(allocated(m, register)?.key().ok_or_else(missing)?);
        let weights = self.memory.store().checkpoint_restore(&name)?;
        put(m, register.index(), &weights, false)?;
        // What was restored is not what the store has under the key.
        if let Some(register) = m.cold_mut(register.index()) {
            register.set_dirty(true);
        }
        Ok(())
    }
}

impl Device for Checkpoints {
    fn answer(&mut self, op: &DomainOp, ctx: &mut ExecutionContext<'_>) -> Result<Answer, Error> {
        let m = ctx.machine_mut();
        match *op {
            DomainOp::CheckpointSave { register } => {
                let weights = allocated(m, register)?;
                if let Some(key) = weights.key() {
                    self.memory.store().checkpoint_save(&self.memory.name(key), weights)?;
                }
            }
            DomainOp::CheckpointRestore { register } => self.restore(m, register)?,
            DomainOp::CheckpointDiscard { register } => {
                if let Some(key) = m.cold(register.index()).and_then(|weights| weights.key()) {
                    self.memory.store().checkpoint_discard(&self.memory.name(key))?;
                }
            }
            _ => return Err(no_device(op)),
        }
        Ok(Answer::Done)
    }
}
