//! Registers that are read although they were neither declared nor written.

use super::encode::{Encoded, uses};
use crate::diagnostic::Diagnostic;
use crate::suggest::did_you_mean;
use std::collections::BTreeSet;
use ternsig_isa::table::arch::ArchOp;
use ternsig_isa::{Access, Bank, Kind, Op, Register, Row};
use ternsig_program::RegisterDecl;

/// Warns of registers that are read before anything can have allocated them.
///
/// A program without declarations runs on the registers of another machine, so nothing is known about it then. Where
/// the program jumps or calls, the order of the text is not the order of execution: a write anywhere counts.
pub(super) fn check(words: &[Encoded<'_>], declared: &[RegisterDecl], report: &mut Vec<Diagnostic>) {
    let incomplete = report.iter().any(Diagnostic::is_error);
    if declared.is_empty() || incomplete || words.iter().any(|word| word.row.is_some_and(allocates_any)) {
        return;
    }
    let mut known: BTreeSet<Register> = declared.iter().map(|decl| decl.register).collect();
    if words.iter().any(|word| word.row.is_some_and(|row| row.label_field().is_some())) {
        known.extend(words.iter().flat_map(written));
    }
    for word in words {
        for (access, register) in uses(word) {
            let needed = matches!(access, Access::Read | Access::ReadWrite);
            let kept = matches!(register.bank(), Bank::Hot | Bank::Cold);
            if needed && kept && known.insert(register) {
                report.push(undeclared(word, register, declared));
            }
        }
        known.extend(written(word));
    }
}

fn undeclared(word: &Encoded<'_>, register: Register, declared: &[RegisterDecl]) -> Diagnostic {
    let place = word.place.operands.iter().find(|operand| operand.register == Some(register));
    let names = declared.iter().map(|decl| decl.register).filter(|other| other.bank() == register.bank());
    let help = did_you_mean(&register.to_string(), names.map(|other| other.to_string()));
    Diagnostic::warning("undeclared-read", format!("{register} is neither declared nor written before"))
        .labelled(place.map_or(word.place.span, |operand| operand.span), "read here")
        .help("reading an unallocated register is an error at run time")
        .maybe_help(help)
}

/// The registers that a word may allocate.
fn written<'w>(word: &'w Encoded<'_>) -> impl Iterator<Item = Register> + 'w {
    uses(word).filter(|(access, _)| *access != Access::Read).map(|(_, register)| register)
}

/// Whether the instruction lets the host choose a register to allocate.
fn allocates_any(row: &Row) -> bool {
    matches!(Op::lookup(row.ext, row.opcode), Some(Op::Arch(ArchOp::AllocDynamic)))
}

/// The register that a layer number or layer register stands for.
pub(super) fn layer_register(kind: Kind, byte: i64) -> Option<Register> {
    matches!(kind, Kind::Layer).then(|| Register::cold((byte & 0x3F) as u8))
}
