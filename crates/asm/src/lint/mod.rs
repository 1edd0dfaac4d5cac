//! Advice beyond what the validator gives: what needs the text, not only the program.

mod attributes;
mod labels;
mod meta;
mod registers;
mod requirements;

use crate::assemble::{Encoded, Places};
use crate::report::Report;
use crate::syntax::File;
use ternsig_isa::InstructionSet;
use ternsig_program::AssembledProgram;

/// What the lints look at.
pub(crate) struct Subject<'a> {
    pub(crate) source: &'a str,
    pub(crate) file: &'a File<'a>,
    pub(crate) program: &'a AssembledProgram,
    pub(crate) places: &'a Places,
    pub(crate) words: &'a [Encoded<'a>],
    pub(crate) set: &'a InstructionSet,
}

/// A lint: looks at the program and reports what it finds.
type Lint = fn(&Subject<'_>, &mut Report);

const LINTS: &[Lint] = &[
    meta::missing_name,
    requirements::missing,
    requirements::unused,
    registers::unused,
    attributes::without_effect,
    labels::unused,
];

/// Runs all lints.
pub(crate) fn run(subject: &Subject<'_>, report: &mut Report) {
    LINTS.iter().for_each(|lint| lint(subject, report));
}
