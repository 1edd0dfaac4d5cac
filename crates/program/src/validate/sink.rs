//! Where the checks put their findings.

use super::codes::Code;
use super::{Finding, Report};
use std::collections::HashMap;
use ternsig_isa::Register;

/// A program whose every word is wrong must not fill the memory.
const MOST_PER_CODE: usize = 1000;

impl Code {
    /// A finding of this kind.
    pub(super) fn finding(&'static self, message: impl Into<String>) -> Finding {
        let (code, level, message) = (self.name, self.level, message.into());
        Finding { level, code, instruction: None, register: None, message, help: None }
    }
}

impl Finding {
    pub(super) fn at(mut self, instruction: usize) -> Finding {
        self.instruction = Some(instruction);
        self
    }

    pub(super) fn about(mut self, register: Register) -> Finding {
        self.register = Some(register);
        self
    }

    pub(super) fn help(mut self, help: impl Into<String>) -> Finding {
        self.help = Some(help.into());
        self
    }
}

#[derive(Default)]
pub(super) struct Sink {
    report: Report,
    counts: HashMap<&'static str, usize>,
}

impl Sink {
    pub(super) fn push(&mut self, finding: Finding) {
        let count = self.counts.entry(finding.code).or_default();
        *count += 1;
        if *count <= MOST_PER_CODE {
            self.report.findings.push(finding);
        } else {
            self.report.omitted += 1;
        }
    }

    /// The findings in order of the instructions; of one instruction, in the order of the checks.
    pub(super) fn report(self) -> Report {
        let mut report = self.report;
        report.findings.sort_by_key(|finding| finding.instruction);
        report
    }
}
