//! Ternsig programs: the assembled form, the binary formats, the validator and the validated type.
//!
//! The assembler and the readers produce an [`AssembledProgram`]; the validator turns it into a [`ValidatedProgram`],
//! and only that type is executed. This crate reads and writes bytes, never files.
#![forbid(unsafe_code)]

pub mod checksum;
pub mod program;
pub mod validated;
pub mod validate;

pub use checksum::checksum;
pub use program::{AssembledProgram, Meta, Projection, RegisterDecl, Requirement};
pub use validate::{Checks, Finding, Level, Report, validate};
pub use validated::{Step, StepOp, ValidatedProgram, ValidationError};
