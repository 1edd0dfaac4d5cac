//! Sums of registers of unequal length, the shorter one repeated.

use super::emitter::{Emitter, LANES};
use super::lane_ops::LaneOp;
use super::pieces::{Piece, copy, hot_registers, joined};
use super::place::{At, Place};
use super::plan::{Plan, Planned, Routine, RoutinePlan, index, source};
use crate::analysis::facts::{Buffer, View};

/// `wire_skip`: an empty operand adds nothing.
pub(crate) fn wire_skip(view: &View<'_>, [d, a, b, _]: [u8; 4]) -> Planned {
    let (left, right) = (source(view, a)?, source(view, b)?);
    let places = [Place::Hot(index(a)), Place::Hot(index(b))];
    let [long, short] = if left.len >= right.len { places } else { [places[1], places[0]] };
    let (len, shorter) = (left.len.max(right.len), left.len.min(right.len));
    let buffer = Buffer::fitted(len, left.shape);
    if shorter == 0 {
        return Ok(joined(index(d), buffer, vec![Piece::copy(long, 0, len)], &places));
    }
    if shorter == len {
        return Ok(joined(index(d), buffer, vec![Piece::first(LaneOp::Add, &places, len)], &places));
    }
    let routine = Box::new(Repeated { dst: Place::Hot(index(d)), long, short, shorter, len });
    Ok(Plan::Routine(RoutinePlan { reads: hot_registers(&places), write: Some((index(d), buffer)), routine }))
}

#[derive(Debug)]
struct Repeated {
    dst: Place,
    long: Place,
    short: Place,
    shorter: usize,
    len: usize,
}

impl Routine for Repeated {
    fn emit(&self, e: &mut Emitter<'_>) {
        let period = whole_vectors(self.shorter);
        let pattern = self.pattern(e, period);
        let done = e.each(self.len, period, |e, begin| self.part(e, pattern, begin, period));
        self.part(e, pattern, At::fixed(done), self.len - done);
    }
}

impl Repeated {
    /// The shorter operand as often as makes whole vectors, out of the way of what is written.
    fn pattern(&self, e: &mut Emitter<'_>, period: usize) -> Place {
        if period == self.shorter && self.short != self.dst {
            return self.short;
        }
        let staged = Place::Scratch(e.scratch(4 * period));
        for begin in (0..period).step_by(self.shorter) {
            copy(e, (self.short, At::fixed(0)), (staged, At::fixed(begin)), self.shorter);
        }
        staged
    }

    fn part(&self, e: &mut Emitter<'_>, pattern: Place, begin: At, len: usize) {
        e.each(len.next_multiple_of(LANES), LANES, |e, at| {
            let position = e.moved_by(begin, at);
            let operands = [e.load(self.long, position, LANES), e.load(pattern, at, LANES)];
            let sum = LaneOp::Add.emit_any(e, &operands);
            e.store(sum, self.dst, position);
        });
    }
}

/// The least common multiple with the length of a vector.
const fn whole_vectors(len: usize) -> usize {
    match len % LANES {
        0 => len,
        2 => 2 * len,
        _ => 4 * len,
    }
}
