//! Operations that are handed to the host: the checks before them, and where they stand.
//!
//! An operation is written into the machine and nothing else carries it: passed on from function to function, it would be
//! copied in other pieces each time, and each copy would wait for the one before.

use super::{Flow, Word};
use crate::error::Fault;
use crate::machine::Machine;
use ternsig_isa::{DomainOp, Field, Row};
use ternsig_program::{Check, Request};

/// Checks the operands and yields the row's operation.
pub(super) fn yield_op(m: &mut Machine, row: &'static Row, word: Word) -> Result<Flow, Fault> {
    m.asked = match planned(m, row, word) {
        Some(request) => {
            check_request(m, request, word)?;
            operation(m, request)
        }
        None => {
            let request = dispatched(row, word)?;
            check_request(m, &request, word)?;
            operation(m, &request)
        }
    };
    Ok(Flow::Yield)
}

/// Checks the operands alone, for an instruction that may be answered in place.
pub(super) fn check(m: &Machine, row: &'static Row, word: Word) -> Result<(), Fault> {
    match planned(m, row, word) {
        Some(request) => check_request(m, request, word),
        None => check_request(m, &dispatched(row, word)?, word),
    }
}

/// The request of the current step of the loaded program, if that is this word.
#[inline(always)]
fn planned<'m>(m: &'m Machine, row: &'static Row, word: Word) -> Option<&'m Request> {
    m.program.request(m.pc.wrapping_sub(1), row, word)
}

/// The request of a word that was dispatched by itself.
#[cold]
fn dispatched(row: &'static Row, word: Word) -> Result<Request, Fault> {
    Request::of(row, word).ok_or_else(|| Fault::operand(format!("{} yields nothing", row.name)))
}

#[inline(always)]
fn operation(m: &Machine, request: &Request) -> DomainOp {
    request.operation(|index| m.param(index))
}

#[inline(always)]
fn check_request(m: &Machine, request: &Request, word: Word) -> Result<(), Fault> {
    for check in request.checks() {
        match *check {
            Check::Hot { register, least } => {
                let len = m.data(register.byte())?.len();
                if len < least {
                    return Err(Fault::too_short(register, len, least));
                }
            }
            Check::Cold { register } => m.weights(register.byte()).map(|_| ())?,
            Check::Refused { field } => return Err(refused(field, word)),
        }
    }
    Ok(())
}

#[cold]
fn refused(field: &Field, word: Word) -> Fault {
    let (value, (least, most)) = (field.extract(word), field.range);
    Fault::operand(format!("operand {} is {value}, allowed are {least} to {most}", field.name))
}
