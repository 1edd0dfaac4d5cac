//! Rotation of pairs by position, in place.

use super::emitter::{Emitter, LANES, MEMORY};
use super::place::{At, Place};
use super::plan::{Plan, Planned, Routine, RoutinePlan, index, source};
use super::runs::{ELEMENT, Run, each_row, each_vector, times};
use crate::analysis::facts::{Buffer, View};
use crate::frame::Frame;
use crate::rotations::{ENTRY, PER_STEP};
use cranelift_codegen::ir::types::F64X2;
use cranelift_codegen::ir::{InstBuilder, Value};
use std::mem::offset_of;
use ternsig_vm::arith::rotation::POSITIONS;

/// Pairs of a vector.
const PAIRS: usize = LANES / 2;

/// The first pairs of each complete row.
#[derive(Debug)]
struct Rotate {
    register: usize,
    rows: usize,
    width: usize,
    pairs: usize,
    position: usize,
    /// Whether each row is one position further than the one before it.
    by_row: bool,
}

pub(crate) fn plan(view: &View<'_>, [r, dim, pos, by_row]: [u8; 4]) -> Planned {
    let buffer = source(view, r)?;
    let Buffer { len, shape } = buffer;
    let width = shape.last().unwrap_or(len).max(1);
    let (rows, pairs) = (len / width, usize::from(dim).min(width) / 2);
    let (register, position, by_row) = (index(r), usize::from(pos), by_row != 0);
    let routine = Box::new(Rotate { register, rows, width, pairs, position, by_row });
    Ok(Plan::Routine(RoutinePlan { reads: vec![register], write: Some((register, buffer)), routine }))
}

impl Routine for Rotate {
    fn emit(&self, e: &mut Emitter<'_>) {
        if self.pairs == 0 {
            return;
        }
        let run = Run::of(e, Place::Hot(self.register));
        let table = e.address(offset_of!(Frame, rotations) as i32);
        let fixed = e.b.ins().iadd_imm_s(table, (self.position * ENTRY) as i64);
        each_row(e, self.rows, ELEMENT, |e, row| {
            let begin = times(e, row, self.width);
            let run = run.behind_bytes(e, begin);
            let entries = match row.moving.filter(|_| self.by_row) {
                None => fixed,
                Some(row) => self.entries(e, table, row),
            };
            each_vector(e, self.pairs * 2, |e, at, lanes| rotate(e, run, entries, at, lanes));
        });
    }
}

impl Rotate {
    /// Where the rotations of a row begin, of which four bytes are counted.
    fn entries(&self, e: &mut Emitter<'_>, table: Value, row: Value) -> Value {
        let row = e.b.ins().ushr_imm_u(row, i64::from(ELEMENT.trailing_zeros()));
        let position = e.b.ins().iadd_imm_s(row, self.position as i64);
        let mask = e.int(POSITIONS as i64 - 1);
        let position = e.b.ins().band(position, mask);
        let bytes = e.b.ins().imul_imm_s(position, ENTRY as i64);
        e.b.ins().iadd(table, bytes)
    }
}

/// Two pairs. Products of 32-bit numbers with factors of at most 9 bits, their sums and 256ths of those are exact in
/// doubles.
fn rotate(e: &mut Emitter<'_>, run: Run, entries: Value, at: At, lanes: usize) {
    let vector = run.load(e, at, LANES);
    let swapped = e.shuffle_words(vector, vector, [1, 0, 3, 2]);
    let at_entry = times(e, at, ENTRY / (2 * ELEMENT));
    let entries = at_entry.moving.map_or(entries, |moving| e.b.ins().iadd(entries, moving));
    let low = rotated(e, vector, swapped, entries, at_entry.fixed);
    let (vector, swapped) = (e.upper_lanes(vector), e.upper_lanes(swapped));
    let high = rotated(e, vector, swapped, entries, at_entry.fixed + ENTRY);
    let result = e.truncated(low, high);
    debug_assert!(lanes.is_multiple_of(PAIRS));
    run.store_lanes(e, result, at, lanes);
}

/// (x, y) · (cos, cos) + (y, x) · (−sin, sin), in 256ths.
fn rotated(e: &mut Emitter<'_>, vector: Value, swapped: Value, entries: Value, offset: usize) -> Value {
    let cosines = e.b.ins().load(F64X2, MEMORY, entries, offset as i32);
    let sines = e.b.ins().load(F64X2, MEMORY, entries, (offset + ENTRY / 2) as i32);
    let (vector, swapped) = (e.lower_doubles(vector), e.lower_doubles(swapped));
    let (own, other) = (e.b.ins().fmul(vector, cosines), e.b.ins().fmul(swapped, sines));
    let sum = e.b.ins().fadd(own, other);
    let step = e.splat_f64(PER_STEP);
    e.b.ins().fmul(sum, step)
}
