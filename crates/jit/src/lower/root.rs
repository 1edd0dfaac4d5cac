//! The integer square root of the instruction set.

use super::emitter::Emitter;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{F64, I64};
use cranelift_codegen::ir::{BlockArg, InstBuilder, Value};

/// The largest root of 64 bits.
const LARGEST: i64 = 0xFFFF_FFFF;

/// The root of an unsigned 64-bit number that is not 0, as Newton's method from n/2 finds it.
///
/// With s the root rounded down, no step goes below s, and from any x > s it goes down. The method stops with y after x if
/// they differ by 1 at most. If y were above s after x = s, n/s would be at least s + 2, so n = s(s + 2); if it were after
/// x = y + 1, n/x would be at least x − 2, so n ≥ y² − 1, and again n = s(s + 2) with y = s + 1. Every other number has s,
/// and only for these the steps are taken.
pub(crate) fn emit(e: &mut Emitter<'_>, n: Value) -> Value {
    let root = rounded_down(e, n);
    let double = e.b.ins().iadd_imm_s(root, 2);
    let last = e.b.ins().imul(root, double);
    let doubtful = e.b.ins().icmp(IntCC::Equal, n, last);
    e.either(doubtful, &[I64], |e| vec![newton(e, n)], |_| vec![root])[0]
}

/// The double's root is less than 1 away from the true one; so is what is cut off from it.
fn rounded_down(e: &mut Emitter<'_>, n: Value) -> Value {
    let double = e.b.ins().fcvt_from_uint(F64, n);
    let root = e.b.ins().sqrt(double);
    let root = e.b.ins().fcvt_to_sint_sat(I64, root);
    let largest = e.int(LARGEST);
    let root = e.b.ins().umin(root, largest);
    let square = e.b.ins().imul(root, root);
    let above = e.b.ins().icmp(IntCC::UnsignedGreaterThan, square, n);
    let one_less = e.b.ins().iadd_imm_s(root, -1);
    let root = e.b.ins().select(above, one_less, root);
    // s(s + 2) is the last number whose root is s. For the largest s it is the last number of all.
    let double = e.b.ins().iadd_imm_s(root, 2);
    let last = e.b.ins().imul(root, double);
    let below = e.b.ins().icmp(IntCC::UnsignedGreaterThan, n, last);
    let one_more = e.b.ins().iadd_imm_s(root, 1);
    e.b.ins().select(below, one_more, root)
}

/// The method itself, for n > 2.
fn newton(e: &mut Emitter<'_>, n: Value) -> Value {
    let (head, after) = (e.b.create_block(), e.b.create_block());
    e.b.append_block_param(head, I64);
    e.b.append_block_param(after, I64);
    let x = e.b.ins().ushr_imm_u(n, 1);
    e.b.ins().jump(head, &[BlockArg::from(x)]);
    e.b.switch_to_block(head);
    let x = e.b.block_params(head)[0];
    let quotient = e.b.ins().udiv(n, x);
    let sum = e.b.ins().iadd(x, quotient);
    let y = e.b.ins().ushr_imm_u(sum, 1);
    // |y − x| ≤ 1
    let distance = e.b.ins().isub(y, x);
    let distance = e.b.ins().iadd_imm_s(distance, 1);
    let near = e.b.ins().icmp_imm_s(IntCC::UnsignedLessThanOrEqual, distance, 2);
    e.b.ins().brif(near, after, &[BlockArg::from(y)], head, &[BlockArg::from(y)]);
    e.b.switch_to_block(after);
    e.b.block_params(after)[0]
}
