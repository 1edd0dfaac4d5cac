//! Loops, jumps and the end of the program.

use super::codes;
use super::loops::Loops;
use super::sink::Sink;
use super::subject::{Subject, core_op};
use ternsig_isa::field::Kind;
use ternsig_isa::table::core::CoreOp;

/// Loops are paired lexically.
pub(super) fn loops(subject: &Subject<'_>, sink: &mut Sink) {
    let words = subject.instructions();
    for &index in Loops::of(words).unpaired() {
        let (message, help) = match words.get(index).and_then(core_op) {
            Some(CoreOp::Loop) => ("the loop has no end_loop", "add end_loop behind its body"),
            _ => ("the end_loop has no loop", "add loop before its body, or remove it"),
        };
        sink.push(codes::UNPAIRED_LOOP.finding(message).at(index).help(help));
    }
}

/// Every label operand is at most the length of the program.
pub(super) fn targets(subject: &Subject<'_>, sink: &mut Sink) {
    let len = subject.instructions().len();
    for word in subject.words() {
        let fields = word.row.form_of(word.bytes()).fields.iter();
        for field in fields.filter(|field| matches!(field.kind, Kind::Label)) {
            let target = field.extract(word.bytes()) as usize;
            if target > len {
                let name = subject.mnemonic(&word.instruction);
                let message = format!("{name} leads to instruction {target}, the program has {len}");
                let finding = codes::TARGET_BEYOND_END.finding(message).at(word.index);
                sink.push(finding.help("a target is at most the number of instructions, which ends the run"));
            }
        }
    }
}

pub(super) fn advice(subject: &Subject<'_>, sink: &mut Sink) {
    let words = subject.instructions();
    for index in Loops::of(words).stray_breaks() {
        let finding = codes::BREAK_OUTSIDE_LOOP.finding("the break stands in no loop").at(index);
        sink.push(finding.help("remove it, or jump instead"));
    }
    if !words.iter().any(|word| core_op(word) == Some(CoreOp::Call)) {
        for (index, _) in words.iter().enumerate().filter(|(_, word)| core_op(word) == Some(CoreOp::Return)) {
            let finding =
                codes::RETURN_WITHOUT_CALL.finding("the return has no call to go back to; it halts");
            sink.push(finding.at(index).help("write halt"));
        }
    }
    if let Some((last, word)) = words.iter().enumerate().next_back() {
        let leaves =
            matches!(core_op(word), Some(CoreOp::Halt | CoreOp::Jump | CoreOp::Return | CoreOp::Reset));
        if !leaves {
            let finding = codes::NO_HALT.finding("the last instruction is not halt").at(last);
            sink.push(finding.help("end the program with halt"));
        }
    }
}
