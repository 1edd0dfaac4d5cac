//! Registers that are declared and never used.

use super::Subject;
use crate::assemble::uses;
use crate::diagnostic::Diagnostic;
use crate::report::Report;
use std::collections::BTreeSet;
use ternsig_isa::{Bank, Kind, Register};

/// Only hot and cold registers: the others are for the host to use.
pub(super) fn unused(subject: &Subject<'_>, report: &mut Report) {
    let used: BTreeSet<Register> = subject.words.iter().flat_map(uses).collect();
    let by_number = subject.words.iter().any(|word| word.row.is_none());
    let takes_keys = subject.words.iter().filter_map(|word| word.row).any(|row| {
        row.forms.iter().any(|form| form.fields.iter().any(|field| matches!(field.kind, Kind::ParamIndex)))
    });
    for (decl, &span) in subject.program.registers.iter().zip(&subject.places.registers) {
        let register = decl.register;
        let counts = match register.bank() {
            Bank::Hot | Bank::Cold => true,
            Bank::Param => !takes_keys,
            Bank::Shape => false,
        };
        if counts && !by_number && !used.contains(&register) {
            report.push(
                Diagnostic::info("unused-register", format!("{register} is declared but not used"))
                    .labelled(span, "no instruction names it"),
            );
        }
    }
}
