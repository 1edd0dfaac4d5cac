//! Mastery: pressure collects until a weight takes a step. The core and the learning extension share it.

use super::products;
use crate::arith::{mastery as rule, sat};
use crate::error::Fault;
use crate::machine::cold::Edit;
use crate::machine::{Machine, slot};
use ternsig_isa::Register;

/// The peak-relative gate over activities: what exceeds a quarter of the maximum, in 256ths of the maximum.
struct Gate {
    max: i64,
    threshold: i64,
}

impl Gate {
    fn over(activity: &[i32]) -> Gate {
        let max = activity.iter().copied().max().unwrap_or(0).max(1);
        Gate { max: i64::from(max), threshold: i64::from(max / 4) }
    }

    /// How strongly an activity takes part, 0 if it does not.
    fn strength(&self, activity: i32) -> i64 {
        let above = i64::from(activity) - self.threshold;
        if above > 0 { above * 256 / self.max } else { 0 }
    }
}

fn press(pressure: &mut i32, amount: i64) {
    *pressure = sat(i64::from(*pressure) + amount / 256);
}

/// The scale of an update, with dopamine; `None` while learning is off.
fn scale(m: &Machine, byte: u8) -> Option<i64> {
    m.dopamine_factor().map(|factor| i64::from(rule::scale(byte)) * factor)
}

/// Pressure on the first weights, one for each activity, all in the direction of `dir[0]`. While learning is off the
/// operands are not even looked at.
pub(super) fn update(m: &mut Machine, w: u8, act: u8, dir: u8, scale_byte: u8) -> Result<(), Fault> {
    let Some(scale) = scale(m, scale_byte) else { return Ok(()) };
    let direction = i64::from(m.data(dir)?.first().map_or(0, |d| d.signum()));
    let len = m.data(act)?.len();
    m.size_pressure(w, len)?;
    let Machine { hot, pressure, .. } = m;
    let (Some(act), Some(pressure)) = (hot.get(slot(act)), &mut pressure[slot(w)]) else { return Ok(()) };
    let gate = Gate::over(&act.data);
    for (p, &a) in pressure.iter_mut().zip(&act.data) {
        press(p, direction * gate.strength(a) * scale);
    }
    Ok(())
}

/// Pressure on every weight of a matrix: its input's activity in the direction of its output.
pub(super) fn outer(m: &mut Machine, w: u8, input: u8, dir: u8, scale_byte: u8) -> Result<(), Fault> {
    let Some(scale) = scale(m, scale_byte) else { return Ok(()) };
    let (rows, columns) = outer_shape(m, w, input, dir)?;
    products::poll(m)?;
    m.size_pressure(w, rows * columns)?;
    let Machine { hot, pressure, scratch, .. } = m;
    let (Some(input), Some(dir), Some(pressure)) =
        (hot.get(slot(input)), hot.get(slot(dir)), &mut pressure[slot(w)])
    else {
        return Ok(());
    };
    let gate = Gate::over(&input.data);
    // |strength · scale / 256| ≤ 765, and truncation is symmetric, so the sign can be applied to the quotient.
    scratch.clear();
    scratch.extend(input.data.iter().map(|&x| (gate.strength(x) * scale / 256) as i32));
    for (o, row) in pressure.chunks_exact_mut(columns.max(1)).enumerate() {
        match dir.data[if dir.data.len() == 1 { 0 } else { o }].signum() {
            1 => row.iter_mut().zip(scratch.iter()).for_each(|(p, &s)| *p = p.saturating_add(s)),
            -1 => row.iter_mut().zip(scratch.iter()).for_each(|(p, &s)| *p = p.saturating_sub(s)),
            _ => {}
        }
    }
    Ok(())
}

fn outer_shape(m: &Machine, w: u8, input: u8, dir: u8) -> Result<(usize, usize), Fault> {
    let shape = m.weights(w)?.shape();
    let &[rows, columns] = shape.dims() else {
        return Err(Fault::shape(Register::from_byte(w), format!("has shape {shape}, a matrix is needed")));
    };
    let (rows, columns) = (rows as usize, columns as usize);
    let (inputs, directions) = (m.data(input)?.len(), m.data(dir)?.len());
    if inputs != columns {
        let message = format!("has {inputs} elements, the weights take {columns}");
        return Err(Fault::shape(Register::from_byte(input), message));
    }
    if directions != rows && directions != 1 {
        let message = format!("has {directions} elements, the weights give {rows}");
        return Err(Fault::shape(Register::from_byte(dir), message));
    }
    Ok((rows, columns))
}

/// Weights whose pressure has reached their threshold take a step toward its sign and lose it. Cold weights never do;
/// on a frozen register nothing happens.
pub(super) fn commit(m: &mut Machine, w: u8, threshold: u8, step: u8) -> Result<(), Fault> {
    if m.pressure[slot(w)].is_none() || m.weights(w)?.is_frozen() {
        return Ok(());
    }
    let (thresholds, step) = (rule::thresholds(threshold), rule::step(step));
    with_pressure(m, w, |pressure, edit| {
        let hot = thresholds[0].unwrap_or(i64::MAX);
        for (i, p) in pressure.iter_mut().enumerate() {
            let strength = i64::from(*p).abs();
            if strength < hot {
                continue;
            }
            if thresholds[edit.temperature(i) as usize].is_some_and(|threshold| strength >= threshold) {
                edit.set(i, edit.signals()[i].stepped(p.signum() as i8, step));
                *p = 0;
            }
        }
    })
}

/// Runs over the pressures that have a weight, with that register open for changes.
pub(super) fn with_pressure(
    m: &mut Machine,
    w: u8,
    change: impl FnOnce(&mut [i32], &mut Edit<'_>),
) -> Result<(), Fault> {
    let Some(mut pressure) = m.pressure[slot(w)].take() else { return Ok(()) };
    let result = m.modified_weights(w).map(|weights| {
        let len = pressure.len().min(weights.len());
        change(&mut pressure[..len], &mut weights.edit());
    });
    m.pressure[slot(w)] = Some(pressure);
    result
}
