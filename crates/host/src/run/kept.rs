//! What the run of a seed keeps in a memory.

use super::Keep;
use super::error::RunError;
use crate::device::{Device, Devices};
use crate::memory::Memory;
use crate::region::Region;
use ternsig_vm::{Error, Interpreter, Machine, Outcome};

/// How strongly what a run saves holds.
const STRENGTH: u8 = u8::MAX;

/// A seed's part of a memory: what its registers are kept as begins with `seed <n>/`. Operations of its program are answered
/// from it.
pub(super) struct Kept {
    memory: Memory,
    devices: Devices,
}

impl Kept {
    pub(super) fn new(keep: &Keep, region: &Region, seed: u64) -> Kept {
        let memory = keep.memory.scoped(&format!("seed {seed}/"));
        let program = region.program().path.file_stem().unwrap_or_default().to_string_lossy();
        let devices = memory.devices(&program, keep.keys.clone(), keep.slots.clone());
        Kept { memory, devices }
    }

    /// Gives a machine the weights that an earlier run saved. How many registers there were.
    pub(super) fn load(&self, m: &mut Machine) -> Result<usize, RunError> {
        self.memory.load_registers(m).complete().map_err(|error| self.failed(&error))
    }

    /// Saves what has been learned from so many more samples.
    pub(super) fn save(&self, m: &mut Machine, samples: u64) -> Result<(), RunError> {
        let tick = self.memory.store().tick().saturating_add(samples);
        self.memory.advance_to(tick).map_err(|error| self.failed(&error))?;
        let stored = self.memory.store_registers(m, STRENGTH, false).complete();
        stored.map(|_| ()).map_err(|error| self.failed(&error))
    }

    /// Ends a run of the program. Transactions that it left open are rolled back, and reported.
    pub(super) fn end_run(&self) -> Result<(), RunError> {
        let open = self.memory.end_run();
        if open.is_empty() { Ok(()) } else { Err(RunError::OpenTransactions { open }) }
    }

    fn failed(&self, error: &Error) -> RunError {
        RunError::Memory { place: self.memory.store().place().to_owned(), message: error.to_string() }
    }
}

/// Runs a program, whose operations are answered from what is kept, if anything is.
pub(super) fn run(interpreter: &mut Interpreter, kept: Option<&mut Kept>) -> Outcome {
    match kept {
        Some(kept) => interpreter.run_with_host(|op, ctx| kept.devices.answer(op, ctx)),
        None => interpreter.run(),
    }
}
