//! Element-wise arithmetic on vectors of 32-bit lanes.

use super::emitter::Emitter;
use super::ranges::{Range, Ranged};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};

/// `sat(a + b)`. Overflow happened where the sum's sign differs from those of both operands; it saturates to the sign of
/// either.
pub(super) fn added(e: &mut Emitter<'_>, a: Ranged, b: Ranged) -> Ranged {
    let (range, fits) = a.range.plus(b.range);
    let sum = e.b.ins().iadd(a.value, b.value);
    if fits {
        return Ranged { value: sum, range };
    }
    let (a_differs, b_differs) = (e.b.ins().bxor(a.value, sum), e.b.ins().bxor(b.value, sum));
    let overflow = e.b.ins().band(a_differs, b_differs);
    Ranged { value: saturated(e, sum, overflow, a.value), range }
}

/// `sat(a − b)`. Overflow happened where the operands' signs differ and the difference's sign is not the first's.
pub(super) fn subtracted(e: &mut Emitter<'_>, a: Ranged, b: Ranged) -> Ranged {
    let (range, fits) = a.range.minus(b.range);
    let difference = e.b.ins().isub(a.value, b.value);
    if fits {
        return Ranged { value: difference, range };
    }
    let (b_differs, own_differs) = (e.b.ins().bxor(a.value, b.value), e.b.ins().bxor(a.value, difference));
    let overflow = e.b.ins().band(b_differs, own_differs);
    Ranged { value: saturated(e, difference, overflow, a.value), range }
}

/// `sat(−a)`: only the lowest number has no opposite; it is raised by one first.
pub(super) fn negated(e: &mut Emitter<'_>, a: Ranged) -> Ranged {
    let raised = clamped(e, a, -i32::MAX, i32::MAX);
    let zero = e.splat(0);
    let range = Range::new(-raised.range.high, -raised.range.low);
    Ranged { value: e.b.ins().isub(zero, raised.value), range }
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

/// `clamp(a, low, high)`: only the bounds that it can exceed.
pub(super) fn clamped(e: &mut Emitter<'_>, a: Ranged, low: i32, high: i32) -> Ranged {
    let mut value = a.value;
    if a.range.low < low {
        let low = e.splat(low);
        value = e.b.ins().smax(value, low);
    }
    if a.range.high > high {
        let high = e.splat(high);
        value = e.b.ins().smin(value, high);
    }
    Ranged { value, range: a.range.clamped(low, high) }
}

/// The same of numbers of which nothing is known.
pub(super) fn clamp(e: &mut Emitter<'_>, a: Value, low: i32, high: i32) -> Value {
    clamped(e, Ranged::any(a), low, high).value
}

/// The low 32 bits of `a · factor`; no product may need more.
pub(super) fn multiplied_by(e: &mut Emitter<'_>, a: Ranged, factor: i32) -> Ranged {
    // Vectors of 32-bit lanes are multiplied slowly.
    let value = if factor > 0 && factor.count_ones() == 1 {
        e.b.ins().ishl_imm_u(a.value, i64::from(factor.trailing_zeros()))
    } else if factor > 0 && factor.count_ones() == factor.trailing_ones() {
        let raised = e.b.ins().ishl_imm_u(a.value, i64::from(factor.trailing_ones()));
        e.b.ins().isub(raised, a.value)
    } else {
        let factor = e.splat(factor);
        e.b.ins().imul(a.value, factor)
    };
    Ranged { value, range: Range::of_magnitude(a.range.magnitude() * i64::from(factor).abs()) }
}

/// `a · b / 256`, rounded down, if 32 bits are enough for it.
fn multiplied_within(e: &mut Emitter<'_>, a: Ranged, b: Ranged) -> Option<Ranged> {
    let most = a.range.magnitude() * b.range.magnitude();
    if most > i64::from(i32::MAX) {
        return if b.range.is_byte() {
            Some(scaled_by_byte(e, a, b.value))
        } else if a.range.is_byte() {
            Some(scaled_by_byte(e, b, a.value))
        } else {
            None
        };
    }
    let product = e.b.ins().imul(a.value, b.value);
    let range = Range::of_magnitude(most).shifted(8);
    Some(Ranged { value: e.b.ins().sshr_imm_u(product, 8), range })
}

/// The same where b is 0–255.
fn scaled_by_byte(e: &mut Emitter<'_>, a: Ranged, b: Value) -> Ranged {
    let whole = e.b.ins().sshr_imm_u(a.value, 8);
    Ranged { value: gated_parts(e, a.value, whole, b), range: a.range.toward_zero() }
}

/// `(a · gate) >> 8` for a gate of 0–255, given `a >> 8`: of a = 256·whole + rest only the rest's product is shifted.
pub(super) fn gated_parts(e: &mut Emitter<'_>, a: Value, whole: Value, gate: Value) -> Value {
    let low = e.splat(255);
    let rest = e.b.ins().band(a, low);
    let (whole, rest) = (e.b.ins().imul(whole, gate), e.b.ins().imul(rest, gate));
    let rest = e.b.ins().ushr_imm_u(rest, 8);
    e.b.ins().iadd(whole, rest)
}

/// The low 32 bits of `(a · b) >> 8`.
pub(super) fn multiplied_wrapping(e: &mut Emitter<'_>, a: Ranged, b: Ranged) -> Ranged {
    multiplied_within(e, a, b).unwrap_or_else(|| Ranged::any(multiply_wrapping(e, a.value, b.value)))
}

/// `sat((a · b) >> 8)`.
pub(super) fn multiplied_saturating(e: &mut Emitter<'_>, a: Ranged, b: Ranged) -> Ranged {
    multiplied_within(e, a, b).unwrap_or_else(|| Ranged::any(multiply_saturating(e, a.value, b.value, 8)))
}

/// `sat((a · b) >> amount)`.
pub(super) fn times(e: &mut Emitter<'_>, a: Ranged, b: Ranged, amount: u8) -> Ranged {
    if amount == 0 && a.range == Range::new(1, 1) {
        return b;
    }
    let most = a.range.magnitude() * b.range.magnitude();
    if most > i64::from(i32::MAX) {
        return Ranged::any(multiply_saturating(e, a.value, b.value, amount));
    }
    let product = e.b.ins().imul(a.value, b.value);
    let range = Range::of_magnitude(most).shifted(amount);
    Ranged { value: e.b.ins().sshr_imm_u(product, i64::from(amount)), range }
}

/// The 64-bit products of the lower and of the upper two lanes.
fn wide_products(e: &mut Emitter<'_>, a: Value, b: Value) -> (Value, Value) {
    let (a_low, b_low) = (e.b.ins().swiden_low(a), e.b.ins().swiden_low(b));
    let (a_high, b_high) = (e.b.ins().swiden_high(a), e.b.ins().swiden_high(b));
    (e.b.ins().imul(a_low, b_low), e.b.ins().imul(a_high, b_high))
}

/// Of bits 8–39 of a product, it does not matter what is shifted in above.
fn multiply_wrapping(e: &mut Emitter<'_>, a: Value, b: Value) -> Value {
    let (low, high) = wide_products(e, a, b);
    let (low, high) = (e.b.ins().ushr_imm_u(low, 8), e.b.ins().ushr_imm_u(high, 8));
    e.halves(low, high, 0)
}

/// The 32 bits of a product from one on are the result if those above are all its sign.
fn multiply_saturating(e: &mut Emitter<'_>, a: Value, b: Value, amount: u8) -> Value {
    let (low, high) = wide_products(e, a, b);
    let (lower, upper) = (e.halves(low, high, 0), e.halves(low, high, 1));
    let value = if amount == 0 {
        lower
    } else {
        let (lower, raised) = (
            e.b.ins().ushr_imm_u(lower, i64::from(amount)),
            e.b.ins().ishl_imm_u(upper, 32 - i64::from(amount)),
        );
        e.b.ins().bor(lower, raised)
    };
    let above = e.b.ins().sshr_imm_u(upper, i64::from(amount));
    let sign = e.b.ins().sshr_imm_u(value, 31);
    let fits = e.mask(IntCC::Equal, above, sign);
    let extreme = extreme(e, upper);
    e.b.ins().bitselect(fits, value, extreme)
}

/// `sat(a · factor / 256)`, rounded toward zero. The product has at most 47 bits and its 256th only another exponent:
/// both are exact in doubles.
pub(super) fn scaled(e: &mut Emitter<'_>, a: Ranged, factor: u16) -> Ranged {
    let most = a.range.magnitude() * i64::from(factor);
    let range = Range::of_magnitude(most / 256);
    if most <= i64::from(i32::MAX) {
        let product = multiplied_by(e, a, i32::from(factor));
        return Ranged { value: divided_by_256(e, product.value), range };
    }
    let factor = e.splat_f64(f64::from(factor) / 256.0);
    let upper = e.upper_lanes(a.value);
    let [low, high] = [a.value, upper].map(|half| {
        let half = e.lower_doubles(half);
        e.b.ins().fmul(half, factor)
    });
    Ranged { value: e.truncated(low, high), range }
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
