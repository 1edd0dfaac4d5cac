//! Pairs of bounds, and numbers that do not act as they read.

use super::codes;
use super::sink::Sink;
use super::subject::{Subject, Word};
use ternsig_isa::Op;
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::table::tensor::TensorOp;
use ternsig_isa::table::ternary::TernaryOp;
use ternsig_isa::table::test::TestOp;

/// A clamp needs a lower bound that is not above the upper one.
pub(super) fn check(subject: &Subject<'_>, sink: &mut Sink) {
    for word in subject.words() {
        let [_, _, low, high] = word.bytes();
        if matches!(word.op(), Some(Op::Core(CoreOp::Clamp) | Op::Tensor(TensorOp::Clamp))) && low > high {
            let name = subject.mnemonic(&word.instruction);
            let message = format!("the lower bound {low} of {name} is above the upper bound {high}");
            sink.push(codes::CROSSED_BOUNDS.finding(message).at(word.index).help("exchange the bounds"));
        }
    }
}

pub(super) fn advice(subject: &Subject<'_>, sink: &mut Sink) {
    for word in subject.words() {
        match word.op() {
            Some(Op::Test(TestOp::AssertRange)) => assert_range(&word, sink),
            Some(Op::Core(CoreOp::Dequantize) | Op::Ternary(TernaryOp::Dequantize)) => {
                shift(subject, &word, sink)
            }
            Some(Op::Core(CoreOp::ReduceMean) | Op::Tensor(TensorOp::ReduceMeanDim)) => {
                mean(subject, &word, sink)
            }
            _ => {}
        }
    }
}

fn assert_range(word: &Word, sink: &mut Sink) {
    let form = word.row.form_of(word.bytes());
    let value = |name| form.field(name).map(|field| field.extract(word.bytes()));
    if let (Some(min), Some(max)) = (value("min"), value("max"))
        && min > max
    {
        let message = format!("the lower bound {min} of test.assert_range is above the upper bound {max}");
        sink.push(codes::CROSSED_RANGE.finding(message).at(word.index).help("exchange the bounds"));
    }
}

fn shift(subject: &Subject<'_>, word: &Word, sink: &mut Sink) {
    let [_, _, high, low] = word.bytes();
    let amount = u16::from_be_bytes([high, low]);
    if amount > 31 {
        let name = subject.mnemonic(&word.instruction);
        let message = format!("{name} shifts by {amount}, which acts as 31");
        sink.push(
            codes::LARGE_SHIFT.finding(message).at(word.index).help("the scale is a shift, not a divisor"),
        );
    }
}

fn mean(subject: &Subject<'_>, word: &Word, sink: &mut Sink) {
    let name = subject.mnemonic(&word.instruction);
    let dim = word.bytes()[2];
    if dim >= 2 {
        let message = format!("dimension {dim} of {name} acts as dimension 1");
        sink.push(codes::IGNORED_DIMENSION.finding(message).at(word.index).help("use dimension 0 or 1"));
    }
    let sources = word.row.registers(word.bytes()).filter(|(field, _)| field.name == "src");
    for (_, register) in sources {
        let rank = subject.program.declaration(register).map_or(0, |decl| decl.shape.rank());
        if rank >= 3 {
            let message = format!("{name} uses only two of the {rank} dimensions of {register}");
            sink.push(codes::IGNORED_DIMENSION.finding(message).at(word.index).about(register));
        }
    }
}
