//! The Ternsig machine, its reference interpreter and the semantics of every instruction.
//!
//! [`Machine`] owns all state. [`Interpreter`] is a machine with devices and, optionally, an [`Accelerator`]; it runs a
//! [`ValidatedProgram`](ternsig_program::ValidatedProgram). What each instruction does stands in [`semantics`], one
//! function each, apart from the loop that calls them.
#![forbid(unsafe_code)]

pub mod accelerator;
pub mod arith;
pub mod context;
pub mod devices;
pub mod error;
pub mod extension;
pub mod fuel;
pub mod generate;
pub mod interpreter;
pub mod machine;
pub mod mastery;
pub mod outcome;
pub mod semantics;
pub mod snapshot;

pub use accelerator::{Accelerator, Entered};
pub use context::ExecutionContext;
pub use devices::{BankAccess, Devices, SubstrateHandle};
pub use error::{Error, ErrorKind};
pub use extension::{Extension, ExtensionRegistry};
pub use interpreter::{Interpreter, InterruptHandle};
pub use machine::cold::ColdRegister;
pub use machine::hot::HotRegister;
pub use machine::{Limits, Machine};
pub use outcome::{Answer, Outcome, OutcomeKind, StepResult};
pub use snapshot::{ColdSnapshot, SnapshotError};
