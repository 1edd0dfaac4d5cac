//! The element-wise operations, each exact for every 32-bit input.

use super::activations as activation;
use super::arithmetic as arith;
use super::emitter::Emitter;
use super::ranges::{Range, Ranged};
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
    /// `sat((a · b) >> amount)`, at most 31.
    Times(u8),
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
            | LaneOp::Times(_)
            | LaneOp::Greater(_) => 2,
            LaneOp::Gate => 3,
            _ => 1,
        }
    }

    /// The operation on operands of which nothing is known.
    pub(crate) fn emit_any(self, e: &mut Emitter<'_>, operands: &[Value]) -> Value {
        let operands: Vec<Ranged> = operands.iter().map(|&value| Ranged::any(value)).collect();
        self.emit(e, &operands).value
    }

    pub(crate) fn emit(self, e: &mut Emitter<'_>, operands: &[Ranged]) -> Ranged {
        match *operands {
            [] => self.nullary(e),
            [a] => self.unary(e, a),
            [a, b] => self.binary(e, a, b),
            [gate, update, state, ..] => Ranged {
                value: activation::gated(e, gate, update.value, state.value),
                range: update.range.between(state.range),
            },
        }
    }

    fn nullary(self, e: &mut Emitter<'_>) -> Ranged {
        let constant = if let LaneOp::Constant(value) = self { value } else { 0 };
        Ranged { value: e.splat(constant), range: Range::new(constant, constant) }
    }

    fn unary(self, e: &mut Emitter<'_>, a: Ranged) -> Ranged {
        let (value, range) = match self {
            LaneOp::Negate => return arith::negated(e, a),
            LaneOp::Relu => return arith::clamped(e, a, 0, i32::MAX),
            LaneOp::Clamp(low, high) => return arith::clamped(e, a, low, high),
            LaneOp::Scale(factor) => return arith::scaled(e, a, factor),
            LaneOp::Shift(amount) => {
                let amount = amount.min(31);
                (e.b.ins().sshr_imm_u(a.value, i64::from(amount)), a.range.shifted(amount))
            }
            LaneOp::Sigmoid(gain) => (activation::sigmoid(e, a, gain), Range::new(0, 255)),
            LaneOp::Tanh => (activation::tanh(e, a), Range::new(64, 192)),
            LaneOp::Gelu => (activation::gelu(e, a), a.range.toward_zero()),
            LaneOp::SoftSigmoid => (activation::soft_sigmoid(e, a), Range::new(100, 156)),
            LaneOp::SoftTanh => (activation::soft_tanh(e, a), Range::new(-119, 119)),
            LaneOp::SoftGelu => (activation::soft_gelu(e, a), a.range.toward_zero()),
            _ => return a,
        };
        Ranged { value, range }
    }

    fn binary(self, e: &mut Emitter<'_>, a: Ranged, b: Ranged) -> Ranged {
        match self {
            LaneOp::Subtract => arith::subtracted(e, a, b),
            LaneOp::AddWeight(factor) => {
                let weight = arith::multiplied_by(e, b, factor);
                arith::added(e, a, weight)
            }
            LaneOp::MultiplyWrapping => arith::multiplied_wrapping(e, a, b),
            LaneOp::MultiplySaturating => arith::multiplied_saturating(e, a, b),
            LaneOp::Times(amount) => arith::times(e, a, b, amount.min(31)),
            LaneOp::Greater(then) => {
                let (greater, value) = (e.mask(IntCC::SignedGreaterThan, a.value, b.value), e.splat(then));
                Ranged { value: e.b.ins().band(greater, value), range: Range::new(then, then).toward_zero() }
            }
            _ => arith::added(e, a, b),
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

    const ALL: [LaneOp; 21] = [
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
        LaneOp::Times(3),
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
                let mut e = Emitter::new(builder, frame, false);
                let operands: Vec<Value> = (0..op.operands())
                    .map(|operand| e.load(Place::Scratch(0), At::fixed(operand * LANES), LANES))
                    .collect();
                let result = op.emit_any(&mut e, &operands);
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
