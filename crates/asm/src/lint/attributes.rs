//! Attributes on registers that do not have them.

use super::Subject;
use crate::diagnostic::Diagnostic;
use crate::report::Report;
use ternsig_isa::Bank;

/// Keys and the frozen flag are for weights.
pub(super) fn without_effect(subject: &Subject<'_>, report: &mut Report) {
    for (decl, &span) in subject.program.registers.iter().zip(&subject.places.registers) {
        let attribute = match (&decl.key, decl.frozen) {
            (Some(_), _) => "a storage key",
            (None, true) => "the frozen flag",
            (None, false) => continue,
        };
        if decl.register.bank() != Bank::Cold {
            let message =
                format!("{attribute} has no effect on the {} register {}", bank(decl), decl.register);
            report.push(
                Diagnostic::info("attribute-without-effect", message)
                    .labelled(span, "only cold registers are stored and trained"),
            );
        }
    }
}

fn bank(decl: &ternsig_program::RegisterDecl) -> &'static str {
    decl.register.bank().name()
}
