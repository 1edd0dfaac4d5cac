//! Weights set by a program, temperatures, and registers that come and go.

use super::known::Known;
use super::weaver::{Weaver, cold, matrix};
use ternsig_isa::table::arch::ArchOp;
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::table::neuro::NeuroOp;
use ternsig_isa::table::ternary::TernaryOp;
use ternsig_isa::{Register, Shape};

fn vector(len: usize) -> Known {
    Known::Shape(Shape::vector(len))
}

/// Weights from activations, or activations from weights.
pub(super) fn convert(w: &mut Weaver<'_, '_>) -> Option<()> {
    match w.entropy.below(3) {
        0 => edit(w),
        1 => pack(w),
        _ => quantize(w),
    }
}

fn edit(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (weights, _) = w.trainable(|_| true)?;
    let (src, _) = w.any()?;
    let row = w.entropy.pick(&[
        TernaryOp::ApplyPolarity.row(),
        TernaryOp::ApplyMagnitude.row(),
        TernaryOp::ThresholdPolarity.row(),
    ]);
    w.put(row, [cold(weights), src, 0, 0]);
    Some(())
}

fn pack(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (weights, shape) = w.weights(|_| true)?;
    let known = vector(shape.elements().div_ceil(4));
    let dst = w.dst(known)?;
    w.put_to(TernaryOp::PackTernary.row(), [dst, cold(weights), 0, 0], known);
    let (other, _) = w.trainable(|other| other.elements().div_ceil(4) == shape.elements().div_ceil(4))?;
    w.put(TernaryOp::UnpackTernary.row(), [cold(other), dst, 0, 0]);
    Some(())
}

fn quantize(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (src, shape) = w.src(|_| true)?;
    let known = vector(shape.elements());
    let (weights, _) = w.trainable(|weights| weights == Shape::vector(shape.elements()))?;
    w.put(TernaryOp::Quantize.row(), [cold(weights), src, 0, 0]);
    w.now.set(Register::cold(weights), known);
    Some(())
}

/// Temperatures read, written and filled; activations and frozen flags.
pub(super) fn temper(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (weights, shape) = w.trainable(|_| true)?;
    match w.entropy.below(8) {
        0 | 1 => {
            let known = vector(shape.elements());
            let dst = w.dst(known)?;
            w.put(NeuroOp::TempRead.row(), [dst, cold(weights), 0, 0]);
            w.wrote(dst, known);
        }
        2 => {
            let len = shape.elements().max(1);
            let (src, _) = w.src(|shape| shape.elements() == len || shape.elements() == 1)?;
            w.put(NeuroOp::TempWrite.row(), [src, cold(weights), 0, 0]);
        }
        3 => w.put(ArchOp::FreezeLayer.row(), [cold(weights), 0, 0, 0]),
        4 => w.put(ArchOp::UnfreezeLayer.row(), [cold(weights), 0, 0, 0]),
        5 => {
            let activation = w.entropy.below(6) as u8;
            w.put(ArchOp::SetActivation.row(), [cold(weights), activation, 0, 0]);
        }
        6 => {
            w.put(ArchOp::FreezeLayer.row(), [cold(weights), 1, 0, 0]);
            w.put(CoreOp::MasteryCommit.row(), [cold(weights), 0xFF, 0, 1]);
            w.put(ArchOp::UnfreezeLayer.row(), [cold(weights), 1, 0, 0]);
        }
        _ => {
            let seed = w.entropy.byte();
            let row = w.entropy.pick(&[CoreOp::InitRandom.row(), ArchOp::InitRandom.row()]);
            w.put(row, [cold(weights), 0, 0, seed]);
        }
    }
    Some(())
}

/// Neurons that grow and mostly go again.
pub(super) fn grow(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (weights, shape) = w.trainable(|weights| (1..=2).contains(&weights.rank()))?;
    let (rows, count) = (shape.dim(0)?, 1 + w.entropy.below(3) as u8);
    let grown = Known::Shape(shape.with_dim(0, rows + usize::from(count)));
    let register = Register::cold(weights);
    let stays = w.entropy.one_in(3) && w.may_become(register, grown);
    let row = w.entropy.pick(&[CoreOp::GrowNeuron.row(), ArchOp::GrowNeuron.row()]);
    let seed = w.entropy.byte();
    if w.entropy.one_in(2) {
        w.put(row, [cold(weights), 0, count, seed]);
    } else {
        let by_register = w.scalar(u16::from(count))?;
        w.put(row, [cold(weights), by_register, 0, seed]);
    }
    w.now.set(register, grown);
    for _ in 0..if stays { 0 } else { count } {
        prune(w, weights, rows);
    }
    Some(())
}

/// Removes one of more than `least` neurons.
fn prune(w: &mut Weaver<'_, '_>, weights: u8, least: usize) {
    let register = Register::cold(weights);
    let Some(shape) = w.now.get(register).shape() else { return };
    let Some(rows) = shape.dim(0).filter(|&rows| rows > least.max(1)) else { return };
    let row = w.entropy.pick(&[CoreOp::PruneNeuron.row(), ArchOp::PruneNeuron.row()]);
    let index = w.entropy.below(rows.min(200));
    let width = matrix(shape).map_or(1, |(_, width)| width);
    match w.entropy.below(3) {
        0 => w.put(row, [cold(weights), 0, index as u8, 0]),
        mode => {
            let value = if mode == 1 { index * width } else { index };
            let Some(by_register) = w.scalar(value as u16) else {
                return w.put(row, [cold(weights), 0, index as u8, 0]);
            };
            w.put(row, [cold(weights), by_register, 0, mode as u8]);
        }
    }
    w.now.set(register, Known::Shape(shape.with_dim(0, rows - 1)));
}

/// A register that is allocated, used and given back, at once or at the end of the program.
pub(super) fn borrow(w: &mut Weaver<'_, '_>) -> Option<()> {
    let size = u8::try_from(w.entropy.pick(&w.sizes)).unwrap_or(u8::MAX);
    let second = if w.entropy.one_in(2) { 0 } else { w.entropy.below(9) as u8 };
    if w.entropy.one_in(3) {
        return layer(w, size);
    }
    let index = w.absent.pop()?;
    let register = if w.entropy.one_in(3) { Register::cold(index) } else { Register::hot(index) };
    let shape = match second {
        0 => Shape::vector(usize::from(size)),
        _ => Shape::matrix(usize::from(size), usize::from(second)),
    };
    let row = w.entropy.pick(&[CoreOp::AllocTensor.row(), ArchOp::AllocTensor.row()]);
    w.put(row, [register.byte(), size, 0, second]);
    if register.bank() == ternsig_isa::Bank::Hot {
        let known = Known::Shape(shape);
        if let Some(dst) = w.dst(known) {
            w.put_to(CoreOp::CopyReg.row(), [dst, index, 0, 0], known);
        }
    } else {
        w.put(CoreOp::InitRandom.row(), [register.byte(), 0, 0, 7]);
    }
    give_back(w, register);
    Some(())
}

fn layer(w: &mut Weaver<'_, '_>, inputs: u8) -> Option<()> {
    let (inputs, index) = (inputs.max(1), w.absent.pop()?);
    let outputs = 1 + w.entropy.below(17);
    let register = Register::cold(index);
    let name = if w.entropy.one_in(2) { index } else { register.byte() };
    w.put(ArchOp::DefineLayer.row(), [name, inputs, 0, outputs as u8]);
    w.put(ArchOp::InitRandom.row(), [register.byte(), 0, 0, inputs]);
    if let Some((input, _)) = w.src(|shape| shape.elements() == usize::from(inputs))
        && let Some(dst) = w.dst(vector(outputs))
    {
        w.put_to(ArchOp::WireForward.row(), [dst, register.byte(), input, 0], vector(outputs));
    }
    give_back(w, register);
    Some(())
}

/// Where the program may come again, it is given back at once.
fn give_back(w: &mut Weaver<'_, '_>, register: Register) {
    if w.depth == 0 && w.entropy.one_in(2) {
        w.borrowed.push(register);
        return;
    }
    let row = w.entropy.pick(&[CoreOp::FreeTensor.row(), ArchOp::FreeTensor.row()]);
    w.put(row, [register.byte(), 0, 0, 0]);
    w.absent.push(register.index() as u8);
}
