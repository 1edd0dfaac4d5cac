//! What a region counts of itself.

use super::in_place::InPlace;
use super::latency::{Latency, Summary};
use super::programs::Program;
use super::snapshot::{OperationSnapshot, RegionSnapshot};
use std::sync::Arc;
use std::time::{Duration, Instant};
use ternsig_isa::domain_op::DomainOpKind;
use ternsig_vm::machine::reload::Reloaded;
use ternsig_vm::{Answer, Error, Outcome};

/// The names of [`Outcome`]s, and one for those that are not known yet.
pub const OUTCOMES: [&str; 9] =
    ["halt", "ended", "stopped", "waiting", "unfulfilled", "out_of_fuel", "interrupted", "failed", "other"];

/// Significant digits of latencies: of ticks, and of operations, of which there are many kinds.
pub(super) const TICK_DIGITS: u8 = 2;
const OPERATION_DIGITS: u8 = 1;

/// How an operation was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Answered {
    /// It is fulfilled.
    Done,
    /// Not yet.
    Wait,
    /// The run was stopped.
    Stop,
    /// The run came to its end by it.
    Halt,
    /// It failed, and the run with it.
    Failed,
}

/// The counts of one region since it began. It belongs to whoever runs the region: nothing is locked, and all room is taken when it
/// is made, about 400 KiB. Only what is answered [in place](InPlace) it shares: with the handles that answer, and with its clones.
#[derive(Debug, Clone)]
pub struct Recorder {
    region: Arc<str>,
    ticks: Latency,
    fuel: u64,
    runs: [u64; OUTCOMES.len()],
    reloads: u64,
    failed_reloads: u64,
    kept_registers: u64,
    dropped_registers: u64,
    /// By kind.
    operations: Vec<Operations>,
    in_place: InPlace,
    programs: Vec<Program>,
}

#[derive(Debug, Clone)]
struct Operations {
    answers: [u64; Answered::ALL.len()],
    latency: Latency,
}

impl Answered {
    /// All of them.
    pub const ALL: [Answered; 5] =
        [Answered::Done, Answered::Wait, Answered::Stop, Answered::Halt, Answered::Failed];

    /// What an answer is.
    #[must_use]
    pub const fn of(answer: &Result<Answer, Error>) -> Answered {
        match answer {
            Ok(Answer::Done) => Answered::Done,
            Ok(Answer::Wait) => Answered::Wait,
            Ok(Answer::Stop) => Answered::Stop,
            Ok(Answer::Halt) => Answered::Halt,
            Err(_) => Answered::Failed,
        }
    }

    /// The name in metrics.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Answered::Done => "done",
            Answered::Wait => "wait",
            Answered::Stop => "stop",
            Answered::Halt => "halt",
            Answered::Failed => "failed",
        }
    }
}

impl Recorder {
    /// A recorder that has counted nothing.
    #[must_use]
    pub fn new(region: &str) -> Recorder {
        let none = Operations { answers: [0; Answered::ALL.len()], latency: Latency::new(OPERATION_DIGITS) };
        Recorder {
            region: Arc::from(region),
            ticks: Latency::new(TICK_DIGITS),
            fuel: 0,
            runs: [0; OUTCOMES.len()],
            reloads: 0,
            failed_reloads: 0,
            kept_registers: 0,
            dropped_registers: 0,
            operations: vec![none; DomainOpKind::ALL.len()],
            in_place: InPlace::new(),
            programs: Vec::new(),
        }
    }

    /// The region's name.
    #[must_use]
    pub const fn region(&self) -> &Arc<str> {
        &self.region
    }

    /// What the region has had answered in place, to be counted by the handles that do.
    #[must_use]
    pub const fn in_place(&self) -> &InPlace {
        &self.in_place
    }

    /// The region's part in a tick is over.
    pub fn tick(&mut self, took: Duration) {
        self.ticks.record(took);
    }

    /// A run ended or paused; the fuel that it has used since it began or went on.
    pub fn run(&mut self, outcome: &Outcome, fuel: u64) {
        self.runs[index(outcome)] += 1;
        self.fuel = self.fuel.saturating_add(fuel);
    }

    /// Makes room for the counts of a program of somebody else's that runs on the region's machine, and says which number it has.
    pub fn add_program(&mut self, name: &str) -> usize {
        self.programs.push(Program::new(name));
        self.programs.len() - 1
    }

    /// A program of [this number](Recorder::add_program) ran on the region's machine: how that ended, the fuel that it used, and how
    /// long it took. It is no run of the region's own.
    pub fn program_run(&mut self, number: usize, outcome: &Outcome, fuel: u64, took: Duration) {
        if let Some(program) = self.programs.get_mut(number) {
            program.run(outcome, fuel, took);
        }
    }

    /// Has an operation answered within a span of `tracing`, at the level of traces, and counts and times it. The recorder is
    /// handed on, for operations that are answered on the way.
    ///
    /// # Errors
    /// Those of the answer.
    pub fn measure(
        &mut self,
        kind: DomainOpKind,
        answer: impl FnOnce(&mut Recorder) -> Result<Answer, Error>,
    ) -> Result<Answer, Error> {
        let span = tracing::trace_span!(
            "operation",
            region = &*self.region,
            op = kind.name(),
            device = kind.device(),
            answer = tracing::field::Empty
        );
        let _entered = span.enter();
        let start = Instant::now();
        let answer = answer(self);
        let took = start.elapsed();
        let answered = Answered::of(&answer);
        span.record("answer", answered.name());
        self.operation(kind, answered, took);
        answer
    }

    /// An operation was answered.
    pub fn operation(&mut self, kind: DomainOpKind, answered: Answered, took: Duration) {
        if let Some(operations) = self.operations.get_mut(kind as usize) {
            operations.answers[answered as usize] += 1;
            operations.latency.record(took);
        }
    }

    /// The program was replaced.
    pub fn reload(&mut self, reloaded: &Reloaded) {
        self.reloads += 1;
        self.kept_registers += reloaded.kept.len() as u64;
        self.dropped_registers += reloaded.dropped.len() as u64;
    }

    /// The program was to be replaced, but the new one is none or does not fit.
    pub fn failed_reload(&mut self) {
        self.failed_reloads += 1;
    }

    /// How long the region's parts in ticks took.
    #[must_use]
    pub fn ticks(&self) -> Summary {
        self.ticks.summary()
    }

    /// Writes all counts over those of an earlier snapshot, whose memory is used again.
    pub fn snapshot(&self, to: &mut RegionSnapshot) {
        let mut operations = std::mem::take(&mut to.operations);
        operations.clear();
        let kinds = DomainOpKind::ALL.iter().zip(&self.operations);
        operations.extend(kinds.filter_map(|(&kind, &Operations { answers, ref latency })| {
            let in_place = self.in_place.of(kind);
            let is_used = in_place > 0 || answers.iter().any(|&count| count > 0);
            is_used.then(|| OperationSnapshot { kind, answers, in_place, latency: latency.summary() })
        }));
        let mut programs = std::mem::take(&mut to.programs);
        programs.clear();
        programs.extend(self.programs.iter().filter_map(Program::snapshot));
        *to = RegionSnapshot {
            region: Arc::clone(&self.region),
            ticks: self.ticks.summary(),
            fuel: self.fuel,
            runs: self.runs,
            reloads: self.reloads,
            failed_reloads: self.failed_reloads,
            kept_registers: self.kept_registers,
            dropped_registers: self.dropped_registers,
            operations,
            programs,
        };
    }
}

/// The index in [`OUTCOMES`].
pub(super) const fn index(outcome: &Outcome) -> usize {
    match outcome {
        Outcome::Halted => 0,
        Outcome::Ended => 1,
        Outcome::Stopped { .. } => 2,
        Outcome::Waiting { .. } => 3,
        Outcome::Unfulfilled { .. } => 4,
        Outcome::OutOfFuel { .. } => 5,
        Outcome::Interrupted { .. } => 6,
        Outcome::Failed(_) => 7,
        _ => 8,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ternsig_isa::DomainOp;
    use ternsig_vm::ErrorKind;

    #[test]
    fn outcomes_stand_at_their_names() {
        let (op, instruction) = (DomainOp::TickRead { target: ternsig_isa::Register::hot(0) }, 0);
        let outcomes = [
            Outcome::Halted,
            Outcome::Ended,
            Outcome::Stopped { op, instruction },
            Outcome::Waiting { op, instruction },
            Outcome::Unfulfilled { op, instruction },
            Outcome::OutOfFuel { instruction },
            Outcome::Interrupted { instruction },
            Outcome::Failed(Error::new(ErrorKind::NotFound, "")),
        ];
        for outcome in &outcomes {
            assert_eq!(OUTCOMES[index(outcome)], outcome.name());
        }
    }

    #[test]
    fn kinds_of_operations_stand_at_their_numbers() {
        for (at, kind) in DomainOpKind::ALL.iter().enumerate() {
            assert_eq!(*kind as usize, at);
        }
    }
}
