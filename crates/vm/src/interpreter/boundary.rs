//! The way from one boundary of a run to the next: a yield, a pause or an end. In between, an accelerator executes what
//! it owns and the interpreter everything else.

use super::Interpreter;
use super::step::{Next, run_steps, step};
use crate::accelerator::{Accelerator, Entered};
use crate::context::ExecutionContext;
use crate::devices::Devices;
use crate::machine::Machine;
use std::hint::cold_path;

impl Interpreter {
    /// Runs until something other than the next instruction has to happen. An accelerator that owns the whole program
    /// takes less time than a call with a stack frame: it is entered here, and what it leaves is left to others.
    #[inline(always)]
    pub(super) fn run_to_boundary(&mut self) -> Next {
        match &mut self.accelerator {
            Some((program, accelerator)) if *program == self.machine.program.hash() => {
                let accelerator = accelerator.as_mut();
                match accelerator.enter(&mut self.machine, &mut self.devices) {
                    Entered::Halted => Next::Halt,
                    entered => {
                        cold_path();
                        run_accelerated(&mut self.machine, &mut self.devices, accelerator, entered)
                    }
                }
            }
            _ => run_plain(&mut self.machine, &mut self.devices),
        }
    }
}

#[inline(never)]
fn run_plain(machine: &mut Machine, devices: &mut Devices) -> Next {
    loop {
        let (mut ctx, registry) = ExecutionContext::with_registry(machine, devices);
        let next = run_steps(&mut ctx, registry);
        if let Some(next) = boundary(machine, next) {
            return next;
        }
    }
}

/// Goes on with what an accelerator did.
#[inline(never)]
fn run_accelerated(
    machine: &mut Machine,
    devices: &mut Devices,
    accelerator: &mut dyn Accelerator,
    mut entered: Entered,
) -> Next {
    loop {
        let next = match entered {
            Entered::Halted => return Next::Halt,
            Entered::Yielded => Next::Yield,
            Entered::Stopped(result) => Next::of(*result, machine),
            Entered::Ran | Entered::Declined => step_once(machine, devices),
        };
        if let Some(next) = boundary(machine, next) {
            return next;
        }
        entered = accelerator.enter(machine, devices);
    }
}

/// One step between two visits of an accelerator. A standard instruction that hands the host an operation changes nothing
/// that accelerators know; a user's may have put another machine in the place of this one.
fn step_once(machine: &mut Machine, devices: &mut Devices) -> Next {
    let is_standard = machine.is_standard_at(machine.pc);
    let known_since = machine.known_since.of_same_machine();
    let (mut ctx, registry) = ExecutionContext::with_registry(machine, devices);
    let next = step(&mut ctx, registry);
    if matches!(next, Next::Yield) && is_standard {
        machine.known_since = known_since;
    }
    next
}

/// What follows, unless that is the next instruction or, behind a failed test, another one.
#[inline(always)]
fn boundary(machine: &mut Machine, next: Next) -> Option<Next> {
    match next {
        Next::Step | Next::Break | Next::Return => None,
        Next::Error(error) => machine.skip_failed_test(error).err().map(Next::Error),
        next => Some(next),
    }
}
