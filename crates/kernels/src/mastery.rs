//! Mastery: pressure that collects on weights, and the steps that weights take when there is enough of it.

use crate::arch;
use std::ops::Range;

/// How many weights are looked through at once, so that a position among them takes 16 bits.
pub(crate) const PAGE: usize = 1 << 16;

/// How many weights a vector of 16-bit values has at most.
pub(crate) const RUN: usize = 32;

/// If more than one weight in so many moves, it is faster to derive everything anew than to follow each.
const MANY: usize = 64;

/// The sums of the values of four rows, and of their magnitudes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) struct BlockSums {
    pub(crate) values: [i32; 4],
    pub(crate) norms: [i32; 4],
}

/// The largest strength of an input, before it is scaled.
const FULL_STRENGTH: f64 = 256.0;

/// When weights take steps, and how far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Rule {
    /// For each class of weights the least pressure, without its sign, that moves them: 1…2³¹, or more for never.
    pub thresholds: [u32; 4],
    /// How far they move, at least 1.
    pub step: u8,
}

impl Rule {
    /// The threshold of a class; only the two lowest bits of a code count.
    #[inline(always)]
    pub(crate) const fn threshold(&self, class: u8) -> u32 {
        self.thresholds[(class & 3) as usize]
    }

    /// The same rule with thresholds that a weight without pressure does not reach.
    fn in_range(self) -> Rule {
        Rule { thresholds: self.thresholds.map(|threshold| threshold.max(1)), ..self }
    }

    /// The lowest threshold.
    #[inline(always)]
    pub(crate) fn least(&self) -> u32 {
        self.thresholds.into_iter().fold(u32::MAX, u32::min)
    }
}

/// Weights that learn. Lists that are longer than another one of them are not looked at beyond its end.
#[derive(Debug)]
pub struct Learner<'a> {
    /// The pressure on each weight.
    pub pressure: &'a mut [i32],
    /// The polarity of each weight, −1, 0 or 1, and its magnitude.
    pub signals: &'a mut [[u8; 2]],
    /// Their products.
    pub values: &'a mut [i16],
    /// The class of each weight, 0…3; without a list all are class 0.
    pub classes: Option<&'a [u8]>,
}

impl Learner<'_> {
    /// How many weights.
    fn len(&self) -> usize {
        let len = self.pressure.len().min(self.signals.len()).min(self.values.len());
        self.classes.map_or(len, |classes| classes.len().min(len))
    }

    /// Some of them.
    fn part(&mut self, range: Range<usize>) -> Learner<'_> {
        Learner {
            pressure: &mut self.pressure[range.clone()],
            signals: &mut self.signals[range.clone()],
            values: &mut self.values[range.clone()],
            classes: self.classes.map(|classes| &classes[range]),
        }
    }
}

/// What is derived from weights and follows them when they move.
pub trait Follow {
    /// Weights have other values: those at these positions, which count from `first` on, among all values.
    fn weights(&mut self, values: &[i16], first: usize, positions: &[u16]);
}

/// Weights that have moved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Moved {
    /// From the first to the one behind the last.
    pub range: Range<usize>,
    /// Of these some have moved, too, but what follows has not been told so.
    pub rest: Option<Range<usize>>,
}

/// Memory for the positions of what moves, which can be used again.
#[derive(Debug, Clone, Default)]
pub struct Positions(Vec<u16>);

/// Lets the weights whose pressure has reached the threshold of their class take a step toward its sign, and takes the
/// pressure from them. What follows is asked for as soon as one has moved, and told of those that move unless they are
/// many. `None` if none has moved.
///
/// A step adds to the magnitude of a weight of that sign, up to 255, and takes from that of one of the other sign; if too
/// little would be left, or the weight has no sign, it becomes one step.
pub fn commit<F: Follow>(
    rule: Rule,
    learner: &mut Learner<'_>,
    memory: &mut Positions,
    follow: impl FnOnce() -> F,
) -> Option<Moved> {
    let rule = rule.in_range();
    in_pages(PAGE, learner, memory, follow, |_, page, list| arch::step(rule, page, list))
}

/// [`Push::press`] and [`commit`] in one pass.
pub fn learn<F: Follow>(
    rule: Rule,
    push: &Push,
    learner: &mut Learner<'_>,
    memory: &mut Positions,
    follow: impl FnOnce() -> F,
) -> Option<Moved> {
    let rows = PAGE.checked_div(push.columns).unwrap_or(0);
    if rows == 0 || learner.len() < learner.pressure.len() {
        push.press(learner.pressure);
        return commit(rule, learner, memory, follow);
    }
    let rule = rule.in_range();
    in_pages(rows * push.columns, learner, memory, follow, |first, page, list| {
        arch::learn(rule, push.rows_from(first / push.columns), page, list)
    })
}

/// Lets the weights of each page of so many, at most [`PAGE`], move: given where the page begins, that lists the positions
/// of those that have moved, and says how many.
fn in_pages<F: Follow>(
    size: usize,
    learner: &mut Learner<'_>,
    memory: &mut Positions,
    follow: impl FnOnce() -> F,
    mut step: impl FnMut(usize, &mut Learner<'_>, &mut [u16]) -> usize,
) -> Option<Moved> {
    let len = learner.len();
    let list = &mut memory.0;
    if list.len() < len.min(size) + RUN {
        list.resize(len.min(size) + RUN, 0);
    }
    let (mut follow, mut follower) = (Some(follow), None);
    let (mut range, mut rest): (Option<Range<usize>>, Option<Range<usize>>) = (None, None);
    for first in (0..len).step_by(size) {
        let mut page = learner.part(first..len.min(first + size));
        let weights = page.pressure.len();
        let count = step(first, &mut page, list);
        let (Some(begin), Some(end)) = (list[..count].first(), list[..count].last()) else { continue };
        let part = first + usize::from(*begin)..first + usize::from(*end) + 1;
        extend(&mut range, &part);
        if count > weights / MANY {
            extend(&mut rest, &part);
            continue;
        }
        if let Some(follow) = follow.take() {
            follower = Some(follow());
        }
        if let Some(follower) = &mut follower {
            follower.weights(learner.values, first, &list[..count]);
        }
    }
    range.map(|range| Moved { range, rest })
}

/// Extends a range by one that comes later.
fn extend(range: &mut Option<Range<usize>>, part: &Range<usize>) {
    let begin = range.as_ref().map_or(part.start, |range| range.start);
    *range = Some(begin..part.end);
}

/// A value after a step up, or down if `down` is −1 and not 0.
///
/// Seen along the direction of the step, everything from `-step` to 0 becomes one step. A weight of value 0 does so
/// whatever its signal says, which is why the value alone decides. Nothing here is a branch: signs are hard to predict.
#[inline(always)]
pub(crate) const fn stepped(value: i16, down: i16, step: i16) -> i16 {
    let along = (value ^ down) - down;
    let (below, far) = (along >> 15, (along + step) >> 15);
    let moved = (along & (far | !below)) + step;
    let over = moved - 255;
    let moved = moved - (over & !(over >> 15));
    (moved ^ down) - down
}

/// Whether a pressure reaches the lowest threshold.
#[must_use]
pub fn any_reaches(rule: Rule, pressure: &[i32]) -> bool {
    let least = rule.least();
    pressure.iter().any(|pressure| pressure.unsigned_abs() >= least)
}

/// What is to be added to the pressure on a matrix; its memory can be used again.
#[derive(Debug, Clone, Default)]
pub struct Push {
    columns: usize,
    /// The strength of each input, then its opposite, then a 0 for each.
    amounts: Vec<i32>,
    directions: Vec<i32>,
}

impl Push {
    /// Sets the strength with which each input presses, scaled: (x − max/4) · 256/max · scale/256, each quotient truncated,
    /// where max is the largest input, at least 1; 0 for inputs up to max/4. Whether any is not 0.
    ///
    /// Strengths are added in rows whose direction is above 0, and subtracted where it is below. One direction alone is
    /// that of all rows. `scale` is at most 2²².
    pub fn set(&mut self, inputs: &[i32], scale: u32, directions: &[i32]) -> bool {
        if self.columns != inputs.len() {
            self.columns = inputs.len();
            self.amounts.clear();
            self.amounts.resize(3 * inputs.len(), 0);
        }
        self.directions.clear();
        self.directions.extend_from_slice(directions);
        let (strengths, others) = self.amounts.split_at_mut(inputs.len());
        arch::strengths(inputs, scale as i32, strengths, others)
    }

    /// Adds all of it to the pressure; sums saturate.
    pub fn press(&self, pressure: &mut [i32]) {
        self.rows_from(0).press(pressure);
    }

    /// What is added to the rows from one on.
    pub(crate) fn rows_from(&self, row: usize) -> PushedRows<'_> {
        let (strengths, others) = self.amounts.split_at(self.columns);
        let (opposites, zeros) = others.split_at(self.columns);
        let stride = usize::from(self.directions.len() != 1);
        let directions = self.directions.get(stride * row..).unwrap_or_default();
        PushedRows { amounts: [opposites, zeros, strengths], directions, stride }
    }
}

/// What is added to the pressure on some rows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct PushedRows<'a> {
    /// For each input: in rows that go down, in those that stay, in those that go up.
    amounts: [&'a [i32]; 3],
    directions: &'a [i32],
    /// The distance from one row's direction to the next: 0 if the first is that of all.
    stride: usize,
}

impl<'a> PushedRows<'a> {
    pub(crate) fn columns(&self) -> usize {
        self.amounts[0].len()
    }

    /// The strength of each input, without a sign.
    pub(crate) fn strengths(&self) -> &'a [i32] {
        self.amounts[2]
    }

    /// The direction of a row; it stays without one.
    #[inline(always)]
    pub(crate) fn direction(&self, row: usize) -> i32 {
        self.directions.get(self.stride * row).copied().unwrap_or(0)
    }

    /// What is added to each pressure of a row of this direction.
    #[inline(always)]
    pub(crate) fn amounts(&self, direction: i32) -> &'a [i32] {
        self.amounts[(1 + direction.signum()) as usize]
    }

    /// Adds all of it to the pressure; sums saturate.
    pub(crate) fn press(self, pressure: &mut [i32]) {
        if self.columns() > 0 {
            arch::press(pressure, self);
        }
    }
}

/// A little more than 256/max: see the portable form of strengths.
pub(crate) fn per_max(max: i32) -> f64 {
    FULL_STRENGTH * (1.0 + 4.0 * f64::EPSILON) / f64::from(max)
}

#[cfg(test)]
#[path = "mastery_tests.rs"]
pub(crate) mod tests;
