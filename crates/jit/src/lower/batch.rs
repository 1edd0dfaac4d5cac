//! The product of weights with each row of the input.

use super::core::hot;
use super::emitter::{Emitter, LANES};
use super::place::{At, Place};
use super::plan::{Plan, Planned, Reason, Routine, RoutinePlan, index, result, source};
use super::poll;
use super::product::{self, Product};
use crate::analysis::facts::{Buffer, View};
use crate::packs::Form;
use cranelift_codegen::ir::{InstBuilder, Value};
use ternsig_isa::Shape;

pub(crate) fn plan(view: &View<'_>, word: [u8; 4], gated: Form) -> Planned {
    let [d, _, x, _] = word;
    let input = source(view, x)?;
    let product = product::of(view, word, gated)?;
    let columns = product.columns;
    let rows = rows_of(input, columns).ok_or(Reason::Fails)?;
    let buffer = result(Buffer::filling(Shape::matrix(rows, product.rows)))?;
    let whole = rows.min(input.len / columns);
    let rest = if whole < rows { input.len - whole * columns } else { 0 };
    let batch = Batch { product, input: hot(x), rows, whole, rest };
    let write = Some((index(d), buffer));
    Ok(Plan::Routine(RoutinePlan { reads: vec![index(x)], write, routine: Box::new(batch) }))
}

/// How many rows of so many elements the input holds, if it holds whole ones.
fn rows_of(input: Buffer, columns: usize) -> Option<usize> {
    if columns == 0 {
        return None;
    }
    match (input.shape.dim(0), input.shape.dim(1)) {
        (Some(rows), Some(width)) => (width == columns).then_some(rows),
        _ => input.len.is_multiple_of(columns).then_some(input.len / columns),
    }
}

#[derive(Debug)]
struct Batch {
    /// Of one row.
    product: Product,
    input: Place,
    rows: usize,
    /// The rows that have all their inputs.
    whole: usize,
    /// The inputs of the row behind them.
    rest: usize,
}

impl Batch {
    /// Whether the register may only be written at the end.
    fn is_staged(&self) -> bool {
        self.is_long() || self.input == Place::Hot(self.product.dst)
    }

    /// One row of the input and of the result: what lies beyond the result's row is written again with the next.
    fn row(&self, e: &mut Emitter<'_>, memory: &Memory, (from, to): (Value, Value), used: usize) {
        let mut product = self.product.clone();
        (product.input, product.used) = (memory.input, used);
        e.each(used.next_multiple_of(LANES), LANES, |e, at| {
            let there = e.behind(from, at);
            let x = e.load(self.input, there, LANES);
            e.store(x, memory.input, at);
        });
        product.emit_into(e, memory.output);
        self.put(e, memory, to, |e, at| e.load(memory.output, at, LANES));
    }

    /// Fills in one row of the result.
    fn put(
        &self,
        e: &mut Emitter<'_>,
        memory: &Memory,
        to: Value,
        value: impl Fn(&mut Emitter<'_>, At) -> Value,
    ) {
        e.each(self.product.rows.next_multiple_of(LANES), LANES, |e, at| {
            let y = value(e, at);
            let there = e.behind(to, at);
            e.store(y, memory.result, there);
        });
    }
}

/// Where rows are put while they are computed.
struct Memory {
    input: Place,
    output: Place,
    result: Place,
}

impl Routine for Batch {
    fn emit(&self, e: &mut Emitter<'_>) {
        let (columns, outputs) = (self.product.columns, self.product.rows);
        let len = self.rows * outputs;
        if len == 0 {
            return;
        }
        let dst = Place::Hot(self.product.dst);
        let mut room = |elements: usize| Place::Scratch(e.scratch(4 * elements.next_multiple_of(8)));
        let (input, output) = (room(columns), room(outputs));
        let memory = Memory { input, output, result: if self.is_staged() { room(len + LANES) } else { dst } };
        if self.whole > 0 {
            e.counted(self.whole, 1, &[], |e, row, _| {
                e.poll_every(row, 1, columns * outputs);
                let from = e.b.ins().imul_imm_s(row, columns as i64);
                let to = e.b.ins().imul_imm_s(row, outputs as i64);
                self.row(e, &memory, (from, to), columns);
                Vec::new()
            });
        }
        let mut done = self.whole;
        if self.rest > 0 {
            let (from, to) = (e.int((done * columns) as i64), e.int((done * outputs) as i64));
            self.row(e, &memory, (from, to), self.rest);
            done += 1;
        }
        if done < self.rows {
            e.counted(self.rows - done, 1, &[], |e, row, _| {
                let to = e.b.ins().imul_imm_s(row, outputs as i64);
                let to = e.b.ins().iadd_imm_s(to, (done * outputs) as i64);
                let zero = e.splat(0);
                self.put(e, &memory, to, |_, _| zero);
                Vec::new()
            });
        }
        if self.is_staged() {
            e.copy(memory.result, dst, len);
        }
    }

    fn packed(&self) -> Option<(usize, Form)> {
        Some((self.product.weights, self.product.form))
    }

    fn is_long(&self) -> bool {
        self.rows.saturating_mul(self.product.rows).saturating_mul(self.product.columns) > poll::INTERVAL
    }
}
