//! Programs that learn.

use super::codes;
use super::sink::Sink;
use super::subject::{Subject, Word};
use ternsig_isa::Op;
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::table::learning::LearningOp;

pub(super) fn check(subject: &Subject<'_>, sink: &mut Sink) {
    let output = subject.words().find(|word| word.core() == Some(CoreOp::StoreOutput)).map(|word| word.index);
    let mut first = None;
    for word in subject.words().filter(|word| word.op().is_some_and(is_mastery)) {
        first.get_or_insert(word.index);
        if output.is_none_or(|output| word.index < output) {
            let message = format!("{} comes before any store_output", subject.mnemonic(&word.instruction));
            sink.push(codes::MASTERY_BEFORE_OUTPUT.finding(message).at(word.index));
        }
        short_activity(subject, &word, sink);
    }
    if let (Some(index), Some(_)) = (first, output) {
        sink.push(codes::LEARNING_PROGRAM.finding("the program learns while it runs").at(index));
    }
}

const fn is_mastery(op: Op) -> bool {
    use LearningOp::{MasteryCommit, MasteryOuter, MasteryUpdate};
    matches!(
        op,
        Op::Core(CoreOp::MasteryUpdate | CoreOp::MasteryCommit)
            | Op::Learning(MasteryUpdate | MasteryCommit | MasteryOuter)
    )
}

/// `mastery_update` pairs element i of the activity with weight i, so weights beyond the activity's length never learn.
fn short_activity(subject: &Subject<'_>, word: &Word, sink: &mut Sink) {
    let pairs =
        matches!(word.op(), Some(Op::Core(CoreOp::MasteryUpdate) | Op::Learning(LearningOp::MasteryUpdate)));
    let declared = |name: &str| {
        let mut registers = word.row.registers(word.bytes());
        registers
            .find(|(field, _)| field.name == name)
            .and_then(|(_, register)| subject.program.declaration(register))
    };
    let (Some(weights), Some(activity)) = (declared("weights"), declared("activity")) else { return };
    let (all, reached) = (weights.shape.elements(), activity.shape.elements());
    if pairs && reached < all {
        let message = format!(
            "{} reaches the first {reached} of the {all} weights of {}",
            subject.mnemonic(&word.instruction),
            weights.register
        );
        let finding = codes::SHORT_ACTIVITY.finding(message).at(word.index).about(weights.register);
        sink.push(finding.help("learning.mastery_outer reaches a whole matrix"));
    }
}
