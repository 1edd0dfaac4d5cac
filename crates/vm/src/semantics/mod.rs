//! What every instruction does: one function each, named by its mnemonic, in one file (or folder) per extension.
//!
//! Operand banks, ranges, labels and loop pairs were checked by the validator; fuel and the program counter are dealt
//! with by the loop. A function reads its sources, computes, and writes; an error leaves the machine as it was.

mod activation;
mod arch;
mod bank;
mod core;
mod ipc;
mod learning;
mod lifecycle;
mod mastery;
mod neuro;
mod orchestration;
mod pool;
mod products;
mod sampling;
pub(crate) mod structure;
mod tensor;
mod ternary;
mod test;
mod yields;

pub(crate) use tensor::cache_extent;

use crate::context::ExecutionContext;
use crate::error::{Error, Fault};
use crate::machine::fault_error;
use ternsig_isa::{DomainOp, Op};

/// Where a run goes after an instruction.
#[derive(Debug)]
pub(crate) enum Flow {
    /// To the instruction at the program counter.
    Next,
    /// Out of a loop; the program counter is set.
    Break,
    /// Back from a call; the program counter is set.
    Return,
    /// The run ends.
    Halt,
    /// To the host, with the operation that the machine has noted.
    Yield,
}

/// Operand bytes A, B, C, D.
type Word = [u8; 4];

/// Executes one instruction whose word is valid.
pub(crate) fn execute(ctx: &mut ExecutionContext<'_>, op: Op, word: Word) -> Result<Flow, Fault> {
    match op {
        Op::Core(op) => core::execute(ctx.machine_mut(), op, word),
        Op::Tensor(op) => tensor::execute(ctx.machine_mut(), op, word),
        Op::Ternary(op) => ternary::execute(ctx.machine_mut(), op, word),
        Op::Activation(op) => activation::execute(ctx.machine_mut(), op, word),
        Op::Learning(op) => learning::execute(ctx.machine_mut(), op, word),
        Op::Neuro(op) => neuro::execute(ctx, op, word),
        Op::Arch(op) => arch::execute(ctx.machine_mut(), op, word),
        Op::Orchestration(op) => orchestration::execute(ctx.machine_mut(), op, word),
        Op::Lifecycle(op) => lifecycle::execute(ctx, op, word),
        Op::Ipc(op) => ipc::execute(ctx.machine_mut(), op, word),
        Op::Test(op) => test::execute(ctx, op, word),
        Op::Bank(op) => bank::execute(ctx, op, word),
        Op::Pool(op) => pool::execute(ctx.machine_mut(), op, word),
        Op::Sampling(op) => sampling::execute(ctx.machine_mut(), op, word),
    }
}

/// The machine's own part of an operation that the host has fulfilled: whatever depends on the host's success changes
/// only now. It fails if that would exceed the machine's limits.
#[inline]
pub(crate) fn complete(ctx: &mut ExecutionContext<'_>, op: &DomainOp) -> Result<(), Error> {
    let changed = ctx.machine_mut();
    match *op {
        DomainOp::ChemSet { .. } | DomainOp::ChemInject { .. } => ctx.refresh_chemicals(),
        DomainOp::CheckpointSave { register } => learning::keep_checkpoint(changed.unknown(), register),
        DomainOp::CheckpointDiscard { register } => learning::drop_checkpoint(changed.unknown(), register),
        DomainOp::ModelLoad { slot, .. } => changed.unknown().models.load(slot),
        DomainOp::ModelExec { target, slot } => {
            orchestration::executed(changed.unknown(), target, slot).map_err(fault_error)?;
        }
        _ => {}
    }
    Ok(())
}
