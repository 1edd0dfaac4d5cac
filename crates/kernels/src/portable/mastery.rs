//! Mastery in plain loops, which the compiler turns into the vectors of whatever processor it compiles them for.

#[cfg(any(test, not(target_arch = "x86_64")))]
use crate::mastery::BlockSums;
use crate::mastery::{Learner, PushedRows, RUN, Rule, per_max, stepped};

/// A run of weights.
struct Run {
    pressure: [i32; RUN],
    signals: [[u8; 2]; RUN],
    values: [i16; RUN],
    thresholds: [u32; RUN],
}

/// The steps of all weights whose pressure reaches its threshold. The positions of those that have moved are written to
/// the list, into which all weights fit and a run beyond them; how many there are.
#[inline(always)]
pub(crate) fn step(rule: Rule, learner: &mut Learner<'_>, list: &mut [u16]) -> usize {
    let least = rule.least();
    let mut count = 0;
    for first in (0..learner.pressure.len()).step_by(RUN) {
        let run = first..learner.pressure.len().min(first + RUN);
        let pressure = &mut learner.pressure[run.clone()];
        if pressure.iter().fold(0, |most: u32, pressure| most.max(pressure.unsigned_abs())) < least {
            continue;
        }
        let (signals, values) = (&mut learner.signals[run.clone()], &mut learner.values[run.clone()]);
        let len = run.len();
        let mut work = Run {
            pressure: [0; RUN],
            signals: [[0; 2]; RUN],
            values: [0; RUN],
            thresholds: [rule.thresholds[0]; RUN],
        };
        work.pressure[..len].copy_from_slice(pressure);
        work.signals[..len].copy_from_slice(signals);
        work.values[..len].copy_from_slice(values);
        if let Some(classes) = learner.classes {
            let classes = classes[run].iter();
            work.thresholds.iter_mut().zip(classes).for_each(|(t, &class)| *t = rule.threshold(class));
        }
        work.step(i16::from(rule.step));
        for (k, (new, old)) in work.values.iter().zip(&*values).enumerate() {
            list[count] = (first + k) as u16;
            count += usize::from(new != old);
        }
        pressure.copy_from_slice(&work.pressure[..len]);
        signals.copy_from_slice(&work.signals[..len]);
        values.copy_from_slice(&work.values[..len]);
    }
    count
}

impl Run {
    #[inline(always)]
    fn step(&mut self, step: i16) {
        let (mut hits, mut downs) = ([0_i16; RUN], [0_i16; RUN]);
        for k in 0..RUN {
            let pressure = self.pressure[k];
            let hit = -i32::from(pressure.unsigned_abs() >= self.thresholds[k]);
            self.pressure[k] = pressure & !hit;
            hits[k] = hit as i16;
            downs[k] = (pressure >> 31) as i16;
        }
        for k in 0..RUN {
            let (old, hit) = (self.values[k], hits[k]);
            let new = (stepped(old, downs[k], step) & hit) | (old & !hit);
            self.values[k] = new;
            let signal = (new.abs() << 8) | (((new >> 15) | 1) & 0xFF);
            let kept = i16::from_le_bytes(self.signals[k]);
            self.signals[k] = ((signal & hit) | (kept & !hit)).to_le_bytes();
        }
    }
}

/// The strengths of inputs and their opposites, in lists that are as long: see [`Push::set`](crate::mastery::Push::set).
///
/// With ε = 2⁻⁵², `per_max` is 256/max times 1 + δ, where ε < δ < 6ε whatever way the division was rounded, and the
/// product with `above`, at most 2³¹, is rounded once more, by less than ε/2 of it: it is never below the exact quotient,
/// and above it by less than 256·8ε = 2⁻⁴¹. Quotients of numbers up to 2³¹ that are not whole are at least 2⁻³¹ below the
/// next whole number q + 1. So the product less ½ plus 2⁻³² is nearer to q than to any other number, and q stands in the
/// lowest bits of its sum with a number whose last bit is 1.
#[inline(always)]
pub(crate) fn strengths(inputs: &[i32], scale: i32, strengths: &mut [i32], opposites: &mut [i32]) -> bool {
    const WHOLE: f64 = (3_u64 << 51) as f64;
    const HALF: f64 = 0.5 - 1.0 / (1_u64 << 32) as f64;
    let max = inputs.iter().fold(1, |max: i32, &x| max.max(x));
    let (threshold, per_max) = (max / 4, per_max(max));
    let mut any = 0;
    for ((strength, opposite), &x) in strengths.iter_mut().zip(opposites).zip(inputs) {
        let above = x.max(threshold) - threshold;
        let share = (f64::from(above) * per_max - HALF + WHOLE).to_bits() as i32;
        *strength = (share * scale) >> 8;
        *opposite = -*strength;
        any |= *strength;
    }
    any != 0
}

/// See [`Push::press`](crate::mastery::Push::press).
///
/// To subtract is to add to the complement and to take the complement of that, saturation included. Whether a row goes up
/// or down is no branch, because it is hard to foresee.
#[inline(always)]
pub(crate) fn press(pressure: &mut [i32], push: PushedRows<'_>) {
    for (row, pressure) in pressure.chunks_mut(push.columns()).enumerate() {
        let direction = push.direction(row);
        if direction != 0 {
            let down = direction >> 31;
            for (pressure, &strength) in pressure.iter_mut().zip(push.strengths()) {
                *pressure = ((*pressure ^ down).min(i32::MAX - strength) + strength) ^ down;
            }
        }
    }
}

/// See [`learn`](crate::mastery::learn), of a page: first the pressure, then the steps.
#[inline(always)]
pub(crate) fn learn(rule: Rule, push: PushedRows<'_>, learner: &mut Learner<'_>, list: &mut [u16]) -> usize {
    press(learner.pressure, push);
    step(rule, learner, list)
}

/// Puts the pairs of four rows side by side, each group of four at a distance from the one before, and adds up the rows:
/// whole runs of columns, as far as all rows have them and they fit; how many columns. All values are −255…255.
#[cfg(any(test, not(target_arch = "x86_64")))]
pub(crate) fn interleave(
    rows: [&[i16]; 4],
    places: &mut [i16],
    stride: usize,
    sums: &mut BlockSums,
) -> usize {
    let columns = whole_runs(rows, places, stride);
    let [a, b, c, d] = rows.map(|row| row[..columns].as_chunks::<2>().0);
    for pair in 0..columns / 2 {
        let place = &mut places[pair * stride..][..8];
        place.as_chunks_mut().0.copy_from_slice(&[a[pair], b[pair], c[pair], d[pair]]);
    }
    for ((row, sum), norm) in rows.iter().zip(&mut sums.values).zip(&mut sums.norms) {
        *sum += row[..columns].iter().map(|&value| i32::from(value)).sum::<i32>();
        *norm += row[..columns].iter().map(|&value| i32::from(value.abs())).sum::<i32>();
    }
    columns
}

/// How many columns are in whole runs that all rows have, and for whose pairs there are places.
pub(crate) fn whole_runs(rows: [&[i16]; 4], places: &[i16], stride: usize) -> usize {
    let columns = rows.iter().fold(usize::MAX, |len, row| len.min(row.len())) / RUN * RUN;
    let fits = columns > 0 && places.len() >= (columns / 2 - 1) * stride + 8;
    if fits { columns } else { 0 }
}
