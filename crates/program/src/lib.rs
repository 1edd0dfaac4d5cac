//! Ternsig programs: the assembled form, the binary formats, the validator and the validated type.
//!
//! The assembler and the readers produce an [`AssembledProgram`]; the validator turns it into a [`ValidatedProgram`],
//! and only that type is executed. This crate reads and writes bytes, never files.
#![forbid(unsafe_code)]

pub mod binary;
pub mod card;
pub mod checksum;
pub mod generate;
pub mod meta_text;
pub mod program;
pub mod request;
pub mod validate;
pub mod validated;

pub use binary::{BinaryError, BinaryWarning, Loaded, WriteError, WriteOptions};
pub use card::{Card, CardError};
pub use checksum::checksum;
pub use program::{AssembledProgram, Meta, Projection, RegisterDecl, Requirement};
pub use request::{Check, Request};
pub use validate::{Checks, Finding, Level, Report, validate};
pub use validated::{Step, StepOp, ValidatedProgram, ValidationError};
