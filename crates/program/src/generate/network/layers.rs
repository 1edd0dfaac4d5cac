//! Products, normalisation, attention, caches, gates and embeddings.

use super::elements;
use super::known::Known;
use super::weaver::{Weaver, cold, matrix};
use ternsig_isa::table::activation::ActivationOp;
use ternsig_isa::table::arch::ArchOp;
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::table::learning::LearningOp;
use ternsig_isa::table::tensor::TensorOp;
use ternsig_isa::table::ternary::TernaryOp;
use ternsig_isa::{Register, Shape};

fn vector(len: usize) -> Known {
    Known::Shape(Shape::vector(len))
}

/// A product with weights, mostly with what usually follows it: bias, shift, activation.
pub(super) fn layer(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (weights, input, (rows, columns)) = operands(w)?;
    let known = vector(rows);
    let row = match w.entropy.below(8) {
        0..=4 => CoreOp::TernaryMatmul.row(),
        5 | 6 => TernaryOp::TernaryMatmul.row(),
        _ => w.entropy.pick(&[CoreOp::WireForward.row(), ArchOp::WireForward.row()]),
    };
    let dst = if rows == columns { w.dst_or(input, known)? } else { w.dst(known)? };
    w.put_to(row, [dst, cold(weights), input, 0], known);
    finish(w, dst, known)
}

/// Weights and an input of as many elements as they have columns; now and then of another number.
fn operands(w: &mut Weaver<'_, '_>) -> Option<(u8, u8, (usize, usize))> {
    let odd = w.entropy.one_in(12);
    let (input, shape) = w.src(|_| true)?;
    let columns = shape.elements();
    let fits = w.weights(|weights| matrix(weights).is_some_and(|(_, own)| odd || own == columns));
    if let Some((weights, shape)) = fits {
        return matrix(shape).map(|shape| (weights, input, shape));
    }
    let (weights, shape) = w.weights(|weights| matrix(weights).is_some())?;
    let (rows, columns) = matrix(shape)?;
    let (input, _) = w.src(|shape| shape.elements() == columns)?;
    Some((weights, input, (rows, columns)))
}

fn finish(w: &mut Weaver<'_, '_>, mut at: u8, known: Known) -> Option<()> {
    let shape = known.shape()?;
    if w.entropy.one_in(2) && elements::bias_on(w, at, shape).is_some() {
        at = w.last;
    }
    if w.entropy.one_in(2) {
        let amount = w.entropy.pick(&[1, 4, 7, 8, 8, 10, 16]);
        let dst = w.dst_or(at, known)?;
        let row = w.entropy.pick(&[CoreOp::Shift.row(), CoreOp::Shift.row(), TensorOp::Shift.row()]);
        w.put_to(row, [dst, at, amount, 0], known);
        at = dst;
    }
    if !w.entropy.one_in(3) {
        let dst = w.dst_or(at, known)?;
        let gain = w.entropy.pick(&[4, 16, 64, 255]);
        let (row, d) = match w.entropy.below(6) {
            0..=2 => (CoreOp::Relu.row(), 0),
            3 => (CoreOp::Sigmoid.row(), gain),
            4 => (CoreOp::Tanh.row(), 0),
            _ => (ActivationOp::Sigmoid.row(), 0),
        };
        w.put_to(row, [dst, at, 0, d], known);
    }
    Some(())
}

/// A product of each row of an input.
pub(super) fn batch(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (weights, shape) = w.weights(|weights| matrix(weights).is_some_and(|(_, columns)| columns > 0))?;
    let (rows, columns) = matrix(shape)?;
    let (input, shape) = w.src(|input| match input.dims() {
        [_, width] => *width as usize == columns,
        [len] => (*len as usize).is_multiple_of(columns),
        _ => false,
    })?;
    let batch = matrix(shape).map_or(shape.elements() / columns, |(batch, _)| batch);
    let known = Known::Shape(Shape::matrix(batch, rows));
    let dst = w.dst(known)?;
    let row = w.entropy.pick(&[CoreOp::TernaryBatchMatmul.row(), TernaryOp::TernaryBatchMatmul.row()]);
    w.put_to(row, [dst, cold(weights), input, 0], known);
    Some(())
}

/// The weights backwards; an input of any length is taken as far as it goes.
pub(super) fn transposed(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (weights, shape) = w.weights(|weights| matrix(weights).is_some())?;
    let (rows, columns) = matrix(shape)?;
    let (src, _) = match w.src(|input| input.elements() == rows) {
        Some(found) => found,
        None => w.src(|_| true)?,
    };
    let known = vector(columns);
    // Without a name the weights have the target's index.
    let named = w.entropy.one_in(2) || !w.may_become(Register::hot(weights), known);
    let dst = if named { w.dst(known)? } else { weights };
    if !w.hot_pool.contains(&dst) {
        return None;
    }
    let row = LearningOp::ChlBackpropClamp.row();
    w.put_to(row, [dst, src, if named { cold(weights) } else { 0 }, 0], known);
    Some(())
}

/// A product of two hot registers.
pub(super) fn product(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (a, left) = w.src(|shape| shape.rank() <= 2 && shape.rank() > 0)?;
    let inner = matrix(left).map_or(left.elements(), |(_, columns)| columns);
    let (b, right) = w.src(|shape| match shape.dims() {
        [len] => *len as usize == inner,
        [rows, _] => *rows as usize == inner,
        _ => false,
    })?;
    let known = match (matrix(left), matrix(right)) {
        (Some((rows, _)), Some((_, columns))) => Known::Shape(Shape::matrix(rows, columns)),
        (Some((rows, _)), None) => vector(rows),
        (None, right) => vector(right.map_or(1, |(_, columns)| columns)),
    };
    let dst = w.dst(known)?;
    let shift = w.entropy.pick(&[0, 0, 8, 8, 4, 31, 200]);
    w.put_to(TensorOp::Matmul.row(), [dst, a, b, shift], known);
    Some(())
}

/// Rows and columns as attention reads them: a vector is one column.
fn rows(shape: Shape) -> Option<(usize, usize)> {
    match *shape.dims() {
        [rows] if rows > 0 => Some((rows as usize, 1)),
        [rows, columns] if rows > 0 && columns > 0 => Some((rows as usize, columns as usize)),
        _ => None,
    }
}

pub(super) fn attention(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (k, keys) = w.src(|shape| rows(shape).is_some())?;
    let (count, width) = rows(keys)?;
    let (q, queries) = w.src(|shape| rows(shape).is_some_and(|(_, own)| own == width))?;
    let (v, values) = w.src(|shape| rows(shape).is_some_and(|(own, _)| own == count))?;
    let known = Known::Shape(Shape::matrix(rows(queries)?.0, rows(values)?.1));
    let dst = w.dst(known)?;
    let row = w.entropy.pick(&[TensorOp::Attn.row(), TensorOp::AttnSharp.row()]);
    w.put(row, [q, k, v, dst]);
    w.wrote(dst, known);
    Some(())
}

/// Normalised rows, or rotated ones.
pub(super) fn normalise(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (src, known) = w.any()?;
    if w.entropy.one_in(3) {
        let (dim, pos, by_row) = (w.small(), w.entropy.byte(), w.entropy.below(2) as u8);
        w.put_to(TensorOp::RopeApply.row(), [src, dim, pos, by_row], known);
        return Some(());
    }
    let [scale, bias] = [coefficients(w), coefficients(w)];
    let dst = w.dst_or(src, known)?;
    if w.entropy.one_in(2) {
        w.put(TensorOp::Layernorm.row(), [src, dst, scale, bias]);
    } else {
        w.put(TensorOp::Rmsnorm.row(), [src, dst, scale, 0]);
    }
    w.wrote(dst, known);
    Some(())
}

/// A factor or summand: a hot or a cold register, or none.
fn coefficients(w: &mut Weaver<'_, '_>) -> u8 {
    let none = Register::NULL.byte();
    match w.entropy.below(3) {
        0 => none,
        1 => w.any().map_or(none, |(index, _)| index),
        _ => w.weights(|weights| weights.rank() == 1).map_or(none, |(index, _)| cold(index)),
    }
}

/// A key-value cache that is begun, filled, read and attended to.
pub(super) fn cache(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (kv, shape) = w.src(|shape| shape.elements() > 0 && shape.rank() <= 2)?;
    let cache = w.dst(Known::Present).filter(|&cache| cache != kv)?;
    let full = shape.last()?;
    let len = if w.entropy.one_in(4) { 1 + w.entropy.below(full.min(255)) as u8 } else { 0 };
    let width = if len == 0 { full } else { full.min(usize::from(len)) };
    w.put(TensorOp::KvClear.row(), [cache, 0, 0, 0]);
    let count = 1 + w.entropy.below(4) as u8;
    for pos in 0..count {
        append(w, cache, kv, pos, len);
    }
    // A row that is written again leaves spare capacity behind it.
    let rows = if w.entropy.one_in(4) {
        let pos = w.entropy.below(usize::from(count)) as u8;
        append(w, cache, kv, pos, len);
        usize::from(pos) + 1
    } else {
        usize::from(count)
    };
    w.wrote(
        cache,
        if rows == usize::from(count) { Known::Shape(Shape::matrix(rows, width)) } else { Known::Present },
    );
    let pos = w.entropy.below(usize::from(count) + 1) as u8;
    read(w, cache, width, pos);
    if w.entropy.one_in(2) {
        let (q, _) = w.src(|shape| matrix(shape).is_some_and(|(rows, own)| rows > 0 && own == width))?;
        let queries = matrix(w.hot(q).shape()?)?.0;
        let known = Known::Shape(Shape::matrix(queries, width));
        let dst = w.dst(known)?;
        let row = w.entropy.pick(&[TensorOp::Attn.row(), TensorOp::AttnSharp.row()]);
        w.put(row, [q, cache, cache, dst]);
        w.wrote(dst, known);
    }
    Some(())
}

fn append(w: &mut Weaver<'_, '_>, cache: u8, kv: u8, pos: u8, len: u8) {
    let place = w.counters.last().copied().filter(|_| w.entropy.one_in(3));
    match place {
        Some(place) => {
            w.put(CoreOp::Set.row(), [place, 0, 0, pos]);
            w.put(TensorOp::KvAppendPos.row(), [cache, kv, place, len]);
        }
        None => w.put(TensorOp::KvAppend.row(), [cache, kv, pos, len]),
    }
}

fn read(w: &mut Weaver<'_, '_>, cache: u8, width: usize, pos: u8) {
    let known = Known::Shape(Shape::matrix(1, width));
    let Some(dst) = w.dst(known).filter(|&dst| dst != cache) else { return };
    if w.entropy.one_in(3) {
        // Whatever a param register or the first weight says.
        let weights = w.weights(|weights| weights.elements() > 0).map(|(index, _)| cold(index));
        let place = weights.unwrap_or(Register::new(ternsig_isa::Bank::Param, 1).byte());
        w.put(TensorOp::KvReadPos.row(), [cache, place, dst, 0]);
    } else {
        w.put(TensorOp::KvRead.row(), [cache, pos, dst, 0]);
    }
    w.wrote(dst, known);
}

/// A gated mixture of two registers.
pub(super) fn gate(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (gate, shape) = w.src(|shape| shape.rank() == 1)?;
    let (update, first) = w.src(|other| other.elements() == shape.elements())?;
    let (state, second) = w.src(|_| true)?;
    let known = vector(shape.elements().min(first.elements()).min(second.elements()));
    let dst = w.dst_or(state, known)?;
    let row = w.entropy.pick(&[CoreOp::GateUpdate.row(), TernaryOp::GateUpdate.row()]);
    w.put_to(row, [dst, gate, update, state], known);
    Some(())
}

/// Rows of a table.
pub(super) fn embed(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (table, shape) = w.weights(|weights| (1..=2).contains(&weights.rank()))?;
    let (rows, width) = matrix(shape).unwrap_or((1, shape.elements()));
    if w.entropy.one_in(2) {
        let (indices, shape) = w.src(|shape| shape.elements() <= 24)?;
        let known = Known::Shape(Shape::matrix(shape.elements(), width));
        let dst = w.dst(known)?;
        let row = w.entropy.pick(&[CoreOp::EmbedLookup.row(), TernaryOp::EmbedLookup.row()]);
        w.put_to(row, [dst, cold(table), indices, 0], known);
    } else {
        let count = w.small();
        let known = Known::Shape(Shape::matrix(rows.min(usize::from(count)), width));
        let dst = w.dst(known)?;
        let row = w.entropy.pick(&[CoreOp::EmbedSequence.row(), TernaryOp::EmbedSequence.row()]);
        w.put_to(row, [dst, cold(table), count, 0], known);
    }
    Some(())
}
