//! Recordings of contrastive Hebbian learning.

use ternsig_isa::limits::REGISTERS_PER_BANK;

/// Which phase is being recorded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Phase {
    /// None.
    #[default]
    Idle,
    /// The network runs freely.
    Free,
    /// The outputs are clamped to their targets.
    Clamped,
}

type Table = Vec<Option<Vec<i64>>>;

/// Correlations of both phases, by register index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Contrast {
    pub(crate) phase: Phase,
    pub(crate) free: Table,
    pub(crate) clamped: Table,
}

impl Default for Contrast {
    fn default() -> Contrast {
        let empty = || vec![None; REGISTERS_PER_BANK];
        Contrast { phase: Phase::Idle, free: empty(), clamped: empty() }
    }
}

impl Contrast {
    /// The phase.
    #[must_use]
    pub const fn phase(&self) -> Phase {
        self.phase
    }

    /// Begins a phase and drops what it had recorded; the other phase's recordings stay.
    pub(crate) fn begin(&mut self, phase: Phase) {
        self.phase = phase;
        if let Some(table) = self.table_mut(phase) {
            table.fill(None);
        }
    }

    /// The recordings of a phase.
    pub(crate) fn table_mut(&mut self, phase: Phase) -> Option<&mut Table> {
        match phase {
            Phase::Idle => None,
            Phase::Free => Some(&mut self.free),
            Phase::Clamped => Some(&mut self.clamped),
        }
    }

    /// Drops both recordings of a register.
    pub(crate) fn forget(&mut self, index: usize) {
        self.free[index] = None;
        self.clamped[index] = None;
    }
}
