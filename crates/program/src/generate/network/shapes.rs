//! The same elements in other shapes.

use super::known::Known;
use super::weaver::{Weaver, matrix};
use ternsig_isa::Shape;
use ternsig_isa::limits::MAX_RANK;
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::table::tensor::TensorOp;

pub(super) fn slice(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (src, shape) = w.src(|_| true)?;
    let len = shape.elements();
    let start = if w.entropy.one_in(4) { w.small() } else { w.entropy.below(len.min(200) + 1) as u8 };
    let count = match w.entropy.below(3) {
        0 => w.small(),
        _ => u8::try_from(w.entropy.pick(&w.sizes)).unwrap_or(u8::MAX),
    };
    let taken = len.saturating_sub(usize::from(start)).min(usize::from(count));
    let known = Known::Shape(Shape::vector(taken));
    let dst = w.dst(known)?;
    let row = w.entropy.pick(&[CoreOp::Slice.row(), TensorOp::Slice.row()]);
    w.put_to(row, [dst, src, start, count], known);
    Some(())
}

pub(super) fn concat(w: &mut Weaver<'_, '_>) -> Option<()> {
    let short = |shape: Shape| shape.elements() <= 600;
    let (a, left) = w.src(short)?;
    let beside = w.entropy.one_in(2);
    let height = |shape: Shape| matrix(shape).map(|(rows, _)| rows);
    let (b, right) = w.src(|shape| short(shape) && (!beside || height(shape) == height(left)))?;
    let flat = w.entropy.below(2) as u8;
    let (row, d, shape) = match (matrix(left), matrix(right)) {
        (Some((rows, x)), Some((same, y))) if rows == same && flat == 0 && beside => {
            (TensorOp::Concat.row(), 0, Shape::matrix(rows, x + y))
        }
        _ if w.entropy.one_in(2) => {
            (CoreOp::Concat.row(), 0, Shape::vector(left.elements() + right.elements()))
        }
        _ => (TensorOp::Concat.row(), 1, Shape::vector(left.elements() + right.elements())),
    };
    let known = Known::Shape(shape);
    let dst = w.dst(known)?;
    w.put_to(row, [dst, a, b, d], known);
    Some(())
}

pub(super) fn transpose(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (src, shape) = w.src(|_| true)?;
    let rank = shape.rank().max(1);
    let (x, y) = (w.entropy.below(rank) as u8, w.entropy.below(rank) as u8);
    let core = w.entropy.one_in(2);
    let (first, second) = if !core && (x, y) == (0, 0) { (0, 1) } else { (usize::from(x), usize::from(y)) };
    let swapped = if shape.rank() < 2 { shape } else { shape.swapped(first, second) };
    let known = Known::Shape(swapped);
    let dst = w.dst(known)?;
    let row = if core { CoreOp::Transpose.row() } else { TensorOp::Transpose.row() };
    w.put_to(row, [dst, src, x, y], known);
    Some(())
}

pub(super) fn squeeze(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (src, shape) = w.src(|_| true)?;
    let axis = w.entropy.below(shape.rank().max(1));
    let squeezed = match (shape.rank(), shape.dim(axis)) {
        (2.., Some(1)) => shape.without(axis)?,
        _ => shape,
    };
    let known = Known::Shape(squeezed);
    let dst = w.dst(known)?;
    let row = w.entropy.pick(&[CoreOp::Squeeze.row(), TensorOp::Squeeze.row()]);
    w.put_to(row, [dst, src, axis as u8, 0], known);
    Some(())
}

pub(super) fn unsqueeze(w: &mut Weaver<'_, '_>) -> Option<()> {
    // High ranks are rare in what follows.
    let most = if w.entropy.one_in(8) { MAX_RANK - 1 } else { 1 };
    let (src, shape) = w.src(|shape| shape.rank() <= most)?;
    let axis = w.entropy.below(shape.rank() + 1);
    let known = Known::Shape(shape.with_inserted(axis, 1)?);
    let dst = w.dst(known)?;
    let row = w.entropy.pick(&[CoreOp::Unsqueeze.row(), TensorOp::Unsqueeze.row()]);
    w.put_to(row, [dst, src, axis as u8, 0], known);
    Some(())
}
