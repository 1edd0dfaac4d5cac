//! The .ternsig language: assembler, disassembler, formatter, lints and diagnostics.
//!
//! A source is read line by line and becomes a tree that keeps every word and its place. From the
//! tree, [`assemble()`] makes a program, [`format()`] a tidy source. [`check()`] adds what the validator and the lints have to
//! say. [`disassemble()`] leads back from a program to text. Mistakes are values, [`Diagnostic`]s, all of a file at once;
//! [`render()`] shows them to people, [`apply_fixes`] makes the changes that they propose.
#![forbid(unsafe_code)]
#![expect(
    clippy::result_large_err,
    reason = "a mistake is rare, and its diagnostic is moved a few times at most"
)]

mod check;
mod disassemble;
mod format;
mod lint;
mod report;
mod syntax;

pub mod assemble;
pub mod diagnostic;
pub mod fix;
pub mod render;
pub mod source;
pub mod suggest;

pub use assemble::{Assembly, InstructionPlace, OperandPlace, Places, assemble};
pub use check::check;
pub use diagnostic::{Diagnostic, Fix, Label, Severity};
pub use disassemble::disassemble;
pub use fix::apply_fixes;
pub use format::format;
pub use render::{Colour, render, render_all};
pub use source::{LineIndex, Position, Span};
