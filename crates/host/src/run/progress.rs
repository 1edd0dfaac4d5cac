//! How far a run has come, for those who wait for it.

use super::report::{EpochReport, SeedReport};
use crate::loader::LoadedProgram;

/// What a run is going to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plan<'r> {
    /// The region's name.
    pub region: &'r str,
    /// The seeds, in the order in which they run.
    pub seeds: &'r [u64],
    /// How many samples each seed learns in all its epochs.
    pub samples: u64,
    /// How many samples each seed holds out.
    pub holdout: usize,
}

/// Is told how far a run has come. Every method may be left out.
pub trait Progress {
    /// A program was loaded; it may carry warnings.
    fn loaded(&mut self, _program: &LoadedProgram) {}
    /// The run begins.
    fn begin(&mut self, _plan: &Plan<'_>) {}
    /// The run of a seed begins.
    fn begin_seed(&mut self, _seed: u64) {}
    /// One more sample was learned.
    fn learned(&mut self) {}
    /// An epoch is over.
    fn end_epoch(&mut self, _seed: u64, _report: &EpochReport) {}
    /// The run of a seed is over.
    fn end_seed(&mut self, _report: &SeedReport) {}
}

/// Progress that nobody sees.
#[derive(Debug, Clone, Copy, Default)]
pub struct Silent;

impl Progress for Silent {}
