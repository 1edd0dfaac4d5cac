//! Random valid programs, for property tests and fuzzers.
//!
//! Everything comes from the instruction table: a new row is generated as soon as it is there. The same bytes give the
//! same program.

use crate::program::{AssembledProgram, RegisterDecl, Requirement};
use crate::validate::{Checks, Level, validate};
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::{
    Bank, Banks, Field, Form, Instruction, InstructionSet, Kind, Register, Row, Shape, Slot, TypeId, table,
};

/// A source of choices: the given bytes first, then a generator that they seed.
#[derive(Debug, Clone)]
pub struct Entropy<'a> {
    bytes: std::slice::Iter<'a, u8>,
    state: u64,
}

impl<'a> Entropy<'a> {
    /// Choices from these bytes.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Entropy<'a> {
        Entropy { bytes: bytes.iter(), state: crate::checksum(bytes) | 1 }
    }

    /// Eight bits.
    pub fn byte(&mut self) -> u8 {
        self.bytes.next().copied().unwrap_or_else(|| {
            self.state ^= self.state << 13;
            self.state ^= self.state >> 7;
            self.state ^= self.state << 17;
            (self.state >> 32) as u8
        })
    }

    /// A number below `bound`, which must not be 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let wide = (usize::from(self.byte()) << 8) | usize::from(self.byte());
        wide % bound
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of the items, of which there must be one.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// An `i32`, mostly small, sometimes extreme.
    pub fn value(&mut self) -> i32 {
        match self.below(8) {
            0 => self.pick(&[i32::MIN, i32::MIN + 1, -65536, -256, 255, 256, 65536, i32::MAX - 1, i32::MAX]),
            1 => i32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()]),
            2 => 0,
            _ => i32::from(self.byte()) - 128,
        }
    }
}

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
    words.push(word(CoreOp::Halt.row(), [0xFF, 0xFF, 0, 0]));
    program.instructions = words;
    aim_jumps(entropy, &mut program.instructions);
    program.requires = set
        .extensions()
        .filter(|ext| ext.id() != 0 && program.instructions.iter().any(|word| word.ext == ext.id()))
        .map(|ext| Requirement { ext: ext.id(), name: ext.name().to_owned() })
        .collect();
    blank_invalid(&mut program, set);
    program
}

fn word(row: &Row, operands: [u8; 4]) -> Instruction {
    Instruction { ext: row.ext, opcode: row.opcode, operands }
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
            words.push(word(CoreOp::EndLoop.row(), [0xFF, 0xFF, 0, 0]));
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
    let (least, most) = field.range;
    match field.kind {
        Kind::Register(banks) => register(entropy, banks),
        Kind::OptionalRegister(banks) if entropy.one_in(2) => register(entropy, banks),
        Kind::OptionalRegister(_) => i64::from(Register::NULL.byte()),
        Kind::Layer => i64::from(Register::cold(entropy.pick(&INDEXES)).byte()),
        Kind::ParamIndex => i64::from(entropy.pick(&INDEXES)),
        Kind::Word(_) | Kind::Filler => 0,
        _ if matches!(field.slot, Slot::None) => least,
        _ => match entropy.below(8) {
            0 | 1 => most,
            2 => least + i64::from(entropy.byte()) % (most - least + 1),
            3 => least + entropy.below(6) as i64 % (most - least + 1),
            4 => least + entropy.below(2) as i64 % (most - least + 1),
            _ => least,
        },
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

/// Replaces words that the validator refuses, e.g. bounds in the wrong order.
fn blank_invalid(program: &mut AssembledProgram, set: &InstructionSet) {
    let findings = validate(program, set, Checks::required()).findings;
    for index in findings.iter().filter(|f| f.level == Level::Error).filter_map(|f| f.instruction) {
        program.instructions[index] = word(CoreOp::Nop.row(), [0xFF, 0xFF, 0, 0]);
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
