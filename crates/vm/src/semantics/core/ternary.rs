//! Products with weights, biases, embeddings and gates.

use super::Word;
use super::forward::add_cold;
use crate::arith::{self, conducted_product, shift_right};
use crate::error::Fault;
use crate::machine::cold::ColdRegister;
use crate::machine::hot::HotRegister;
use crate::machine::{Machine, slot};
use crate::semantics::products;
use ternsig_isa::{Register, Shape};

/// Rows and columns of a weight matrix; further dimensions are ignored.
pub(in crate::semantics) fn matrix(weights: &ColdRegister, register: u8) -> Result<(usize, usize), Fault> {
    match (weights.shape().dim(0), weights.shape().dim(1)) {
        (Some(rows), Some(columns)) => Ok((rows, columns)),
        _ => {
            let message = format!("has shape {}, a matrix is needed", weights.shape());
            Err(Fault::shape(Register::from_byte(register), message))
        }
    }
}

/// How many rows of `columns` elements an input holds: its first dimension, or its length divided evenly.
pub(in crate::semantics) fn batch_shape(
    input: &HotRegister,
    register: u8,
    columns: usize,
) -> Result<usize, Fault> {
    let refuse = |message: String| Err(Fault::shape(Register::from_byte(register), message));
    if columns == 0 {
        return refuse("cannot be split into rows of 0 elements".to_owned());
    }
    match (input.shape.dim(0), input.shape.dim(1)) {
        (Some(_), Some(width)) if width != columns => {
            refuse(format!("has rows of {width} elements, the weights take {columns}"))
        }
        (Some(rows), Some(_)) => Ok(rows),
        _ if !input.data.len().is_multiple_of(columns) => {
            refuse(format!("has {} elements, which are no rows of {columns}", input.data.len()))
        }
        _ => Ok(input.data.len() / columns),
    }
}

pub(super) fn ternary_matmul(m: &mut Machine, word: Word) -> Result<(), Fault> {
    products::matmul(m, word, conducted_product)
}

pub(super) fn ternary_batch_matmul(m: &mut Machine, word: Word) -> Result<(), Fault> {
    products::batch_matmul(m, word, conducted_product)
}

/// Writes the output buffer, not a register.
pub(super) fn dequantize(m: &mut Machine, [_, s, high, low]: Word) -> Result<(), Fault> {
    let amount = match u16::from_be_bytes([high, low]) {
        0 => 8,
        scale => u32::from(scale),
    };
    let Machine { hot, output, .. } = m;
    let src = hot.get(slot(s)).ok_or_else(|| Fault::unallocated(Register::from_byte(s)))?;
    output.clear();
    output.extend(src.data.iter().map(|&x| shift_right(x, amount)));
    Ok(())
}

pub(in crate::semantics) fn ternary_add_bias(m: &mut Machine, word: Word) -> Result<(), Fault> {
    add_cold(m, word, 256)
}

/// Rows and width of an embedding table: a rank-1 register is one row.
fn table(weights: &ColdRegister, register: u8) -> Result<(usize, usize), Fault> {
    match weights.shape().dims() {
        [] => Err(Fault::shape(Register::from_byte(register), "has no dimension, a table is needed")),
        [width] => Ok((1, *width as usize)),
        [rows, width, ..] => Ok((*rows as usize, *width as usize)),
    }
}

/// Values of the table, as far as they exist: a shape of rank 3 with an axis of size 0 has rows, but no weights.
fn stored(weights: &ColdRegister, start: usize, len: usize) -> impl Iterator<Item = i32> {
    weights.values().iter().skip(start).take(len).map(|&w| i32::from(w))
}

pub(in crate::semantics) fn embed_lookup(m: &mut Machine, [d, t, ix, _]: Word) -> Result<(), Fault> {
    m.produce(d, |m, out| {
        let (weights, indices) = (m.weights(t)?, m.data(ix)?);
        let (rows, width) = table(weights, t)?;
        m.check_room(indices.len().saturating_mul(width))?;
        for &index in indices {
            let row = index.max(0) as usize;
            let end = out.len() + width;
            if row < rows {
                out.extend(stored(weights, row * width, width));
            }
            out.resize(end, 0);
        }
        Ok(Shape::matrix(indices.len(), width))
    })
}

pub(in crate::semantics) fn embed_sequence(m: &mut Machine, [d, t, n, _]: Word) -> Result<(), Fault> {
    m.produce(d, |m, out| {
        let weights = m.weights(t)?;
        let (rows, width) = table(weights, t)?;
        let count = usize::from(n).min(rows);
        m.check_room(count.saturating_mul(width))?;
        out.extend(stored(weights, 0, count * width));
        out.resize(count * width, 0);
        Ok(Shape::matrix(count, width))
    })
}

pub(in crate::semantics) fn gate_update(m: &mut Machine, [d, g, u, st]: Word) -> Result<(), Fault> {
    m.produce(d, |m, out| {
        let (gate, update, state) = (m.data(g)?, m.data(u)?, m.data(st)?);
        let pairs = update.iter().zip(state);
        out.extend(gate.iter().zip(pairs).map(|(&g, (&u, &s))| arith::gated(g, u, s)));
        Ok(Shape::vector(out.len()))
    })
}
