//! The tensor extension.

mod arithmetic;
mod attention;
mod cache;
mod matmul;
mod norms;
mod rope;
pub(super) mod shapes;
#[cfg(test)]
mod tests;

pub(crate) use cache::extent as cache_extent;

use super::{Flow, Word, core};
use crate::error::Fault;
use crate::machine::Machine;
use ternsig_isa::table::tensor::TensorOp;

pub(super) fn execute(m: &mut Machine, op: TensorOp, word: Word) -> Result<Flow, Fault> {
    match op {
        TensorOp::Matmul => matmul::matmul(m, word)?,
        TensorOp::Add => arithmetic::add(m, word)?,
        TensorOp::Sub => arithmetic::sub(m, word)?,
        TensorOp::Mul => arithmetic::mul(m, word)?,
        TensorOp::Scale => arithmetic::scale(m, word)?,
        TensorOp::Shift => core::shift(m, word)?,
        TensorOp::Clamp => arithmetic::clamp(m, word)?,
        TensorOp::CmpGt => arithmetic::cmp_gt(m, word)?,
        TensorOp::MaxReduce => core::max_reduce(m, word)?,
        TensorOp::Negate => arithmetic::negate(m, word)?,
        TensorOp::ReduceAvg => core::reduce_avg(m, word)?,
        TensorOp::ReduceMeanDim => core::reduce_mean(m, word)?,
        TensorOp::Slice => core::slice(m, word)?,
        TensorOp::Argmax => core::argmax(m, word)?,

        TensorOp::Concat => shapes::concat(m, word)?,
        TensorOp::Squeeze => shapes::squeeze(m, word)?,
        TensorOp::Unsqueeze => shapes::unsqueeze(m, word)?,
        TensorOp::Transpose => shapes::transpose(m, word)?,

        TensorOp::Attn => attention::attn(m, word)?,
        TensorOp::AttnSharp => attention::attn_sharp(m, word)?,
        TensorOp::RopeApply => rope::rope_apply(m, word)?,
        TensorOp::Layernorm => norms::layernorm(m, word)?,
        TensorOp::Rmsnorm => norms::rmsnorm(m, word)?,

        TensorOp::KvAppend => cache::kv_append(m, word)?,
        TensorOp::KvRead => cache::kv_read(m, word)?,
        TensorOp::KvClear => cache::kv_clear(m, word),
        TensorOp::KvAppendPos => cache::kv_append_pos(m, word)?,
        TensorOp::KvReadPos => cache::kv_read_pos(m, word)?,
    }
    Ok(Flow::Next)
}
