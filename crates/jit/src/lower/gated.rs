//! Products of weights with temperatures.
//!
//! A weight conducts an input whose strength, min(|x|, 255), comes up to the threshold of the weight's temperature. All
//! of it is computed in doubles, which hold every number here exactly, whatever the inputs are: there is one way for all
//! of them.

use super::emitter::{Emitter, LANES, MEMORY};
use super::lane_ops::LaneOp;
use super::lanes::{Chain, Lanes};
use super::place::{At, Place};
use super::poll;
use super::product::{Product, saturated};
use super::ranges::Ranged;
use crate::frame::ColdSlot;
use crate::packs::Form;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{F64, F64X2, I32X4, I64};
use cranelift_codegen::ir::{InstBuilder, Value};
use std::mem::offset_of;

/// Rows whose sums are kept side by side.
const GROUP: usize = LANES;

/// How many terms a sum in doubles holds exactly: a term's magnitude is at most 255 · 2³¹ < 2³⁹, and 2³⁹ · 2¹⁴ = 2⁵³.
const EXACT_TERMS: usize = 1 << 14;

/// A little more than 1/255. A product of a factor (at most 255²) and an input has less than 47 bits and is exact. Times
/// this number, with all roundings, it becomes its 255th part times 1 + φ, where 2⁻⁵¹ < φ < 2⁻⁴⁹: a multiple of 255 does
/// not fall below its quotient, and any other, at least 1/255 below the next one, rises by less than 2⁴⁷/255 · 2⁻⁴⁹ <
/// 2⁻⁹. So what is left after truncation is the quotient rounded toward zero.
const PER_255: f64 = (1.0 / 255.0) * (1.0 + 4.0 * f64::EPSILON);

/// Addresses of what a group of rows is computed from.
#[derive(Clone, Copy)]
struct Group {
    factors: Value,
    thresholds: Value,
    /// The inputs as doubles.
    inputs: Value,
    /// One more than the strength of each input.
    strengths: Value,
    rows: usize,
}

impl Group {
    /// The same from a later input on.
    fn from(self, e: &mut Emitter<'_>, input: Value) -> Group {
        let bytes = e.b.ins().ishl_imm_u(input, 2);
        let double_bytes = e.b.ins().ishl_imm_u(input, 3);
        Group {
            factors: e.b.ins().iadd(self.factors, bytes),
            thresholds: e.b.ins().iadd(self.thresholds, bytes),
            inputs: e.b.ins().iadd(self.inputs, double_bytes),
            strengths: e.b.ins().iadd(self.strengths, bytes),
            ..self
        }
    }
}

impl Product {
    /// Whether it has to look at the interrupt flag.
    pub(crate) const fn is_long(&self) -> bool {
        self.rows.saturating_mul(self.walked()) > poll::INTERVAL
    }

    /// How many inputs of a row are looked at, absent ones included.
    pub(super) const fn walked(&self) -> usize {
        match self.form {
            Form::Plain => self.columns,
            Form::PerProduct | Form::PerWeight => self.used,
        }
    }

    /// The product through working memory: the register is written only at the end.
    pub(crate) fn emit_staged(&self, e: &mut Emitter<'_>) {
        let staged = Place::Scratch(e.scratch(4 * self.rows.next_multiple_of(LANES)));
        self.emit_into(e, staged);
        e.copy(staged, Place::Hot(self.dst), self.rows);
    }

    /// The product with its results in another place. Up to a multiple of 4 of them may be written.
    pub(super) fn emit_into(&self, e: &mut Emitter<'_>, place: Place) {
        let sources = vec![Place::Hot(self.dst)];
        let copy = Lanes { op: LaneOp::Copy, sources, dst: place, buffer: self.result };
        self.emit(e, None, &Chain { ops: vec![&copy], stores: vec![place] });
    }

    /// The product with temperatures, its results through the chain.
    pub(super) fn emit_gated(&self, e: &mut Emitter<'_>, chain: &Chain<'_>) {
        let columns = self.used.next_multiple_of(LANES);
        let (inputs, strengths) = (e.scratch(8 * columns), e.scratch(4 * columns));
        self.prepare(e, inputs, strengths);
        let scratch = e.base(Place::Scratch(0));
        let field = match self.form {
            Form::PerWeight => offset_of!(ColdSlot, weight_factors),
            Form::Plain | Form::PerProduct => offset_of!(ColdSlot, product_factors),
        };
        let all = Group {
            factors: e.cold_address(self.weights, field),
            thresholds: e.cold_address(self.weights, offset_of!(ColdSlot, thresholds)),
            inputs: e.b.ins().iadd_imm_s(scratch, inputs as i64),
            strengths: e.b.ins().iadd_imm_s(scratch, strengths as i64),
            rows: GROUP,
        };
        let (whole, group_bytes) = (self.rows / GROUP, 4 * (GROUP * self.stride()) as i64);
        let looped = if whole > 1 { whole } else { 0 };
        if looped > 0 {
            e.counted(looped, 1, &[], |e, number, _| {
                e.poll_every(number, 1, GROUP * self.used);
                let bytes = e.b.ins().imul_imm_s(number, group_bytes);
                let first = e.b.ins().ishl_imm_u(number, 2);
                let factors = e.b.ins().iadd(all.factors, bytes);
                let thresholds = e.b.ins().iadd(all.thresholds, bytes);
                self.group(e, Group { factors, thresholds, ..all }, At::moving(first, 0), chain);
                Vec::new()
            });
        }
        for first in (looped * GROUP..self.rows).step_by(GROUP) {
            let bytes = 4 * (first * self.stride()) as i64;
            let factors = e.b.ins().iadd_imm_s(all.factors, bytes);
            let thresholds = e.b.ins().iadd_imm_s(all.thresholds, bytes);
            let rows = GROUP.min(self.rows - first);
            self.group(e, Group { factors, thresholds, rows, ..all }, At::fixed(first), chain);
        }
    }

    /// The distance from one row of factors to the next, in elements.
    const fn stride(&self) -> usize {
        self.columns.next_multiple_of(LANES)
    }

    /// Puts the inputs down as doubles and their strengths, plus 1 so that one comparison is enough. An input that does not
    /// exist is 0 and contributes nothing.
    fn prepare(&self, e: &mut Emitter<'_>, inputs: usize, strengths: usize) {
        let most = e.splat(255);
        let one = e.splat(1);
        let put = |e: &mut Emitter<'_>, at: At, lanes: usize| {
            let x = e.load(self.input, at, lanes);
            let x = e.keep_lanes(x, lanes);
            let magnitude = e.b.ins().iabs(x);
            let strength = e.b.ins().umin(magnitude, most);
            let strength = e.b.ins().iadd(strength, one);
            e.store(strength, Place::Scratch(strengths), at);
            let low = e.lower_doubles(x);
            let upper = e.upper_lanes(x);
            let high = e.lower_doubles(upper);
            let (address, offset) = e.scratch_element(inputs, at, 8);
            e.b.ins().store(MEMORY, low, address, offset);
            e.b.ins().store(MEMORY, high, address, offset + 16);
        };
        let done = e.each(self.used, LANES, |e, at| put(e, at, LANES));
        if done < self.used {
            put(e, At::fixed(done), self.used - done);
        }
    }

    /// At most four rows: their outputs through the chain.
    fn group(&self, e: &mut Emitter<'_>, group: Group, at: At, chain: &Chain<'_>) {
        let columns = self.used.next_multiple_of(LANES);
        let sums = if columns <= EXACT_TERMS {
            let sums = self.sums(e, group, columns);
            side_by_side(e, &sums)
        } else {
            self.long_sums(e, group, columns)
        };
        chain.emit(e, at, group.rows, vec![(Place::Hot(self.dst), Ranged::any(sums))]);
    }

    /// The sums of rows over at most [`EXACT_TERMS`] columns, each in two halves.
    fn sums(&self, e: &mut Emitter<'_>, group: Group, columns: usize) -> Vec<Value> {
        let zero = e.splat_f64(0.0);
        let per_255 = e.splat_f64(PER_255);
        let row_bytes = 4 * self.stride() as i32;
        e.fold(columns, LANES, vec![zero; group.rows], |e, at, sums| {
            let (here, fixed) = match at.moving {
                None => (group, at.fixed as i32),
                Some(input) => (group.from(e, input), at.fixed as i32),
            };
            let strength = e.b.ins().load(I32X4, MEMORY, here.strengths, 4 * fixed);
            let inputs = [0, 16].map(|half| e.b.ins().load(F64X2, MEMORY, here.inputs, 8 * fixed + half));
            let mut next = Vec::with_capacity(sums.len());
            for (row, &sum) in (0..).zip(sums) {
                let offset = 4 * fixed + row * row_bytes;
                let threshold = e.b.ins().load(I32X4, MEMORY, here.thresholds, offset);
                let factor = e.b.ins().load(I32X4, MEMORY, here.factors, offset);
                let open = e.mask(IntCC::SignedGreaterThan, strength, threshold);
                let factor = e.b.ins().band(factor, open);
                let low = e.lower_doubles(factor);
                let upper = e.upper_lanes(factor);
                let high = e.lower_doubles(upper);
                let terms = [(low, inputs[0]), (high, inputs[1])].map(|(factor, input)| {
                    let product = e.b.ins().fmul(factor, input);
                    if self.form == Form::PerWeight {
                        return product;
                    }
                    let quotient = e.b.ins().fmul(product, per_255);
                    e.b.ins().trunc(quotient)
                });
                let sum = e.b.ins().fadd(sum, terms[0]);
                next.push(e.b.ins().fadd(sum, terms[1]));
            }
            next
        })
    }

    /// The saturated sums of rows that are longer than sums in doubles can be.
    fn long_sums(&self, e: &mut Emitter<'_>, group: Group, columns: usize) -> Value {
        let zero = e.int(0);
        let whole = columns / EXACT_TERMS * EXACT_TERMS;
        let totals = e.counted(whole, EXACT_TERMS, &vec![zero; group.rows], |e, input, totals| {
            e.poll();
            let part = group.from(e, input);
            let sums = self.sums(e, part, EXACT_TERMS);
            add_to(e, totals, &sums)
        });
        let rest = e.int(whole as i64);
        let rest = group.from(e, rest);
        let sums = self.sums(e, rest, columns - whole);
        let totals = add_to(e, &totals, &sums);
        let zero = e.splat(0);
        (0u8..).zip(totals).fold(zero, |vector, (lane, total)| {
            let value = saturated(e, total);
            e.b.ins().insertlane(vector, value, lane)
        })
    }
}

/// Adds both halves of sums in doubles to 64-bit sums.
fn add_to(e: &mut Emitter<'_>, totals: &[Value], sums: &[Value]) -> Vec<Value> {
    let pairs = totals.iter().zip(sums);
    pairs
        .map(|(&total, &sum)| {
            let [low, high] = [0, 1].map(|lane| e.b.ins().extractlane(sum, lane));
            debug_assert_eq!(e.b.func.dfg.value_type(low), F64);
            let sum = e.b.ins().fadd(low, high);
            let sum = e.b.ins().fcvt_to_sint_sat(I64, sum);
            e.b.ins().iadd(total, sum)
        })
        .collect()
}

/// At most four sums in two halves as one vector, saturated.
fn side_by_side(e: &mut Emitter<'_>, sums: &[Value]) -> Value {
    let sum = |row: usize| sums.get(row).or(sums.first()).copied();
    let [Some(first), Some(second), Some(third), Some(fourth)] = [0, 1, 2, 3].map(sum) else {
        return e.splat(0);
    };
    let [low, high] = [(first, second), (third, fourth)].map(|(a, b)| {
        let lower = e.shuffle_words(a, b, [0, 1, 4, 5]);
        let upper = e.shuffle_words(a, b, [2, 3, 6, 7]);
        let (lower, upper) = (e.cast(F64X2, lower), e.cast(F64X2, upper));
        e.b.ins().fadd(lower, upper)
    });
    e.truncated(low, high)
}
