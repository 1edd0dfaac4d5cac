//! The run of one seed.

use super::RIGHT;
use super::confusion::Confusion;
use super::error::{Part, RunError};
use super::kept::{self, Kept};
use super::online::Online;
use super::progress::Progress;
use super::report::{EpochReport, SeedReport};
use crate::manifest::{Input, Order};
use crate::native::NativeReport;
use crate::region::{Region, RegionProgram};
use crate::source::{Dataset, Generator, Split};
use std::time::{Duration, Instant};
use ternsig_vm::Interpreter;

/// The run of one seed, which decides what is held out, the order of the rest and the registers that are filled.
pub(super) struct SeedRun<'r> {
    region: &'r Region,
    data: &'r Dataset,
    source: &'r Input,
    seed: u64,
    generator: Generator,
    split: Split,
    learner: Interpreter,
    kept: Option<Kept>,
    loaded: Option<usize>,
    target: Vec<i32>,
    online: Online,
    elapsed: Duration,
}

impl<'r> SeedRun<'r> {
    pub(super) fn new(
        region: &'r Region,
        data: &'r Dataset,
        source: &'r Input,
        seed: u64,
        kept: Option<Kept>,
    ) -> Result<SeedRun<'r>, RunError> {
        let mut generator = Generator::new(seed);
        let mut split = Split::stratified(data.labels(), source.holdout, &mut generator);
        if source.order == Order::File {
            split.training.sort_unstable();
        }
        let mut learner = region.begin(seed)?;
        let loaded = kept.as_ref().map(|kept| kept.load(learner.machine_mut())).transpose()?;
        Ok(SeedRun {
            region,
            data,
            source,
            seed,
            generator,
            split,
            learner,
            kept,
            loaded,
            target: vec![0; data.classes().len()],
            online: Online::default(),
            elapsed: Duration::ZERO,
        })
    }

    pub(super) fn run(mut self, progress: &mut dyn Progress) -> Result<SeedReport, RunError> {
        let mut epochs = Vec::new();
        let mut confusion = Confusion::new(self.data.classes().len());
        let mut native_holdout = None;
        for epoch in 1..=self.source.epochs {
            self.learn_all(progress)?;
            if let Some(kept) = &self.kept {
                kept.save(self.learner.machine_mut(), self.split.training.len() as u64)?;
            }
            (confusion, native_holdout) = self.examine()?;
            let report = EpochReport { epoch, learned: self.online.seen(), holdout: confusion.score() };
            progress.end_epoch(self.seed, &report);
            epochs.push(report);
        }
        Ok(SeedReport {
            seed: self.seed,
            loaded: self.loaded,
            epochs,
            learned: self.online.seen(),
            online: self.online.into_points(),
            confusion,
            elapsed: self.elapsed,
            native: NativeReport::of(&self.learner),
            native_holdout,
        })
    }

    /// One epoch.
    fn learn_all(&mut self, progress: &mut dyn Progress) -> Result<(), RunError> {
        if self.source.order == Order::Shuffled {
            self.generator.shuffle(&mut self.split.training);
        }
        let begin = Instant::now();
        for i in 0..self.split.training.len() {
            self.learn(self.split.training[i])?;
            progress.learned();
        }
        self.elapsed += begin.elapsed();
        Ok(())
    }

    fn learn(&mut self, index: usize) -> Result<(), RunError> {
        let Some(sample) = self.data.sample(index) else { return Ok(()) };
        self.target[sample.label] = RIGHT;
        self.learner.machine_mut().set_target(&self.target);
        self.target[sample.label] = 0;
        let place = Place { program: self.region.program(), part: Part::Learning, seed: self.seed, index };
        let answer = answer(&mut self.learner, self.kept.as_mut(), (sample.input, self.target.len()), place)?;
        self.kept.as_ref().map_or(Ok(()), Kept::end_run)?;
        self.online.push(answer == sample.label);
        Ok(())
    }

    /// Has all held-out samples answered by a copy of the machine, which is thrown away.
    fn examine(&self) -> Result<(Confusion, Option<NativeReport>), RunError> {
        let classes = self.data.classes().len();
        let mut examined = self.region.examine(self.learner.machine())?;
        let mut confusion = Confusion::new(classes);
        for &index in &self.split.holdout {
            let Some(sample) = self.data.sample(index) else { continue };
            let place =
                Place { program: self.region.holdout_program(), part: Part::Holdout, seed: self.seed, index };
            confusion.count(sample.label, answer(&mut examined, None, (sample.input, classes), place)?);
        }
        Ok((confusion, NativeReport::of(&examined)))
    }
}

/// What runs on which sample, for messages.
#[derive(Clone, Copy)]
struct Place<'r> {
    program: &'r RegionProgram,
    part: Part,
    seed: u64,
    index: usize,
}

/// Runs a program on an input; the answer is the class with the greatest output.
fn answer(
    interpreter: &mut Interpreter,
    kept: Option<&mut Kept>,
    (input, classes): (&[i32], usize),
    place: Place<'_>,
) -> Result<usize, RunError> {
    let Place { program: RegionProgram { path, program }, part, seed, index } = place;
    interpreter.machine_mut().set_input(input);
    interpreter.begin_run();
    let outcome = kept::run(interpreter, kept);
    if !outcome.is_complete() {
        let line = outcome.instruction().and_then(|index| program.program().line(index));
        let (path, outcome) = (path.clone(), Box::new(outcome));
        return Err(RunError::Program { path, line, seed, part, sample: index, outcome });
    }
    let output = interpreter.machine().output();
    if output.len() != classes {
        return Err(RunError::Output { path: path.clone(), found: output.len(), classes });
    }
    let greatest = output.iter().enumerate().max_by_key(|&(_, score)| score);
    Ok(greatest.map_or(0, |(class, _)| class))
}
