//! Element-wise arithmetic on vectors of 32-bit lanes.

use super::emitter::Emitter;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};

/// Overflow happened where the sum's sign differs from those of both operands; it saturates to the sign of either.
pub(super) fn saturating_add(e: &mut Emitter<'_>, a: Value, b: Value) -> Value {
    let sum = e.b.ins().iadd(a, b);
    let (a_differs, b_differs) = (e.b.ins().bxor(a, sum), e.b.ins().bxor(b, sum));
    let overflow = e.b.ins().band(a_differs, b_differs);
    saturated(e, sum, overflow, a)
}

/// Overflow happened where the operands' signs differ and the difference's sign is not the first's.
pub(super) fn saturating_subtract(e: &mut Emitter<'_>, a: Value, b: Value) -> Value {
    let difference = e.b.ins().isub(a, b);
    let (b_differs, own_differs) = (e.b.ins().bxor(a, b), e.b.ins().bxor(a, difference));
    let overflow = e.b.ins().band(b_differs, own_differs);
    saturated(e, difference, overflow, a)
}

/// Only the lowest number has no opposite; it is raised by one first.
pub(super) fn saturating_negate(e: &mut Emitter<'_>, a: Value) -> Value {
    let (zero, lowest) = (e.splat(0), e.splat(-i32::MAX));
    let raised = e.b.ins().smax(a, lowest);
    e.b.ins().isub(zero, raised)
}

/// `value`, or where the sign bit of `overflow` is set the extreme that has the sign of `a`.
fn saturated(e: &mut Emitter<'_>, value: Value, overflow: Value, a: Value) -> Value {
    let mask = e.b.ins().sshr_imm_u(overflow, 31);
    let extreme = extreme(e, a);
    e.b.ins().bitselect(mask, extreme, value)
}

/// The greatest number where `a` is not negative, else the lowest.
fn extreme(e: &mut Emitter<'_>, a: Value) -> Value {
    let sign = e.b.ins().sshr_imm_u(a, 31);
    let most = e.splat(i32::MAX);
    e.b.ins().bxor(sign, most)
}

pub(super) fn clamp(e: &mut Emitter<'_>, a: Value, low: i32, high: i32) -> Value {
    let (low, high) = (e.splat(low), e.splat(high));
    let raised = e.b.ins().smax(a, low);
    e.b.ins().smin(raised, high)
}

/// The 64-bit products of the lower and of the upper two lanes.
fn wide_products(e: &mut Emitter<'_>, a: Value, b: Value) -> (Value, Value) {
    let (a_low, b_low) = (e.b.ins().swiden_low(a), e.b.ins().swiden_low(b));
    let (a_high, b_high) = (e.b.ins().swiden_high(a), e.b.ins().swiden_high(b));
    (e.b.ins().imul(a_low, b_low), e.b.ins().imul(a_high, b_high))
}

/// Of bits 8–39 of a product, it does not matter what is shifted in above.
pub(super) fn multiply_wrapping(e: &mut Emitter<'_>, a: Value, b: Value) -> Value {
    let (low, high) = wide_products(e, a, b);
    let (low, high) = (e.b.ins().ushr_imm_u(low, 8), e.b.ins().ushr_imm_u(high, 8));
    e.halves(low, high, 0)
}

/// Bits 8–39 of a product are the result if bits 39–63 are all the same: the product's sign.
pub(super) fn multiply_saturating(e: &mut Emitter<'_>, a: Value, b: Value) -> Value {
    let (low, high) = wide_products(e, a, b);
    let (lower, upper) = (e.halves(low, high, 0), e.halves(low, high, 1));
    let (lower_part, upper_part) = (e.b.ins().ushr_imm_u(lower, 8), e.b.ins().ishl_imm_u(upper, 24));
    let value = e.b.ins().bor(lower_part, upper_part);
    let (above, sign) = (e.b.ins().sshr_imm_u(upper, 7), e.b.ins().sshr_imm_u(upper, 31));
    let fits = e.mask(IntCC::Equal, above, sign);
    let extreme = extreme(e, upper);
    e.b.ins().bitselect(fits, value, extreme)
}

/// The product has at most 47 bits and its 256th only another exponent: both are exact in doubles.
pub(super) fn scaled(e: &mut Emitter<'_>, a: Value, factor: u16) -> Value {
    let factor = e.splat_f64(f64::from(factor) / 256.0);
    let upper = e.upper_lanes(a);
    let [low, high] = [a, upper].map(|half| {
        let half = e.lower_doubles(half);
        e.b.ins().fmul(half, factor)
    });
    e.truncated(low, high)
}

/// `a / 256`, rounded toward zero.
pub(super) fn divided_by_256(e: &mut Emitter<'_>, a: Value) -> Value {
    let sign = e.b.ins().sshr_imm_u(a, 31);
    let rounding = e.b.ins().ushr_imm_u(sign, 24);
    let sum = e.b.ins().iadd(a, rounding);
    e.b.ins().sshr_imm_u(sum, 8)
}

/// `|a|`, where the lowest number becomes 2³¹ without a sign, and the mask of negative numbers.
pub(super) fn magnitude(e: &mut Emitter<'_>, a: Value) -> (Value, Value) {
    let negative = e.b.ins().sshr_imm_u(a, 31);
    let flipped = e.b.ins().bxor(a, negative);
    (e.b.ins().isub(flipped, negative), negative)
}

/// `−a` where the mask is set, else `a`.
pub(super) fn negated_where(e: &mut Emitter<'_>, a: Value, mask: Value) -> Value {
    let flipped = e.b.ins().bxor(a, mask);
    e.b.ins().isub(flipped, mask)
}
