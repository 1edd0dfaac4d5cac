//! How a run goes on after a yield, and how it ends.

use super::Interpreter;
use crate::error::{Error, ErrorKind};
use crate::machine::Status;
use crate::outcome::{Outcome, StepResult};
use crate::semantics;
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
        mut answer: impl FnMut(DomainOp, usize, &mut Interpreter) -> Resume,
    ) -> Outcome {
        if let Some(outcome) = self.resume(&mut answer) {
            return outcome;
        }
        loop {
            match self.run_to_boundary() {
                StepResult::Yield(op) => {
                    let instruction = self.machine.pc - 1;
                    if let Some(outcome) = self.settle(op, instruction, &mut answer) {
                        return outcome;
                    }
                }
                result => return self.conclude(result),
            }
        }
    }

    /// Begins a run if none is going on. An outstanding operation is done, unless it waits: then it is delivered again.
    fn resume(
        &mut self,
        answer: &mut impl FnMut(DomainOp, usize, &mut Interpreter) -> Resume,
    ) -> Option<Outcome> {
        match self.machine.status {
            Status::Finished(_) => {
                self.begin_run();
                None
            }
            Status::Running => None,
            Status::Pending { op, instruction, waited: true } => self.settle(op, instruction, answer),
            Status::Pending { op, instruction, waited: false } => self.complete(&op, instruction),
        }
    }

    /// The same for a caller that drives the run by steps: there is a result already if an operation is delivered again
    /// or its completion failed.
    pub(super) fn proceed(&mut self) -> Option<StepResult> {
        if let Status::Pending { op, waited: waited @ true, .. } = &mut self.machine.status {
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
        op: DomainOp,
        instruction: usize,
        answer: &mut impl FnMut(DomainOp, usize, &mut Interpreter) -> Resume,
    ) -> Option<Outcome> {
        self.machine.status = Status::Pending { op, instruction, waited: true };
        match answer(op, instruction, self) {
            Resume::Go => self.complete(&op, instruction),
            Resume::End(outcome) => Some(self.finish(outcome)),
        }
    }

    /// The effects inside the machine of an operation that the host fulfilled. The outcome if they exceed its limits.
    fn complete(&mut self, op: &DomainOp, instruction: usize) -> Option<Outcome> {
        self.machine.status = Status::Running;
        let error = semantics::complete(&mut self.context(), op).err()?;
        Some(self.finish(Outcome::Failed(error.at(instruction, self.mnemonic_at(instruction)))))
    }

    fn conclude(&mut self, result: StepResult) -> Outcome {
        let instruction = self.machine.pc;
        let outcome = match result {
            StepResult::Halt => Outcome::Halted,
            StepResult::Ended => Outcome::Ended,
            StepResult::OutOfFuel => Outcome::OutOfFuel { instruction },
            StepResult::Interrupted => Outcome::Interrupted { instruction },
            StepResult::Error(error) => Outcome::Failed(error),
            StepResult::Yield(op) => Outcome::Unfulfilled { op, instruction },
            StepResult::Continue | StepResult::Break | StepResult::Return => Outcome::Failed(Error::new(
                ErrorKind::ControlFlow,
                "the run stopped between two instructions",
            )),
        };
        self.finish(outcome)
    }

    /// Records why a run does not go on, for a caller that drives it by steps.
    pub(super) fn pause(&mut self, result: StepResult) -> StepResult {
        if let StepResult::Yield(op) = result {
            self.machine.status = Status::Pending { op, instruction: self.machine.pc - 1, waited: false };
            return result;
        }
        match self.conclude(result.clone()) {
            Outcome::Failed(error) => StepResult::Error(error),
            _ => result,
        }
    }

    /// Records how a run ended or paused. A test that is still open fails a run that came to its own end, and no model
    /// is being executed any more when a run is over.
    pub(super) fn finish(&mut self, outcome: Outcome) -> Outcome {
        let unfinished = self.machine.tests.open().filter(|_| outcome.is_complete());
        let outcome = match unfinished {
            Some(test) => {
                let message =
                    format!("[test {0}] the run ended before test {0} did (test_end is missing)", test.id);
                let error = Error::new(ErrorKind::AssertionFailed, message);
                Outcome::Failed(error.at(test.begin, "test.test_begin"))
            }
            None => outcome,
        };
        self.machine.status = match outcome {
            Outcome::OutOfFuel { .. } | Outcome::Interrupted { .. } => Status::Running,
            Outcome::Waiting { op, instruction } => Status::Pending { op, instruction, waited: true },
            _ => {
                self.machine.models.stop_all();
                Status::Finished(Some(outcome.clone()))
            }
        };
        outcome
    }
}
