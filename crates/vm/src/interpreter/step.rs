//! The plain loop: fetch, charge, execute.

use crate::context::ExecutionContext;
use crate::error::{Error, ErrorKind, Fault};
use crate::extension::ExtensionRegistry;
use crate::fuel;
use crate::machine::Machine;
use crate::outcome::StepResult;
use crate::semantics::{self, Flow};
use ternsig_isa::domain_op::DomainOpKind;
use ternsig_isa::{Access, Register, Work};
use ternsig_program::{Step, StepOp};

/// What follows a step. It fits into registers: an operation that is yielded stands in the machine. It begins as [`Flow`]
/// does, so that one becomes the other without a jump.
#[derive(Debug)]
pub(super) enum Next {
    Step,
    Break,
    Return,
    Halt,
    Yield,
    Ended,
    OutOfFuel,
    Interrupted,
    Error(Error),
}

impl Next {
    /// As hosts and accelerators see it.
    pub(super) fn result(self, machine: &Machine) -> StepResult {
        match self {
            Next::Step => StepResult::Continue,
            Next::Break => StepResult::Break,
            Next::Return => StepResult::Return,
            Next::Halt => StepResult::Halt,
            Next::Ended => StepResult::Ended,
            Next::Yield => StepResult::Yield(machine.asked),
            Next::OutOfFuel => StepResult::OutOfFuel,
            Next::Interrupted => StepResult::Interrupted,
            Next::Error(error) => StepResult::Error(error),
        }
    }

    /// The same from an accelerator or an extension.
    pub(super) fn of(result: StepResult, machine: &mut Machine) -> Next {
        match result {
            StepResult::Continue => Next::Step,
            StepResult::Break => Next::Break,
            StepResult::Return => Next::Return,
            StepResult::Halt => Next::Halt,
            StepResult::Ended => Next::Ended,
            StepResult::Yield(op) => {
                machine.asked = op;
                Next::Yield
            }
            StepResult::OutOfFuel => Next::OutOfFuel,
            StepResult::Interrupted => Next::Interrupted,
            StepResult::Error(error) => Next::Error(error),
        }
    }
}

/// The plain loop.
pub(super) fn run_steps(ctx: &mut ExecutionContext<'_>, registry: &ExtensionRegistry) -> Next {
    loop {
        match step(ctx, registry) {
            Next::Step | Next::Break | Next::Return => {}
            next => return next,
        }
    }
}

/// One step, for those who do not keep to the interpreter's loop.
pub(crate) fn run_step(ctx: &mut ExecutionContext<'_>, registry: &ExtensionRegistry) -> StepResult {
    step(ctx, registry).result(ctx.machine())
}

/// Executes the instruction at the program counter. Inside the plain loop it costs a tenth less than behind a call.
#[inline(always)]
pub(super) fn step(ctx: &mut ExecutionContext<'_>, registry: &ExtensionRegistry) -> Next {
    let machine = ctx.machine_mut();
    let at = machine.pc;
    let Some(&step) = machine.program.steps().get(at) else { return Next::Ended };
    if machine.interrupt.is_set() {
        machine.interrupt.clear();
        return Next::Interrupted;
    }
    let cost = if step.work == Work::Unit { 1 } else { fuel::cost(machine, &step) };
    let Some(left) = machine.fuel.checked_sub(cost) else { return Next::OutOfFuel };
    machine.fuel = left;
    machine.pc = at + 1;
    let result = match step.op {
        StepOp::Standard(op) => semantics::execute(ctx, op, step.operands),
        StepOp::User { ext, opcode } => {
            let result = declared(registry, ext, opcode, registry.dispatch(ext, opcode, step.operands, ctx));
            return user_result(ctx.machine_mut(), registry, at, cost, result);
        }
    };
    match result {
        Ok(Flow::Next) => Next::Step,
        Ok(Flow::Break) => Next::Break,
        Ok(Flow::Return) => Next::Return,
        Ok(Flow::Halt) => Next::Halt,
        Ok(Flow::Yield) => Next::Yield,
        Err(fault) => stopped_at(ctx.machine_mut(), at, cost, &step, fault),
    }
}

/// Hosts know by its row what an instruction may ask them for.
fn declared(registry: &ExtensionRegistry, ext: u16, opcode: u16, result: StepResult) -> StepResult {
    let StepResult::Yield(op) = result else { return result };
    let yields = registry.instruction_set().row(ext, opcode).and_then(|row| row.yields);
    if yields == Some(op.kind()) {
        return result;
    }
    let declared = yields.map_or("nothing", DomainOpKind::name);
    let message = format!("it asks for {op}, but its row declares {declared}");
    StepResult::Error(Error::new(ErrorKind::Denied, message))
}

/// Extensions may set the program counter to go on elsewhere. Where they do not go on, it is where every other
/// instruction would leave it.
fn user_result(
    machine: &mut Machine,
    registry: &ExtensionRegistry,
    at: usize,
    cost: u64,
    result: StepResult,
) -> Next {
    match Next::of(result, machine) {
        Next::Error(error) => {
            machine.pc = at + 1;
            let word = machine.program.program().instructions.get(at);
            let mnemonic = word.map(|word| registry.instruction_set().mnemonic(word.ext, word.opcode));
            Next::Error(error.at(at, mnemonic.unwrap_or_default()))
        }
        Next::OutOfFuel => {
            take_back(machine, at, cost);
            Next::OutOfFuel
        }
        Next::Interrupted => {
            machine.interrupt.clear();
            take_back(machine, at, cost);
            Next::Interrupted
        }
        next @ (Next::Halt | Next::Yield) => {
            machine.pc = at + 1;
            next
        }
        next @ (Next::Step | Next::Break | Next::Return | Next::Ended) => next,
    }
}

/// An instruction that had no effect is executed again when the run goes on, and is charged then.
fn take_back(machine: &mut Machine, at: usize, cost: u64) {
    machine.pc = at;
    machine.fuel = machine.fuel.saturating_add(cost);
}

#[cold]
fn stopped_at(machine: &mut Machine, at: usize, cost: u64, step: &Step, fault: Fault) -> Next {
    match fault {
        Fault::Error(error) => {
            let error = match (error.kind(), result_register(step)) {
                (ErrorKind::Limit, Some(register)) => error.naming(register),
                _ => error,
            };
            Next::Error(error.at(at, machine.mnemonic_at(at)))
        }
        Fault::Interrupted => {
            machine.interrupt.clear();
            take_back(machine, at, cost);
            Next::Interrupted
        }
    }
}

/// The register that a step writes, or else the first that it names: the one that would have become too large.
fn result_register(step: &Step) -> Option<Register> {
    let StepOp::Standard(op) = step.op else { return None };
    let registers = || op.row().registers(step.operands);
    let written = registers().find(|(field, _)| field.access == Access::Write);
    written.or_else(|| registers().next()).map(|(_, register)| register)
}
