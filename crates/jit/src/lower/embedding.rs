//! Rows of weights as elements.

use super::emitter::{Emitter, LANES};
use super::pieces::{Piece, copy, joined};
use super::place::{At, Place};
use super::plan::{Plan, Planned, Reason, Routine, RoutinePlan, index, result, source, weights};
use crate::analysis::facts::{Buffer, View, Weights};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I32X4, I64};
use cranelift_codegen::ir::{InstBuilder, Value};
use ternsig_isa::Shape;

/// A table of weights: a rank-1 register is one row.
#[derive(Debug)]
struct Table {
    place: Place,
    rows: usize,
    width: usize,
    /// A shape of rank 3 with an axis of size 0 has rows, but no weights: they read as 0.
    stored: bool,
}

impl Table {
    fn of(view: &View<'_>, byte: u8) -> Result<Table, Reason> {
        let Weights { len, shape, .. } = weights(view, byte)?;
        let (rows, width) = match *shape.dims() {
            [] => return Err(Reason::Fails),
            [width] => (1, width as usize),
            [rows, width, ..] => (rows as usize, width as usize),
        };
        let stored = len > 0 && rows.checked_mul(width).is_some_and(|elements| elements <= len);
        Ok(Table { place: Place::Weights(index(byte)), rows, width, stored })
    }
}

fn rows_of(count: usize, table: &Table) -> Result<Buffer, Reason> {
    result(Buffer { len: count.saturating_mul(table.width), shape: Shape::matrix(count, table.width) })
}

/// The first rows of a table.
pub(crate) fn sequence(view: &View<'_>, [d, t, count, _]: [u8; 4]) -> Planned {
    let table = Table::of(view, t)?;
    let buffer = rows_of(usize::from(count).min(table.rows), &table)?;
    let pieces = if table.stored { vec![Piece::copy(table.place, 0, buffer.len)] } else { Vec::new() };
    Ok(joined(index(d), buffer, pieces, &[]))
}

/// The rows that indices name: a negative one the first, one too large zeros.
pub(crate) fn lookup(view: &View<'_>, [d, t, x, _]: [u8; 4]) -> Planned {
    let (table, indices) = (Table::of(view, t)?, source(view, x)?);
    let buffer = rows_of(indices.len, &table)?;
    let (dst, source) = (Place::Hot(index(d)), Place::Hot(index(x)));
    if buffer.len == 0 || !table.stored {
        return Ok(joined(index(d), buffer, Vec::new(), &[source]));
    }
    let routine = Box::new(Lookup { dst, indices: source, count: indices.len, table });
    Ok(Plan::Routine(RoutinePlan { reads: vec![index(x)], write: Some((index(d), buffer)), routine }))
}

#[derive(Debug)]
struct Lookup {
    dst: Place,
    indices: Place,
    count: usize,
    table: Table,
}

impl Routine for Lookup {
    fn emit(&self, e: &mut Emitter<'_>) {
        let indices = if self.indices == self.dst {
            let staged = Place::Scratch(e.scratch(4 * self.count));
            copy(e, (self.indices, At::fixed(0)), (staged, At::fixed(0)), self.count);
            staged
        } else {
            self.indices
        };
        let width = self.table.width;
        e.each(self.count, 1, |e, at| {
            let (row, exists) = self.row(e, indices, at);
            let from = e.multiple(row, width);
            let to = match at.moving {
                Some(number) => e.multiple(number, width),
                None => At::fixed(at.fixed * width),
            };
            // Ascending, so that what whole vectors leave beyond a row is overwritten by the next one.
            let done = e.each(width, LANES, |e, at| {
                let (from, to) = (e.moved_by(from, at), e.moved_by(to, at));
                self.elements(e, (from, to), exists, LANES);
            });
            if done < width {
                self.elements(e, (from.behind(done), to.behind(done)), exists, width - done);
            }
        });
    }
}

impl Lookup {
    /// A row that the table has, and a mask of ones if it is the one that was asked for.
    fn row(&self, e: &mut Emitter<'_>, indices: Place, at: At) -> (Value, Value) {
        let asked = e.load_one(indices, at);
        let zero = e.int32(0);
        let asked = e.b.ins().smax(asked, zero);
        let asked = e.b.ins().uextend(I64, asked);
        let exists = e.compare(IntCC::UnsignedLessThan, asked, self.table.rows as i64);
        let first = e.int(0);
        let row = e.b.ins().select(exists, asked, first);
        let all = e.int32(-1);
        let mask = e.b.ins().select(exists, all, zero);
        (row, e.b.ins().splat(I32X4, mask))
    }

    fn elements(&self, e: &mut Emitter<'_>, (from, to): (At, At), exists: Value, lanes: usize) {
        let weights = e.load(self.table.place, from, lanes);
        let elements = e.b.ins().band(weights, exists);
        e.store(elements, self.dst, to);
    }
}
