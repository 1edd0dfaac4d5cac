//! Which instructions native code executes.

use crate::analysis::facts::{Buffer, Cell, Facts, View, Weights};
use crate::lower::plan::{Plan, by_effect, plan};
use std::fmt;
use ternsig_isa::limits::REGISTERS_PER_BANK;
use ternsig_isa::{Bank, Field, Form, Kind, Op, Register, Row, Shape, Slot};
use ternsig_program::{Step, StepOp};

/// Who executes an instruction when shapes and operands suit native code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Coverage {
    /// Native code.
    Native,
    /// The interpreter's own function, called from native code.
    Helper,
    /// The interpreter, for this reason.
    Interpreter(&'static str),
}

impl Coverage {
    /// A word for reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Coverage::Native => "native",
            Coverage::Helper => "helper",
            Coverage::Interpreter(_) => "interpreter",
        }
    }
}

impl fmt::Display for Coverage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Coverage::Interpreter(reason) => write!(f, "{}: {reason}", self.name()),
            _ => f.write_str(self.name()),
        }
    }
}

/// Every executable instruction of the table, in its order.
///
/// Nobody lists them: each is planned as a compiler would, with many operands and register shapes, and the best that comes
/// of it counts.
#[must_use]
pub fn coverage() -> Vec<(&'static Row, Coverage)> {
    Op::all().map(|op| (op.row(), covered(op))).collect()
}

fn covered(op: Op) -> Coverage {
    let mut best = match by_effect(op) {
        Plan::Leave(reason) => return Coverage::Interpreter(reason.name()),
        _ => Coverage::Interpreter("fails"),
    };
    for word in words(op.row()) {
        for facts in shapes(op.row(), word) {
            let (op, work) = (StepOp::Standard(op), op.row().work);
            let step = Step { op, operands: word, partner: 0, work, sources: 0 };
            match plan(&step, &View { facts: &facts, cells: &facts.hot }) {
                Plan::Helper => best = Coverage::Helper,
                Plan::Leave(_) => {}
                _ => return Coverage::Native,
            }
        }
    }
    best
}

/// How many values each number takes.
const NUMBERS: usize = 6;

/// Operand bytes of every form.
fn words(row: &'static Row) -> impl Iterator<Item = [u8; 4]> {
    row.forms.iter().flat_map(|form| {
        let choices = (0..NUMBERS).flat_map(|number| [false, true].map(|other| (number, other)));
        choices.map(move |(number, other)| word(form, number, other))
    })
}

/// Registers by their place; with `other`, of the other bank where there is a choice, and none where that is allowed.
fn word(form: &Form, number: usize, other: bool) -> [u8; 4] {
    let mut bytes = form.template();
    for field in form.fields {
        let value = match field.kind {
            Kind::Register(_) | Kind::Layer => i64::from(register(field, other)),
            Kind::OptionalRegister(_) if other => i64::from(u8::MAX),
            Kind::OptionalRegister(_) => i64::from(register(field, false)),
            _ => [field.default.unwrap_or(1), 1, 2, 4, field.range.0, field.range.1][number % NUMBERS],
        };
        field.insert(value.clamp(field.range.0, field.range.1), &mut bytes);
    }
    bytes
}

fn register(field: &Field, other: bool) -> u8 {
    let index = match field.slot {
        Slot::Byte(byte) => byte,
        _ => 0,
    };
    let banks: Vec<Bank> = field
        .banks()
        .map_or_else(Vec::new, |banks| Bank::ALL.into_iter().filter(|&bank| banks.contains(bank)).collect());
    let bank = if other { banks.get(1).or(banks.first()) } else { banks.first() };
    bank.map_or(index, |&bank| Register::new(bank, index).byte())
}

/// Facts with small registers of several shapes, independently for each register that the bytes name.
fn shapes(row: &'static Row, word: [u8; 4]) -> impl Iterator<Item = Facts> {
    const SIDE: usize = 4;
    let hot = [Shape::vector(SIDE), Shape::matrix(SIDE, SIDE), Shape::vector(SIDE * SIDE), Shape::vector(1)];
    let cold = [Shape::matrix(SIDE, SIDE), Shape::vector(SIDE), Shape::vector(SIDE * SIDE)];
    let named: Vec<Register> =
        row.registers(word).map(|(_, register)| register).filter(|register| !register.is_null()).collect();
    let count = hot.len().pow(u32::try_from(named.len()).unwrap_or(u32::MAX));
    (0..count).flat_map(move |choice| {
        let named = named.clone();
        [false, true].map(move |gated| {
            let mut facts = Facts {
                root: 0,
                input_len: SIDE,
                target_len: SIDE,
                hot: vec![Cell::Absent; REGISTERS_PER_BANK],
                cold: vec![None; REGISTERS_PER_BANK],
                devices_apart: false,
            };
            let mut rest = choice;
            for register in &named {
                let shape = rest % hot.len();
                rest /= hot.len();
                match register.bank() {
                    Bank::Hot => facts.hot[register.index()] = Cell::Known(Buffer::filling(hot[shape])),
                    Bank::Cold => {
                        let shape = cold[shape % cold.len()];
                        let weights = Weights { len: shape.elements(), shape, gated, tracked: false };
                        facts.cold[register.index()] = Some(weights);
                    }
                    Bank::Param | Bank::Shape => {}
                }
            }
            facts
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use ternsig_isa::Effect;
    use ternsig_isa::table::core::CoreOp;

    #[test]
    fn every_instruction_finds_shapes_that_fit() {
        for (row, coverage) in coverage() {
            assert_ne!(coverage, Coverage::Interpreter("fails"), "{}", row.name);
        }
    }

    #[test]
    fn only_what_always_yields_is_left_to_the_interpreter() {
        for (row, coverage) in coverage() {
            let yields = row.effect == Effect::Yield(ternsig_isa::Inline::None);
            assert_eq!(yields, matches!(coverage, Coverage::Interpreter(_)), "{}", row.name);
        }
    }

    #[test]
    fn the_core_of_a_forward_pass_is_native() {
        for op in [CoreOp::TernaryMatmul, CoreOp::Add, CoreOp::Relu, CoreOp::Halt, CoreOp::LoadInput] {
            assert_eq!(covered(Op::Core(op)), Coverage::Native, "{op:?}");
        }
    }
}
