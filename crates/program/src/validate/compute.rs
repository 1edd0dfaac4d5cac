//! Computation that does not wait for the input.

use super::codes;
use super::sink::Sink;
use super::subject::{Subject, Word};
use ternsig_isa::table::core::CoreOp;

pub(super) fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let first = subject.words().find(|word| is_compute(word) || word.core() == Some(CoreOp::LoadInput));
    if let Some(word) = first.filter(is_compute) {
        let message = format!("{} comes before any load_input", subject.mnemonic(&word.instruction));
        sink.push(codes::COMPUTE_BEFORE_INPUT.finding(message).at(word.index));
    }
}

fn is_compute(word: &Word) -> bool {
    word.is_extension() || matches!(word.instruction.opcode >> 8, 0x30 | 0x40)
}
