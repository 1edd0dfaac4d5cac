//! Why a brain does not boot, or stops.

use crate::store::StoreError;
use std::fmt;
use ternsig_vm::Error;

/// Why a brain does not boot, or stops.
#[derive(Debug)]
#[non_exhaustive]
pub enum BrainError {
    /// It was not begun: everything that is wrong with its programs, keys and wires.
    Preflight(Vec<Fault>),
    /// What it was kept in cannot be used.
    Store(StoreError),
    /// It cannot be kept, or what was kept of it cannot be taken up.
    Memory(Error),
    /// The transport that a host has put around the brain's own cannot carry messages.
    Messages(Error),
    /// All regions wait for each other.
    Deadlock(Error),
}

/// Something that is wrong before the first tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// The region or program.
    pub part: String,
    /// What is wrong, with the file and line where there are any.
    pub message: String,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.part, self.message)
    }
}

impl fmt::Display for BrainError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BrainError::Preflight(faults) => {
                write!(f, "the brain does not boot:")?;
                faults.iter().try_for_each(|fault| write!(f, "\n  {fault}"))
            }
            BrainError::Store(error) => error.fmt(f),
            BrainError::Messages(error) => write!(f, "messages between regions: {error}"),
            BrainError::Memory(error) | BrainError::Deadlock(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for BrainError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            BrainError::Preflight(_) => None,
            BrainError::Store(error) => Some(error),
            BrainError::Memory(error) | BrainError::Messages(error) | BrainError::Deadlock(error) => {
                Some(error)
            }
        }
    }
}

impl From<StoreError> for BrainError {
    fn from(error: StoreError) -> BrainError {
        BrainError::Store(error)
    }
}
