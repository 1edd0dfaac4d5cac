//! Registers that are read although they were neither declared nor written.

use super::Places;
use crate::report::Report;
use crate::suggest::did_you_mean;
use ternsig_isa::InstructionSet;
use ternsig_program::AssembledProgram;
use ternsig_program::validate::undeclared_reads;

/// Warns of them as the validator does, and names the nearest declared register.
pub(super) fn check(program: &AssembledProgram, set: &InstructionSet, places: &Places, report: &mut Report) {
    if report.errors() > 0 {
        return;
    }
    for finding in undeclared_reads(program, set).findings {
        let nearest = finding.register.and_then(|register| {
            let declared = program.registers.iter().map(|decl| decl.register);
            let likely = declared.filter(|other| other.bank() == register.bank());
            did_you_mean(&register.to_string(), likely.map(|other| other.to_string()))
        });
        report.push(places.diagnose(&finding, program).maybe_help(nearest));
    }
}
