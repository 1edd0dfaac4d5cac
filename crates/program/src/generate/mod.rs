//! Generated programs, for property tests and fuzzers.
//!
//! [`program`] draws any instructions with any operands from the table: a new row is generated as soon as it is there.
//! [`network`] writes programs that mean something: it knows the shapes of the registers while it writes, so that layers
//! fit each other and most programs run to their end. The same bytes give the same program.

mod entropy;
mod network;
mod random;
mod reduce;

pub use entropy::Entropy;
pub use network::network;
pub use random::program;
pub use reduce::reduce;

use crate::program::{AssembledProgram, Requirement};
use crate::validate::{Checks, Level, validate};
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::{Field, Instruction, InstructionSet, Row, Slot};

const NOP: [u8; 4] = [0xFF, 0xFF, 0, 0];

fn word(row: &Row, operands: [u8; 4]) -> Instruction {
    Instruction { ext: row.ext, opcode: row.opcode, operands }
}

/// A number for a field: its default, a bound, or something near the lower one.
fn number(entropy: &mut Entropy<'_>, field: &Field) -> i64 {
    let (least, most) = field.range;
    if matches!(field.slot, Slot::None) {
        return least;
    }
    match entropy.below(8) {
        0 | 1 => most,
        2 => least + i64::from(entropy.byte()) % (most - least + 1),
        3 => least + entropy.below(6) as i64 % (most - least + 1),
        4 => least + entropy.below(2) as i64 % (most - least + 1),
        _ => least,
    }
}

/// Lists the extensions that the program uses and replaces words that the validator refuses, e.g. bounds in the wrong
/// order.
fn finish(program: &mut AssembledProgram, set: &InstructionSet) {
    program.requires = set
        .extensions()
        .filter(|ext| ext.id() != 0 && program.instructions.iter().any(|word| word.ext == ext.id()))
        .map(|ext| Requirement { ext: ext.id(), name: ext.name().to_owned() })
        .collect();
    let findings = validate(program, set, Checks::required()).findings;
    for index in findings.iter().filter(|f| f.level == Level::Error).filter_map(|f| f.instruction) {
        program.instructions[index] = word(CoreOp::Nop.row(), NOP);
    }
}
