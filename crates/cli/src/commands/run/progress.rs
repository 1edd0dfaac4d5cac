//! How far the run of a manifest has come.

use crate::program::show_oddities;
use crate::progress::bar;
use indicatif::ProgressBar;
use ternsig_host::LoadedProgram;
use ternsig_host::run::{EpochReport, Plan, Progress};

/// Shows it on the standard error output.
pub(super) struct Shown {
    bar: ProgressBar,
    quiet: bool,
}

impl Shown {
    pub(super) fn new(quiet: bool) -> Shown {
        Shown { bar: ProgressBar::hidden(), quiet }
    }
}

impl Progress for Shown {
    fn loaded(&mut self, program: &LoadedProgram) {
        if !self.quiet {
            show_oddities(program);
        }
    }

    fn begin(&mut self, plan: &Plan<'_>) {
        if !self.quiet {
            self.bar = bar(plan.samples as usize * plan.seeds.len(), "samples");
        }
    }

    fn begin_seed(&mut self, seed: u64) {
        self.bar.set_message(format!("seed {seed}"));
    }

    fn learned(&mut self) {
        self.bar.inc(1);
    }

    fn end_epoch(&mut self, seed: u64, report: &EpochReport) {
        self.bar.set_message(format!("seed {seed}, epoch {}: {}", report.epoch, report.holdout));
    }
}

impl Drop for Shown {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
