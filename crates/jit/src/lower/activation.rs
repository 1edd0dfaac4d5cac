//! The activation extension.

use super::lane_ops::LaneOp;
use super::plan::Planned;
use super::{elementwise, softmax};
use crate::analysis::facts::View;
use ternsig_isa::table::activation::ActivationOp;

pub(crate) fn plan(op: ActivationOp, word: [u8; 4], view: &View<'_>) -> Planned {
    match op {
        ActivationOp::Softmax => softmax::plan_by_row(view, word),
        ActivationOp::Relu => elementwise::map(view, word, LaneOp::Relu),
        ActivationOp::Sigmoid if word[3] == 0 => elementwise::map(view, word, LaneOp::SoftSigmoid),
        ActivationOp::Sigmoid => elementwise::map(view, word, LaneOp::Sigmoid(word[3])),
        ActivationOp::Tanh => elementwise::map(view, word, LaneOp::SoftTanh),
        ActivationOp::Gelu => elementwise::map(view, word, LaneOp::SoftGelu),
    }
}
