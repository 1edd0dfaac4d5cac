//! Activations and the gated mean on vectors of 32-bit lanes.
//!
//! Where the specification divides, a floating-point quotient takes the place of an integer one, rounded toward zero
//! again. That is exact if numerator and denominator are whole numbers that the format holds and the numerator has no more
//! bits than its significand: a quotient that is no whole number is at least 1/denominator away from the next one, which
//! is more than rounding moves it. Division is correctly rounded on every processor.

use super::arithmetic::{clamp, clamped, divided_by_256, gated_parts, magnitude, negated_where};
use super::emitter::Emitter;
use super::ranges::Ranged;
use cranelift_codegen::ir::types::{F32X4, I32X4};
use cranelift_codegen::ir::{InstBuilder, Value};

/// Beyond ±2¹⁸ the core's sigmoid for every gain and the core's gelu gate are at one of their ends, and within it 32 bits
/// are enough for both.
const REACH: i32 = 1 << 18;
/// Beyond ± this number, the activation extension's gelu gate is at one of its ends.
const SOFT_GATE_REACH: i32 = 1 << 12;

pub(super) fn sigmoid(e: &mut Emitter<'_>, a: Ranged, gain: u8) -> Value {
    sloped(e, a, i32::from(gain), 10)
}

/// `clamp(((a · slope) >> shift) + 128, 0, 255)`.
fn sloped(e: &mut Emitter<'_>, a: Ranged, slope: i32, shift: i64) -> Value {
    let a = clamped(e, a, -REACH, REACH).value;
    let (factor, centre) = (e.splat(slope), e.splat(128));
    let product = e.b.ins().imul(a, factor);
    let scaled = e.b.ins().sshr_imm_u(product, shift);
    let sum = e.b.ins().iadd(scaled, centre);
    clamp(e, sum, 0, 255)
}

/// The result lies between 64 and 192 by itself.
pub(super) fn tanh(e: &mut Emitter<'_>, a: Ranged) -> Value {
    let centre = e.splat(128);
    let a = clamped(e, a, 0, 255).value;
    let centred = e.b.ins().isub(a, centre);
    let (strength, _) = magnitude(e, centred);
    let strength = e.b.ins().ushr_imm_u(strength, 1);
    let quotient = quotient(e, centred, 64, strength, 64);
    e.b.ins().iadd(quotient, centre)
}

/// The numerator has at most 17 bits; the result lies between 100 and 156 by itself.
pub(super) fn soft_sigmoid(e: &mut Emitter<'_>, a: Ranged) -> Value {
    let quotient = soft_quotient(e, a, 32, 256);
    let centre = e.splat(128);
    e.b.ins().iadd(quotient, centre)
}

/// The numerator has at most 18 bits; the result lies between −119 and 119 by itself.
pub(super) fn soft_tanh(e: &mut Emitter<'_>, a: Ranged) -> Value {
    soft_quotient(e, a, 127, 128)
}

/// `factor · y / (offset + |y|)` with y clamped to ±2048.
fn soft_quotient(e: &mut Emitter<'_>, a: Ranged, factor: i32, offset: i32) -> Value {
    let a = clamped(e, a, -2048, 2048).value;
    let (strength, _) = magnitude(e, a);
    quotient(e, a, factor, strength, offset)
}

/// `factor · a / (b + offset)` toward zero, for numerators below 2²⁴.
fn quotient(e: &mut Emitter<'_>, a: Value, factor: i32, b: Value, offset: i32) -> Value {
    let (factor, offset) = (e.splat(factor), e.splat(offset));
    let (numerator, denominator) = (e.b.ins().imul(a, factor), e.b.ins().iadd(b, offset));
    let numerator = e.b.ins().fcvt_from_sint(F32X4, numerator);
    let denominator = e.b.ins().fcvt_from_sint(F32X4, denominator);
    let quotient = e.b.ins().fdiv(numerator, denominator);
    e.b.ins().fcvt_to_sint_sat(I32X4, quotient)
}

/// Two shifts down are one by their sum.
pub(super) fn gelu(e: &mut Emitter<'_>, a: Ranged) -> Value {
    let gate = sloped(e, a, 435, 18);
    let whole = e.b.ins().sshr_imm_u(a.value, 8);
    gated_parts(e, a.value, whole, gate)
}

/// Rounded toward zero: the magnitude is gated, whose upper part has 24 bits at most.
pub(super) fn soft_gelu(e: &mut Emitter<'_>, a: Ranged) -> Value {
    let near = clamped(e, a, -SOFT_GATE_REACH, SOFT_GATE_REACH).value;
    let (factor, centre) = (e.splat(54), e.splat(128));
    let product = e.b.ins().imul(near, factor);
    let slope = divided_by_256(e, product);
    let slope = clamp(e, slope, -128, 127);
    let gate = e.b.ins().iadd(slope, centre);
    let (strength, negative) = magnitude(e, a.value);
    let whole = e.b.ins().ushr_imm_u(strength, 8);
    let gated = gated_parts(e, strength, whole, gate);
    negated_where(e, gated, negative)
}

/// A little more than 1/255: a multiple of 255 times it is never below its quotient, and no other 41-bit number comes up
/// to the next quotient. Products of doubles are correctly rounded, so that this holds on every processor.
const PER_255: f64 = (1.0 / 255.0) * (1.0 + 4.0 * f64::EPSILON);

/// The sum has at most 41 bits and is exact in doubles; the quotient lies between the two values and fits.
pub(super) fn gated(e: &mut Emitter<'_>, gate: Ranged, update: Value, state: Value) -> Value {
    let gate = clamped(e, gate, 0, 255).value;
    let low = gated_half(e, gate, update, state);
    let [gate, update, state] = [gate, update, state].map(|value| e.upper_lanes(value));
    let high = gated_half(e, gate, update, state);
    e.truncated(low, high)
}

fn gated_half(e: &mut Emitter<'_>, gate: Value, update: Value, state: Value) -> Value {
    let [gate, update, state] = [gate, update, state].map(|value| e.lower_doubles(value));
    let all = e.splat_f64(255.0);
    let difference = e.b.ins().fsub(update, state);
    let product = e.b.ins().fmul(gate, difference);
    let base = e.b.ins().fmul(all, state);
    let sum = e.b.ins().fadd(product, base);
    let factor = e.splat_f64(PER_255);
    e.b.ins().fmul(sum, factor)
}
