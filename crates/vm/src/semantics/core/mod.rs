//! The core instruction set.

mod control;
mod forward;
mod learning;
mod registers;
mod ternary;

use super::{Flow, Word, structure};
use crate::error::Fault;
use crate::machine::Machine;
use ternsig_isa::table::core::CoreOp;

pub(super) use forward::{
    add_cold, argmax, concat, map, max_reduce, reduce_avg, reduce_mean, relu, shift, slice, zip,
};
pub(super) use learning::add_babble;
pub(super) use registers::load_target;
pub(super) use ternary::{batch_shape, embed_lookup, embed_sequence, gate_update, matrix, ternary_add_bias};

pub(super) fn execute(m: &mut Machine, op: CoreOp, word: Word) -> Result<Flow, Fault> {
    match op {
        CoreOp::Halt => return Ok(Flow::Halt),
        CoreOp::Reset => control::reset(m),
        CoreOp::Loop => control::begin_loop(m, word)?,
        CoreOp::EndLoop => control::end_loop(m)?,
        CoreOp::Break => return control::break_loop(m),
        CoreOp::Call => control::call(m, word)?,
        CoreOp::Return => return Ok(control::return_call(m)),
        CoreOp::Jump => control::jump(m, word),
        CoreOp::IfZero => control::if_zero(m, word)?,
        CoreOp::IfNonzero => control::if_nonzero(m, word)?,

        CoreOp::Nop => {}
        CoreOp::AllocTensor => structure::alloc_tensor(m, word)?,
        CoreOp::FreeTensor => structure::free_tensor(m, word)?,
        CoreOp::CopyReg => registers::copy_reg(m, word)?,
        CoreOp::ZeroReg => registers::zero_reg(m, word)?,
        CoreOp::LoadInput => registers::load_input(m, word)?,
        CoreOp::StoreOutput => registers::store_output(m, word)?,
        CoreOp::LoadTarget => registers::load_target(m, word)?,

        CoreOp::WireForward => structure::wire_forward(m, word)?,
        CoreOp::WireSkip => structure::wire_skip(m, word)?,
        CoreOp::GrowNeuron => structure::grow_neuron(m, word)?,
        CoreOp::PruneNeuron => structure::prune_neuron(m, word)?,
        CoreOp::InitRandom => structure::init_random(m, word)?,

        CoreOp::Add => forward::add(m, word)?,
        CoreOp::Sub => forward::sub(m, word)?,
        CoreOp::Mul => forward::mul(m, word)?,
        CoreOp::Relu => forward::relu(m, word)?,
        CoreOp::Sigmoid => forward::sigmoid(m, word)?,
        CoreOp::Tanh => forward::tanh(m, word)?,
        CoreOp::Softmax => forward::softmax(m, word)?,
        CoreOp::Gelu => forward::gelu(m, word)?,
        CoreOp::Shift => forward::shift(m, word)?,
        CoreOp::Clamp => forward::clamp(m, word)?,
        CoreOp::CmpGt => forward::cmp_gt(m, word)?,
        CoreOp::MaxReduce => forward::max_reduce(m, word)?,
        CoreOp::Set => forward::set(m, word),
        CoreOp::ReduceAvg => forward::reduce_avg(m, word)?,
        CoreOp::ReduceMean => forward::reduce_mean(m, word)?,
        CoreOp::Slice => forward::slice(m, word)?,
        CoreOp::Argmax => forward::argmax(m, word)?,
        CoreOp::Concat => forward::concat(m, word)?,
        CoreOp::Squeeze => forward::squeeze(m, word)?,
        CoreOp::Unsqueeze => forward::unsqueeze(m, word)?,
        CoreOp::Transpose => forward::transpose(m, word)?,

        CoreOp::TernaryMatmul => ternary::ternary_matmul(m, word)?,
        CoreOp::TernaryBatchMatmul => ternary::ternary_batch_matmul(m, word)?,
        CoreOp::Dequantize => ternary::dequantize(m, word)?,
        CoreOp::TernaryAddBias => ternary::ternary_add_bias(m, word)?,
        CoreOp::EmbedLookup => ternary::embed_lookup(m, word)?,
        CoreOp::EmbedSequence => ternary::embed_sequence(m, word)?,
        CoreOp::GateUpdate => ternary::gate_update(m, word)?,

        CoreOp::MarkEligibility => {}
        CoreOp::AddBabble => learning::add_babble(m, word)?,
        CoreOp::MasteryUpdate => learning::mastery_update(m, word)?,
        CoreOp::MasteryCommit => learning::mastery_commit(m, word)?,
    }
    Ok(Flow::Next)
}
