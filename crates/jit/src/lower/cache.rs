//! Key-value caches: hot registers whose first dimension is the fill level, with spare capacity behind it.

use super::emitter::Emitter;
use super::place::{At, Place};
use super::plan::{Plan, Planned, Reason, Routine, RoutinePlan, index, result, source, weights};
use super::runs::{ELEMENT, Run, clear, copy};
use crate::analysis::facts::{Buffer, Cell, View};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{InstBuilder, Value};
use ternsig_isa::{Bank, Register, Shape};

/// How long a register's rows are, at least 1.
fn row_width(buffer: Buffer) -> usize {
    buffer.shape.last().unwrap_or(buffer.len).max(1)
}

/// How much of a row is meant: all of it for 0.
fn used_width(width: usize, len: u8) -> usize {
    match len {
        0 => width,
        len => width.min(usize::from(len)),
    }
}

// ── Clearing ──

/// There is nothing to do but to record it.
#[derive(Debug)]
struct Clear;

impl Routine for Clear {
    fn emit(&self, _: &mut Emitter<'_>) {}
}

pub(crate) fn plan_clear([cache, ..]: [u8; 4]) -> Plan {
    let empty = Buffer { len: 0, shape: Shape::matrix(0, 0) };
    Plan::Routine(RoutinePlan {
        reads: Vec::new(),
        write: Some((index(cache), empty)),
        routine: Box::new(Clear),
    })
}

// ── Appending ──

/// A row of a cache becomes the beginning of a register. The cache is filled up with zeros before it.
#[derive(Debug)]
struct Append {
    cache: usize,
    source: usize,
    /// How many elements the cache has.
    filled: usize,
    /// Where the row begins.
    at: usize,
    width: usize,
}

/// How many elements a cache needs to have after an append.
pub(crate) fn extent(source: Buffer, pos: u8, len: u8) -> usize {
    (usize::from(pos) + 1).saturating_mul(used_width(row_width(source), len))
}

pub(crate) fn plan_append(view: &View<'_>, [c, kv, pos, len]: [u8; 4]) -> Planned {
    if view.cell(c) == Cell::Absent {
        // An entry can only ask for what is there.
        return Ok(Plan::Helper);
    }
    let (cache, row) = (source(view, c)?, source(view, kv)?);
    if row.len == 0 {
        return Err(Reason::Fails);
    }
    let width = used_width(row_width(row), len).min(row.len);
    match *cache.shape.dims() {
        [_, own] if own as usize != width && cache.len > 0 => return Err(Reason::Fails),
        _ => {}
    }
    let rows = usize::from(pos) + 1;
    let needed = rows.saturating_mul(width);
    let buffer = result(Buffer { len: cache.len.max(needed), shape: Shape::matrix(rows, width) })?;
    let (cache_index, source) = (index(c), index(kv));
    let at = needed - width;
    let routine = Box::new(Append { cache: cache_index, source, filled: cache.len, at, width });
    Ok(Plan::Routine(RoutinePlan {
        reads: vec![cache_index, source],
        write: Some((cache_index, buffer)),
        routine,
    }))
}

impl Routine for Append {
    fn emit(&self, e: &mut Emitter<'_>) {
        let (cache, source) = (Run::of(e, Place::Hot(self.cache)), Run::of(e, Place::Hot(self.source)));
        clear(e, cache.behind(self.filled), self.at.saturating_sub(self.filled));
        if self.cache != self.source || self.at > 0 {
            copy(e, source, cache.behind(self.at), self.width);
        }
    }
}

// ── Reading ──

/// The beginning of a row of a cache, zeros where it has none.
#[derive(Debug)]
struct Read {
    cache: usize,
    /// Elements of the cache.
    len: usize,
    row: RowNumber,
    width: usize,
    used: usize,
    dst: usize,
}

/// The number of a row.
#[derive(Debug, Clone, Copy)]
enum RowNumber {
    Fixed(usize),
    /// The first element of a place; below 0 it is 0.
    First(Place),
}

pub(crate) fn plan_read(view: &View<'_>, [cache, pos, d, len]: [u8; 4]) -> Planned {
    read(view, cache, d, len, RowNumber::Fixed(usize::from(pos)))
}

/// A position in a param register is left to the interpreter's function.
pub(crate) fn plan_read_at(view: &View<'_>, [cache, pos, d, len]: [u8; 4]) -> Planned {
    let (place, elements) = match Register::from_byte(pos).bank() {
        Bank::Hot => (Place::Hot(index(pos)), source(view, pos)?.len),
        Bank::Cold => (Place::Weights(index(pos)), weights(view, pos)?.len),
        Bank::Param => return Ok(Plan::Helper),
        Bank::Shape => return Err(Reason::Fails),
    };
    if elements == 0 {
        return Err(Reason::Fails);
    }
    read(view, cache, d, len, RowNumber::First(place))
}

fn read(view: &View<'_>, cache: u8, d: u8, len: u8, row: RowNumber) -> Planned {
    let buffer = source(view, cache)?;
    let width = row_width(buffer);
    let used = used_width(width, len);
    let result = result(Buffer { len: used, shape: Shape::matrix(1, used) })?;
    let (cache, dst) = (index(cache), index(d));
    let mut reads = vec![cache];
    if let RowNumber::First(Place::Hot(register)) = row {
        reads.push(register);
    }
    let routine = Box::new(Read { cache, len: buffer.len, row, width, used, dst });
    Ok(Plan::Routine(RoutinePlan { reads, write: Some((dst, result)), routine }))
}

impl Routine for Read {
    /// Nothing that is still to be read is overwritten if the destination is the cache: rows are not moved up.
    fn emit(&self, e: &mut Emitter<'_>) {
        match self.row {
            RowNumber::Fixed(row) => {
                let (cache, dst) = (Run::of(e, Place::Hot(self.cache)), Run::of(e, Place::Hot(self.dst)));
                let begin = row.saturating_mul(self.width).min(self.len);
                let some = self.used.min(self.len - begin);
                copy(e, cache.behind(begin), dst, some);
                clear(e, dst.behind(some), self.used - some);
            }
            RowNumber::First(place) => {
                let row = Run::of(e, place).load_one(e, At::fixed(0));
                let zero = e.int32(0);
                let row = e.b.ins().smax(row, zero);
                let row = e.b.ins().uextend(I64, row);
                self.at_row(e, row);
            }
        }
    }
}

impl Read {
    fn at_row(&self, e: &mut Emitter<'_>, row: Value) {
        let (cache, dst) = (Run::of(e, Place::Hot(self.cache)), Run::of(e, Place::Hot(self.dst)));
        let Some(last_whole) = self.len.checked_sub(self.used) else {
            return self.at_end(e, cache, dst, row);
        };
        let begin = e.b.ins().imul_imm_s(row, self.width as i64);
        let whole = e.compare(IntCC::UnsignedLessThanOrEqual, begin, last_whole as i64);
        e.either(
            whole,
            &[],
            |e| {
                let bytes = e.b.ins().imul_imm_s(begin, ELEMENT as i64);
                let from = cache.behind_bytes(e, At::moving(bytes, 0));
                copy(e, from, dst, self.used);
                Vec::new()
            },
            |e| {
                self.at_end(e, cache, dst, row);
                Vec::new()
            },
        );
    }

    /// Element by element: what is behind the end is 0.
    fn at_end(&self, e: &mut Emitter<'_>, cache: Run, dst: Run, row: Value) {
        let Some(last) = self.len.checked_sub(1) else {
            return clear(e, dst, self.used);
        };
        let begin = e.b.ins().imul_imm_s(row, self.width as i64);
        e.each(self.used * ELEMENT, ELEMENT, |e, at| {
            let element = match at.moving {
                Some(moving) => e.b.ins().ushr_imm_u(moving, i64::from(ELEMENT.trailing_zeros())),
                None => e.int((at.fixed / ELEMENT) as i64),
            };
            let element = e.b.ins().iadd(begin, element);
            let exists = e.compare(IntCC::UnsignedLessThanOrEqual, element, last as i64);
            let last = e.int(last as i64);
            let element = e.b.ins().umin(element, last);
            let bytes = e.b.ins().imul_imm_s(element, ELEMENT as i64);
            let value = cache.load_one(e, At::moving(bytes, 0));
            let zero = e.int32(0);
            let value = e.b.ins().select(exists, value, zero);
            dst.store(e, value, at);
        });
    }
}
