//! How a run goes on after a yield, and how it ends.

use super::Interpreter;
use super::step::Next;
use crate::error::{Error, ErrorKind};
use crate::machine::status::Progress;
use crate::machine::test_state::TestRecord;
use crate::outcome::{Outcome, StepResult};
use crate::semantics;
use std::hint::cold_path;
use ternsig_isa::DomainOp;

/// A verdict on what to do after a yield.
pub(super) enum Resume {
    Go,
    End(Outcome),
}

impl Interpreter {
    /// Runs to an outcome, asking `answer` about each yield.
    pub(super) fn run_loop(
        &mut self,
        mut answer: impl FnMut(&DomainOp, usize, &mut Interpreter) -> Resume,
    ) -> Outcome {
        match self.resume(&mut answer) {
            Some(outcome) => outcome,
            None => self.go_on(answer),
        }
    }

    /// Runs from an instruction boundary to an outcome. Native programs are so short that a call counts: what most of
    /// them do, to halt, is done here.
    #[inline(always)]
    pub(super) fn go_on(
        &mut self,
        answer: impl FnMut(&DomainOp, usize, &mut Interpreter) -> Resume,
    ) -> Outcome {
        match self.run_to_boundary() {
            Next::Halt => self.end(Outcome::Halted),
            next => {
                cold_path();
                self.go_on_from(next, answer)
            }
        }
    }

    /// The same from a boundary that has been reached.
    #[inline(never)]
    fn go_on_from(
        &mut self,
        mut next: Next,
        mut answer: impl FnMut(&DomainOp, usize, &mut Interpreter) -> Resume,
    ) -> Outcome {
        while let Next::Yield = next {
            let (op, instruction) = (self.machine.asked, self.machine.pc.saturating_sub(1));
            if let Some(outcome) = self.settle(&op, instruction, &mut answer) {
                return outcome;
            }
            next = self.run_to_boundary();
        }
        self.conclude(next)
    }

    /// Begins a run if none is going on. An outstanding operation is done, unless it waits: then it is delivered again.
    fn resume(
        &mut self,
        answer: &mut impl FnMut(&DomainOp, usize, &mut Interpreter) -> Resume,
    ) -> Option<Outcome> {
        match self.machine.status.progress {
            Progress::Over => {
                self.begin_run();
                None
            }
            Progress::Running => None,
            Progress::Pending { op, instruction, waited: true } => self.settle(&op, instruction, answer),
            Progress::Pending { op, instruction, waited: false } => self.complete(&op, instruction),
        }
    }

    /// The same for a caller that drives the run by steps: there is a result already if an operation is delivered again
    /// or its completion failed.
    pub(super) fn proceed(&mut self) -> Option<StepResult> {
        if let Progress::Pending { op, waited: waited @ true, .. } = &mut self.machine.status.progress {
            *waited = false;
            return Some(StepResult::Yield(*op));
        }
        match self.resume(&mut |_, _, _| Resume::Go)? {
            Outcome::Failed(error) => Some(StepResult::Error(error)),
            _ => None,
        }
    }

    /// Asks for an operation's answer. Until it is there the operation counts as waiting, so that a machine that is
    /// suspended meanwhile delivers it again.
    fn settle(
        &mut self,
        op: &DomainOp,
        instruction: usize,
        answer: &mut impl FnMut(&DomainOp, usize, &mut Interpreter) -> Resume,
    ) -> Option<Outcome> {
        self.machine.status.progress = Progress::Pending { op: *op, instruction, waited: true };
        match answer(op, instruction, self) {
            Resume::Go => self.complete(op, instruction),
            Resume::End(outcome) => Some(self.finish(outcome)),
        }
    }

    /// The effects inside the machine of an operation that the host fulfilled. The outcome if they exceed its limits.
    fn complete(&mut self, op: &DomainOp, instruction: usize) -> Option<Outcome> {
        self.machine.status.progress = Progress::Running;
        let error = semantics::complete(&mut self.context(), op).err()?;
        Some(self.finish(Outcome::Failed(error.at(instruction, self.mnemonic_at(instruction)))))
    }

    fn conclude(&mut self, next: Next) -> Outcome {
        let instruction = self.machine.pc;
        let outcome = match next {
            Next::Halt => Outcome::Halted,
            Next::Ended => Outcome::Ended,
            Next::OutOfFuel => Outcome::OutOfFuel { instruction },
            Next::Interrupted => Outcome::Interrupted { instruction },
            Next::Error(error) => Outcome::Failed(error),
            Next::Yield => Outcome::Unfulfilled { op: self.machine.asked, instruction },
            Next::Step | Next::Break | Next::Return => Outcome::Failed(Error::new(
                ErrorKind::ControlFlow,
                "the run stopped between two instructions",
            )),
        };
        self.finish(outcome)
    }

    /// Records why a run does not go on, for a caller that drives it by steps.
    pub(super) fn pause(&mut self, next: Next) -> StepResult {
        match next {
            Next::Yield => {
                let (op, instruction) = (self.machine.asked, self.machine.pc.saturating_sub(1));
                self.machine.status.progress = Progress::Pending { op, instruction, waited: false };
                StepResult::Yield(op)
            }
            next => match self.conclude(next) {
                Outcome::Halted => StepResult::Halt,
                Outcome::Ended => StepResult::Ended,
                Outcome::OutOfFuel { .. } => StepResult::OutOfFuel,
                Outcome::Interrupted { .. } => StepResult::Interrupted,
                Outcome::Failed(error) => StepResult::Error(error),
                Outcome::Stopped { op, .. }
                | Outcome::Waiting { op, .. }
                | Outcome::Unfulfilled { op, .. } => StepResult::Yield(op),
            },
        }
    }

    /// Records how a run ended or paused.
    pub(super) fn finish(&mut self, outcome: Outcome) -> Outcome {
        match outcome {
            Outcome::OutOfFuel { .. } | Outcome::Interrupted { .. } => {
                self.machine.status.progress = Progress::Running
            }
            Outcome::Waiting { op, instruction } => {
                self.machine.status.progress = Progress::Pending { op, instruction, waited: true };
            }
            Outcome::Halted | Outcome::Ended => return self.end(outcome),
            _ => return self.over(outcome),
        }
        outcome
    }

    /// Ends a run that came to its own end. A test that is still open fails it. Native programs are so short that a call
    /// and a copied outcome count: where the outcome is known, nothing is left of either.
    #[inline(always)]
    fn end(&mut self, outcome: Outcome) -> Outcome {
        match self.machine.tests.open() {
            None => self.over(outcome),
            Some(test) => {
                let error = unfinished(test);
                self.over(Outcome::Failed(error))
            }
        }
    }

    /// Records how a run ended. No model is being executed any more.
    #[inline(always)]
    fn over(&mut self, outcome: Outcome) -> Outcome {
        self.machine.models.stop_all();
        self.machine.status.end(outcome.clone());
        outcome
    }
}

#[cold]
fn unfinished(test: &TestRecord) -> Error {
    let message = format!("[test {0}] the run ended before test {0} did (test_end is missing)", test.id);
    Error::new(ErrorKind::AssertionFailed, message).at(test.begin, "test.test_begin")
}
