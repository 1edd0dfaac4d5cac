//! Operands: registers of the right bank, numbers within their range.

use super::codes;
use super::sink::Sink;
use super::subject::{Subject, Word};
use ternsig_isa::field::{Field, Kind, Slot};
use ternsig_isa::operand::expectation;
use ternsig_isa::table::arch::ArchOp;
use ternsig_isa::table::lifecycle::LifecycleOp;
use ternsig_isa::{Bank, Op, Register};

/// Every register operand is of a bank that the row accepts.
pub(super) fn banks(subject: &Subject<'_>, sink: &mut Sink) {
    for word in subject.words() {
        for (field, register) in word.row.registers(word.bytes()) {
            if register.is_null() {
                let message =
                    format!("operand {} of {} is no register", field.name, mnemonic(subject, &word));
                sink.push(codes::NULL_REGISTER.finding(message).at(word.index).help(expected(field)));
            } else if field.banks().is_some_and(|banks| !banks.contains(register.bank())) {
                sink.push(wrong_bank(subject, &word, field, register));
            }
        }
    }
}

fn wrong_bank(subject: &Subject<'_>, word: &Word, field: &Field, register: Register) -> super::Finding {
    let (bank, name) = (register.bank().name(), mnemonic(subject, word));
    let message = format!("operand {} of {name} cannot be the {bank} register {register}", field.name);
    codes::WRONG_BANK.finding(message).at(word.index).about(register).help(expected(field))
}

/// Every number is within its field's range, unless the instruction checks it when it is executed.
pub(super) fn ranges(subject: &Subject<'_>, sink: &mut Sink) {
    for word in subject.words().filter(|word| !checks_at_run_time(word)) {
        for field in word.row.form_of(word.bytes()).fields {
            let value = field.extract(word.bytes());
            if is_number(field) && !is_legal(field, value) {
                let name = mnemonic(subject, &word);
                let message = format!("operand {} of {name} is out of range: {value}", field.name);
                sink.push(codes::OUT_OF_RANGE.finding(message).at(word.index).help(expected(field)));
            }
        }
    }
}

/// A param register may also be written as its register byte, as assemblers of Ternsig 1.x did.
fn is_legal(field: &Field, value: i64) -> bool {
    let is_param = || Register::from_byte(value as u8).bank() == Bank::Param;
    (field.range.0..=field.range.1).contains(&value) || matches!(field.kind, Kind::ParamIndex) && is_param()
}

/// Kinds whose every value is legal are left out: for the gain and for numbers that usually have one value, 0 stands for
/// that value.
fn is_number(field: &Field) -> bool {
    let ranged = matches!(
        field.kind,
        Kind::Unsigned
            | Kind::Signed
            | Kind::Named(_)
            | Kind::ParamIndex
            | Kind::Layer
            | Kind::Blocks
            | Kind::Centered
    );
    ranged && field.slot != Slot::None
}

/// Instructions that refuse an illegal number themselves, so that a program which never reaches them still runs.
fn checks_at_run_time(word: &Word) -> bool {
    matches!(
        word.op(),
        Some(Op::Arch(ArchOp::SetActivation | ArchOp::AllocDynamic) | Op::Lifecycle(LifecycleOp::LogEvent))
    )
}

fn mnemonic(subject: &Subject<'_>, word: &Word) -> String {
    subject.mnemonic(&word.instruction)
}

fn expected(field: &Field) -> String {
    format!("expected {}", expectation(field))
}
