//! Programs that run on regions between two ticks.

use super::{Brain, BrainError, lock};
use crate::manifest::brain::{BrainProgram, When};
use crate::telemetry::Event;
use ternsig_program::ValidatedProgram;
use ternsig_vm::Outcome;

/// A program, and what became of its runs.
pub(super) struct Attached {
    pub(super) name: String,
    pub(super) program: ValidatedProgram,
    when: When,
    /// The place of its region.
    place: usize,
    /// Its number in the region's counts.
    number: usize,
    /// Whether it is to run as soon as its region is not in the midst of a run.
    due: bool,
    pub(super) runs: u64,
    pub(super) failures: u64,
    pub(super) last_failure: Option<String>,
}

impl Attached {
    pub(super) fn new(
        entry: &BrainProgram,
        program: ValidatedProgram,
        place: usize,
        number: usize,
    ) -> Attached {
        let (name, when) = (entry.name.clone(), entry.when);
        Attached { name, program, when, place, number, due: false, runs: 0, failures: 0, last_failure: None }
    }

    fn note(&mut self, outcome: &Outcome, open: &[u8]) {
        self.runs += 1;
        let failure = match outcome {
            Outcome::Halted | Outcome::Ended if open.is_empty() => return,
            Outcome::Halted | Outcome::Ended => {
                format!("left transactions {open:?} open; they were rolled back")
            }
            Outcome::Waiting { .. } => format!("{outcome}, but a program between two ticks cannot wait"),
            outcome => outcome.to_string(),
        };
        self.failures += 1;
        self.last_failure = Some(failure);
    }
}

impl Brain {
    /// Runs the programs of the phase, and of each phase that one of them begins.
    pub(super) fn enter_phases(&mut self) -> Result<(), BrainError> {
        loop {
            let phase = self.trunk.clock().phase;
            if self.phase == Some(phase) {
                return Ok(());
            }
            let (tick, from) = (self.trunk.clock().tick, self.phase.unwrap_or(0));
            self.observer.log(|| Event::PhaseChange { tick, from, to: phase });
            self.phase = Some(phase);
            self.tally.entered(phase, self.trunk.clock().tick);
            self.run_programs(|when| when == When::Phase(phase))?;
        }
    }

    /// Runs the programs that are due after this tick.
    pub(super) fn run_due(&mut self, tick: u64) -> Result<(), BrainError> {
        self.run_programs(|when| matches!(when, When::Every(ticks) if tick.is_multiple_of(ticks)))?;
        self.note_rest();
        if self.trunk.clock().resting {
            self.run_programs(|when| when == When::Rest)?;
        }
        Ok(())
    }

    fn run_programs(&mut self, begins: impl Fn(When) -> bool) -> Result<(), BrainError> {
        // Those that an error keeps from running are still due.
        self.programs.iter_mut().for_each(|program| program.due |= begins(program.when));
        for number in 0..self.programs.len() {
            if self.programs[number].due {
                self.run_program(number)?;
            }
        }
        Ok(())
    }

    fn run_program(&mut self, number: usize) -> Result<(), BrainError> {
        let program = &mut self.programs[number];
        let mut cell = lock(&self.cells[program.place]);
        if cell.waits() {
            return Ok(());
        }
        program.due = false;
        let outcome = cell.run_attached(&program.name, program.number, &program.program);
        if let Outcome::Failed(error) = &outcome {
            let tick = self.trunk.clock().tick;
            self.observer.log(|| Event::error(tick, cell.host.recorder().region(), error));
        }
        drop(cell);
        let open = self.memory.end_run();
        program.note(&outcome, &open);
        self.exchange().map(|_| ())
    }
}
