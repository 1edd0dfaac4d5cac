//! Two axes change places.
//!
//! Seen as outer × a × middle × b × inner, the elements come out as outer × b × middle × a × inner. Where inner is 1 it
//! is, for each outer and middle index, a matrix whose rows become columns: it is turned in squares of four by four.

use super::core::{hot, lanes};
use super::emitter::{Emitter, LANES};
use super::lane_ops::LaneOp;
use super::place::{At, Place};
use super::plan::{Plan, Planned, Reason, Routine, RoutinePlan, index, result, source};
use super::runs::{ELEMENT, Run, beyond, copy, each_row, times};
use crate::analysis::facts::{Buffer, View};
use ternsig_isa::Shape;

/// Without axes it is the first two that change places.
pub(crate) fn plan_defaulting(view: &View<'_>, [d, s, axis0, axis1]: [u8; 4]) -> Planned {
    match (axis0, axis1) {
        (0, 0) => plan(view, [d, s, 0, 1]),
        (axis0, axis1) => plan(view, [d, s, axis0, axis1]),
    }
}

/// Equal axes, and anything below rank 2, mean a copy.
pub(crate) fn plan(view: &View<'_>, [d, s, axis0, axis1]: [u8; 4]) -> Planned {
    let Buffer { len, shape } = source(view, s)?;
    let copied = |buffer| Ok(lanes(LaneOp::Copy, d, vec![hot(s)], buffer));
    let (first, second) = (usize::from(axis0.min(axis1)), usize::from(axis0.max(axis1)));
    if shape.rank() < 2 {
        return copied(Buffer { len, shape });
    }
    if second >= shape.rank() {
        return Err(Reason::Fails);
    }
    if first == second {
        return copied(Buffer { len, shape });
    }
    let buffer = result(Buffer::filling(shape.swapped(first, second)))?;
    let extents = Extents::of(shape, first, second);
    if buffer.len == 0 || extents.keeps_order() {
        return copied(buffer);
    }
    let (source, dst) = (index(s), index(d));
    let routine = Box::new(Transpose { source, dst, len: buffer.len, extents });
    Ok(Plan::Routine(RoutinePlan { reads: vec![source], write: Some((dst, buffer)), routine }))
}

#[derive(Debug, Clone, Copy)]
struct Extents {
    outer: usize,
    a: usize,
    middle: usize,
    b: usize,
    inner: usize,
}

impl Extents {
    fn of(shape: Shape, first: usize, second: usize) -> Extents {
        let dims = shape.dims();
        let size = |dims: &[u32]| dims.iter().map(|&dim| dim as usize).fold(1, usize::saturating_mul);
        Extents {
            outer: size(&dims[..first]),
            a: dims[first] as usize,
            middle: size(&dims[first + 1..second]),
            b: dims[second] as usize,
            inner: size(&dims[second + 1..]),
        }
    }

    /// Whether all elements stay where they are: of the extents from a to b, at most one is not 1.
    const fn keeps_order(self) -> bool {
        let Extents { a, middle, b, .. } = self;
        (a != 1) as u8 + (middle != 1) as u8 + (b != 1) as u8 <= 1
    }
}

#[derive(Debug)]
struct Transpose {
    source: usize,
    dst: usize,
    len: usize,
    extents: Extents,
}

impl Routine for Transpose {
    fn emit(&self, e: &mut Emitter<'_>) {
        let (from, to) = (Run::of(e, Place::Hot(self.source)), Run::of(e, Place::Hot(self.dst)));
        if self.source != self.dst {
            return self.permute(e, from, to);
        }
        let staged = Place::Scratch(e.scratch(self.len * ELEMENT));
        let staged = Run::of(e, staged);
        self.permute(e, from, staged);
        copy(e, staged, to, self.len);
    }
}

impl Transpose {
    fn permute(&self, e: &mut Emitter<'_>, from: Run, to: Run) {
        let Extents { outer, a, middle, b, inner } = self.extents;
        let block = a * middle * b * inner * ELEMENT;
        each_row(e, outer, block, |e, at| {
            let (from, to) = (from.behind_bytes(e, at), to.behind_bytes(e, at));
            each_row(e, middle, inner * ELEMENT, |e, k| {
                let (source, target) = (times(e, k, b), times(e, k, a));
                let (from, to) = (from.behind_bytes(e, source), to.behind_bytes(e, target));
                if inner == 1 && a >= LANES && b >= LANES {
                    self.turn(e, from, to);
                } else {
                    self.scatter(e, from, to);
                }
            });
        });
    }

    /// A matrix by runs of inner elements.
    fn scatter(&self, e: &mut Emitter<'_>, from: Run, to: Run) {
        let Extents { a, middle, b, inner, .. } = self.extents;
        let element = inner * ELEMENT;
        each_row(e, b, element, |e, j| {
            let from = from.behind_bytes(e, j);
            let j = times(e, j, middle * a);
            let to = to.behind_bytes(e, j);
            each_row(e, a, element, |e, i| {
                let to = to.behind_bytes(e, i);
                let i = times(e, i, middle * b);
                let from = from.behind_bytes(e, i);
                copy(e, from, to, inner);
            });
        });
    }

    /// A matrix by squares. The last ones of a row or column overlap those before them.
    fn turn(&self, e: &mut Emitter<'_>, from: Run, to: Run) {
        let Extents { a, b, .. } = self.extents;
        each_square(e, b, |e, j| {
            each_square(e, a, |e, i| self.turn_square(e, from, to, i, j));
        });
    }

    fn turn_square(&self, e: &mut Emitter<'_>, from: Run, to: Run, i: At, j: At) {
        let Extents { a, middle, b, .. } = self.extents;
        let (from_row, to_row) = (middle * b * ELEMENT, middle * a * ELEMENT);
        let down = times(e, i, middle * b);
        let source = beyond(e, down, j);
        let across = times(e, j, middle * a);
        let target = beyond(e, across, i);
        let row = |number: usize| At { fixed: source.fixed + number * from_row, ..source };
        let rows = [0, 1, 2, 3].map(|number| from.load(e, row(number), LANES));
        // Pairs of rows, element by element; then pairs of those.
        let low = |e: &mut Emitter<'_>, x: usize, y: usize| e.shuffle_words(rows[x], rows[y], [0, 4, 1, 5]);
        let lows = [low(e, 0, 1), low(e, 2, 3)];
        let high = |e: &mut Emitter<'_>, x: usize, y: usize| e.shuffle_words(rows[x], rows[y], [2, 6, 3, 7]);
        let highs = [high(e, 0, 1), high(e, 2, 3)];
        for (number, (pairs, lanes)) in
            [(lows, [0, 1, 4, 5]), (lows, [2, 3, 6, 7]), (highs, [0, 1, 4, 5]), (highs, [2, 3, 6, 7])]
                .into_iter()
                .enumerate()
        {
            let column = e.shuffle_words(pairs[0], pairs[1], lanes);
            to.store(e, column, At { fixed: target.fixed + number * to_row, ..target });
        }
    }
}

/// Where each square along an extent begins, the last one overlapping if the extent is not a multiple of four.
fn each_square(e: &mut Emitter<'_>, extent: usize, mut body: impl FnMut(&mut Emitter<'_>, At)) {
    let side = LANES * ELEMENT;
    each_row(e, extent / LANES, side, &mut body);
    if !extent.is_multiple_of(LANES) {
        body(e, At::fixed((extent - LANES) * ELEMENT));
    }
}
