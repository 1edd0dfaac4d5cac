//! The door for a faster engine.

use crate::context::ExecutionContext;
use crate::devices::Devices;
use crate::interpreter::run_step;
use crate::machine::Machine;
use crate::outcome::StepResult;
use std::any::Any;
use std::fmt;

/// What an accelerator did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entered {
    /// It executed instructions and left the machine at an instruction that it does not own, which the interpreter
    /// executes.
    Ran,
    /// It executed nothing; the interpreter executes the instruction at the program counter.
    Declined,
    /// It executed the instruction that ends the run: `halt`, or `return` without a pending call.
    Halted,
    /// It executed an instruction by the interpreter's own function, [`step`], which handed the host an operation.
    Yielded,
    /// It executed an instruction by the interpreter's own function, [`step`], with this result, which is not that the
    /// run goes on. An engine that checks another one reports a difference in this way, too.
    Stopped(Box<StepResult>),
}

/// An engine that executes stretches of a program faster than the interpreter.
///
/// It may stop at any instruction boundary, and the machine is then exactly what the interpreter would have left. It
/// never raises an error of the program: it leaves before the instruction that would.
///
/// It belongs to one interpreter and may keep what it derived from the machine, but must notice that the host has changed
/// or replaced that between two entries.
pub trait Accelerator: Any + Send + Sync + fmt::Debug {
    /// Executes from the machine's program counter, at whatever instruction that stands.
    fn enter(&mut self, machine: &mut Machine, devices: &mut Devices) -> Entered;
}

/// Executes one instruction of a machine in a run as the interpreter does, without looking at an accelerator.
pub fn step(machine: &mut Machine, devices: &mut Devices) -> StepResult {
    let (mut ctx, registry) = ExecutionContext::with_registry(machine, devices);
    run_step(&mut ctx, registry)
}
