//! The core instruction set.

use super::lane_ops::LaneOp;
use super::lanes::Lanes;
use super::place::Place;
use super::plan::{Plan, Planned, by_effect, index, result, source};
use super::{
    batch, commit, elementwise, embedding, joining, pressure, product, reduce, repeating, softmax, transpose,
};
use crate::analysis::facts::{Buffer, View};
use crate::packs::Form;
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::{Bank, Op, Register};

pub(crate) fn plan(op: CoreOp, word: [u8; 4], view: &View<'_>) -> Planned {
    let [a, b, c, d] = word;
    match op {
        CoreOp::Halt
        | CoreOp::Reset
        | CoreOp::Loop
        | CoreOp::EndLoop
        | CoreOp::Break
        | CoreOp::Call
        | CoreOp::Return
        | CoreOp::Jump => Ok(Plan::Control(0)),
        CoreOp::IfZero | CoreOp::IfNonzero => source(view, a).map(|buffer| Plan::Control(buffer.len)),
        CoreOp::Nop | CoreOp::MarkEligibility => Ok(Plan::Nothing),
        CoreOp::CopyReg => {
            let buffer = source(view, b)?;
            Ok(lanes(LaneOp::Copy, a, vec![hot(b)], buffer))
        }
        CoreOp::LoadInput => load(Place::Input, a, view.facts.input_len),
        CoreOp::LoadTarget => load(Place::Target, a, view.facts.target_len),
        CoreOp::StoreOutput => {
            let buffer = source(view, b)?;
            let (sources, dst) = (vec![hot(b)], Place::Output);
            Ok(Plan::Lanes(Lanes { op: LaneOp::Copy, sources, dst, buffer }))
        }
        CoreOp::ZeroReg => Ok(lanes(LaneOp::Constant(0), a, vec![hot(a)], source(view, a)?)),
        CoreOp::Add if Register::from_byte(c).bank() == Bank::Cold => {
            elementwise::add_weights(view, word, 255)
        }
        CoreOp::Add => elementwise::add(view, word),
        CoreOp::Mul => elementwise::zip(view, word, LaneOp::MultiplyWrapping),
        CoreOp::Sub => elementwise::zip(view, word, LaneOp::Subtract),
        CoreOp::CmpGt => elementwise::zip(view, word, LaneOp::Greater(255)),
        CoreOp::Relu => elementwise::map(view, word, LaneOp::Relu),
        CoreOp::Shift => elementwise::map(view, word, LaneOp::Shift(c)),
        CoreOp::Clamp => elementwise::clamp(view, word, i32::from),
        CoreOp::Sigmoid => elementwise::map(view, word, LaneOp::Sigmoid(if d > 0 { d } else { 64 })),
        CoreOp::Tanh => elementwise::map(view, word, LaneOp::Tanh),
        CoreOp::Gelu => elementwise::map(view, word, LaneOp::Gelu),
        CoreOp::Dequantize => elementwise::dequantize_to_output(view, word),
        CoreOp::TernaryAddBias => elementwise::add_weights(view, word, 256),
        CoreOp::Set => {
            let value = i32::from(u16::from_be_bytes([c, d]));
            Ok(lanes(LaneOp::Constant(value), a, vec![], Buffer::vector(1)))
        }
        CoreOp::GateUpdate => elementwise::gate_update(view, word),
        CoreOp::TernaryMatmul => product::plan(view, word, Form::PerProduct),
        CoreOp::TernaryBatchMatmul => batch::plan(view, word, Form::PerProduct),
        CoreOp::WireForward => product::plan(view, word, Form::Plain),
        CoreOp::Slice => joining::slice(view, word),
        CoreOp::Concat => joining::concat(view, word),
        CoreOp::Squeeze => joining::squeeze(view, word),
        CoreOp::Unsqueeze => joining::unsqueeze(view, word),
        CoreOp::WireSkip => repeating::wire_skip(view, word),
        CoreOp::EmbedLookup => embedding::lookup(view, word),
        CoreOp::EmbedSequence => embedding::sequence(view, word),
        CoreOp::MaxReduce => reduce::plan_maximum(view, word),
        CoreOp::Argmax => reduce::plan_position(view, word),
        CoreOp::ReduceAvg => reduce::plan_mean(view, word),
        CoreOp::ReduceMean => reduce::plan_mean_along(view, word),
        CoreOp::Softmax => softmax::plan(view, word),
        CoreOp::Transpose => transpose::plan(view, word),
        CoreOp::MasteryUpdate => pressure::update(view, word),
        CoreOp::MasteryCommit => commit::plan(view, a, d, c),
        _ => Ok(by_effect(Op::Core(op))),
    }
}

/// A hot register by its byte.
pub(crate) const fn hot(byte: u8) -> Place {
    Place::Hot(index(byte))
}

/// Lanes into a hot register.
pub(crate) fn lanes(op: LaneOp, dst: u8, sources: Vec<Place>, buffer: Buffer) -> Plan {
    Plan::Lanes(Lanes { op, sources, dst: hot(dst), buffer })
}

pub(crate) fn load(place: Place, dst: u8, len: usize) -> Planned {
    let buffer = result(Buffer::vector(len))?;
    Ok(lanes(LaneOp::Copy, dst, vec![place], buffer))
}
