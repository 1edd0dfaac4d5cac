//! Whether a run is going on, and how the last one ended.

use crate::outcome::Outcome;
use std::hint::cold_path;
use ternsig_isa::DomainOp;

/// Where a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Progress {
    /// There is none: none has begun, or the last one is over.
    Over,
    /// At an instruction boundary.
    Running,
    /// Behind a yield whose answer is outstanding. `waited`: the host has asked for it to be delivered again.
    Pending { op: DomainOp, instruction: usize, waited: bool },
}

/// The run of a machine. Short programs begin and end so often that neither looks at more than it has to: an outcome stays
/// until the next one, and counts only where no run is going on.
#[derive(Debug, Clone)]
pub(crate) struct Status {
    pub(crate) progress: Progress,
    outcome: Option<Outcome>,
}

impl Status {
    /// No run has begun.
    pub(crate) const IDLE: Status = Status { progress: Progress::Over, outcome: None };

    pub(crate) const fn over(outcome: Outcome) -> Status {
        Status { progress: Progress::Over, outcome: Some(outcome) }
    }

    pub(crate) const fn in_run(progress: Progress) -> Status {
        Status { progress, outcome: None }
    }

    /// How the last run ended, if none is going on.
    pub(crate) const fn outcome(&self) -> Option<&Outcome> {
        match self.progress {
            Progress::Over => self.outcome.as_ref(),
            Progress::Running | Progress::Pending { .. } => None,
        }
    }

    /// Ends the run. Most end as the one before did: by a halt.
    #[inline(always)]
    pub(crate) fn end(&mut self, outcome: Outcome) {
        self.progress = Progress::Over;
        if !matches!((&self.outcome, &outcome), (Some(Outcome::Halted), Outcome::Halted)) {
            cold_path();
            self.outcome = Some(outcome);
        }
    }
}

impl PartialEq for Status {
    fn eq(&self, other: &Status) -> bool {
        (self.progress, self.outcome()) == (other.progress, other.outcome())
    }
}

impl Eq for Status {}
