//! Products of activations with activations, exact for all of them: the sums are as wide as the largest elements ask for.

use super::core::hot;
use super::emitter::{Emitter, LANES, MEMORY};
use super::lane_ops::LaneOp;
use super::lanes::Lanes;
use super::place::{At, Place};
use super::plan::{Plan, Planned, Reason, Routine, RoutinePlan, index, result, source};
use super::poll;
use super::sums::Width;
use crate::analysis::facts::{Buffer, View};
use cranelift_codegen::ir::types::{I32, I32X4};
use cranelift_codegen::ir::{InstBuilder, Value};
use ternsig_isa::Shape;

/// Vectors of results whose sums are kept side by side.
const BLOCK: usize = 4;

pub(crate) fn plan(view: &View<'_>, [d, x, y, shift]: [u8; 4]) -> Planned {
    let (left, right) = (source(view, x)?, source(view, y)?);
    // A vector is a row on the left and a column on the right.
    let ((rows, terms), (height, columns)) = (matrix(left, |len| (1, len))?, matrix(right, |len| (len, 1))?);
    if terms != height {
        return Err(Reason::Fails);
    }
    if left.len < rows.saturating_mul(terms) || right.len < terms.saturating_mul(columns) {
        return Ok(Plan::Helper);
    }
    let shape = match (left.shape.rank(), right.shape.rank()) {
        (2, 2) => Shape::matrix(rows, columns),
        (2, _) => Shape::vector(rows),
        _ => Shape::vector(columns),
    };
    let buffer = result(Buffer::filling(shape))?;
    if (terms, columns) == (1, 1) && left.len == rows && rows > 1 && rows <= poll::INTERVAL && d != y {
        // A column times a number.
        let sources = vec![hot(x), Place::First(index(y))];
        return Ok(Plan::Lanes(Lanes { op: LaneOp::Times(shift.min(31)), sources, dst: hot(d), buffer }));
    }
    let mut dense =
        Dense { left: hot(x), right: hot(y), dst: hot(d), rows, terms, columns, shift: shift.min(31) };
    if (terms, columns) == (1, 1) {
        // A column times a number is that number times a row.
        (dense.left, dense.right) = (dense.right, dense.left);
        (dense.rows, dense.columns) = (1, rows);
    }
    let write = Some((index(d), buffer));
    Ok(Plan::Routine(RoutinePlan { reads: vec![index(x), index(y)], write, routine: Box::new(dense) }))
}

fn matrix(operand: Buffer, vector: impl Fn(usize) -> (usize, usize)) -> Result<(usize, usize), Reason> {
    match *operand.shape.dims() {
        [] | [_] => Ok(vector(operand.len)),
        [rows, columns] => Ok((rows as usize, columns as usize)),
        _ => Err(Reason::Fails),
    }
}

#[derive(Debug)]
struct Dense {
    left: Place,
    right: Place,
    dst: Place,
    rows: usize,
    terms: usize,
    columns: usize,
    shift: u8,
}

impl Routine for Dense {
    fn emit(&self, e: &mut Emitter<'_>) {
        let len = self.rows * self.columns;
        if len == 0 {
            return;
        }
        if self.terms == 0 {
            let zero = e.splat(0);
            e.each(len.next_multiple_of(LANES), LANES, |e, at| e.store(zero, self.dst, at));
            return;
        }
        // Each result replaces an operand of its own alone.
        let in_place = self.rows == 1 && self.terms == 1;
        let staged = self.is_long() || self.dst == self.left || self.dst == self.right && !in_place;
        let to = if staged { Place::Scratch(e.scratch(4 * (len + LANES))) } else { self.dst };
        let (left, right) =
            (e.largest(self.left, self.rows * self.terms), e.largest(self.right, self.terms * self.columns));
        let bound = e.b.ins().imul(left, right);
        Width::each(e, bound, self.terms, |e, width| self.products(e, width, to));
        if staged {
            e.copy(to, self.dst, len);
        }
    }

    fn is_long(&self) -> bool {
        self.rows.saturating_mul(self.terms).saturating_mul(self.columns) > poll::INTERVAL
    }
}

impl Dense {
    fn products(&self, e: &mut Emitter<'_>, width: Width, to: Place) {
        let (left, right) = (e.base(self.left), e.base(self.right));
        let work = self.terms * self.columns;
        e.in_rows(self.rows, |e, row| {
            e.poll_every(row, 1, work);
            let skipped = e.b.ins().imul_imm_s(row, 4 * self.terms as i64);
            let left = e.b.ins().iadd(left, skipped);
            let first = e.b.ins().imul_imm_s(row, self.columns as i64);
            match (width, self.columns) {
                (Width::Bits128, _) => self.scalar_row(e, left, right, (to, first)),
                (_, 1) => self.inner_product(e, width, left, right, (to, first)),
                _ => self.row(e, width, left, right, (to, first)),
            }
        });
    }

    /// A row of results, in vectors; what is written beyond it is written again with the next.
    fn row(&self, e: &mut Emitter<'_>, width: Width, left: Value, right: Value, (to, first): (Place, Value)) {
        let outputs = BLOCK * LANES;
        let whole = self.columns / outputs * outputs;
        let block = |e: &mut Emitter<'_>, column: Value, vectors: usize| {
            let skipped = e.b.ins().ishl_imm_u(column, 2);
            let right = e.b.ins().iadd(right, skipped);
            let sums = self.block(e, width, left, right, vectors);
            for (number, sum) in sums.chunks_exact(width.values()).enumerate() {
                let result = width.finish(e, sum, self.shift);
                let at = e.b.ins().iadd(first, column);
                e.store(result, to, At::moving(at, number * LANES));
            }
        };
        if whole > 0 {
            e.counted(whole, outputs, &[], |e, column, _| {
                if self.terms * self.columns > poll::INTERVAL {
                    e.poll_every(column, outputs, self.terms * outputs);
                }
                block(e, column, BLOCK);
                Vec::new()
            });
        }
        if whole < self.columns {
            let column = e.int(whole as i64);
            block(e, column, (self.columns - whole).div_ceil(LANES));
        }
    }

    /// The sums of some vectors of results.
    fn block(
        &self,
        e: &mut Emitter<'_>,
        width: Width,
        left: Value,
        right: Value,
        vectors: usize,
    ) -> Vec<Value> {
        let begin = width.zeros(e, vectors);
        let row_bytes = 4 * self.columns;
        let work = vectors * LANES;
        e.fold(self.terms, 1, begin, |e, at, sums| {
            let (mut x_at, mut y_at) = (left, right);
            if let Some(term) = at.moving {
                if self.terms * work > poll::INTERVAL {
                    e.poll_every(term, 1, work);
                }
                let (x_skipped, y_skipped) =
                    (e.b.ins().ishl_imm_u(term, 2), e.b.ins().imul_imm_s(term, row_bytes as i64));
                x_at = e.b.ins().iadd(left, x_skipped);
                y_at = e.b.ins().iadd(right, y_skipped);
            }
            let x = e.b.ins().load(I32, MEMORY, x_at, (4 * at.fixed) as i32);
            let x = e.b.ins().splat(I32X4, x);
            let mut next = Vec::with_capacity(sums.len());
            for (number, sum) in sums.chunks_exact(width.values()).enumerate() {
                let offset = at.fixed * row_bytes + 16 * number;
                let y = e.b.ins().load(I32X4, MEMORY, y_at, offset as i32);
                next.extend(width.add_products(e, sum, x, y));
            }
            next
        })
    }

    /// One result from a row and the only column.
    fn inner_product(
        &self,
        e: &mut Emitter<'_>,
        width: Width,
        left: Value,
        right: Value,
        (to, at): (Place, Value),
    ) {
        let sum = width.inner_product(e, left, right, self.terms);
        let result = width.finish_one(e, sum, self.shift);
        e.store_one(result, to, At::moving(at, 0));
    }

    /// A row of results, one by one, in sums of 128 bits.
    fn scalar_row(&self, e: &mut Emitter<'_>, left: Value, right: Value, (to, first): (Place, Value)) {
        e.counted(self.columns, 1, &[], |e, column, _| {
            if self.terms * self.columns > poll::INTERVAL {
                e.poll_every(column, 1, self.terms);
            }
            let skipped = e.b.ins().ishl_imm_u(column, 2);
            let right = e.b.ins().iadd(right, skipped);
            let sum = e.wide_inner_product(left, right, self.terms, 4 * self.columns);
            let result = e.finish_wide(sum, self.shift);
            let at = e.b.ins().iadd(first, column);
            e.store_one(result, to, At::moving(at, 0));
            Vec::new()
        });
    }
}
