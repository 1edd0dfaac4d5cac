//! Element by element: activations, arithmetic, reductions, buffers and sampling.

use super::known::Known;
use super::weaver::{Weaver, cold};
use ternsig_isa::table::activation::ActivationOp;
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::table::learning::LearningOp;
use ternsig_isa::table::sampling::SamplingOp;
use ternsig_isa::table::tensor::TensorOp;
use ternsig_isa::table::ternary::TernaryOp;
use ternsig_isa::{Register, Row, Shape};

const SCALAR: Known = Known::Shape(Shape::vector(1));

/// One operand, one result of the same shape.
pub(super) fn unary(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (src, known) = w.any()?;
    let dst = w.dst_or(src, known)?;
    let (row, [c, d]) = unary_row(w);
    w.put_to(row, [dst, src, c, d], known);
    Some(())
}

fn unary_row(w: &mut Weaver<'_, '_>) -> (&'static Row, [u8; 2]) {
    let amount = if w.entropy.one_in(8) { w.entropy.byte() } else { w.entropy.below(12) as u8 };
    let gain = w.entropy.pick(&[1, 16, 64, 255, amount.max(1)]);
    let (a, b) = (w.entropy.byte(), w.entropy.byte());
    let bounds = [a.min(b), a.max(b)];
    match w.entropy.below(20) {
        0 | 1 => (CoreOp::Relu.row(), [0; 2]),
        2 => (CoreOp::Sigmoid.row(), [0, gain]),
        3 => (CoreOp::Tanh.row(), [0; 2]),
        4 => (CoreOp::Softmax.row(), [0; 2]),
        5 => (CoreOp::Gelu.row(), [0; 2]),
        6 | 7 => (CoreOp::Shift.row(), [amount, 0]),
        8 => (CoreOp::Clamp.row(), bounds),
        9 => (CoreOp::CopyReg.row(), [0; 2]),
        10 => (TensorOp::Scale.row(), [w.small(), a]),
        11 => (TensorOp::Shift.row(), [amount, 0]),
        12 => (TensorOp::Clamp.row(), bounds),
        13 => (TensorOp::Negate.row(), [0; 2]),
        14 => (TernaryOp::Dequantize.row(), [0, amount]),
        15 => (ActivationOp::Relu.row(), [0; 2]),
        16 => (ActivationOp::Sigmoid.row(), [0, if w.entropy.one_in(2) { 0 } else { gain }]),
        17 => (ActivationOp::Tanh.row(), [0; 2]),
        18 => (ActivationOp::Softmax.row(), [w.entropy.below(2) as u8, 0]),
        _ => (ActivationOp::Gelu.row(), [0; 2]),
    }
}

/// Two operands, mostly of the same shape.
pub(super) fn binary(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (a, left) = w.src(|_| true)?;
    let same = if w.entropy.one_in(5) { None } else { w.src(|shape| shape == left) };
    let (b, right) = match same {
        Some(found) => found,
        None => w.src(|_| true)?,
    };
    let (row, result) = binary_row(w, left, right);
    let dst = w.dst_or(a, result)?;
    w.put_to(row, [dst, a, b, 0], result);
    Some(())
}

fn binary_row(w: &mut Weaver<'_, '_>, left: Shape, right: Shape) -> (&'static Row, Known) {
    let (a, b) = (left.elements(), right.elements());
    let known = |len: usize| Known::Shape(left.fitted(len));
    match w.entropy.below(9) {
        0 | 1 => (CoreOp::Add.row(), known(a)),
        2 => (CoreOp::Sub.row(), known(a.min(b))),
        3 => (CoreOp::Mul.row(), known(a.min(b))),
        4 => (CoreOp::CmpGt.row(), known(a.min(b))),
        5 => (TensorOp::Add.row(), known(a.max(b))),
        6 => (TensorOp::Sub.row(), known(a.max(b))),
        7 => (TensorOp::Mul.row(), known(a.min(b))),
        _ => (TensorOp::CmpGt.row(), Known::Shape(Shape::vector(a.min(b)))),
    }
}

/// One number from all elements.
pub(super) fn reduction(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (src, _) = w.any()?;
    let dst = w.dst(SCALAR)?;
    let (start, count) = (w.small(), w.small());
    let (row, range) = match w.entropy.below(6) {
        0 => (CoreOp::MaxReduce.row(), [0; 2]),
        1 => (CoreOp::Argmax.row(), [0; 2]),
        2 => (CoreOp::ReduceAvg.row(), [start, count]),
        3 => (TensorOp::MaxReduce.row(), [0; 2]),
        4 => (TensorOp::Argmax.row(), [0; 2]),
        _ => (TensorOp::ReduceAvg.row(), [start, count]),
    };
    w.put_to(row, [dst, src, range[0], range[1]], SCALAR);
    Some(())
}

/// Means over one dimension.
pub(super) fn mean(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (src, shape) = w.src(|_| true)?;
    let dim = w.entropy.below(2) as u8;
    let len = match (shape.dim(0), shape.dim(1)) {
        (Some(_), Some(columns)) if dim == 0 => columns,
        (Some(rows), Some(_)) => rows,
        _ => 1,
    };
    let known = Known::Shape(Shape::vector(len));
    let dst = w.dst(known)?;
    let row = w.entropy.pick(&[CoreOp::ReduceMean.row(), TensorOp::ReduceMeanDim.row()]);
    w.put_to(row, [dst, src, dim, 0], known);
    Some(())
}

/// Between buffers and registers.
pub(super) fn buffers(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (src, known) = w.any()?;
    let (input, target) = (Known::Shape(Shape::vector(w.input)), Known::Shape(Shape::vector(w.target)));
    match w.entropy.below(9) {
        0 | 1 => {
            let dst = w.dst(input)?;
            w.put_to(CoreOp::LoadInput.row(), [dst, 0xFF, 0, 0], input);
        }
        2 => {
            let dst = w.dst(target)?;
            let row = w.entropy.pick(&[CoreOp::LoadTarget.row(), LearningOp::LoadTarget.row()]);
            w.put_to(row, [dst, 0, 0, 0], target);
        }
        3 | 4 => w.put(CoreOp::StoreOutput.row(), [0xFF, src, 0, 0]),
        5 => {
            let scale = w.small();
            w.put(CoreOp::Dequantize.row(), [0, src, 0, scale]);
        }
        6 => w.put_to(CoreOp::ZeroReg.row(), [src, 0xFF, 0, 0], known),
        7 => w.put(CoreOp::Nop.row(), super::super::NOP),
        _ => {
            let value = u16::from_be_bytes([w.small(), w.small()]);
            w.scalar(value)?;
        }
    }
    Some(())
}

/// Sums into a register that keeps its length, and repeated shorter ones.
pub(super) fn accumulate(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (src, shape) = w.src(|_| true)?;
    if w.entropy.one_in(2) {
        let (dst, known) = w.any()?;
        w.put_to(TernaryOp::AccumulatePressure.row(), [dst, src, 0, 0], known);
        return Some(());
    }
    let (other, length) = w.src(|_| true)?;
    let known = Known::Shape(shape.fitted(shape.elements().max(length.elements())));
    let dst = w.dst(known)?;
    let row = w.entropy.pick(&[CoreOp::WireSkip.row(), ternsig_isa::table::arch::ArchOp::WireSkip.row()]);
    w.put_to(row, [dst, src, other, 0], known);
    Some(())
}

/// Logits, filtered and drawn from.
pub(super) fn sampling(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (src, shape) = w.src(|_| true)?;
    let known = Known::Shape(shape);
    let dst = w.dst_or(src, known)?;
    let value = u16::from(w.entropy.byte()) * u16::from(w.entropy.one_in(2));
    let setting = match w.entropy.below(3) {
        0 => Register::new(ternsig_isa::Bank::Param, w.entropy.below(8) as u8).byte(),
        1 => w.src(|shape| shape.elements() == 1)?.0,
        _ => w.scalar(value)?,
    };
    // The setting may have replaced the logits or their shape.
    let shape = w.hot(src).shape()?;
    let known = Known::Shape(shape);
    if !w.may_become(Register::hot(dst), known) {
        return None;
    }
    match w.entropy.below(5) {
        0 => w.put_to(SamplingOp::Temperature.row(), [dst, src, setting, 0], known),
        1 => w.put_to(SamplingOp::TopK.row(), [dst, src, setting, 0], known),
        2 => w.put_to(SamplingOp::TopP.row(), [dst, src, setting, 0], known),
        3 => {
            let (history, _) = w.any()?;
            w.put_to(SamplingOp::RepPenalty.row(), [dst, src, history, setting], known);
        }
        _ => {
            let dst = w.dst(SCALAR)?;
            w.put_to(SamplingOp::Sample.row(), [dst, src, 0, 0], SCALAR);
        }
    }
    Some(())
}

/// A bias of weights on activations.
pub(super) fn bias(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (src, shape) = w.src(|_| true)?;
    bias_on(w, src, shape)
}

/// The same on these activations; now and then by a register of another length.
pub(super) fn bias_on(w: &mut Weaver<'_, '_>, src: u8, shape: Shape) -> Option<()> {
    let fits = w.weights(|weights| weights.elements() == shape.elements());
    let (weights, _) = match fits {
        Some(fits) if !w.entropy.one_in(6) => fits,
        _ => w.weights(|weights| weights.rank() == 1)?,
    };
    let known = Known::Shape(shape);
    let dst = w.dst_or(src, known)?;
    let row = w.entropy.pick(&[
        CoreOp::Add.row(),
        CoreOp::TernaryAddBias.row(),
        TernaryOp::TernaryAddBias.row(),
        TensorOp::Add.row(),
    ]);
    w.put_to(row, [dst, src, cold(weights), 0], known);
    Some(())
}
