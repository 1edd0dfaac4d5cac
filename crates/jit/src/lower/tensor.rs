//! The tensor extension.

use super::lane_ops::LaneOp;
use super::plan::{Planned, by_effect};
use super::{cache, dense, elementwise, joining, norms, reduce, rope, transpose};
use crate::analysis::facts::View;
use ternsig_isa::table::tensor::TensorOp;
use ternsig_isa::{Bank, Op, Register};

pub(crate) fn plan(op: TensorOp, word: [u8; 4], view: &View<'_>) -> Planned {
    match op {
        TensorOp::Add if Register::from_byte(word[2]).bank() == Bank::Cold => {
            elementwise::add_weights(view, word, 256)
        }
        TensorOp::Add => elementwise::zip_longest(view, word, LaneOp::Add, LaneOp::Copy),
        TensorOp::Sub => elementwise::zip_longest(view, word, LaneOp::Subtract, LaneOp::Negate),
        TensorOp::Mul => elementwise::zip(view, word, LaneOp::MultiplySaturating),
        TensorOp::Scale => {
            let factor = u16::from_be_bytes([word[2], word[3]]);
            elementwise::map(view, word, LaneOp::Scale(factor))
        }
        TensorOp::Shift => elementwise::map(view, word, LaneOp::Shift(word[2])),
        TensorOp::Clamp => elementwise::clamp(view, word, |byte| (i32::from(byte) - 128) * 256),
        TensorOp::CmpGt => elementwise::zip_flat(view, word, LaneOp::Greater(1)),
        TensorOp::Negate => elementwise::map(view, word, LaneOp::Negate),
        TensorOp::Slice => joining::slice(view, word),
        TensorOp::Concat => joining::concat_matrices(view, word),
        TensorOp::Squeeze => joining::squeeze(view, word),
        TensorOp::Unsqueeze => joining::unsqueeze(view, word),
        TensorOp::MaxReduce => reduce::plan_maximum(view, word),
        TensorOp::Argmax => reduce::plan_position(view, word),
        TensorOp::ReduceAvg => reduce::plan_mean(view, word),
        TensorOp::ReduceMeanDim => reduce::plan_mean_along(view, word),
        TensorOp::Transpose => transpose::plan_defaulting(view, word),
        TensorOp::Layernorm => norms::plan_layernorm(view, word),
        TensorOp::Rmsnorm => norms::plan_rmsnorm(view, word),
        TensorOp::RopeApply => rope::plan(view, word),
        TensorOp::KvAppend => cache::plan_append(view, word),
        TensorOp::KvRead => cache::plan_read(view, word),
        TensorOp::KvReadPos => cache::plan_read_at(view, word),
        TensorOp::Matmul => dense::plan(view, word),
        TensorOp::KvClear => Ok(cache::plan_clear(word)),
        _ => Ok(by_effect(Op::Tensor(op))),
    }
}
