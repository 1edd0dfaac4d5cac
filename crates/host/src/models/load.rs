//! Filling slots.

use super::{LoadedModel, ModelProgram, ModelTable, empty};
use std::sync::Arc;
use ternsig_program::ValidatedProgram;
use ternsig_vm::machine::reload::Reloaded;
use ternsig_vm::{Answer, Error, ErrorKind, ExecutionContext, Interpreter, Machine};

impl ModelTable {
    /// Loads the program that is bound to a slot, in place of what is there, and releases the slots that the machine unloaded.
    pub(super) fn load(&mut self, slot: u8, ctx: &mut ExecutionContext<'_>) -> Result<Answer, Error> {
        self.refuse_running(slot)?;
        self.fill(slot)?;
        self.release(slot, ctx.machine());
        Ok(Answer::Done)
    }

    /// Loads the program that is bound to a slot, in place of what is there, as a program would.
    ///
    /// # Errors
    /// No program is bound to it, or it cannot be read, is invalid or too large; the slot stays as it is then.
    pub fn fill(&mut self, slot: u8) -> Result<(), Error> {
        let validated = self.bound(slot)?.read(&self.registry)?;
        let model = match self.resting.remove(&slot) {
            Some(mut resting) => {
                if let Err(error) = self.renew(&mut resting, validated) {
                    self.resting.insert(slot, resting);
                    return Err(error);
                }
                resting
            }
            None => self.model(slot, validated)?,
        };
        self.slots[usize::from(slot)] = Some(model);
        Ok(())
    }

    /// Reads the program of a slot anew. The old one stays if that fails.
    pub(super) fn reload(&mut self, slot: u8) -> Result<Answer, Error> {
        self.refuse_running(slot)?;
        let program = self.bound(slot)?.read(&self.registry)?;
        self.replace(slot, program).map(|_| Answer::Done)
    }

    /// Replaces the program of a loaded slot by a newer version, and says what became of its weights.
    ///
    /// # Errors
    /// The slot is empty, or the program is too large; the old one stays then.
    pub fn replace(&mut self, slot: u8, program: ValidatedProgram) -> Result<Reloaded, Error> {
        let mut model = self.slots[usize::from(slot)].take().ok_or_else(|| empty(slot))?;
        let reloaded = self.renew(&mut model, program);
        self.slots[usize::from(slot)] = Some(model);
        reloaded
    }

    fn renew(&self, model: &mut LoadedModel, program: ValidatedProgram) -> Result<Reloaded, Error> {
        let assembled = program.program().clone();
        let reloaded = model.interpreter.reload(program)?;
        (self.equip)(&mut model.interpreter)?;
        (model.program, model.waits_in) = (assembled, None);
        Ok(reloaded)
    }

    fn bound(&self, slot: u8) -> Result<&ModelProgram, Error> {
        let missing = || format!("no program is bound to model slot {slot}; the host binds one");
        self.programs.get(&slot).ok_or_else(|| Error::new(ErrorKind::NotFound, missing()))
    }

    fn model(&self, slot: u8, validated: ValidatedProgram) -> Result<LoadedModel, Error> {
        let assembled = validated.program().clone();
        let mut machine = Machine::with_limits(validated, self.bound(slot)?.limits())?;
        self.recall.iter().try_for_each(|recall| recall(&mut machine))?;
        let mut interpreter = Interpreter::from_machine(machine, Arc::clone(&self.registry));
        (self.equip)(&mut interpreter)?;
        Ok(LoadedModel { program: assembled, interpreter, waits_in: None })
    }

    /// Unloading is the machine's own affair; what it unloaded is dropped when it loads something next.
    fn release(&mut self, loaded: u8, machine: &Machine) {
        if self.calls.is_empty() {
            for (number, slot) in self.slots.iter_mut().enumerate() {
                if number != usize::from(loaded) && machine.models().slot(number as u8).is_none() {
                    *slot = None;
                }
            }
        }
    }

    /// Running models are not in their slots.
    fn refuse_running(&self, slot: u8) -> Result<(), Error> {
        if self.calls.contains(&slot) {
            return Err(Error::new(ErrorKind::Conflict, format!("model slot {slot} is being executed")));
        }
        Ok(())
    }
}
