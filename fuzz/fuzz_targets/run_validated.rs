//! Programs of any kind, run with little fuel: nothing panics, limits hold, and at every pause the machine can be written
//! down and taken up again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use std::sync::LazyLock;
use ternsig_isa::InstructionSet;
use ternsig_program::generate::Entropy;
use ternsig_program::{AssembledProgram, binary, checksum};
use ternsig_vm::generate::{LIMITS, MockDevices, answer, between_runs, network, network_content, random};
use ternsig_vm::{Interpreter, Machine, StepResult};

static SET: LazyLock<InstructionSet> = LazyLock::new(InstructionSet::standard);

fuzz_target!(|data: &[u8]| {
    let Some((&kind, bytes)) = data.split_first() else { return };
    let Some((interpreter, fresh)) = interpreter(kind, bytes) else { return };
    let mut interpreter = interpreter;
    for round in 0..2 {
        run(&mut interpreter, &fresh);
        between_runs(interpreter.machine_mut(), &mut Entropy::new(&[kind, round]));
    }
});

/// An interpreter by the first byte: a generated program, or the bytes read as text or as a binary.
fn interpreter(kind: u8, bytes: &[u8]) -> Option<(Interpreter, Machine)> {
    let mut interpreter = match kind % 4 {
        0 => random(bytes, 40).ok()?.interpreter,
        1 => network(bytes, 60).ok()?.interpreter,
        2 => loaded(&read(bytes)?, bytes)?,
        _ => loaded(&ternsig_asm::assemble(&String::from_utf8_lossy(bytes), &SET).program?, bytes)?,
    };
    let mut limits = interpreter.machine().limits();
    limits.fuel = limits.fuel.min(LIMITS.fuel);
    interpreter.set_limits(limits);
    if kind & 4 != 0 {
        MockDevices::new(checksum(bytes)).attach_to(&mut interpreter);
    }
    let mut fresh = Machine::new(interpreter.machine().program().clone()).ok()?;
    fresh.set_limits(limits);
    Some((interpreter, fresh))
}

fn read(bytes: &[u8]) -> Option<AssembledProgram> {
    binary::read(bytes).ok().map(|loaded| loaded.program)
}

fn loaded(program: &AssembledProgram, bytes: &[u8]) -> Option<Interpreter> {
    let elements: usize =
        program.registers.iter().fold(0, |sum, decl| decl.shape.elements().saturating_add(sum));
    if elements > LIMITS.total_elements {
        return None;
    }
    let mut interpreter = Interpreter::from_program(program).ok()?;
    interpreter.set_limits(LIMITS);
    network_content(interpreter.machine_mut(), &mut Entropy::new(bytes));
    Some(interpreter)
}

fn run(interpreter: &mut Interpreter, fresh: &Machine) {
    for pause in 0..60 {
        let result = interpreter.run_until_yield();
        if pause < 4 {
            taken_up_again(interpreter.machine(), fresh);
        }
        let StepResult::Yield(op) = result else { return };
        if let Err(error) = answer(&op, interpreter.machine_mut()) {
            interpreter.fail(error);
            return;
        }
    }
}

/// Another machine can take over. A host may set more than a snapshot tells: its limits, and whether failed assertions
/// are collected.
fn taken_up_again(machine: &Machine, fresh: &Machine) {
    let mut other = fresh.clone();
    other.set_limits(machine.limits());
    match other.restore(&machine.suspend()) {
        Ok(()) => assert_eq!(machine.difference(&other), None),
        // A host may leave a register that the limits of today would not allow.
        Err(error) => assert!(error.to_string().contains("limit"), "{error}"),
    }
}
