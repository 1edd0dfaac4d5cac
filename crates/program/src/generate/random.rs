//! Any instructions with any operands.

use super::{Entropy, NOP, finish, number, word};
use crate::program::{AssembledProgram, RegisterDecl};
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::{
    Bank, Banks, Field, Form, Instruction, InstructionSet, Kind, Register, Row, Shape, TypeId, table,
};

/// The registers that generated programs use: few, so that instructions meet, from both ends of the banks.
const INDEXES: [u8; 7] = [0, 1, 2, 3, 4, 17, 63];
const DIMS: [u32; 7] = [1, 2, 3, 4, 5, 8, 0];

/// A valid program of at most about `length` instructions.
#[must_use]
pub fn program(entropy: &mut Entropy<'_>, set: &InstructionSet, length: usize) -> AssembledProgram {
    let rows: Vec<_> = table::rows().filter(|row| !row.is_reserved()).collect();
    let mut program = AssembledProgram { registers: registers(entropy), ..AssembledProgram::default() };
    let mut words = Vec::new();
    block(entropy, &rows, length, 0, &mut words);
    words.push(word(CoreOp::Halt.row(), NOP));
    program.instructions = words;
    aim_jumps(entropy, &mut program.instructions);
    finish(&mut program, set);
    program
}

fn registers(entropy: &mut Entropy<'_>) -> Vec<RegisterDecl> {
    let mut declarations = Vec::new();
    // Few sizes, so that shapes often fit each other.
    let sizes = [entropy.pick(&DIMS), entropy.pick(&DIMS), entropy.pick(&DIMS[..2])];
    for index in INDEXES {
        for (bank, ty) in [(Bank::Hot, TypeId::I32), (Bank::Cold, TypeId::SIGNAL)] {
            if entropy.one_in(16) {
                continue;
            }
            let most = if entropy.one_in(8) { 3 } else { 2 };
            let rank = 1 + entropy.below(most);
            let dims: Vec<_> = (0..rank).map(|_| entropy.pick(&sizes)).collect();
            let key = (bank == Bank::Cold && entropy.one_in(2)).then(|| format!("generated.c{index}"));
            declarations.push(RegisterDecl {
                register: Register::new(bank, index),
                ty,
                shape: Shape::new(&dims).unwrap_or_default(),
                frozen: bank == Bank::Cold && entropy.one_in(8),
                key,
            });
        }
    }
    declarations
}

/// Instructions one after the other, with loops as blocks of their own.
fn block(
    entropy: &mut Entropy<'_>,
    rows: &[&Row],
    length: usize,
    depth: usize,
    words: &mut Vec<Instruction>,
) {
    let mut left = length;
    while left > 0 {
        if depth < 3 && left > 3 && entropy.one_in(12) {
            let inner = 1 + entropy.below(left - 2);
            let count = [0, entropy.below(4) as u8];
            words.push(word(CoreOp::Loop.row(), [0xFF, 0xFF, count[0], count[1]]));
            block(entropy, rows, inner, depth + 1, words);
            words.push(word(CoreOp::EndLoop.row(), NOP));
            left -= inner + 1;
        } else {
            let row = choose(entropy, rows, words.last().map(|word| word.ext), depth);
            let form = entropy.pick(row.forms);
            words.push(word(row, operands(entropy, &form)));
        }
        left -= 1;
    }
}

/// Any row but those that only make sense in pairs; often of the last one's extension, since many work on what another
/// has left. A halt or reset now and then is enough.
fn choose<'a>(entropy: &mut Entropy<'_>, rows: &[&'a Row], last: Option<u16>, depth: usize) -> &'a Row {
    loop {
        let mut row = entropy.pick(rows);
        if let Some(ext) = last.filter(|_| !entropy.one_in(6)) {
            let near: Vec<_> = rows.iter().copied().filter(|row| row.ext == ext).collect();
            row = if near.is_empty() { row } else { entropy.pick(&near) };
        }
        let is = |op: CoreOp| row.ext == 0 && row.opcode == op.row().opcode;
        let paired = is(CoreOp::Loop) || is(CoreOp::EndLoop) || (is(CoreOp::Break) && depth == 0);
        let ending = is(CoreOp::Halt) || is(CoreOp::Reset);
        if !paired && (!ending || entropy.one_in(6)) {
            return row;
        }
    }
}

fn operands(entropy: &mut Entropy<'_>, form: &Form) -> [u8; 4] {
    let mut bytes = form.template();
    for field in form.fields {
        let value = match (field.default, entropy.one_in(3)) {
            (Some(default), true) => default,
            _ => field_value(entropy, field),
        };
        field.insert(value, &mut bytes);
    }
    bytes
}

fn field_value(entropy: &mut Entropy<'_>, field: &Field) -> i64 {
    match field.kind {
        Kind::Register(banks) => register(entropy, banks),
        Kind::OptionalRegister(banks) if entropy.one_in(2) => register(entropy, banks),
        Kind::OptionalRegister(_) => i64::from(Register::NULL.byte()),
        Kind::Layer => i64::from(Register::cold(entropy.pick(&INDEXES)).byte()),
        Kind::ParamIndex => i64::from(entropy.pick(&INDEXES)),
        Kind::Word(_) | Kind::Filler => 0,
        _ => number(entropy, field),
    }
}

fn register(entropy: &mut Entropy<'_>, banks: Banks) -> i64 {
    let open: Vec<_> = Bank::ALL.into_iter().filter(|&bank| banks.contains(bank)).collect();
    let register = Register::new(entropy.pick(&open), entropy.pick(&INDEXES));
    i64::from(if register.is_null() { Register::hot(0) } else { register }.byte())
}

/// Points jumps to where there is something; backward ones are rarer, since most of them never end.
fn aim_jumps(entropy: &mut Entropy<'_>, words: &mut [Instruction]) {
    let len = words.len();
    for (index, word) in words.iter_mut().enumerate() {
        if let Some(field) = table::row(word.ext, word.opcode).and_then(Row::label_field) {
            let ahead = index + entropy.below(len - index) + 1;
            let target = if entropy.one_in(5) { entropy.below(len + 1) } else { ahead };
            field.insert(target as i64, &mut word.operands);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::validated::ValidatedProgram;
    use std::collections::BTreeSet;

    #[test]
    fn generated_programs_are_valid_and_use_every_instruction() {
        let set = InstructionSet::standard();
        let mut seen = BTreeSet::new();
        for seed in 0..2000u32 {
            let bytes = seed.to_le_bytes();
            let program = program(&mut Entropy::new(&bytes), &set, 40);
            seen.extend(program.instructions.iter().map(|word| (word.ext, word.opcode)));
            ValidatedProgram::new(program, &set).unwrap();
        }
        let missing: Vec<_> = table::rows()
            .filter(|row| !row.is_reserved() && !seen.contains(&(row.ext, row.opcode)))
            .collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
