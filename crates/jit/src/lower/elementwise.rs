//! Plans of element-wise instructions: the same in several extensions but for their numbers.

use super::core::{hot, lanes};
use super::lane_ops::LaneOp;
use super::lanes::Lanes;
use super::pieces::{Piece, joined};
use super::place::Place;
use super::plan::{Plan, Planned, Reason, index, source, weights};
use crate::analysis::facts::{Buffer, Cell, View};

/// Every element through an operation; length and shape of the source.
pub(crate) fn map(view: &View<'_>, [d, s, ..]: [u8; 4], op: LaneOp) -> Planned {
    let Buffer { len, shape } = source(view, s)?;
    Ok(lanes(op, d, vec![hot(s)], Buffer::fitted(len, shape)))
}

/// Pairs of elements over the shorter length; the first source's shape if it still fits.
pub(crate) fn zip(view: &View<'_>, [d, a, b, _]: [u8; 4], op: LaneOp) -> Planned {
    let (left, right) = (source(view, a)?, source(view, b)?);
    let buffer = Buffer::fitted(left.len.min(right.len), left.shape);
    Ok(lanes(op, d, vec![hot(a), hot(b)], buffer))
}

/// The same as a vector.
pub(crate) fn zip_flat(view: &View<'_>, [d, a, b, _]: [u8; 4], op: LaneOp) -> Planned {
    let (left, right) = (source(view, a)?, source(view, b)?);
    Ok(lanes(op, d, vec![hot(a), hot(b)], Buffer::vector(left.len.min(right.len))))
}

/// The source plus another register; elements beyond that are copied.
pub(crate) fn add(view: &View<'_>, [d, s, o, _]: [u8; 4]) -> Planned {
    let (src, other) = (source(view, s)?, source(view, o)?);
    let common = src.len.min(other.len);
    let places = [hot(s), hot(o)];
    let pieces =
        vec![Piece::first(LaneOp::Add, &places, common), Piece::copy(hot(s), common, src.len - common)];
    Ok(joined(index(d), Buffer::fitted(src.len, src.shape), pieces, &places))
}

/// The source plus weights times a constant; elements beyond the weights are copied.
pub(crate) fn add_weights(view: &View<'_>, [d, s, w, _]: [u8; 4], factor: i32) -> Planned {
    let (src, bias) = (source(view, s)?, weights(view, w)?);
    let common = src.len.min(bias.len);
    let operands = [hot(s), Place::Weights(index(w))];
    let pieces = vec![
        Piece::first(LaneOp::AddWeight(factor), &operands, common),
        Piece::copy(hot(s), common, src.len - common),
    ];
    Ok(joined(index(d), Buffer::fitted(src.len, src.shape), pieces, &operands))
}

/// Pairs of elements over the longer length, absent ones 0: what the operation makes of `0, b` is `alone`, and of `a, 0`
/// it is a.
pub(crate) fn zip_longest(view: &View<'_>, [d, a, b, _]: [u8; 4], op: LaneOp, alone: LaneOp) -> Planned {
    let (left, right) = (source(view, a)?, source(view, b)?);
    let common = left.len.min(right.len);
    let places = [hot(a), hot(b)];
    let pieces = vec![
        Piece::first(op, &places, common),
        Piece::copy(hot(a), common, left.len - common),
        Piece { op: alone, operands: vec![(hot(b), common)], len: right.len - common },
    ];
    let buffer = Buffer::fitted(left.len.max(right.len), left.shape);
    Ok(joined(index(d), buffer, pieces, &places))
}

/// Bounds in the wrong order are an error.
pub(crate) fn clamp(view: &View<'_>, word: [u8; 4], bound: impl Fn(u8) -> i32) -> Planned {
    let [_, _, low, high] = word;
    if low > high {
        return Err(Reason::Fails);
    }
    let (low, high) = (bound(low), bound(high));
    map(view, word, if low == high { LaneOp::Constant(low) } else { LaneOp::Clamp(low, high) })
}

pub(crate) fn gate_update(view: &View<'_>, [d, g, u, s]: [u8; 4]) -> Planned {
    let (gate, update, state) = (source(view, g)?, source(view, u)?, source(view, s)?);
    let buffer = Buffer::vector(gate.len.min(update.len).min(state.len));
    Ok(lanes(LaneOp::Gate, d, vec![hot(g), hot(u), hot(s)], buffer))
}

/// How far `dequantize` shifts: 0 means 8.
pub(crate) fn dequantizing([_, _, high, low]: [u8; 4]) -> LaneOp {
    LaneOp::Shift(match u16::from_be_bytes([high, low]) {
        0 => 8,
        scale => scale.min(31) as u8,
    })
}

/// The core's form: into the output buffer. The register that it names counts for its fuel alone.
pub(crate) fn dequantize_to_output(view: &View<'_>, word: [u8; 4]) -> Planned {
    let [named, s, ..] = word;
    let src = source(view, s)?;
    if view.cell(named) == Cell::Unknown {
        return Err(Reason::ShapeUnknown);
    }
    Ok(Plan::Lanes(Lanes {
        op: dequantizing(word),
        sources: vec![hot(s), hot(named)],
        dst: Place::Output,
        buffer: Buffer::vector(src.len),
    }))
}

/// The destination keeps its length and shape; one that is not allocated begins as zeros.
pub(crate) fn accumulate(view: &View<'_>, [d, s, ..]: [u8; 4]) -> Planned {
    let src = source(view, s)?;
    let places = [hot(d), hot(s)];
    if view.cell(d) == Cell::Absent {
        let pieces = vec![Piece::copy(hot(s), 0, src.len)];
        return Ok(joined(index(d), Buffer::vector(src.len), pieces, &places));
    }
    let dst = source(view, d)?;
    let common = src.len.min(dst.len);
    let pieces =
        vec![Piece::first(LaneOp::Add, &places, common), Piece::copy(hot(d), common, dst.len - common)];
    Ok(joined(index(d), dst, pieces, &places))
}
