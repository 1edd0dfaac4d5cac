//! Regions that wait for each other for ever.

use ternsig_isa::DomainOp;
use ternsig_vm::{Error, ErrorKind};

/// A region that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Waiting<'a> {
    /// The region.
    pub region: u8,
    /// Its name, empty if it has none.
    pub name: &'a str,
    /// The operation that waits.
    pub op: DomainOp,
    /// The instruction that yielded it.
    pub instruction: usize,
}

/// The error (Conflict) of regions of which none can ever be released: each, with what it waits for.
#[cold]
#[must_use]
pub fn deadlock(waiting: &[Waiting<'_>]) -> Error {
    let each = waiting.iter().map(|&Waiting { region, name, op, instruction }| {
        let name = if name.is_empty() { String::new() } else { format!(" ({name})") };
        format!("region {region}{name} waits at instruction {instruction} for {op}")
    });
    let message = format!("no region can go on: {}", each.collect::<Vec<_>>().join("; "));
    Error::new(ErrorKind::Conflict, message)
}
