//! The library: what hosts build on.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

mod bank;
mod original_binaries;
mod readme;
mod reserved;
mod seed_signatures;
mod table;
mod user_extension;
mod yields;

use ternsig::{AssembledProgram, InstructionSet, Machine, ValidatedProgram, assemble};

/// Assembles a source without mistakes.
fn assembled(source: &str) -> AssembledProgram {
    assemble(source, &InstructionSet::standard()).into_result().unwrap()
}

/// A machine with these hot and cold registers.
fn machine(registers: &str) -> Machine {
    let program = assembled(&format!(".registers\n{registers}\n.program\n    halt\n"));
    Machine::new(ValidatedProgram::new(program, &InstructionSet::standard()).unwrap()).unwrap()
}
