//! A region of a brain.

use super::routes::Route;
use crate::device::Device as _;
use crate::engine::Engine;
use crate::ipc::Ipc;
use crate::models::Host;
use crate::native::NativeReport;
use crate::substrate::devices::RegionParts;
use crate::telemetry::Measured;
use std::time::{Duration, Instant};
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::{Bank, Op};
use ternsig_program::{StepOp, ValidatedProgram};
use ternsig_vm::machine::reload::Reloaded;
use ternsig_vm::{Error, ErrorKind, Interpreter, Outcome};

/// A region: a machine, and what answers it.
pub(super) struct Cell {
    pub(super) id: u8,
    pub(super) name: String,
    pub(super) interpreter: Interpreter,
    pub(super) engine: Engine,
    pub(super) host: Measured<Host>,
    pub(super) ipc: Ipc,
    pub(super) parts: RegionParts,
    /// What its next run begins with.
    pub(super) input: Vec<i32>,
    pub(super) target: Vec<i32>,
    /// Whether it runs in this round.
    pub(super) takes_part: bool,
    /// How many elements an input has that nobody gave.
    pub(super) width: usize,
    pub(super) counts: Counts,
    /// How long its turns take: a mean in which the last eight count most.
    pub(super) typical: Duration,
}

/// What went wrong in a region.
#[derive(Debug, Clone, Default)]
pub(super) struct Counts {
    pub(super) runs: u64,
    pub(super) failures: u64,
    pub(super) last_failure: Option<String>,
    /// The error of the turn that has just failed, until it is logged.
    pub(super) unlogged: Option<Error>,
}

impl Cell {
    /// Goes on with the run that waits, or begins the next one, and runs until it ends or waits.
    pub(super) fn turn(&mut self) -> Outcome {
        let span = tracing::trace_span!("turn", region = &*self.name, outcome = tracing::field::Empty);
        let _entered = span.enter();
        let outcome = self.run();
        span.record("outcome", outcome.name());
        outcome
    }

    fn run(&mut self) -> Outcome {
        if !self.waits()
            && let Err(error) = self.begin()
        {
            return self.ended(Outcome::Failed(error));
        }
        let (start, fuel) = (Instant::now(), self.interpreter.machine().fuel());
        let Cell { interpreter, host, .. } = self;
        let outcome = interpreter.run_with_host(|op, ctx| host.answer(op, ctx));
        let took = start.elapsed();
        self.typical = (7 * self.typical + took) / 8;
        let recorder = self.host.recorder_mut();
        recorder.run(&outcome, fuel.saturating_sub(self.interpreter.machine().fuel()));
        recorder.tick(took);
        self.ended(outcome)
    }

    /// Whether it is in the midst of a run.
    pub(super) const fn waits(&self) -> bool {
        self.interpreter.machine().pending().is_some()
    }

    /// What it waits for, for people.
    pub(super) fn waiting(&self) -> Option<String> {
        let (op, instruction) = self.interpreter.machine().pending()?;
        Some(format!("{op} at instruction {instruction}"))
    }

    /// Shows its output to the others.
    pub(super) fn publish(&self, route: &mut Route) {
        let output = self.interpreter.machine().output();
        route.output.clear();
        route.output.extend_from_slice(output);
        route.pending = !output.is_empty();
    }

    pub(super) fn begin(&mut self) -> Result<(), Error> {
        let m = self.interpreter.machine_mut();
        m.set_input(&self.input);
        m.set_target(&self.target);
        self.interpreter.begin_run();
        self.ipc.begin_run(self.interpreter.machine_mut())
    }

    /// Runs a program of somebody else's on its machine, which must not be in a run.
    pub(super) fn run_attached(&mut self, name: &str, number: usize, program: &ValidatedProgram) -> Outcome {
        let region = &*self.name;
        let span = tracing::trace_span!("program", program = name, region, outcome = tracing::field::Empty);
        let _entered = span.enter();
        let start = Instant::now();
        let Cell { interpreter, host, .. } = self;
        let outcome = interpreter.run_attached(program, |op, ctx| host.answer(op, ctx));
        let (took, machine) = (start.elapsed(), self.interpreter.machine());
        // The run has begun with all the fuel that there may be.
        let fuel = machine.limits().fuel.saturating_sub(machine.fuel());
        self.host.recorder_mut().program_run(number, &outcome, fuel, took);
        span.record("outcome", outcome.name());
        outcome
    }

    fn ended(&mut self, outcome: Outcome) -> Outcome {
        self.counts.runs += u64::from(outcome.is_complete());
        if !outcome.is_complete() && !matches!(outcome, Outcome::Waiting { .. }) {
            self.note_failure(outcome.to_string());
            self.counts.unlogged = match &outcome {
                Outcome::Failed(error) => Some(error.clone()),
                other => Some(Error::new(ErrorKind::Limit, other.to_string())),
            };
        }
        outcome
    }

    #[cold]
    pub(super) fn note_failure(&mut self, message: String) {
        self.counts.failures += 1;
        self.counts.last_failure = Some(message);
    }

    /// Takes what was routed to it as its input, or as many zeros as it expects.
    pub(super) fn take_routed_or_zeros(&mut self, route: &mut Route) {
        self.input.clear();
        match route.routed.take() {
            Some(routed) => self.input.extend_from_slice(&routed),
            None => self.input.resize(self.width, 0),
        }
    }

    /// Replaces its program by a newer version. It must not be in a run.
    pub(super) fn reload(&mut self, program: ValidatedProgram) -> Result<Reloaded, Error> {
        let width = expected_input(&program);
        let reloaded = self.interpreter.reload(program)?;
        self.host.device_mut().models.rest();
        self.host.recorder_mut().reload(&reloaded);
        self.width = width;
        let equipped = self.engine.equip(&mut self.interpreter);
        equipped.map_err(|error| Error::new(ErrorKind::NoDevice, error.to_string()))?;
        Ok(reloaded)
    }

    /// Whether one of its machines has a register with this key.
    pub(super) fn has_key(&self, key: &str) -> bool {
        let has = |interpreter: &Interpreter| {
            let registers = &interpreter.machine().program().program().registers;
            registers.iter().any(|decl| decl.key.as_deref() == Some(key))
        };
        has(&self.interpreter) || self.host.device().models.iter().any(|(_, model)| has(model.interpreter()))
    }

    /// What went wrong in a run that another region asked for.
    pub(super) fn failed(&self, kind: ErrorKind, why: &dyn std::fmt::Display) -> Error {
        Error::new(kind, format!("region {} ({}): {why}", self.id, self.name))
    }

    pub(super) fn native(&self) -> Option<NativeReport> {
        NativeReport::of(&self.interpreter)
    }
}

/// The declared elements of the register that a program loads its input into, 0 if it loads none.
pub(super) fn expected_input(program: &ValidatedProgram) -> usize {
    let loads = |op: StepOp| matches!(op, StepOp::Standard(Op::Core(CoreOp::LoadInput)));
    let Some(at) = program.steps().iter().position(|step| loads(step.op)) else { return 0 };
    let StepOp::Standard(op) = program.steps()[at].op else { return 0 };
    let operands = program.steps()[at].operands;
    let mut fields = op.row().form_of(operands).fields.iter();
    let target = fields.find_map(|field| field.register_in(operands));
    let declared = program.program().registers.iter().find(|decl| Some(decl.register) == target);
    declared.filter(|decl| decl.register.bank() == Bank::Hot).map_or(0, |decl| decl.shape.elements())
}
