//! Reductions: the maximum and where it is, means of everything and along a dimension.

use super::core::{hot, lanes};
use super::emitter::{Emitter, LANES};
use super::lane_ops::LaneOp;
use super::place::{At, Place};
use super::plan::{Plan, Planned, Reason, Routine, RoutinePlan, index, result, source};
use super::runs::{ELEMENT, Run, VECTOR, beyond, clear, largest_lane, maximum, sum, times};
use crate::analysis::facts::{Buffer, View};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{F64X2, I32, I32X4};
use cranelift_codegen::ir::{InstBuilder, Value};

/// Sums of fewer elements than this are exact in doubles: each is below 2³¹.
const EXACT_TERMS: usize = 1 << 21;

/// What becomes of the elements.
#[derive(Debug, Clone, Copy)]
enum Reduction {
    Maximum,
    /// The index of the last of the largest.
    Position,
    /// Rounded toward zero.
    Mean,
}

/// Some elements of a register become one.
#[derive(Debug)]
struct Reduce {
    reduction: Reduction,
    source: usize,
    first: usize,
    count: usize,
    dst: usize,
}

pub(crate) fn plan_maximum(view: &View<'_>, [d, s, ..]: [u8; 4]) -> Planned {
    let count = source(view, s)?.len;
    Ok(reduce(Reduction::Maximum, d, s, 0, count))
}

pub(crate) fn plan_position(view: &View<'_>, [d, s, ..]: [u8; 4]) -> Planned {
    let count = source(view, s)?.len;
    Ok(reduce(Reduction::Position, d, s, 0, count))
}

/// The mean of a window.
pub(crate) fn plan_mean(view: &View<'_>, [d, s, start, count]: [u8; 4]) -> Planned {
    let len = source(view, s)?.len;
    let first = usize::from(start).min(len);
    Ok(reduce(Reduction::Mean, d, s, first, usize::from(count).min(len - first)))
}

/// The means along a dimension; of everything below rank 2.
pub(crate) fn plan_mean_along(view: &View<'_>, [d, s, dim, _]: [u8; 4]) -> Planned {
    let Buffer { len, shape } = source(view, s)?;
    let (Some(rows), Some(columns)) = (shape.dim(0), shape.dim(1)) else {
        return Ok(reduce(Reduction::Mean, d, s, 0, len));
    };
    let buffer = result(Buffer::vector(if dim == 0 { columns } else { rows }))?;
    if len < rows.saturating_mul(columns) || rows == 0 || columns == 0 {
        // A further dimension of 0, or one of these two: there is nothing to add up.
        let dst = index(d);
        return Ok(routine(Zeros { dst, len: buffer.len }, index(s), dst, buffer));
    }
    let (source, dst) = (index(s), index(d));
    match dim {
        0 if rows >= EXACT_TERMS => Err(Reason::TooLarge),
        0 => Ok(routine(ColumnMeans { source, rows, columns, dst }, source, dst, buffer)),
        _ => Ok(routine(RowMeans { source, rows, columns, dst }, source, dst, buffer)),
    }
}

fn reduce(reduction: Reduction, d: u8, s: u8, first: usize, count: usize) -> Plan {
    let (source, dst, buffer) = (index(s), index(d), Buffer::vector(1));
    if count == 0 {
        return routine(Zeros { dst, len: 1 }, source, dst, buffer);
    }
    if count == 1 && first == 0 && !matches!(reduction, Reduction::Position) {
        return lanes(LaneOp::Copy, d, vec![hot(s)], buffer);
    }
    routine(Reduce { reduction, source, first, count, dst }, source, dst, buffer)
}

/// A routine from one register to one.
fn routine(routine: impl Routine + 'static, source: usize, dst: usize, buffer: Buffer) -> Plan {
    Plan::Routine(RoutinePlan { reads: vec![source], write: Some((dst, buffer)), routine: Box::new(routine) })
}

/// What becomes of nothing. That there is nothing is known of the source, which therefore counts as read.
#[derive(Debug)]
struct Zeros {
    dst: usize,
    len: usize,
}

impl Routine for Zeros {
    fn emit(&self, e: &mut Emitter<'_>) {
        let to = Run::of(e, Place::Hot(self.dst));
        clear(e, to, self.len);
    }
}

impl Routine for Reduce {
    fn emit(&self, e: &mut Emitter<'_>) {
        let run = Run::of(e, Place::Hot(self.source)).behind(self.first);
        let value = match self.reduction {
            Reduction::Maximum => maximum(e, run, self.count),
            Reduction::Position => position(e, run, self.count),
            Reduction::Mean => {
                let total = sum(e, run, self.count);
                mean(e, total, self.count)
            }
        };
        Run::of(e, Place::Hot(self.dst)).store(e, value, At::fixed(0));
    }
}

/// The quotient of a sum, which is between the terms and fits.
pub(super) fn mean(e: &mut Emitter<'_>, total: Value, count: usize) -> Value {
    let count = e.int(count as i64);
    let mean = e.b.ins().sdiv(total, count);
    e.b.ins().ireduce(I32, mean)
}

/// The index of the last of the largest elements.
fn position(e: &mut Emitter<'_>, run: Run, count: usize) -> Value {
    let most = maximum(e, run, count);
    if count < LANES {
        let none = e.int32(0);
        return (1..count).fold(none, |found, element| {
            let value = run.load_one(e, At::fixed(element * ELEMENT));
            let is_most = e.b.ins().icmp(IntCC::Equal, value, most);
            let here = e.int32(element as i32);
            e.b.ins().select(is_most, here, found)
        });
    }
    let most = e.b.ins().splat(I32X4, most);
    let look = |e: &mut Emitter<'_>, at: At, here: Value, found: Value| {
        let vector = run.load(e, at, LANES);
        let is_most = e.mask(IntCC::Equal, vector, most);
        e.b.ins().bitselect(is_most, here, found)
    };
    let (here, none) = (indexes(e, 0), e.splat(-1));
    let found = e.fold(count * ELEMENT, VECTOR, vec![here, none], |e, at, values| {
        let found = look(e, at, values[0], values[1]);
        let step = e.splat(LANES as i32);
        vec![e.b.ins().iadd(values[0], step), found]
    });
    let mut found = found[1];
    if !count.is_multiple_of(LANES) {
        // The last vector overlaps the one before it; its indexes are not below those.
        let last = count - LANES;
        let here = indexes(e, last as i32);
        found = look(e, At::fixed(last * ELEMENT), here, found);
    }
    largest_lane(e, found)
}

/// Indexes from a first one on.
fn indexes(e: &mut Emitter<'_>, first: i32) -> Value {
    let bytes: Vec<u8> = (first..first + LANES as i32).flat_map(i32::to_le_bytes).collect();
    let constant = e.b.func.dfg.constants.insert(bytes.into());
    e.b.ins().vconst(I32X4, constant)
}

/// The mean of each column of a matrix. Writing over the matrix is no harm: what is written has been read in full, since
/// a vector that goes beyond the columns is the last.
#[derive(Debug)]
struct ColumnMeans {
    source: usize,
    rows: usize,
    columns: usize,
    dst: usize,
}

impl Routine for ColumnMeans {
    fn emit(&self, e: &mut Emitter<'_>) {
        let (from, to) = (Run::of(e, Place::Hot(self.source)), Run::of(e, Place::Hot(self.dst)));
        let stride = self.columns * ELEMENT;
        e.each(self.columns.next_multiple_of(LANES) * ELEMENT, VECTOR, |e, at| {
            let zero = e.splat_f64(0.0);
            let sums = e.fold(self.rows * stride, stride, vec![zero, zero], |e, row, sums| {
                let here = beyond(e, at, row);
                let low = from.load(e, here, LANES);
                let high = e.upper_lanes(low);
                let [low, high] = [low, high].map(|half| e.lower_doubles(half));
                vec![e.b.ins().fadd(sums[0], low), e.b.ins().fadd(sums[1], high)]
            });
            debug_assert_eq!(e.b.func.dfg.value_type(sums[0]), F64X2);
            // Sum and count are exact and below 2⁵³. A quotient that is not whole is at least 1/count below the next
            // whole number, and rounding moves it by less than sum / (count · 2⁵³): truncated it is exact.
            let count = e.splat_f64(self.rows as f64);
            let (low, high) = (e.b.ins().fdiv(sums[0], count), e.b.ins().fdiv(sums[1], count));
            let means = e.truncated(low, high);
            to.store(e, means, at);
        });
    }
}

/// The mean of each row of a matrix. Writing over the matrix is no harm: no row that is still to be read begins before
/// the mean of the one before it.
#[derive(Debug)]
struct RowMeans {
    source: usize,
    rows: usize,
    columns: usize,
    dst: usize,
}

impl Routine for RowMeans {
    fn emit(&self, e: &mut Emitter<'_>) {
        let (from, to) = (Run::of(e, Place::Hot(self.source)), Run::of(e, Place::Hot(self.dst)));
        e.each(self.rows * ELEMENT, ELEMENT, |e, at| {
            let row = times(e, at, self.columns);
            let row = from.behind_bytes(e, row);
            let total = sum(e, row, self.columns);
            let mean = mean(e, total, self.columns);
            to.store(e, mean, at);
        });
    }
}
