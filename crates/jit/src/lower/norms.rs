//! Normalisation of rows.

use super::emitter::{Emitter, LANES};
use super::lanes::Lanes;
use super::place::Place;
use super::plan::{Plan, Planned, Reason, Routine, RoutinePlan, index, source, weights};
use super::reduce::mean;
use super::root;
use super::runs::{ELEMENT, Run, clear, copy, each_row, each_vector, fold_vectors, lane_sum, sum};
use crate::analysis::facts::{Buffer, View};
use cranelift_codegen::ir::types::{F64, F64X2, I32X4, I64, I64X2};
use cranelift_codegen::ir::{InstBuilder, Value};
use ternsig_isa::{Bank, Register};

/// What an element at the deviation becomes.
const UNIT: f64 = 256.0;
/// What stands for a factor of 1.
const UNIT_SCALE: f64 = 255.0;
/// The lower half of 64 bits.
const LOWER: i64 = 0xFFFF_FFFF;

/// A factor or summand for each element of a row; absent ones change nothing, and elements behind its end are 0.
#[derive(Debug, Clone, Copy)]
struct Coefficients {
    place: Place,
    len: usize,
}

/// Each complete row of a register relative to its centre, in 256ths of its deviation; what follows becomes 0.
#[derive(Debug)]
struct Norm {
    source: usize,
    dst: usize,
    len: usize,
    width: usize,
    /// Whether the centre is the mean, or 0.
    centred: bool,
    scale: Option<Coefficients>,
    bias: Option<Coefficients>,
}

pub(crate) fn plan_layernorm(view: &View<'_>, word: [u8; 4]) -> Planned {
    plan(view, word, true)
}

pub(crate) fn plan_rmsnorm(view: &View<'_>, [s, d, scale, _]: [u8; 4]) -> Planned {
    plan(view, [s, d, scale, Register::NULL.byte()], false)
}

fn plan(view: &View<'_>, [s, d, scale, bias]: [u8; 4], centred: bool) -> Planned {
    let Buffer { len, shape } = source(view, s)?;
    let (scale, bias) = (coefficients(view, scale)?, coefficients(view, bias)?);
    let width = shape.last().unwrap_or(len).max(1);
    let buffer = Buffer::fitted(len, shape);
    let (source, dst) = (index(s), index(d));
    let named = [scale, bias].into_iter().flatten().filter_map(|coefficients| match coefficients.place {
        Place::Hot(register) => Some(register),
        _ => None,
    });
    if len == 0 {
        // The coefficients are not looked at, but their lengths decide the fuel.
        let sources = std::iter::once(source).chain(named).map(Place::Hot).collect();
        let op = super::lane_ops::LaneOp::Copy;
        return Ok(Plan::Lanes(Lanes { op, sources, dst: Place::Hot(dst), buffer }));
    }
    let reads = std::iter::once(source).chain(named).collect();
    let routine = Box::new(Norm { source, dst, len, width, centred, scale, bias });
    Ok(Plan::Routine(RoutinePlan { reads, write: Some((dst, buffer)), routine }))
}

fn coefficients(view: &View<'_>, byte: u8) -> Result<Option<Coefficients>, Reason> {
    let register = Register::from_byte(byte);
    match register.bank() {
        _ if register.is_null() => Ok(None),
        Bank::Hot => Ok(Some(Coefficients { place: Place::Hot(index(byte)), len: source(view, byte)?.len })),
        Bank::Cold => {
            Ok(Some(Coefficients { place: Place::Weights(index(byte)), len: weights(view, byte)?.len }))
        }
        Bank::Param | Bank::Shape => Err(Reason::Fails),
    }
}

/// What a row needs to know of the work.
struct Row {
    width: usize,
    scale: Option<Run>,
    bias: Option<Run>,
}

impl Routine for Norm {
    fn emit(&self, e: &mut Emitter<'_>) {
        let scale = self.scale.map(|scale| self.reachable(e, scale));
        let bias = self.bias.map(|bias| self.reachable(e, bias));
        let row = Row { width: self.width, scale, bias };
        let (from, to) = (Run::of(e, Place::Hot(self.source)), Run::of(e, Place::Hot(self.dst)));
        let rows = self.len / self.width;
        each_row(e, rows, self.width * ELEMENT, |e, at| {
            let (from, to) = (from.behind_bytes(e, at), to.behind_bytes(e, at));
            let centre = if self.centred {
                let total = sum(e, from, self.width);
                mean(e, total, self.width)
            } else {
                e.int32(0)
            };
            let deviation = row.deviation(e, from, centre);
            row.normalise(e, from, to, centre, deviation);
        });
        clear(e, to.behind(rows * self.width), self.len % self.width);
    }
}

impl Norm {
    /// Coefficients for a whole row, which writing the result does not change.
    fn reachable(&self, e: &mut Emitter<'_>, coefficients: Coefficients) -> Run {
        let run = Run::of(e, coefficients.place);
        if coefficients.len >= self.width && coefficients.place != Place::Hot(self.dst) {
            return run;
        }
        let staged = Place::Scratch(e.scratch(self.width * ELEMENT));
        let staged = Run::of(e, staged);
        let some = coefficients.len.min(self.width);
        copy(e, run, staged, some);
        clear(e, staged.behind(some), self.width - some);
        staged
    }
}

impl Row {
    /// The root of the mean square distance from the centre, at least 1, as a double.
    ///
    /// A distance is below 2³² and its square below 2⁶⁴. Upper and lower halves of the squares are summed apart, so that no
    /// number of them overflows, and the mean, which is below 2⁶⁴, is found digit by digit of 32 bits.
    fn deviation(&self, e: &mut Emitter<'_>, from: Run, centre: Value) -> Value {
        let centre = e.b.ins().splat(I32X4, centre);
        let [zero, mask] = [0, LOWER].map(|value| {
            let value = e.int(value);
            e.b.ins().splat(I64X2, value)
        });
        let sums = fold_vectors(e, self.width, vec![zero, zero], |e, at, lanes, sums| {
            let x = from.load(e, at, LANES);
            let (above, below) = (e.b.ins().smax(x, centre), e.b.ins().smin(x, centre));
            let distance = e.b.ins().isub(above, below);
            let distance = e.keep_lanes(distance, lanes);
            let halves = [e.b.ins().uwiden_low(distance), e.b.ins().uwiden_high(distance)];
            halves.into_iter().fold(sums.to_vec(), |sums, half| {
                let square = e.b.ins().imul(half, half);
                let (low, high) = (e.b.ins().band(square, mask), e.b.ins().ushr_imm_u(square, 32));
                vec![e.b.ins().iadd(sums[0], low), e.b.ins().iadd(sums[1], high)]
            })
        });
        let [low, high] = [sums[0], sums[1]].map(|sums| lane_sum(e, sums));
        let mean = mean_of_halves(e, low, high, self.width);
        let one = e.int(1);
        let mean = e.b.ins().umax(mean, one);
        let root = root::emit(e, mean);
        e.b.ins().fcvt_from_uint(F64, root)
    }

    /// With doubles that are exact wherever the result is not far beyond 32 bits:
    ///
    /// - The distance from the centre times 256 is below 2⁴¹, the deviation below 2³²; for whole numbers below 2⁵³ the
    ///   quotient, truncated, is exact: it is at least 1/divisor below the next whole number unless it is whole, and
    ///   rounding moves it by less than that.
    /// - That times the scale is exact below 2⁵³, and the same holds for its quotient by 255. From 2⁵³ on the quotient is
    ///   above 2⁴⁴, as is its sum with the bias, which saturates as it should.
    fn normalise(&self, e: &mut Emitter<'_>, from: Run, to: Run, centre: Value, deviation: Value) {
        let centre = e.b.ins().fcvt_from_sint(F64, centre);
        let [centre, deviation] = [centre, deviation].map(|value| e.b.ins().splat(F64X2, value));
        each_vector(e, self.width, |e, at, lanes| {
            let x = from.load(e, at, lanes);
            let scale = self.scale.map(|scale| scale.load(e, at, lanes));
            let bias = self.bias.map(|bias| bias.load(e, at, lanes));
            let half = |e: &mut Emitter<'_>, upper: bool| {
                let doubles = |e: &mut Emitter<'_>, vector: Value| {
                    let half = if upper { e.upper_lanes(vector) } else { vector };
                    e.lower_doubles(half)
                };
                let x = doubles(e, x);
                let distance = e.b.ins().fsub(x, centre);
                let unit = e.splat_f64(UNIT);
                let many = e.b.ins().fmul(distance, unit);
                let mut result = divided(e, many, deviation);
                if let Some(scale) = scale {
                    let scale = doubles(e, scale);
                    let product = e.b.ins().fmul(result, scale);
                    let unit = e.splat_f64(UNIT_SCALE);
                    result = divided(e, product, unit);
                }
                if let Some(bias) = bias {
                    let bias = doubles(e, bias);
                    result = e.b.ins().fadd(result, bias);
                }
                result
            };
            let (low, high) = (half(e, false), half(e, true));
            let result = e.truncated(low, high);
            to.store_lanes(e, result, at, lanes);
        });
    }
}

/// A quotient rounded toward zero.
fn divided(e: &mut Emitter<'_>, a: Value, b: Value) -> Value {
    let quotient = e.b.ins().fdiv(a, b);
    e.b.ins().trunc(quotient)
}

/// `(2³² · high + low) / count`, which is below 2⁶⁴. Both sums have less than 2⁵⁷.
fn mean_of_halves(e: &mut Emitter<'_>, low: Value, high: Value, count: usize) -> Value {
    let count = e.int(count as i64);
    let carry = e.b.ins().ushr_imm_u(low, 32);
    let upper = e.b.ins().iadd(high, carry);
    let upper_digit = e.b.ins().udiv(upper, count);
    let rest = e.b.ins().urem(upper, count);
    let rest = e.b.ins().ishl_imm_u(rest, 32);
    let mask = e.int(LOWER);
    let low = e.b.ins().band(low, mask);
    let lower = e.b.ins().bor(rest, low);
    let lower_digit = e.b.ins().udiv(lower, count);
    let upper_digit = e.b.ins().ishl_imm_u(upper_digit, 32);
    debug_assert_eq!(e.b.func.dfg.value_type(lower_digit), I64);
    e.b.ins().bor(upper_digit, lower_digit)
}
