//! Operand bits that mean nothing. They are ignored when the program runs.

use super::codes;
use super::sink::Sink;
use super::subject::{Subject, Word};

pub(super) fn check(subject: &Subject<'_>, sink: &mut Sink) {
    for word in subject.words().filter(|word| word.row.has_stray_bits(word.bytes()) && !is_null_pair(word)) {
        let name = subject.mnemonic(&word.instruction);
        let [a, b, c, d] = word.bytes();
        let message = format!(
            "the operand bytes {a:02x} {b:02x} {c:02x} {d:02x} of {name} have bits without a meaning"
        );
        sink.push(codes::STRAY_OPERAND.finding(message).at(word.index).help("unused bits are 0"));
    }
}

/// Assemblers of Ternsig 1.x fill a word without operands with two null registers.
fn is_null_pair(word: &Word) -> bool {
    word.row.form_of(word.bytes()).fields.is_empty() && word.bytes() == [0xFF, 0xFF, 0, 0]
}
