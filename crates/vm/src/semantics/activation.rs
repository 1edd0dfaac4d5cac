//! The activation extension.

use super::core::{map, relu};
use super::{Flow, Word};
use crate::arith;
use crate::error::Fault;
use crate::machine::Machine;
use ternsig_isa::table::activation::ActivationOp;

pub(super) fn execute(m: &mut Machine, op: ActivationOp, word: Word) -> Result<Flow, Fault> {
    match op {
        ActivationOp::Relu => relu(m, word)?,
        ActivationOp::Sigmoid => sigmoid(m, word)?,
        ActivationOp::Tanh => tanh(m, word)?,
        ActivationOp::Softmax => softmax(m, word)?,
        ActivationOp::Gelu => gelu(m, word)?,
    }
    Ok(Flow::Next)
}

/// With a gain it is the core's.
fn sigmoid(m: &mut Machine, [d, s, _, gain]: Word) -> Result<(), Fault> {
    match gain {
        0 => map(m, d, s, arith::soft_sigmoid),
        gain => map(m, d, s, |x| arith::sigmoid(x, gain)),
    }
}

fn tanh(m: &mut Machine, [d, s, ..]: Word) -> Result<(), Fault> {
    map(m, d, s, arith::soft_tanh)
}

/// Over all elements, or over each row of the last axis.
fn softmax(m: &mut Machine, [d, s, by_row, _]: Word) -> Result<(), Fault> {
    m.produce(d, |m, out| {
        let src = m.source(s)?;
        out.extend_from_slice(&src.data);
        let width = match (by_row, src.shape.last()) {
            (0, _) | (_, None) => out.len(),
            (_, Some(width)) => width,
        };
        out.chunks_mut(width.max(1)).for_each(arith::softmax);
        Ok(src.shape.fitted(out.len()))
    })
}

fn gelu(m: &mut Machine, [d, s, ..]: Word) -> Result<(), Fault> {
    map(m, d, s, arith::soft_gelu)
}
