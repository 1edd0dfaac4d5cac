//! Element-wise arithmetic.

use crate::arith;
use crate::error::Fault;
use crate::machine::Machine;
use crate::semantics::Word;
use crate::semantics::core::{add_cold, map, zip};
use ternsig_isa::{Bank, Register, Shape};

/// Pairs of elements through a function, over the longer length; absent elements are 0.
fn zip_longest(m: &mut Machine, [d, a, b, _]: Word, f: impl Fn(i32, i32) -> i32) -> Result<(), Fault> {
    m.produce(d, |m, out| {
        let (a, b) = (m.source(a)?, m.data(b)?);
        let common = a.data.len().min(b.len());
        out.extend(a.data.iter().zip(b).map(|(&x, &y)| f(x, y)));
        out.extend(a.data[common..].iter().map(|&x| f(x, 0)));
        out.extend(b[common..].iter().map(|&y| f(0, y)));
        Ok(a.shape.fitted(out.len()))
    })
}

pub(super) fn add(m: &mut Machine, word: Word) -> Result<(), Fault> {
    match Register::from_byte(word[2]).bank() {
        Bank::Cold => add_cold(m, word, 256),
        _ => zip_longest(m, word, i32::saturating_add),
    }
}

pub(super) fn sub(m: &mut Machine, word: Word) -> Result<(), Fault> {
    zip_longest(m, word, i32::saturating_sub)
}

pub(super) fn mul(m: &mut Machine, word: Word) -> Result<(), Fault> {
    zip(m, word, arith::mul_q8)
}

pub(super) fn scale(m: &mut Machine, [d, s, high, low]: Word) -> Result<(), Fault> {
    let factor = u16::from_be_bytes([high, low]);
    map(m, d, s, |x| arith::scaled(x, factor))
}

/// The bounds are units of 256 around byte 128.
pub(super) fn clamp(m: &mut Machine, [d, s, lo, hi]: Word) -> Result<(), Fault> {
    if lo > hi {
        return Err(Fault::operand(format!("the lower bound {lo} is above the upper bound {hi}")));
    }
    let [lo, hi] = [lo, hi].map(|byte| (i32::from(byte) - 128) * 256);
    map(m, d, s, |x| x.clamp(lo, hi))
}

/// Flat, and 1 where the core's form says 255.
pub(super) fn cmp_gt(m: &mut Machine, [d, a, b, _]: Word) -> Result<(), Fault> {
    m.produce(d, |m, out| {
        let (a, b) = (m.data(a)?, m.data(b)?);
        out.extend(a.iter().zip(b).map(|(x, y)| i32::from(x > y)));
        Ok(Shape::vector(out.len()))
    })
}

pub(super) fn negate(m: &mut Machine, [d, s, ..]: Word) -> Result<(), Fault> {
    map(m, d, s, i32::saturating_neg)
}
