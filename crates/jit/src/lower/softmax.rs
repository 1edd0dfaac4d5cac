//! Shares of 255 by distance from the maximum.

use super::core::{hot, lanes};
use super::emitter::Emitter;
use super::lane_ops::LaneOp;
use super::place::{At, Place};
use super::plan::{Plan, Planned, Routine, RoutinePlan, index, source};
use super::runs::{ELEMENT, Run, clear, each_row, each_vector, fold_vectors, maximum};
use crate::analysis::facts::{Buffer, View};
use cranelift_codegen::ir::types::{F32X4, I32X4};
use cranelift_codegen::ir::{InstBuilder, Value};

/// The largest weight; the least is 1.
const MOST: i32 = 256;
/// Elements from which on every share is 0: 255 times the largest weight is less than so many of the least.
const ALL_ZERO: usize = 255 * MOST as usize + 1;

/// Each row of a register becomes shares; the last one may be shorter.
#[derive(Debug)]
struct Softmax {
    source: usize,
    dst: usize,
    len: usize,
    width: usize,
}

/// Over all elements.
pub(crate) fn plan(view: &View<'_>, [d, s, ..]: [u8; 4]) -> Planned {
    let len = source(view, s)?.len;
    plan_rows(view, d, s, len)
}

/// Over all elements, or over each row of the last axis.
pub(crate) fn plan_by_row(view: &View<'_>, [d, s, by_row, _]: [u8; 4]) -> Planned {
    let Buffer { len, shape } = source(view, s)?;
    match (by_row, shape.last()) {
        (0, _) | (_, None) => plan_rows(view, d, s, len),
        (_, Some(width)) => plan_rows(view, d, s, width),
    }
}

fn plan_rows(view: &View<'_>, d: u8, s: u8, width: usize) -> Planned {
    let Buffer { len, shape } = source(view, s)?;
    let buffer = Buffer::fitted(len, shape);
    if len == 0 {
        return Ok(lanes(LaneOp::Copy, d, vec![hot(s)], buffer));
    }
    let (source, dst, width) = (index(s), index(d), width.clamp(1, len));
    let routine = Box::new(Softmax { source, dst, len, width });
    Ok(Plan::Routine(RoutinePlan { reads: vec![source], write: Some((dst, buffer)), routine }))
}

impl Routine for Softmax {
    fn emit(&self, e: &mut Emitter<'_>) {
        let (from, to) = (Run::of(e, Place::Hot(self.source)), Run::of(e, Place::Hot(self.dst)));
        each_row(e, self.len / self.width, self.width * ELEMENT, |e, at| {
            let (from, to) = (from.behind_bytes(e, at), to.behind_bytes(e, at));
            row(e, from, to, self.width);
        });
        let done = self.len / self.width * self.width;
        if done < self.len {
            row(e, from.behind(done), to.behind(done), self.len - done);
        }
    }
}

fn row(e: &mut Emitter<'_>, from: Run, to: Run, count: usize) {
    if count >= ALL_ZERO {
        return clear(e, to, count);
    }
    let most = maximum(e, from, count);
    let most = e.b.ins().splat(I32X4, most);
    let zero = e.splat(0);
    let totals = fold_vectors(e, count, vec![zero], |e, at, lanes, totals| {
        let weights = weights(e, from, most, at, lanes);
        let weights = e.keep_lanes(weights, lanes);
        vec![e.b.ins().iadd(totals[0], weights)]
    });
    let pairs = e.b.ins().iadd_pairwise(totals[0], totals[0]);
    let total = e.b.ins().iadd_pairwise(pairs, pairs);
    let total = e.b.ins().fcvt_from_sint(F32X4, total);
    each_vector(e, count, |e, at, lanes| {
        let weights = weights(e, from, most, at, lanes);
        let shares = shares(e, weights, total);
        to.store_lanes(e, shares, at, lanes);
    });
}

/// The distance from the maximum is exact as an unsigned number, and all distances from 255 on weigh 1.
fn weights(e: &mut Emitter<'_>, from: Run, most: Value, at: At, lanes: usize) -> Value {
    let vector = from.load(e, at, lanes);
    let below = e.b.ins().isub(most, vector);
    let farthest = e.splat(MOST - 1);
    let below = e.b.ins().umin(below, farthest);
    let all = e.splat(MOST);
    e.b.ins().isub(all, below)
}

/// 255 · weight < 2¹⁷ and total ≤ 256 · 65280 < 2²⁴ are exact in single precision. A quotient that is not whole is at
/// least 1/total below the next whole number, and rounding moves it by less than 2¹⁷ / (total · 2²⁴): truncated it is
/// exact.
fn shares(e: &mut Emitter<'_>, weights: Value, total: Value) -> Value {
    let many = e.b.ins().ishl_imm_u(weights, 8);
    let scaled = e.b.ins().isub(many, weights);
    let scaled = e.b.ins().fcvt_from_sint(F32X4, scaled);
    let quotient = e.b.ins().fdiv(scaled, total);
    e.b.ins().fcvt_to_sint_sat(I32X4, quotient)
}
