//! Why a brain does not boot, or stops.

use crate::store::StoreError;
use std::fmt;
use ternsig_isa::domain_op::DomainOpKind;
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

impl Fault {
    pub(super) fn new(part: &str, message: &dyn fmt::Display) -> Fault {
        Fault { part: part.to_owned(), message: message.to_string() }
    }
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

/// Why a device cannot be attached to a region of a brain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AttachError {
    /// There is no region with this id.
    NoRegion(u8),
    /// No operation has a device of this name.
    NoOperation(String),
    /// Its operations are answered without asking a device: where they are set instead.
    Elsewhere(String, &'static str),
}

impl AttachError {
    pub(super) fn refuse(name: &str) -> Result<(), AttachError> {
        let elsewhere = match name {
            "chemicals" | "fields" | "senses" | "clock" => {
                "the substrate, in place; a host sets it with `Brain::substrate`"
            }
            "bank" => "the memory's banks, in place",
            "models" => "the models that the manifest binds",
            "ipc" => "the transport; `Brain::wrap_transport` puts another around it",
            _ if DomainOpKind::ALL.iter().any(|kind| kind.device() == name) => return Ok(()),
            _ => return Err(AttachError::NoOperation(name.to_owned())),
        };
        Err(AttachError::Elsewhere(name.to_owned(), elsewhere))
    }
}

impl fmt::Display for AttachError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            AttachError::NoRegion(region) => write!(f, "there is no region {region}"),
            AttachError::NoOperation(name) => write!(f, "no operation has a device \"{name}\""),
            AttachError::Elsewhere(name, whom) => {
                write!(f, "operations of \"{name}\" are answered by {whom}")
            }
        }
    }
}

impl std::error::Error for AttachError {}
