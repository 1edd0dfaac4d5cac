//! Declared registers that the program allocates or frees itself.

use super::codes;
use super::sink::Sink;
use super::subject::{Subject, Word};
use ternsig_isa::field::Kind;
use ternsig_isa::table::arch::ArchOp;
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::{Op, Register};

pub(super) fn check(subject: &Subject<'_>, sink: &mut Sink) {
    for word in subject.words() {
        let frees = match word.op() {
            Some(op) if allocates(op) => false,
            Some(Op::Core(CoreOp::FreeTensor) | Op::Arch(ArchOp::FreeTensor | ArchOp::FreeDynamic)) => true,
            _ => continue,
        };
        let Some(register) = named(&word).filter(|&r| subject.program.declaration(r).is_some()) else {
            continue;
        };
        let name = subject.mnemonic(&word.instruction);
        let (what, help) = if frees {
            ("frees", "the next run will not find it")
        } else {
            ("allocates", "it is allocated already, so this fails unless it was freed before")
        };
        let message = format!("{name} {what} {register}, which is declared");
        sink.push(codes::FIXED_REGISTER.finding(message).at(word.index).about(register).help(help));
    }
}

/// Whether an instruction allocates the register that it names.
pub(super) const fn allocates(op: Op) -> bool {
    matches!(op, Op::Core(CoreOp::AllocTensor) | Op::Arch(ArchOp::AllocTensor | ArchOp::DefineLayer))
}

/// The register that such an instruction names in its first operand.
pub(super) fn named(word: &Word) -> Option<Register> {
    let field = word.row.form_of(word.bytes()).fields.first()?;
    match field.kind {
        Kind::Layer => Some(Register::cold(field.extract(word.bytes()) as u8)),
        _ => field.register_in(word.bytes()),
    }
}
