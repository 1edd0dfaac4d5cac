//! `word ext, opcode, a, b, c, d`: an instruction by its numbers.

use crate::diagnostic::Diagnostic;
use crate::syntax::number::{NotANumber, integer};
use crate::syntax::{Instr, Text};
use ternsig_isa::Instruction;

const USAGE: &str = "usage: word ext, opcode, a, b, c, d";

/// Reads the six numbers.
pub(super) fn word(instr: &Instr<'_>) -> Result<Instruction, Vec<Diagnostic>> {
    let &[ext, opcode, a, b, c, d] = instr.operands.as_slice() else {
        let message = format!("word has six operands, not {}", instr.operands.len());
        let diagnostic = Diagnostic::error("missing-operand", message).at(instr.span()).help(USAGE);
        return Err(vec![diagnostic]);
    };
    let mut errors = Vec::new();
    let (ext, opcode) = (number::<u16>(ext, &mut errors), number::<u16>(opcode, &mut errors));
    let operands = [a, b, c, d].map(|byte| number::<u8>(byte, &mut errors));
    if errors.is_empty() { Ok(Instruction { ext, opcode, operands }) } else { Err(errors) }
}

/// The number, or its default and a complaint.
fn number<N: TryFrom<i64> + Default + Bounded>(text: Text<'_>, errors: &mut Vec<Diagnostic>) -> N {
    let expected = format!("expected a number from 0 to {}", N::MOST);
    let (code, message) = match integer(text.text).map(N::try_from) {
        Ok(Ok(number)) => return number,
        Err(NotANumber::Malformed) => ("bad-operand", format!("\"{}\" is not a number", text.text)),
        _ => ("out-of-range", format!("the number {} is out of range", text.text)),
    };
    errors.push(Diagnostic::error(code, message).labelled(text.span(), expected).help(USAGE));
    N::default()
}

trait Bounded {
    const MOST: u32;
}

impl Bounded for u8 {
    const MOST: u32 = u8::MAX as u32;
}

impl Bounded for u16 {
    const MOST: u32 = u16::MAX as u32;
}
