//! The counts of a moment.

use super::latency::Summary;
use super::recorder::{Answered, OUTCOMES};
use std::sync::Arc;
use ternsig_isa::domain_op::DomainOpKind;

/// The counts of all regions at a tick.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Snapshot {
    /// The tick.
    pub tick: u64,
    /// The regions, in the order in which they were published.
    pub regions: Vec<RegionSnapshot>,
    /// What became of events, if there is a spool.
    pub spool: Option<SpoolCounts>,
}

/// The counts of a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionSnapshot {
    /// The region's name.
    pub region: Arc<str>,
    /// How long its parts in ticks took.
    pub ticks: Summary,
    /// The fuel that its runs used.
    pub fuel: u64,
    /// Its runs by [outcome](OUTCOMES).
    pub runs: [u64; OUTCOMES.len()],
    /// How often its program was replaced.
    pub reloads: u64,
    /// How often it could not be.
    pub failed_reloads: u64,
    /// How many registers kept their weights in reloads.
    pub kept_registers: u64,
    /// How many lost them.
    pub dropped_registers: u64,
    /// The kinds of operations that it has had answered.
    pub operations: Vec<OperationSnapshot>,
    /// The programs of others that ran on its machine.
    pub programs: Vec<ProgramSnapshot>,
}

/// The counts of a kind of operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OperationSnapshot {
    /// The kind.
    pub kind: DomainOpKind,
    /// How those that were yielded were answered, as in [`Answered::ALL`].
    pub answers: [u64; Answered::ALL.len()],
    /// How many were answered in place. What cannot be done there is yielded, so all of these are done.
    pub in_place: u64,
    /// How long the answers took to what was yielded.
    pub latency: Summary,
}

/// The counts of a program of somebody else's that ran on a region's machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProgramSnapshot {
    /// Its name.
    pub program: Arc<str>,
    /// Its runs by [outcome](OUTCOMES).
    pub runs: [u64; OUTCOMES.len()],
    /// The fuel that they used.
    pub fuel: u64,
    /// How long they took.
    pub latency: Summary,
}

/// What became of events.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct SpoolCounts {
    /// How many there was no room for in the queue, or that are too long for the file.
    pub dropped: u64,
    /// How many times writing failed.
    pub failed: u64,
}

impl Default for RegionSnapshot {
    fn default() -> RegionSnapshot {
        RegionSnapshot {
            region: Arc::from(""),
            ticks: Summary::default(),
            fuel: 0,
            runs: [0; OUTCOMES.len()],
            reloads: 0,
            failed_reloads: 0,
            kept_registers: 0,
            dropped_registers: 0,
            operations: Vec::new(),
            programs: Vec::new(),
        }
    }
}
