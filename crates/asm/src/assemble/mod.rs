//! From the tree to the program.

mod bounds;
mod compat;
mod complaint;
mod encode;
mod flow;
mod labels;
mod lookup;
mod meta;
mod operands;
mod places;
mod projection;
mod registers;
mod requires;
mod undeclared;
mod unknown;
mod words;

pub(crate) use bounds::crossed;
pub(crate) use encode::{Encoded, uses};
pub(crate) use lookup::{WORD, row_of};
pub(crate) use operands::{Operands, read_operands, split_name};
pub use places::{InstructionPlace, OperandPlace, Places};
pub(crate) use requires::short_name;

use crate::diagnostic::Diagnostic;
use crate::report::Report;
use crate::syntax::{self, File};
use ternsig_isa::InstructionSet;
use ternsig_program::AssembledProgram;

/// What became of a source.
#[derive(Debug, Clone, PartialEq)]
pub struct Assembly {
    /// The program; `None` if there is an error among the diagnostics.
    pub program: Option<AssembledProgram>,
    /// Everything there is to say, in the order of the text.
    pub diagnostics: Vec<Diagnostic>,
    /// Where the parts of the program stand in the text.
    pub places: Places,
}

impl Assembly {
    /// The diagnostics that keep the source from being a program.
    pub fn errors(&self) -> impl Iterator<Item = &Diagnostic> {
        self.diagnostics.iter().filter(|diagnostic| diagnostic.is_error())
    }

    /// The program, or the diagnostics if there is none.
    ///
    /// # Errors
    /// All diagnostics, at least one of which is an error.
    pub fn into_result(self) -> Result<AssembledProgram, Vec<Diagnostic>> {
        self.program.ok_or(self.diagnostics)
    }

    /// What became of a source about which all has been said.
    pub(crate) fn of(program: AssembledProgram, places: Places, report: Report) -> Assembly {
        let failed = report.errors() > 0;
        Assembly { program: (!failed).then_some(program), diagnostics: report.finish(), places }
    }
}

/// Assembles a source. Every mistake is reported, not only the first; of each code the first thousand.
///
/// Allocates at most 256 times the size of the source and 4 MiB.
///
/// ```
/// use ternsig_asm::assemble;
/// use ternsig_isa::InstructionSet;
///
/// let source = ".program\n    relu H1, H0\n    hlat\n";
/// let assembly = assemble(source, &InstructionSet::standard());
/// assert!(assembly.program.is_none());
/// assert_eq!(assembly.diagnostics[0].code, "unknown-mnemonic");
/// assert_eq!(assembly.diagnostics[0].help.as_deref(), Some("did you mean \"halt\"?"));
/// ```
#[must_use]
pub fn assemble(source: &str, set: &InstructionSet) -> Assembly {
    let mut report = Report::default();
    let file = syntax::parse(source, &mut report);
    let Parts { program, places, .. } = assemble_file(&file, set, &mut report);
    Assembly::of(program, places, report)
}

/// What a tree was made into; without meaning if an error was reported.
pub(crate) struct Parts<'s> {
    pub(crate) program: AssembledProgram,
    pub(crate) places: Places,
    /// The encoded instructions with what is known about each.
    pub(crate) words: Vec<Encoded<'s>>,
}

/// Assembles a tree.
pub(crate) fn assemble_file<'s>(file: &File<'s>, set: &InstructionSet, report: &mut Report) -> Parts<'s> {
    let (meta, dims) = meta::read(file, report);
    let (requires, require_places) = requires::read(file, set, report);
    let (registers, register_places) = registers::read(file, report);
    let projections = projection::read(file, report);
    let labels = labels::read(file, report);
    let words = encode::encode(file, set, &labels, &registers, &requires, report);
    flow::check(&words, report);
    let program = AssembledProgram {
        meta,
        requires,
        registers,
        instructions: words.iter().map(|word| word.instruction).collect(),
        labels: labels.into_indexes(),
        projections,
        lines: words.iter().map(|word| word.line).collect(),
    };
    dims.check(&program, report);
    let places = Places {
        instructions: words.iter().map(|word| word.place.clone()).collect(),
        registers: register_places,
        requires: require_places,
    };
    undeclared::check(&program, set, &places, report);
    Parts { program, places, words }
}
