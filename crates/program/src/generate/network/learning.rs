//! Learning: pressure, eligibility, contrast, errors and checkpoints.

use super::known::Known;
use super::weaver::{Weaver, cold, matrix};
use ternsig_isa::Shape;
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::table::learning::LearningOp;

const SCALAR: Known = Known::Shape(Shape::vector(1));

/// Pressure by activity, and the step that it leads to.
pub(super) fn mastery(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (weights, shape) = w.weights(|_| true)?;
    if w.entropy.one_in(2) {
        outer(w)?;
    } else {
        let len = shape.elements();
        let (activity, _) = match w.src(|shape| shape.elements() == len) {
            Some(found) => found,
            None => w.src(|_| true)?,
        };
        let (direction, _) = w.src(|_| true)?;
        let scale = w.entropy.pick(&[0, 15, 255, 1]);
        let row = w.entropy.pick(&[CoreOp::MasteryUpdate.row(), LearningOp::MasteryUpdate.row()]);
        w.put(row, [cold(weights), activity, direction, scale]);
    }
    if !w.entropy.one_in(4) {
        commit(w, weights);
    }
    Some(())
}

fn outer(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (weights, shape) = w.weights(|weights| matrix(weights).is_some())?;
    let (rows, columns) = matrix(shape)?;
    let (input, _) = w.src(|shape| shape.elements() == columns)?;
    let (direction, _) = w.src(|shape| shape.elements() == rows || shape.elements() == 1)?;
    let scale = w.entropy.pick(&[0, 15, 255, 1]);
    w.put(LearningOp::MasteryOuter.row(), [cold(weights), input, direction, scale]);
    if w.entropy.one_in(2) {
        commit(w, weights);
    }
    Some(())
}

fn commit(w: &mut Weaver<'_, '_>, weights: u8) {
    let (threshold, step) = (w.entropy.pick(&[0, 1, 4, 50, 255]), w.entropy.pick(&[0, 1, 5, 255]));
    if w.entropy.one_in(2) {
        w.put(CoreOp::MasteryCommit.row(), [cold(weights), 0xFF, step, threshold]);
    } else {
        w.put(LearningOp::MasteryCommit.row(), [cold(weights), 0, step, threshold]);
    }
}

/// Eligibility, its decay, and the step by error.
pub(super) fn eligibility(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (weights, shape) = w.weights(|_| true)?;
    let len = shape.elements();
    let (activity, _) = match w.src(|shape| shape.elements() == len) {
        Some(found) => found,
        None => w.src(|_| true)?,
    };
    w.put(LearningOp::MarkEligibility.row(), [cold(weights), activity, 0, 0]);
    if w.entropy.one_in(2) {
        w.put(LearningOp::DecayEligibility.row(), [cold(weights), 0, 0, 0]);
    }
    if w.entropy.one_in(2) {
        w.put(LearningOp::UpdateWeights.row(), [cold(weights), 0, 0, 0]);
    }
    Some(())
}

/// Errors and babble.
pub(super) fn errors(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (a, known) = w.any()?;
    let (b, _) = w.any()?;
    match w.entropy.below(7) {
        0 => w.put(LearningOp::ComputeError.row(), [a, b, 0, 0]),
        1 => w.put(LearningOp::ComputeRpe.row(), [a, b, 0, 0]),
        2 => {
            let dst = w.dst(SCALAR)?;
            let threshold = w.small();
            w.put_to(LearningOp::GateError.row(), [dst, threshold, 0, 0], SCALAR);
        }
        3 => w.put(LearningOp::DecayBabble.row(), [0; 4]),
        4 => w.put_to(LearningOp::AddBabble.row(), [a, 0, 0, 0], known),
        5 => w.put_to(CoreOp::AddBabble.row(), [a, 0xFF, 0, 0], known),
        _ => w.put(CoreOp::MarkEligibility.row(), [a, b, 1, 0]),
    }
    Some(())
}

/// Both phases of contrastive learning, and the difference between them as pressure.
pub(super) fn contrast(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (weights, shape) = w.weights(|weights| matrix(weights).is_some())?;
    let (rows, columns) = matrix(shape)?;
    let named = w.src(|shape| shape.elements() == columns).zip(w.src(|shape| shape.elements() == rows));
    let (visible, hidden, c) = match named {
        Some(((visible, _), (hidden, _))) => (visible, hidden, cold(weights)),
        None => {
            let small = |shape: Shape| shape.elements() <= 64;
            let ((visible, _), (hidden, _)) = (w.src(small)?, w.src(small)?);
            (visible, hidden, 0)
        }
    };
    w.put(LearningOp::ChlFreeStart.row(), [0; 4]);
    w.put(LearningOp::ChlFreeRecord.row(), [visible, hidden, c, 0]);
    w.put(LearningOp::ChlClampStart.row(), [0; 4]);
    if w.entropy.one_in(2) {
        let known = w.hot(hidden);
        w.put_to(LearningOp::AddBabble.row(), [hidden, 0, 0, 0], known);
    }
    w.put(LearningOp::ChlClampRecord.row(), [visible, hidden, c, 0]);
    let pressed = if c == 0 { visible } else { weights };
    w.put(LearningOp::ChlUpdate.row(), [cold(pressed), 0, 0, 0]);
    Some(())
}

/// A copy of weights, something that changes them, and mostly the copy again.
pub(super) fn checkpoint(w: &mut Weaver<'_, '_>) -> Option<()> {
    let (weights, _) = w.weights(|_| true)?;
    w.put(LearningOp::CheckpointWeights.row(), [cold(weights), 0, 0, 0]);
    // What stands between does not change shapes.
    let _ = mastery(w);
    if !w.entropy.one_in(4) {
        w.put(LearningOp::RollbackWeights.row(), [cold(weights), 0, 0, 0]);
    }
    if w.entropy.one_in(3) {
        w.put(LearningOp::DiscardCheckpoint.row(), [cold(weights), 0, 0, 0]);
    }
    if w.entropy.one_in(3) {
        w.put(LearningOp::Consolidate.row(), [0; 4]);
    }
    Some(())
}
