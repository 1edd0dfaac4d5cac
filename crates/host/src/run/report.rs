//! What a run found out.

use super::confusion::Confusion;
use crate::engine::Engine;
use crate::native::NativeReport;
use std::fmt;
use std::time::Duration;

/// How many answers were right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Score {
    /// The right ones.
    pub right: usize,
    /// All of them.
    pub of: usize,
}

impl Score {
    /// The share of right answers, 0 to 1; `None` if there was no answer.
    #[must_use]
    pub fn accuracy(self) -> Option<f64> {
        (self.of > 0).then(|| self.right as f64 / self.of as f64)
    }
}

impl fmt::Display for Score {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.accuracy() {
            Some(accuracy) => write!(f, "{:.2} % ({} of {})", accuracy * 100.0, self.right, self.of),
            None => f.write_str("no samples"),
        }
    }
}

/// What the run of all seeds found out.
#[derive(Debug, Clone, PartialEq)]
pub struct RunReport {
    /// The region's name.
    pub region: String,
    /// The engine that ran its programs.
    pub engine: Engine,
    /// The names of the classes.
    pub classes: Vec<String>,
    /// How many samples each seed learned in an epoch.
    pub training: usize,
    /// How many samples each seed held out.
    pub holdout: usize,
    /// The seeds, in the order of the manifest.
    pub seeds: Vec<SeedReport>,
}

/// What the run of one seed found out.
#[derive(Debug, Clone, PartialEq)]
pub struct SeedReport {
    /// The seed.
    pub seed: u64,
    /// How many registers began with the weights of an earlier run; `None` if nothing is kept.
    pub loaded: Option<usize>,
    /// The epochs, in their order.
    pub epochs: Vec<EpochReport>,
    /// The accuracy while learning.
    pub online: Vec<CurvePoint>,
    /// The answers to the held-out samples after the last epoch.
    pub confusion: Confusion,
    /// How many samples were learned in all epochs.
    pub learned: u64,
    /// How long that took, the held-out samples aside.
    pub elapsed: Duration,
    /// What native code did while learning; `None` without any.
    pub native: Option<NativeReport>,
    /// What it did for the held-out samples after the last epoch.
    pub native_holdout: Option<NativeReport>,
}

/// The state of things after an epoch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EpochReport {
    /// The epoch, counted from 1.
    pub epoch: u32,
    /// How many samples had been learned until then.
    pub learned: u64,
    /// The answers to the held-out samples.
    pub holdout: Score,
}

/// A point of the accuracy curve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct CurvePoint {
    /// How many samples had been learned.
    pub learned: u64,
    /// The last answers, each given before its sample was learned.
    pub recent: Score,
}

impl SeedReport {
    /// The accuracy on the held-out samples after the last epoch; `None` if nothing was held out.
    #[must_use]
    pub fn accuracy(&self) -> Option<f64> {
        self.confusion.score().accuracy()
    }
}

impl RunReport {
    /// The accuracy on held-out samples, averaged over the seeds; `None` if nothing was held out.
    #[must_use]
    pub fn mean(&self) -> Option<f64> {
        let accuracies: Option<Vec<f64>> = self.seeds.iter().map(SeedReport::accuracy).collect();
        let accuracies = accuracies.filter(|accuracies| !accuracies.is_empty())?;
        Some(accuracies.iter().sum::<f64>() / accuracies.len() as f64)
    }

    /// The least accuracy that a seed reached; `None` if nothing was held out.
    #[must_use]
    pub fn minimum(&self) -> Option<f64> {
        self.seeds.iter().filter_map(SeedReport::accuracy).min_by(f64::total_cmp)
    }

    /// The answers of all seeds to their held-out samples after the last epoch.
    #[must_use]
    pub fn confusion(&self) -> Confusion {
        let mut sum = Confusion::new(self.classes.len());
        self.seeds.iter().for_each(|seed| sum.add(&seed.confusion));
        sum
    }

    /// How many samples were learned in a second.
    #[must_use]
    pub fn samples_per_second(&self) -> f64 {
        let learned: u64 = self.seeds.iter().map(|seed| seed.learned).sum();
        let elapsed: Duration = self.seeds.iter().map(|seed| seed.elapsed).sum();
        learned as f64 / elapsed.as_secs_f64().max(f64::MIN_POSITIVE)
    }
}
