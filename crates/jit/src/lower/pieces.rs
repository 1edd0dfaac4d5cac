//! Results that are put together from stretches, each element-wise with its own operation and operands.

use super::emitter::{Emitter, LANES};
use super::lane_ops::LaneOp;
use super::lanes::Lanes;
use super::place::{At, Place};
use super::plan::{Plan, Routine, RoutinePlan};
use crate::analysis::facts::Buffer;
use cranelift_codegen::ir::{InstBuilder, Value};

/// A stretch of a result.
#[derive(Debug, Clone)]
pub(crate) struct Piece {
    pub(crate) op: LaneOp,
    /// The operands, each with the element that the stretch begins at.
    pub(crate) operands: Vec<(Place, usize)>,
    pub(crate) len: usize,
}

impl Piece {
    /// A copy of so many elements from one on.
    pub(crate) fn copy(source: Place, from: usize, len: usize) -> Piece {
        Piece { op: LaneOp::Copy, operands: vec![(source, from)], len }
    }

    /// The first elements of these operands through an operation.
    pub(crate) fn first(op: LaneOp, operands: &[Place], len: usize) -> Piece {
        Piece { op, operands: operands.iter().map(|&place| (place, 0)).collect(), len }
    }
}

/// Stretches that follow each other in one hot register; `reads` are all places that the result depends on, if only by
/// their length.
pub(crate) fn joined(dst: usize, buffer: Buffer, mut pieces: Vec<Piece>, reads: &[Place]) -> Plan {
    pieces.retain(|piece| piece.len > 0);
    let from_the_start = pieces.iter().all(|piece| piece.operands.iter().all(|&(_, from)| from == 0));
    if pieces.len() < 2 && from_the_start {
        let (op, mut sources): (LaneOp, Vec<Place>) = match pieces.pop() {
            Some(piece) => (piece.op, piece.operands.iter().map(|&(place, _)| place).collect()),
            None => (LaneOp::Constant(0), Vec::new()),
        };
        for &place in reads {
            if !sources.contains(&place) {
                sources.push(place);
            }
        }
        return Plan::Lanes(Lanes { op, sources, dst: Place::Hot(dst), buffer });
    }
    let routine = Pieces { dst: Place::Hot(dst), pieces };
    Plan::Routine(RoutinePlan {
        reads: hot_registers(reads),
        write: Some((dst, buffer)),
        routine: Box::new(routine),
    })
}

/// The hot registers among places.
pub(crate) fn hot_registers(places: &[Place]) -> Vec<usize> {
    let register = |place: &Place| if let Place::Hot(register) = *place { Some(register) } else { None };
    places.iter().filter_map(register).collect()
}

#[derive(Debug)]
struct Pieces {
    dst: Place,
    pieces: Vec<Piece>,
}

impl Routine for Pieces {
    fn emit(&self, e: &mut Emitter<'_>) {
        if self.can_be_written_in_place() {
            self.write(e, self.dst);
            return;
        }
        let len: usize = self.pieces.iter().map(|piece| piece.len).sum();
        let staged = Place::Scratch(e.scratch(4 * len));
        self.write(e, staged);
        copy(e, (staged, At::fixed(0)), (self.dst, At::fixed(0)), len);
    }
}

impl Pieces {
    /// The stretches with the elements of the result that they begin at.
    fn placed(&self) -> impl Iterator<Item = (usize, &Piece)> {
        self.pieces.iter().scan(0, |end, piece| {
            let begin = *end;
            *end += piece.len;
            Some((begin, piece))
        })
    }

    /// Whether no element of the destination is read after something else has been written there, in ascending order.
    fn can_be_written_in_place(&self) -> bool {
        let written_before = |from: usize, end: usize, begin: usize| {
            let mut earlier = self.placed().take_while(|&(other, _)| other < begin);
            earlier.any(|(other, piece)| {
                !is_there_already(piece, other, self.dst) && from < other + piece.len && other < end
            })
        };
        self.placed().all(|(begin, piece)| {
            own_reads(piece, self.dst).all(|from| {
                let end = from + piece.len;
                (from >= begin || end <= begin) && !written_before(from, end, begin)
            })
        })
    }

    fn write(&self, e: &mut Emitter<'_>, dst: Place) {
        for (index, (begin, piece)) in self.placed().enumerate() {
            if is_there_already(piece, begin, dst) {
                continue;
            }
            // What is stored beyond the stretch is overwritten by the next one, unless that reads it first.
            let exact = self.pieces[index + 1..].iter().any(|later| own_reads(later, dst).next().is_some());
            piece.emit(e, dst, begin, exact);
        }
    }
}

/// Where a stretch reads this place.
fn own_reads(piece: &Piece, place: Place) -> impl Iterator<Item = usize> {
    piece.operands.iter().filter(move |(operand, _)| *operand == place).map(|&(_, from)| from)
}

/// Whether a stretch would copy elements to where they are.
fn is_there_already(piece: &Piece, begin: usize, dst: Place) -> bool {
    piece.op == LaneOp::Copy && piece.operands.first() == Some(&(dst, begin))
}

impl Piece {
    fn emit(&self, e: &mut Emitter<'_>, dst: Place, begin: usize, exact: bool) {
        let done = e.each(self.len, LANES, |e, at| {
            let result = self.vector(e, at, LANES);
            e.store(result, dst, at.behind(begin));
        });
        let rest = self.len - done;
        if rest > 0 {
            let result = self.vector(e, At::fixed(done), rest);
            let at = At::fixed(done + begin);
            if exact {
                store_lanes(e, result, dst, at, rest);
            } else {
                e.store(result, dst, at);
            }
        }
    }

    fn vector(&self, e: &mut Emitter<'_>, at: At, lanes: usize) -> Value {
        let operands: Vec<Value> =
            self.operands.iter().map(|&(place, from)| e.load(place, at.behind(from), lanes)).collect();
        self.op.emit_any(e, &operands)
    }
}

/// The first lanes only.
fn store_lanes(e: &mut Emitter<'_>, vector: Value, dst: Place, at: At, lanes: usize) {
    for lane in 0..lanes {
        let element = e.b.ins().extractlane(vector, lane as u8);
        e.store_one(element, dst, at.behind(lane));
    }
}

/// Copies elements from one position to another, in whole vectors.
pub(super) fn copy(e: &mut Emitter<'_>, (src, from): (Place, At), (dst, to): (Place, At), len: usize) {
    let done = e.each(len, LANES, |e, at| {
        let (from, to) = (e.moved_by(from, at), e.moved_by(to, at));
        let elements = e.load(src, from, LANES);
        e.store(elements, dst, to);
    });
    if done < len {
        let elements = e.load(src, from.behind(done), len - done);
        e.store(elements, dst, to.behind(done));
    }
}

impl At {
    /// So many elements further.
    pub(super) const fn behind(self, elements: usize) -> At {
        At { moving: self.moving, fixed: self.fixed + elements }
    }
}

impl Emitter<'_> {
    /// A position by another one further.
    pub(super) fn moved_by(&mut self, at: At, by: At) -> At {
        let moving = match (at.moving, by.moving) {
            (Some(at), Some(by)) => Some(self.b.ins().iadd(at, by)),
            (one, None) | (None, one) => one,
        };
        At { moving, fixed: at.fixed + by.fixed }
    }

    /// A fixed position times a number that the code computes.
    pub(super) fn multiple(&mut self, number: Value, elements: usize) -> At {
        let moving = self.b.ins().imul_imm_s(number, elements as i64);
        At::moving(moving, 0)
    }
}
