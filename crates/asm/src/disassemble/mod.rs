//! From a program back to text.

mod code;
mod declarations;
mod labels;

use crate::format::format;
use ternsig_isa::InstructionSet;
use ternsig_program::{AssembledProgram, Meta, meta_text};

/// Writes a program as text, in the canonical layout.
///
/// The text assembles to the same registers, requirements and words. Labels of the program stay; where a jump has none
/// to name, one is made from `L` and the index. A word that no instruction of `set` stands for, or that no text of its
/// instruction expresses, is written by its numbers. What no text can declare, such as a key with a quote in it, becomes
/// a comment.
#[must_use]
pub fn disassemble(program: &AssembledProgram, set: &InstructionSet) -> String {
    let mut text = declarations::meta(&program.meta);
    declarations::requires(program, set, &mut text);
    declarations::registers(program, &mut text);
    code::program(program, set, &mut text);
    let (projections, others) = declarations::projections(&program.projections);
    text.push_str(&meta_text::write(&Meta::default(), &projections));
    text.push_str(&others);
    format(&text).unwrap_or(text)
}
