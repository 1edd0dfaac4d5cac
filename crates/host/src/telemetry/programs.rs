//! Programs that run on the machine of a region that is not theirs.

use super::latency::Latency;
use super::recorder::{OUTCOMES, TICK_DIGITS, index};
use super::snapshot::ProgramSnapshot;
use std::sync::Arc;
use std::time::Duration;
use ternsig_vm::Outcome;

/// The counts of such a program.
#[derive(Debug, Clone)]
pub(super) struct Program {
    name: Arc<str>,
    runs: [u64; OUTCOMES.len()],
    fuel: u64,
    latency: Latency,
}

impl Program {
    pub(super) fn new(name: &str) -> Program {
        Program {
            name: Arc::from(name),
            runs: [0; OUTCOMES.len()],
            fuel: 0,
            latency: Latency::new(TICK_DIGITS),
        }
    }

    pub(super) fn run(&mut self, outcome: &Outcome, fuel: u64, took: Duration) {
        self.runs[index(outcome)] += 1;
        self.fuel = self.fuel.saturating_add(fuel);
        self.latency.record(took);
    }

    /// `None` if it has not run yet.
    pub(super) fn snapshot(&self) -> Option<ProgramSnapshot> {
        let has_run = self.runs.iter().any(|&count| count > 0);
        has_run.then(|| ProgramSnapshot {
            program: Arc::clone(&self.name),
            runs: self.runs,
            fuel: self.fuel,
            latency: self.latency.summary(),
        })
    }
}
