//! Normalisation of rows.

use crate::arith::{self, norm};
use crate::error::{ErrorKind, Fault};
use crate::machine::Machine;
use crate::semantics::Word;
use ternsig_isa::{Bank, Register};

/// What stands for a factor of 1.
const UNIT_SCALE: i32 = 255;

/// A factor or summand for each element of a row.
enum Coefficients<'a> {
    Constant(i32),
    Hot(&'a [i32]),
    Cold(&'a [i16]),
}

impl<'a> Coefficients<'a> {
    /// Those of a register, or a constant where none is given.
    fn of(m: &'a Machine, byte: u8, constant: i32) -> Result<Coefficients<'a>, Fault> {
        let register = Register::from_byte(byte);
        match register.bank() {
            _ if register.is_null() => Ok(Coefficients::Constant(constant)),
            Bank::Hot => Ok(Coefficients::Hot(m.data(byte)?)),
            Bank::Cold => Ok(Coefficients::Cold(m.weights(byte)?.values())),
            Bank::Param | Bank::Shape => {
                Err(Fault::about(ErrorKind::BadRegister, register, "is neither a hot nor a cold register"))
            }
        }
    }

    /// Elements past the end are 0.
    fn at(&self, index: usize) -> i32 {
        match self {
            Coefficients::Constant(value) => *value,
            Coefficients::Hot(data) => data.get(index).copied().unwrap_or(0),
            Coefficients::Cold(values) => values.get(index).copied().map_or(0, i32::from),
        }
    }
}

pub(super) fn layernorm(m: &mut Machine, word: Word) -> Result<(), Fault> {
    normalise(m, word, arith::mean)
}

pub(super) fn rmsnorm(m: &mut Machine, [s, d, scale, _]: Word) -> Result<(), Fault> {
    normalise(m, [s, d, scale, Register::NULL.byte()], |_| 0)
}

/// Each row relative to its centre, in 256ths of its deviation. What follows the last complete row becomes 0.
fn normalise(
    m: &mut Machine,
    [s, d, scale, bias]: Word,
    centre: impl Fn(&[i32]) -> i32,
) -> Result<(), Fault> {
    m.produce(d, |m, out| {
        let src = m.source(s)?;
        let scale = Coefficients::of(m, scale, UNIT_SCALE)?;
        let bias = Coefficients::of(m, bias, 0)?;
        let width = src.shape.last().unwrap_or(src.data.len()).max(1);
        for row in src.data.chunks_exact(width) {
            let centre = centre(row);
            let deviation = norm::deviation(row, centre);
            let elements = row.iter().enumerate();
            out.extend(
                elements.map(|(i, &x)| norm::normalised(x, centre, deviation, scale.at(i), bias.at(i))),
            );
        }
        out.resize(src.data.len(), 0);
        Ok(src.shape.fitted(out.len()))
    })
}
