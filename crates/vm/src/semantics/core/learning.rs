//! Babble and mastery.

use super::Word;
use crate::arith::{self, sat};
use crate::error::Fault;
use crate::machine::Machine;
use crate::semantics::mastery;

/// The same operand bytes serve the extension's form; the layer is not used.
pub(in crate::semantics) fn add_babble(m: &mut Machine, [r, ..]: Word) -> Result<(), Fault> {
    let (scale, phase) = (m.babble_scale, m.babble_phase);
    for (i, x) in m.modified(r)?.data.iter_mut().enumerate() {
        *x = sat(i64::from(*x) + arith::babble(scale, phase, i));
    }
    m.babble_phase = phase.wrapping_add(1);
    Ok(())
}

pub(super) fn mastery_update(m: &mut Machine, [w, act, dir, scale]: Word) -> Result<(), Fault> {
    mastery::update(m, w, act, dir, scale)
}

pub(super) fn mastery_commit(m: &mut Machine, [w, _, step, threshold]: Word) -> Result<(), Fault> {
    mastery::commit(m, w, threshold, step)
}
