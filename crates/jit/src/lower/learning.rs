//! The learning extension.

use super::core::load;
use super::place::Place;
use super::plan::{Planned, by_effect};
use super::{commit, pressure};
use crate::analysis::facts::View;
use ternsig_isa::Op;
use ternsig_isa::table::learning::LearningOp;

pub(crate) fn plan(op: LearningOp, word: [u8; 4], view: &View<'_>) -> Planned {
    match op {
        LearningOp::MasteryUpdate => pressure::update(view, word),
        LearningOp::MasteryOuter => pressure::outer(view, word),
        LearningOp::MasteryCommit => commit::plan(view, word[0], word[3], word[2]),
        LearningOp::LoadTarget => load(Place::Target, word[0], view.facts.target_len),
        _ => Ok(by_effect(Op::Learning(op))),
    }
}
