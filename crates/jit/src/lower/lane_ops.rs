//! The element-wise operations, each exact for every 32-bit input.

use super::activations as activation;
use super::arithmetic as arith;
use super::emitter::Emitter;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::{InstBuilder, Value};

/// What happens to the elements at one position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LaneOp {
    /// The first source.
    Copy,
    /// A constant.
    Constant(i32),
    /// `sat(a + b)`.
    Add,
    /// `sat(a − b)`.
    Subtract,
    /// `sat(−a)`.
    Negate,
    /// `sat(a + factor · b)` for a weight b.
    AddWeight(i32),
    /// `max(a, 0)`.
    Relu,
    /// `a >> amount`, at most 31.
    Shift(u8),
    /// `clamp(a, low, high)`.
    Clamp(i32, i32),
    /// The low 32 bits of `(a · b) >> 8`.
    MultiplyWrapping,
    /// `sat((a · b) >> 8)`.
    MultiplySaturating,
    /// `sat(a · factor / 256)`, rounded toward zero.
    Scale(u16),
    /// This number where `a > b`, else 0.
    Greater(i32),
    /// The core's sigmoid with this gain, at least 1.
    Sigmoid(u8),
    /// The core's tanh.
    Tanh,
    /// The core's gelu.
    Gelu,
    /// The activation extension's sigmoid.
    SoftSigmoid,
    /// The activation extension's tanh.
    SoftTanh,
    /// The activation extension's gelu.
    SoftGelu,
    /// `(γ·u + (255 − γ)·s) / 255` with γ clamped to 0–255.
    Gate,
}

impl LaneOp {
    /// How many operands it has.
    pub(crate) const fn operands(self) -> usize {
        match self {
            LaneOp::Constant(_) => 0,
            LaneOp::Add
            | LaneOp::Subtract
            | LaneOp::AddWeight(_)
            | LaneOp::MultiplyWrapping
            | LaneOp::MultiplySaturating
            | LaneOp::Greater(_) => 2,
            LaneOp::Gate => 3,
            _ => 1,
        }
    }

    pub(crate) fn emit(self, e: &mut Emitter<'_>, operands: &[Value]) -> Value {
        match *operands {
            [] => self.nullary(e),
            [a] => self.unary(e, a),
            [a, b] => self.binary(e, a, b),
            [a, b, c, ..] => activation::gated(e, a, b, c),
        }
    }

    fn nullary(self, e: &mut Emitter<'_>) -> Value {
        e.splat(if let LaneOp::Constant(value) = self { value } else { 0 })
    }

    fn unary(self, e: &mut Emitter<'_>, a: Value) -> Value {
        match self {
            LaneOp::Negate => arith::saturating_negate(e, a),
            LaneOp::Relu => {
                let zero = e.splat(0);
                e.b.ins().smax(a, zero)
            }
            LaneOp::Shift(amount) => e.b.ins().sshr_imm_u(a, i64::from(amount.min(31))),
            LaneOp::Clamp(low, high) => arith::clamp(e, a, low, high),
            LaneOp::Scale(factor) => arith::scaled(e, a, factor),
            LaneOp::Sigmoid(gain) => activation::sigmoid(e, a, gain),
            LaneOp::Tanh => activation::tanh(e, a),
            LaneOp::Gelu => activation::gelu(e, a),
            LaneOp::SoftSigmoid => activation::soft_sigmoid(e, a),
            LaneOp::SoftTanh => activation::soft_tanh(e, a),
            LaneOp::SoftGelu => activation::soft_gelu(e, a),
            _ => a,
        }
    }

    fn binary(self, e: &mut Emitter<'_>, a: Value, b: Value) -> Value {
        match self {
            LaneOp::Subtract => arith::saturating_subtract(e, a, b),
            LaneOp::AddWeight(factor) => {
                let factor = e.splat(factor);
                let product = e.b.ins().imul(b, factor);
                arith::saturating_add(e, a, product)
            }
            LaneOp::MultiplyWrapping => arith::multiply_wrapping(e, a, b),
            LaneOp::MultiplySaturating => arith::multiply_saturating(e, a, b),
            LaneOp::Greater(then) => {
                let (greater, then) = (e.mask(IntCC::SignedGreaterThan, a, b), e.splat(then));
                e.b.ins().band(greater, then)
            }
            _ => arith::saturating_add(e, a, b),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::lower::emitter::LANES;
    use crate::lower::function::signature;
    use crate::lower::place::{At, Place};
    use crate::target;
    use cranelift_codegen::Context;
    use cranelift_codegen::ir::Function;
    use cranelift_frontend::{FunctionBuilder, FunctionBuilderContext};

    const ALL: [LaneOp; 20] = [
        LaneOp::Copy,
        LaneOp::Constant(5),
        LaneOp::Add,
        LaneOp::Subtract,
        LaneOp::Negate,
        LaneOp::AddWeight(255),
        LaneOp::Relu,
        LaneOp::Shift(9),
        LaneOp::Clamp(-3, 7),
        LaneOp::MultiplyWrapping,
        LaneOp::MultiplySaturating,
        LaneOp::Scale(300),
        LaneOp::Greater(1),
        LaneOp::Sigmoid(64),
        LaneOp::Tanh,
        LaneOp::Gelu,
        LaneOp::SoftSigmoid,
        LaneOp::SoftTanh,
        LaneOp::SoftGelu,
        LaneOp::Gate,
    ];

    #[test]
    fn every_processor_has_what_the_operations_need() {
        for name in ["x86_64-unknown-linux-gnu", "aarch64-unknown-linux-gnu", "aarch64-apple-darwin"] {
            let isa = target::object(name.parse().unwrap()).unwrap();
            for op in ALL {
                let mut function = Function::with_name_signature(Default::default(), signature(isa.as_ref()));
                let mut context = FunctionBuilderContext::new();
                let mut builder = FunctionBuilder::new(&mut function, &mut context);
                let block = builder.create_block();
                builder.append_block_params_for_function_params(block);
                builder.switch_to_block(block);
                let frame = builder.block_params(block)[0];
                let mut e = Emitter::new(builder, frame);
                let operands: Vec<Value> = (0..op.operands())
                    .map(|operand| e.load(Place::Scratch(0), At::fixed(operand * LANES), LANES))
                    .collect();
                let result = op.emit(&mut e, &operands);
                e.store(result, Place::Scratch(0), At::fixed(0));
                let zero = e.int(0);
                e.b.ins().return_(&[zero]);
                e.b.seal_all_blocks();
                e.b.finalize(isa.frontend_config());
                let mut context = Context::for_function(function);
                let code = context.compile(isa.as_ref(), &mut Default::default());
                let code = code.unwrap_or_else(|error| panic!("{op:?} for {name}: {}", error.inner));
                assert!(code.buffer.relocs().is_empty(), "{op:?} for {name} calls something");
            }
        }
    }
}
