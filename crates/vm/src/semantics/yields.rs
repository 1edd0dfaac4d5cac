//! Operations that are handed to the host: the checks before them and how they are put together.

use super::{Flow, Word};
use crate::error::Fault;
use crate::machine::Machine;
use ternsig_isa::{Access, Bank, DomainOp, Field, Form, Kind, MinLen, Register, Row};

/// Checks the operands and yields the row's operation.
pub(super) fn yield_op(m: &Machine, row: &Row, word: Word) -> Result<Flow, Fault> {
    operation(m, row, word).map(Flow::Yield)
}

/// Checks the operands and puts the row's operation together, for an instruction that may be answered in place.
pub(super) fn operation(m: &Machine, row: &Row, word: Word) -> Result<DomainOp, Fault> {
    let form = row.form_of(word);
    for field in form.fields {
        check(m, form, field, word)?;
    }
    let kind = row.yields.ok_or_else(|| Fault::operand(format!("{} yields nothing", row.name)))?;
    Ok(kind.build(|index| form.fields.get(index).map_or(0, |field| value(m, field, word))))
}

/// Registers that are read must be allocated and long enough, numbers must be within their range.
fn check(m: &Machine, form: &Form, field: &Field, word: Word) -> Result<(), Fault> {
    let Some(register) = field.register_in(word) else { return check_range(field, word) };
    if !matches!(field.access, Access::Read | Access::ReadWrite) {
        return Ok(());
    }
    match register.bank() {
        Bank::Hot => check_length(m.data(register.byte())?.len(), form, field, word, register),
        Bank::Cold => m.weights(register.byte()).map(|_| ()),
        Bank::Param | Bank::Shape => Ok(()),
    }
}

fn check_length(len: usize, form: &Form, field: &Field, word: Word, register: Register) -> Result<(), Fault> {
    let needed = match field.min_len {
        MinLen::Fixed(needed) => needed,
        MinLen::Beyond(name) => form.field(name).map_or(1, |other| other.extract(word) as usize + 1),
    };
    if len < needed { Err(Fault::too_short(register, len, needed)) } else { Ok(()) }
}

fn check_range(field: &Field, word: Word) -> Result<(), Fault> {
    let value = field.extract(word);
    let (least, most) = field.range;
    // A param register may also be encoded as its register byte.
    if (least..=most).contains(&value)
        || matches!(field.kind, Kind::ParamIndex) && (0x80..0xC0).contains(&value)
    {
        return Ok(());
    }
    Err(Fault::operand(format!("operand {} is {value}, allowed are {least} to {most}", field.name)))
}

/// What a field contributes to the operation.
fn value(m: &Machine, field: &Field, word: Word) -> i64 {
    let raw = field.extract(word);
    match field.kind {
        Kind::ParamIndex => i64::from(m.param(raw as usize & 0x3F)),
        Kind::Blocks => raw * 256,
        _ => raw,
    }
}
