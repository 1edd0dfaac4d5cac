//! Mastery's pressure: every weight of a matrix feels its input's strength in the direction of its output.
//!
//! Strengths are computed once. Most inputs have none, so that only those vectors of four that have any are remembered
//! and walked in each row.

use super::emitter::{Emitter, LANES, MEMORY};
use super::place::{At, Place};
use super::plan::{Plan, Planned, Reason, Routine, RoutinePlan, index, source, weights};
use crate::analysis::facts::View;
use crate::frame::{ColdSlot, Frame, cold_offset};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{F64, F64X2, I32, I32X4, I64};
use cranelift_codegen::ir::{InstBuilder, Value};
use std::mem::offset_of;
use ternsig_vm::arith::mastery;

/// How many remembered vectors a round of the inner loop has.
const ROUND: usize = 4;

/// Adds to the pressure of `rows` × `columns` weights.
#[derive(Debug)]
struct Press {
    /// The cold register, by index.
    weights: usize,
    rows: usize,
    columns: usize,
    /// The hot register of inputs, by index: `columns` elements.
    input: usize,
    /// The hot register of directions, by index: one for each row, or one for all, or none.
    directions: usize,
    direction_count: usize,
    scale: u8,
}

/// The extension's `mastery_outer`: one direction for each row or one for all.
pub(super) fn outer(view: &View<'_>, [w, input, dir, scale]: [u8; 4]) -> Planned {
    let shape = weights(view, w)?.shape;
    let (inputs, directions) = (source(view, input)?.len, source(view, dir)?.len);
    let &[rows, columns] = shape.dims() else { return Err(Reason::Fails) };
    let (rows, columns) = (rows as usize, columns as usize);
    if inputs != columns || directions != rows && directions != 1 {
        return Err(Reason::Fails);
    }
    Ok(press((w, rows, columns), (input, dir, directions), scale))
}

/// `mastery_update`: the first weights, one for each activity, in the direction of the first element.
pub(super) fn update(view: &View<'_>, [w, activity, dir, scale]: [u8; 4]) -> Planned {
    let (len, directions) = (source(view, activity)?.len, source(view, dir)?.len);
    Ok(press((w, 1, len), (activity, dir, directions.min(1)), scale))
}

fn press((w, rows, columns): (u8, usize, usize), (input, dir, count): (u8, u8, usize), scale: u8) -> Plan {
    let (input, directions) = (index(input), index(dir));
    let routine = Press {
        weights: index(w),
        rows,
        columns,
        input,
        directions,
        direction_count: count,
        scale: mastery::scale(scale),
    };
    Plan::Routine(RoutinePlan { reads: vec![input, directions], write: None, routine: Box::new(routine) })
}

impl Routine for Press {
    fn emit(&self, e: &mut Emitter<'_>) {
        let factor = e.frame_word(I64, offset_of!(Frame, learning) as i32);
        let on = e.compare(IntCC::NotEqual, factor, 0);
        e.when(on, |e| {
            self.demand_list(e);
            e.poll();
            if self.rows * self.columns * self.direction_count > 0 {
                self.press(e, factor);
            }
        });
    }

    fn pressed(&self) -> Option<usize> {
        Some(self.weights)
    }

    fn is_long(&self) -> bool {
        true
    }
}

/// Vectors of inputs that have strength.
struct Active {
    /// The strength of every input.
    strengths: usize,
    /// Where in a row the vectors begin, in bytes.
    list: usize,
    /// How many there are.
    count: Value,
}

impl Press {
    /// Without a list of the right length, which the instruction creates, it is the interpreter's.
    fn demand_list(&self, e: &mut Emitter<'_>) {
        let Some(abandon) = e.abandon else { return };
        let list = e.frame_word(I64, cold_offset(self.weights, offset_of!(ColdSlot, pressure)));
        let exists = e.compare(IntCC::NotEqual, list, 0);
        e.unless_go(exists, abandon);
        let len = e.frame_word(I64, cold_offset(self.weights, offset_of!(ColdSlot, pressure_len)));
        let fits = e.compare(IntCC::Equal, len, (self.rows * self.columns) as i64);
        e.unless_go(fits, abandon);
    }

    fn press(&self, e: &mut Emitter<'_>, factor: Value) {
        let active = self.strengths(e, factor);
        let any = e.compare(IntCC::NotEqual, active.count, 0);
        e.when(any, |e| {
            let list = e.cold_address(self.weights, offset_of!(ColdSlot, pressure));
            let directions = Place::Hot(self.directions);
            e.base(directions);
            e.base(Place::Scratch(0));
            let common = (self.direction_count == 1).then(|| e.load_one(directions, At::fixed(0)));
            e.each(self.rows, 1, |e, row| {
                let direction = match common {
                    Some(direction) => direction,
                    None => e.load_one(directions, row),
                };
                let start = match row.moving {
                    Some(moving) => e.b.ins().imul_imm_s(moving, 4 * self.columns as i64),
                    None => e.int(0),
                };
                let start = e.b.ins().iadd_imm_s(start, 4 * (row.fixed * self.columns) as i64);
                let row = e.b.ins().iadd(list, start);
                let up = e.compare(IntCC::SignedGreaterThan, direction, 0);
                e.when(up, |e| each_active(e, &active, row, i32::MAX));
                let down = e.compare(IntCC::SignedLessThan, direction, 0);
                e.when(down, |e| each_active(e, &active, row, i32::MIN));
            });
        });
    }

    /// A strength is (x − max/4)·256/max·scale/256, each quotient truncated, and 0 for what does not exceed max/4.
    fn strengths(&self, e: &mut Emitter<'_>, factor: Value) -> Active {
        let bytes = 4 * self.columns.next_multiple_of(LANES);
        let (strengths, list) = (e.scratch(bytes), e.scratch(bytes / LANES + 16));
        let max = self.peak(e);
        let threshold = e.b.ins().ushr_imm_u(max, 2);
        let threshold = e.b.ins().splat(I32X4, threshold);
        let per_max = per_max(e, max);
        let scale = e.b.ins().ireduce(I32, factor);
        let scale = e.b.ins().imul_imm_s(scale, i64::from(self.scale));
        let scale = e.b.ins().splat(I32X4, scale);
        e.base(Place::Hot(self.input));
        let scratch = e.base(Place::Scratch(0));
        let zero = e.int(0);
        let vector = |e: &mut Emitter<'_>, at: At, lanes: usize, count: Value| {
            let x = e.load(Place::Hot(self.input), at, LANES);
            let x = e.keep_lanes(x, lanes);
            let raised = e.b.ins().smax(x, threshold);
            let above = e.b.ins().isub(raised, threshold);
            let shares = shares(e, above, per_max);
            let product = e.b.ins().imul(shares, scale);
            let strength = e.b.ins().ushr_imm_u(product, 8);
            e.store(strength, Place::Scratch(strengths), at);
            let begin = match at.moving {
                Some(moving) => e.b.ins().ishl_imm_u(moving, 2),
                None => e.int(4 * at.fixed as i64),
            };
            let begin = e.b.ins().ireduce(I32, begin);
            let place = e.b.ins().ishl_imm_u(count, 2);
            let place = e.b.ins().iadd(scratch, place);
            e.b.ins().store(MEMORY, begin, place, list as i32);
            let any = e.b.ins().vany_true(strength);
            let any = e.b.ins().uextend(I64, any);
            e.b.ins().iadd(count, any)
        };
        let mut count =
            e.fold(self.columns, LANES, vec![zero], |e, at, count| vec![vector(e, at, LANES, count[0])])[0];
        let done = self.columns / LANES * LANES;
        if done < self.columns {
            count = vector(e, At::fixed(done), self.columns - done, count);
        }
        Active { strengths, list, count }
    }

    /// The largest input, at least 1.
    fn peak(&self, e: &mut Emitter<'_>) -> Value {
        let input = Place::Hot(self.input);
        let one = e.splat(1);
        let mut peak = e.fold(self.columns, LANES, vec![one], |e, at, peak| {
            let x = e.load(input, at, LANES);
            vec![e.b.ins().smax(peak[0], x)]
        })[0];
        let done = self.columns / LANES * LANES;
        if done < self.columns {
            let x = e.load(input, At::fixed(done), LANES);
            let x = e.keep_lanes(x, self.columns - done);
            peak = e.b.ins().smax(peak, x);
        }
        let upper = e.upper_lanes(peak);
        let pair = e.b.ins().smax(peak, upper);
        let [first, second] = [0, 1].map(|lane| e.b.ins().extractlane(pair, lane));
        e.b.ins().smax(first, second)
    }
}

/// A little more than 256/max, in both lanes.
fn per_max(e: &mut Emitter<'_>, max: Value) -> Value {
    let max = e.b.ins().fcvt_from_sint(F64, max);
    let all = e.b.ins().f64const(256.0 * (1.0 + 4.0 * f64::EPSILON));
    let quotient = e.b.ins().fdiv(all, max);
    e.b.ins().splat(F64X2, quotient)
}

/// above·256/max, truncated: at most 256.
///
/// With ε = 2⁻⁵², `per_max` is 256/max times 1 + δ, where ε < δ < 6ε whatever way the division was rounded, and the
/// product with `above`, at most 2³¹, is rounded once more, by less than ε/2 of it: the result is never below the exact
/// quotient, and above it by less than 256·8ε = 2⁻⁴¹. Quotients of numbers up to 2³¹ that are not whole are at least 2⁻³¹
/// below the next whole number.
fn shares(e: &mut Emitter<'_>, above: Value, per_max: Value) -> Value {
    let upper = e.upper_lanes(above);
    let [low, high] = [above, upper].map(|half| {
        let half = e.lower_doubles(half);
        e.b.ins().fmul(half, per_max)
    });
    e.truncated(low, high)
}

/// Adds the strengths to a row, or subtracts them if `extreme` is the least number; the sums saturate.
fn each_active(e: &mut Emitter<'_>, active: &Active, row: Value, extreme: i32) {
    let scratch = e.base(Place::Scratch(0));
    let extreme_lanes = e.splat(extreme);
    let vector = |e: &mut Emitter<'_>, entry: Value, number: usize| {
        let begin = e.b.ins().uload32(MEMORY, entry, (active.list + 4 * number) as i32);
        let from = e.b.ins().iadd(scratch, begin);
        let strength = e.b.ins().load(I32X4, MEMORY, from, active.strengths as i32);
        let place = e.b.ins().iadd(row, begin);
        let old = e.b.ins().load(I32X4, MEMORY, place, 0);
        // The most, or least, that can take the strength without overflow is the extreme less it.
        let limit = e.b.ins().bxor(strength, extreme_lanes);
        let new = if extreme > 0 {
            let old = e.b.ins().smin(old, limit);
            e.b.ins().iadd(old, strength)
        } else {
            let old = e.b.ins().smax(old, limit);
            e.b.ins().isub(old, strength)
        };
        e.b.ins().store(MEMORY, new, place, 0);
    };
    let bytes = e.b.ins().ishl_imm_u(active.count, 2);
    let end = e.b.ins().iadd(scratch, bytes);
    let whole = e.b.ins().band_imm_s(bytes, -4 * ROUND as i64);
    let whole = e.b.ins().iadd(scratch, whole);
    let rest = walk(e, scratch, whole, 4 * ROUND, |e, entry| {
        (0..ROUND).for_each(|number| vector(e, entry, number));
    });
    walk(e, rest, end, 4, |e, entry| vector(e, entry, 0));
}

/// Something for each address from `begin` on while it is not `end`. Returns the end.
fn walk(
    e: &mut Emitter<'_>,
    begin: Value,
    end: Value,
    step: usize,
    body: impl FnOnce(&mut Emitter<'_>, Value),
) -> Value {
    let (head, round, after) = (e.b.create_block(), e.b.create_block(), e.b.create_block());
    e.b.append_block_param(head, I64);
    e.b.ins().jump(head, &[begin.into()]);
    e.b.switch_to_block(head);
    let at = e.b.block_params(head)[0];
    let done = e.b.ins().icmp(IntCC::Equal, at, end);
    e.b.ins().brif(done, after, &[], round, &[]);
    e.b.switch_to_block(round);
    body(e, at);
    let next = e.b.ins().iadd_imm_s(at, step as i64);
    e.b.ins().jump(head, &[next.into()]);
    e.b.switch_to_block(after);
    at
}
