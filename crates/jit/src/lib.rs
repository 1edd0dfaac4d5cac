//! Native code for Ternsig programs.
//!
//! A [`Jit`] compiles validated programs through Cranelift and lets interpreters use the code: the machine's state is
//! changed in place, and at any instruction boundary where native code stops the machine is what the interpreter would
//! have left. What native code does not own — operations for the host, user extensions, what fails — the interpreter
//! executes.
#![deny(unsafe_code)]

mod analysis;
mod background;
mod bit_set;
#[allow(unsafe_code, reason = "executable memory")]
mod code_memory;
mod coverage;
mod crosscheck;
mod declared;
mod door;
mod engine;
#[allow(unsafe_code, reason = "the call into machine code")]
mod entry;
mod error;
mod explain;
mod frame;
#[allow(unsafe_code, reason = "called from machine code")]
mod helpers;
mod instance;
mod lower;
mod mastery;
mod native;
mod object;
mod options;
mod packs;
mod rotations;
mod statistics;
mod target;
mod unit;
mod version;

pub use code_memory::code_in_memory;
pub use coverage::{Coverage, coverage};
pub use crosscheck::Crosscheck;
pub use engine::{Jit, Kept, statistics};
pub use error::JitError;
pub use explain::{Executor, Explained, Explanation, explain};
pub use lower::plan::Reason;
pub use object::{Object, ObjectTarget, object};
pub use options::{Features, Mode, Options};
pub use statistics::{Guard, Statistics, Totals};
