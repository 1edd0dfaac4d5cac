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

    pub(crate) fn sort(&mut self) {
        self.diagnostics.sort_by_key(Diagnostic::order);
    }
}

/// Assembles a source. Every mistake is reported, not only the first.
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
    let mut diagnostics = Vec::new();
    let file = syntax::parse(source, &mut diagnostics);
    assemble_file(&file, set, diagnostics).0
}

/// Assembles a tree; the second result is the encoded instructions with what is known about each.
pub(crate) fn assemble_file<'s>(
    file: &File<'s>,
    set: &InstructionSet,
    mut diagnostics: Vec<Diagnostic>,
) -> (Assembly, Vec<Encoded<'s>>) {
    let report = &mut diagnostics;
    let (meta, dims) = meta::read(file, report);
    let (requires, require_places) = requires::read(file, set, report);
    let (registers, register_places) = registers::read(file, report);
    let projections = projection::read(file, report);
    let labels = labels::read(file, report);
    let encoded = encode::encode(file, set, &labels, &registers, &requires, report);
    flow::check(&encoded, report);
    undeclared::check(&encoded, &registers, report);
    let program = AssembledProgram {
        meta,
        requires,
        registers,
        instructions: encoded.iter().map(|word| word.instruction).collect(),
        labels: labels.into_indexes(),
        projections,
        lines: encoded.iter().map(|word| word.line).collect(),
    };
    dims.check(&program, report);
    let places = Places {
        instructions: encoded.iter().map(|word| word.place.clone()).collect(),
        registers: register_places,
        requires: require_places,
    };
    let failed = diagnostics.iter().any(Diagnostic::is_error);
    let mut assembly = Assembly { program: (!failed).then_some(program), diagnostics, places };
    assembly.sort();
    (assembly, encoded)
}
