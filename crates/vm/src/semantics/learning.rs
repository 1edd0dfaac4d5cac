//! The learning extension.

use super::core::{add_babble, load_target, matrix};
use super::yields::yield_op;
use super::{Flow, Word, mastery, products};
use crate::arith::sat_wide;
use crate::error::{ErrorKind, Fault};
use crate::machine::learning::Phase;
use crate::machine::{Machine, slot};
use std::sync::Arc;
use ternsig_isa::table::learning::LearningOp;
use ternsig_isa::{Register, Shape, Temperature};

pub(super) fn execute(m: &mut Machine, op: LearningOp, word: Word) -> Result<Flow, Fault> {
    match op {
        LearningOp::MasteryUpdate => mastery::update(m, word[0], word[1], word[2], word[3])?,
        LearningOp::MasteryCommit => mastery::commit(m, word[0], word[3], word[2])?,
        LearningOp::MasteryOuter => mastery::outer(m, word[0], word[1], word[2], word[3])?,
        LearningOp::AddBabble => add_babble(m, word)?,
        LearningOp::LoadTarget => load_target(m, word)?,
        LearningOp::MarkEligibility => mark_eligibility(m, word)?,
        LearningOp::ChlFreeStart => m.contrast.begin(Phase::Free),
        LearningOp::ChlFreeRecord => chl_record(m, word, Phase::Free)?,
        LearningOp::ChlClampStart => m.contrast.begin(Phase::Clamped),
        LearningOp::ChlClampRecord => chl_record(m, word, Phase::Clamped)?,
        LearningOp::ChlUpdate => chl_update(m, word)?,
        LearningOp::ChlBackpropClamp => chl_backprop_clamp(m, word)?,
        LearningOp::DecayEligibility => decay_eligibility(m, word),
        LearningOp::ComputeError => compute_error(m, word)?,
        LearningOp::UpdateWeights => update_weights(m, word)?,
        LearningOp::DecayBabble => m.babble_scale = (i64::from(m.babble_scale) * 245 / 256) as i32,
        LearningOp::ComputeRpe => compute_rpe(m, word)?,
        LearningOp::GateError => gate_error(m, word),
        LearningOp::CheckpointWeights | LearningOp::Consolidate | LearningOp::DiscardCheckpoint => {
            return yield_op(m, op.row(), word);
        }
        LearningOp::RollbackWeights => return rollback_weights(m, word),
    }
    Ok(Flow::Next)
}

fn mark_eligibility(m: &mut Machine, [w, act, ..]: Word) -> Result<(), Fault> {
    let len = m.data(act)?.len();
    m.size_pressure(w, len)?;
    let Machine { hot, pressure, .. } = m;
    let (Some(act), Some(pressure)) = (hot.get(slot(act)), &mut pressure[slot(w)]) else { return Ok(()) };
    let mean = crate::arith::mean(&act.data);
    for (p, &a) in pressure.iter_mut().zip(&act.data).filter(|&(_, &a)| a > mean) {
        *p = p.saturating_add(a);
    }
    Ok(())
}

/// Without a named weights register the recording goes by the visible register's index and is laid out visible by
/// hidden; with one it goes by its index and has the layout of those weights: hidden (outputs) by visible (inputs).
fn chl_record(m: &mut Machine, [vis, hid, c, _]: Word, phase: Phase) -> Result<(), Fault> {
    if m.contrast.phase != phase {
        let message = format!("the {phase:?} phase has not been started").to_lowercase();
        return Err(Fault::new(ErrorKind::Conflict, message));
    }
    let (index, outer, inner) = if c == 0 { (slot(vis), vis, hid) } else { (slot(c), hid, vis) };
    let (rows, columns) = (m.data(outer)?.len(), m.data(inner)?.len());
    if c != 0 {
        let shape = m.weights(c)?.shape();
        if shape != Shape::matrix(rows, columns) {
            let message = format!("has shape {shape}, the recording is {rows} by {columns}");
            return Err(Fault::shape(Register::from_byte(c), message));
        }
    }
    m.check_room(rows.saturating_mul(columns))?;
    products::poll(m)?;
    let Machine { hot, contrast, .. } = m;
    let (Some(outer), Some(inner)) = (hot.get(slot(outer)), hot.get(slot(inner))) else { return Ok(()) };
    let Some(table) = contrast.table_mut(phase) else { return Ok(()) };
    let record = table[index].get_or_insert_default();
    if record.len() != rows * columns {
        record.clear();
        record.resize(rows * columns, 0);
    }
    for (row, &a) in record.chunks_exact_mut(columns.max(1)).zip(&outer.data) {
        for (sum, &b) in row.iter_mut().zip(&inner.data) {
            *sum = sum.saturating_add(i64::from(a) * i64::from(b));
        }
    }
    Ok(())
}

fn chl_update(m: &mut Machine, [w, ..]: Word) -> Result<(), Fault> {
    if m.dopamine_factor().is_none() {
        return Ok(());
    }
    let register = Register::from_byte(w);
    let index = slot(w);
    let (Some(free), Some(clamped)) = (&m.contrast.free[index], &m.contrast.clamped[index]) else {
        return Err(Fault::about(
            ErrorKind::NotFound,
            register,
            "lacks a recording of one of the two phases",
        ));
    };
    if free.len() != clamped.len() {
        let message = format!("was recorded with {} and with {} elements", free.len(), clamped.len());
        return Err(Fault::shape(register, message));
    }
    let len = free.len();
    m.size_pressure(w, len)?;
    let Machine { pressure, contrast, .. } = m;
    if let (Some(pressure), Some(free), Some(clamped)) =
        (&mut pressure[index], &contrast.free[index], &contrast.clamped[index])
    {
        for (p, (&f, &c)) in pressure.iter_mut().zip(free.iter().zip(clamped)) {
            *p = p.saturating_add(sat_wide((i128::from(c) - i128::from(f)) >> 8));
        }
    }
    contrast.phase = Phase::Idle;
    Ok(())
}

/// Without a named weights register, the weights have the target's index.
fn chl_backprop_clamp(m: &mut Machine, [d, s, c, _]: Word) -> Result<(), Fault> {
    let weights = if c == 0 { Register::cold(slot(d) as u8).byte() } else { c };
    m.produce(d, |m, out| {
        let (register, src) = (m.weights(weights)?, m.data(s)?);
        let (rows, columns) = matrix(register, weights)?;
        m.check_room(columns)?;
        products::poll(m)?;
        let values = register.values();
        let weight = |i: usize, j: usize| values.get(i * columns + j).map_or(0, |&w| i128::from(w));
        out.extend((0..columns).map(|j| {
            let terms = src.iter().take(rows).enumerate().map(|(i, &x)| weight(i, j) * i128::from(x));
            sat_wide(terms.sum())
        }));
        Ok(Shape::vector(columns))
    })
}

fn decay_eligibility(m: &mut Machine, [w, ..]: Word) {
    for p in m.pressure[slot(w)].iter_mut().flatten() {
        *p = (i64::from(*p) * 230 / 256) as i32;
    }
}

fn compute_error(m: &mut Machine, [t, o, ..]: Word) -> Result<(), Fault> {
    let (target, output) = (m.data(t)?, m.data(o)?);
    let differences = target.iter().zip(output).map(|(&t, &o)| i64::from(t).abs_diff(i64::from(o)));
    m.current_error = differences.sum::<u64>().min(i32::MAX as u64) as i32;
    Ok(())
}

/// The pressure list ends up all zero, applied or not.
fn update_weights(m: &mut Machine, [w, ..]: Word) -> Result<(), Fault> {
    let Some(factor) = m.dopamine_factor().filter(|_| m.pressure[slot(w)].is_some()) else { return Ok(()) };
    if m.weights(w)?.is_frozen() {
        return Ok(());
    }
    let error = i64::from(m.current_error.clamp(1, 1000));
    mastery::with_pressure(m, w, |pressure, edit| {
        for (i, &p) in pressure.iter().enumerate().filter(|&(_, &p)| p != 0) {
            let strength = i64::from(p) * error * factor / 65536;
            if strength.abs() > 30 && edit.temperature(i) != Temperature::Cold {
                edit.set(i, edit.signals()[i].stepped(strength.signum() as i8, 3));
            }
        }
    })?;
    if let Some(pressure) = &mut m.pressure[slot(w)] {
        pressure.fill(0);
    }
    Ok(())
}

fn compute_rpe(m: &mut Machine, [predicted, actual, ..]: Word) -> Result<(), Fault> {
    let first = |byte| m.data(byte).map(|data| data.first().copied().unwrap_or(0));
    m.current_error = first(actual)?.saturating_sub(first(predicted)?);
    Ok(())
}

fn gate_error(m: &mut Machine, [d, threshold, ..]: Word) {
    let error = m.current_error.saturating_abs();
    m.put_scalar(d, if error >= 256 * i32::from(threshold) { error } else { 0 });
}

/// With a copy in memory the register becomes that copy; without one the host is asked.
fn rollback_weights(m: &mut Machine, word: Word) -> Result<Flow, Fault> {
    let index = slot(word[0]);
    match m.checkpoints[index].clone() {
        Some(copy) => {
            m.check_room(copy.len())?;
            let mut register = (*copy).clone();
            register.set_dirty(true);
            m.cold[index] = Some(Arc::new(register));
            Ok(Flow::Next)
        }
        None => yield_op(m, LearningOp::RollbackWeights.row(), word),
    }
}

/// The host has stored the register: the machine keeps a copy too.
pub(super) fn keep_checkpoint(m: &mut Machine, register: Register) {
    m.checkpoints[register.index()] = m.cold[register.index()].clone();
}

/// The host has dropped its copy: so does the machine.
pub(super) fn drop_checkpoint(m: &mut Machine, register: Register) {
    m.checkpoints[register.index()] = None;
}
