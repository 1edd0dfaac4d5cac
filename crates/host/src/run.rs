//! The run loop: streams a data set through a region, lets it learn, and examines it on samples it has never learned.
//!
//! The host gives the program its input and, while it learns, the right class; everything else is the program's: what
//! an error is, in which direction a weight moves, and when. Before each run the loop sets
//!
//! | buffer | learning | held-out samples |
//! |---|---|---|
//! | input | the features, scaled as the manifest says | likewise |
//! | target | one number per class, 255 for the right one and 0 for the others | empty |
//!
//! and afterwards takes the class with the greatest element of the output as the program's answer (of equals the last, as
//! `argmax` does). Answers to training samples count, too: in the first epoch they are to samples that were never seen
//! before.

mod confusion;
mod error;
mod kept;
mod online;
mod progress;
mod report;
mod seed;

pub use confusion::Confusion;
pub use error::{Part, RunError};
pub use progress::{Plan, Progress, Silent};
pub use report::{CurvePoint, EpochReport, RunReport, Score, SeedReport};

use crate::banks::Slots;
use crate::manifest::{Format, Input, Manifest};
use crate::memory::{KeyTable, Memory};
use crate::region::Region;
use crate::source::{Dataset, csv};
use kept::Kept;
use seed::SeedRun;
use std::sync::Arc;
use ternsig_vm::ExtensionRegistry;

/// What the target holds for the right class.
pub const RIGHT: i32 = 255;

/// What a run keeps, and the keys and banks that its programs know by number.
pub struct Keep {
    /// Where.
    pub memory: Memory,
    /// The keys.
    pub keys: KeyTable,
    /// The banks that programs reach.
    pub slots: Slots,
}

/// Runs the region of a manifest once for every seed, one after the other. With a memory, each seed begins with the weights
/// that an earlier run saved for it, saves them after every epoch, and has the operations of its program answered while it
/// learns. Held-out samples change nothing, and so have none answered.
///
/// # Errors
/// A file cannot be used, a program fails, or its output is no answer.
pub fn run(
    manifest: &Manifest,
    registry: &Arc<ExtensionRegistry>,
    keep: Option<&Keep>,
    progress: &mut dyn Progress,
) -> Result<RunReport, RunError> {
    let entry = manifest.regions.first().ok_or(RunError::NoRegion)?;
    let region = Region::load(manifest, entry, registry, progress)?;
    let data = read(&entry.source)?;
    let holdout = entry.source.holdout.min(data.len());
    let training = data.len() - holdout;
    if training == 0 {
        return Err(RunError::NothingToLearn { path: entry.source.path.clone(), samples: data.len() });
    }
    let samples = training as u64 * u64::from(entry.source.epochs);
    progress.begin(&Plan { region: region.name(), seeds: &manifest.run.seeds, samples, holdout });
    let mut seeds = Vec::with_capacity(manifest.run.seeds.len());
    for &seed in &manifest.run.seeds {
        progress.begin_seed(seed);
        let kept = keep.map(|keep| Kept::new(keep, &region, seed));
        let report = SeedRun::new(&region, &data, &entry.source, seed, kept)?.run(progress)?;
        progress.end_seed(&report);
        seeds.push(report);
    }
    let classes = data.classes().to_vec();
    let (region, engine) = (region.name().to_owned(), region.engine());
    Ok(RunReport { region, engine, classes, training, holdout, seeds })
}

fn read(source: &Input) -> Result<Dataset, RunError> {
    match &source.format {
        Format::Csv(options) => csv::read(&source.path, options).map_err(RunError::Source),
    }
}

#[cfg(test)]
mod tests;
