//! Where the parts of a program stand in its source.

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Span;
use ternsig_isa::Register;
use ternsig_program::{AssembledProgram, Finding};

/// Where the parts of a program stand in its source.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Places {
    /// Of each instruction.
    pub instructions: Vec<InstructionPlace>,
    /// Of each register declaration, beside `AssembledProgram::registers`.
    pub registers: Vec<Span>,
    /// Of each requirement, beside `AssembledProgram::requires`.
    pub requires: Vec<Span>,
}

/// Where an instruction stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstructionPlace {
    /// From the mnemonic to the last operand.
    pub span: Span,
    /// The mnemonic.
    pub mnemonic: Span,
    /// The operands, as written.
    pub operands: Vec<OperandPlace>,
}

/// Where an operand stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OperandPlace {
    /// The operand's text.
    pub span: Span,
    /// The register that it names.
    pub register: Option<Register>,
}

impl Places {
    /// A finding of the validator as a diagnostic: at the operand it is about, else at the instruction, else at the
    /// register's declaration, else about the whole file.
    #[must_use]
    pub fn diagnose(&self, finding: &Finding, program: &AssembledProgram) -> Diagnostic {
        let severity = Severity::from(finding.level);
        let diagnostic =
            Diagnostic::of(severity, finding.code, finding.message.as_str()).maybe_help(finding.help.clone());
        match self.place_of(finding, program) {
            Some(span) => diagnostic.at(span),
            None => diagnostic,
        }
    }

    fn place_of(&self, finding: &Finding, program: &AssembledProgram) -> Option<Span> {
        let Some(index) = finding.instruction else {
            let register = finding.register?;
            let at = program.registers.iter().rposition(|decl| decl.register == register)?;
            return self.registers.get(at).copied();
        };
        let place = self.instructions.get(index)?;
        let operand = place
            .operands
            .iter()
            .find(|operand| finding.register.is_some() && operand.register == finding.register);
        Some(operand.map_or(place.span, |operand| operand.span))
    }
}
