//! The interpreter: a machine with devices, and the ways to run it.

use crate::accelerator::{Accelerator, Entered};
use crate::context::ExecutionContext;
use crate::devices::{BankAccess, Devices, SubstrateHandle};
use crate::error::{Error, ErrorKind, Fault};
use crate::extension::ExtensionRegistry;
use crate::fuel;
use crate::machine::{Limits, Machine, Status};
use crate::outcome::{Answer, Outcome, StepResult};
use crate::semantics;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use ternsig_isa::{DomainOp, Signal};
use ternsig_program::{AssembledProgram, StepOp, ValidatedProgram, ValidationError};

/// Asks a running interpreter to stop at the next instruction boundary. It can be used from any thread.
#[derive(Debug, Clone)]
pub struct InterruptHandle(Arc<AtomicBool>);

impl InterruptHandle {
    /// The run that is going on, or else the next one, ends as interrupted.
    pub fn interrupt(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

/// Why a program cannot be loaded.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum LoadError {
    /// The validator refuses it.
    Invalid(ValidationError),
    /// Its registers exceed the machine's limits.
    Limit(Error),
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::Invalid(error) => write!(f, "the program is invalid: {error}"),
            LoadError::Limit(error) => error.fmt(f),
        }
    }
}

impl std::error::Error for LoadError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match self {
            LoadError::Invalid(error) => Some(error),
            LoadError::Limit(error) => Some(error),
        }
    }
}

impl From<ValidationError> for LoadError {
    fn from(error: ValidationError) -> LoadError {
        LoadError::Invalid(error)
    }
}

/// A machine, its devices, and optionally a faster engine.
///
/// A run begins at `forward*`, or at `run*` when no run is going on: at instruction 0, with empty control stack, output
/// and test records, and full fuel. Registers, weights, pressure and babble stay. Going on after a yield, a wait, an
/// interrupt or out of fuel begins nothing.
#[derive(Debug)]
pub struct Interpreter {
    machine: Machine,
    devices: Devices,
    accelerator: Option<Arc<dyn Accelerator>>,
}

/// A handler's verdict on what to do after a yield.
enum Resume {
    Go,
    End(Outcome),
}

impl Interpreter {
    /// An interpreter for this program that knows the standard extensions.
    ///
    /// # Errors
    /// The program is invalid, or its registers exceed the default limits.
    pub fn from_program(program: &AssembledProgram) -> Result<Interpreter, LoadError> {
        Interpreter::with_registry(program, Arc::new(ExtensionRegistry::standard()))
    }

    /// An interpreter for this program that also knows the extensions of a registry.
    ///
    /// # Errors
    /// The program is invalid, or its registers exceed the default limits.
    pub fn with_registry(
        program: &AssembledProgram,
        registry: Arc<ExtensionRegistry>,
    ) -> Result<Interpreter, LoadError> {
        let program = ValidatedProgram::new(program.clone(), registry.instruction_set())?;
        let machine = Machine::new(program).map_err(LoadError::Limit)?;
        Ok(Interpreter::from_machine(machine, registry))
    }

    /// An interpreter around a machine. The registry must know every extension that its program was validated with.
    #[must_use]
    pub fn from_machine(machine: Machine, registry: Arc<ExtensionRegistry>) -> Interpreter {
        Interpreter { machine, devices: Devices::new(registry), accelerator: None }
    }

    /// Replaces the program; see [`Machine::load`]. Devices stay attached, the accelerator does not.
    ///
    /// # Errors
    /// The program is invalid, or its registers exceed the limits; the old one stays then.
    pub fn load(&mut self, program: &AssembledProgram) -> Result<(), LoadError> {
        let program = ValidatedProgram::new(program.clone(), self.devices.registry.instruction_set())?;
        self.machine.load(program).map_err(LoadError::Limit)?;
        self.accelerator = None;
        Ok(())
    }

    /// The machine.
    #[must_use]
    pub const fn machine(&self) -> &Machine {
        &self.machine
    }

    /// The machine, to be changed between runs.
    pub const fn machine_mut(&mut self) -> &mut Machine {
        &mut self.machine
    }

    /// The machine without its devices.
    #[must_use]
    pub fn into_machine(self) -> Machine {
        self.machine
    }

    /// The extensions it knows.
    #[must_use]
    pub fn registry(&self) -> &Arc<ExtensionRegistry> {
        &self.devices.registry
    }

    /// Sets the bank cache: simple bank operations execute in place instead of yielding.
    pub fn set_bank_cache(&mut self, cache: Box<dyn BankAccess>) {
        self.devices.bank_cache = Some(cache);
    }

    /// Removes the bank cache: all bank operations yield.
    pub fn clear_bank_cache(&mut self) {
        self.devices.bank_cache = None;
    }

    /// Removes the bank cache and returns it.
    pub fn take_bank_cache(&mut self) -> Option<Box<dyn BankAccess>> {
        self.devices.bank_cache.take()
    }

    /// Attaches a substrate: the operations that it covers execute in place instead of yielding.
    pub fn set_substrate(&mut self, substrate: impl Into<Box<dyn SubstrateHandle>>) {
        self.devices.substrate = Some(substrate.into());
    }

    /// Detaches the substrate.
    pub fn clear_substrate(&mut self) {
        self.devices.substrate = None;
    }

    /// Sets or removes the faster engine. It must have been made for the loaded program.
    pub fn set_accelerator(&mut self, accelerator: Option<Arc<dyn Accelerator>>) {
        self.accelerator = accelerator;
    }

    /// Changes the machine's limits; the fuel applies from the next run.
    pub fn set_limits(&mut self, limits: Limits) {
        self.machine.set_limits(limits);
    }

    /// A handle that interrupts this interpreter's runs.
    #[must_use]
    pub fn interrupt_handle(&self) -> InterruptHandle {
        InterruptHandle(Arc::clone(&self.machine.interrupt))
    }

    /// Runs to the end. A yield that no device answers ends the run as unfulfilled: nothing is skipped.
    pub fn run(&mut self) -> Outcome {
        self.run_loop(|op, instruction, _| Resume::End(Outcome::Unfulfilled { op, instruction }))
    }

    /// Runs until the program ends, fails, pauses or yields. After a yield the host reads and writes the machine through
    /// [`Interpreter::context`]; calling again means that the operation is done, [`Interpreter::fail`] that it failed.
    pub fn run_until_yield(&mut self) -> StepResult {
        self.resume_pending(|_, _, _| Resume::Go);
        let result = self.run_to_boundary();
        self.pause(result)
    }

    /// Runs to the end; the handler answers every yield. It sees the operation and the machine, and says whether the
    /// operation is done, has to wait, or ends the run; an error fails the run.
    pub fn run_with_host(
        &mut self,
        mut handler: impl FnMut(&DomainOp, &mut ExecutionContext<'_>) -> Result<Answer, Error>,
    ) -> Outcome {
        self.run_loop(|op, instruction, this| {
            let mut ctx = ExecutionContext::with_devices(&mut this.machine, &mut this.devices);
            match handler(&op, &mut ctx) {
                Ok(Answer::Done) => Resume::Go,
                Ok(Answer::Stop) => Resume::End(Outcome::Stopped { op, instruction }),
                Ok(Answer::Wait) => Resume::End(Outcome::Waiting { op, instruction }),
                Err(error) => {
                    Resume::End(Outcome::Failed(error.at(instruction, this.machine.mnemonic_at(instruction))))
                }
            }
        })
    }

    /// Begins a run on these signals and returns the output as signals, saturating at ±255.
    ///
    /// # Errors
    /// The outcome, if it is not the program's own end.
    pub fn forward(&mut self, input: &[Signal]) -> Result<Vec<Signal>, Outcome> {
        self.begin_run();
        self.machine.input.clear();
        self.machine.input.extend(input.iter().map(|signal| i32::from(signal.value())));
        match self.run() {
            outcome if outcome.is_complete() => {
                Ok(self.machine.output.iter().map(|&v| Signal::from_i32(v)).collect())
            }
            outcome => Err(outcome),
        }
    }

    /// Begins a run on these elements and returns the output buffer, empty if the program stored none.
    ///
    /// # Errors
    /// The outcome, if it is not the program's own end.
    pub fn forward_i32(&mut self, input: &[i32]) -> Result<&[i32], Outcome> {
        self.begin_run();
        self.machine.set_input(input);
        match self.run() {
            outcome if outcome.is_complete() => Ok(&self.machine.output),
            outcome => Err(outcome),
        }
    }

    /// The machine and its devices, as a host handler sees them.
    pub fn context(&mut self) -> ExecutionContext<'_> {
        ExecutionContext::with_devices(&mut self.machine, &mut self.devices)
    }

    /// Fails the operation whose answer is outstanding, and with it the run. Without one, nothing happens.
    pub fn fail(&mut self, error: Error) -> Option<Outcome> {
        let (_, instruction) = self.machine.pending()?;
        let error = error.at(instruction, self.machine.mnemonic_at(instruction));
        Some(self.finish(Outcome::Failed(error)))
    }

    /// Begins a run: pc 0; control stack, output and test records cleared; fuel full; chemicals refreshed from the
    /// substrate. An unfinished run is dropped.
    pub fn begin_run(&mut self) {
        let machine = &mut self.machine;
        machine.pc = 0;
        machine.control.clear();
        machine.output.clear();
        machine.tests.clear();
        machine.models.stop_all();
        machine.fuel = machine.limits.fuel;
        machine.runs = machine.runs.saturating_add(1);
        machine.status = Status::Running;
        self.context().refresh_chemicals();
    }

    /// Executes one instruction, beginning a run if none is going on. As with [`Interpreter::run_until_yield`], calling
    /// again after a yield means that the operation is done.
    pub fn step(&mut self) -> StepResult {
        self.resume_pending(|_, _, _| Resume::Go);
        let registry = self.devices_registry();
        match step(&mut self.context(), &registry) {
            result @ (StepResult::Continue | StepResult::Break | StepResult::Return) => result,
            result => self.pause(result),
        }
    }

    fn devices_registry(&self) -> Arc<ExtensionRegistry> {
        Arc::clone(&self.devices.registry)
    }

    /// Runs to an outcome, asking `answer` about each yield.
    fn run_loop(&mut self, mut answer: impl FnMut(DomainOp, usize, &mut Interpreter) -> Resume) -> Outcome {
        if let Some(outcome) = self.resume_pending(&mut answer) {
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

    /// Begins a run if none is going on. A pending operation is done, unless it waits: then it is delivered again.
    fn resume_pending(
        &mut self,
        mut answer: impl FnMut(DomainOp, usize, &mut Interpreter) -> Resume,
    ) -> Option<Outcome> {
        match self.machine.status {
            Status::Finished(_) => self.begin_run(),
            Status::Running => {}
            Status::Pending { op, instruction, waited: true } => {
                return self.settle(op, instruction, &mut answer);
            }
            Status::Pending { op, .. } => self.complete(&op),
        }
        None
    }

    fn settle(
        &mut self,
        op: DomainOp,
        instruction: usize,
        answer: &mut impl FnMut(DomainOp, usize, &mut Interpreter) -> Resume,
    ) -> Option<Outcome> {
        match answer(op, instruction, self) {
            Resume::Go => {
                self.complete(&op);
                None
            }
            Resume::End(outcome) => Some(self.finish(outcome)),
        }
    }

    /// The effects inside the machine of an operation that the host fulfilled.
    fn complete(&mut self, op: &DomainOp) {
        self.machine.status = Status::Running;
        semantics::complete(&mut self.context(), op);
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
    fn pause(&mut self, result: StepResult) -> StepResult {
        if let StepResult::Yield(op) = result {
            self.machine.status = Status::Pending { op, instruction: self.machine.pc - 1, waited: false };
            return result;
        }
        match self.conclude(result.clone()) {
            Outcome::Failed(error) => StepResult::Error(error),
            _ => result,
        }
    }

    /// Records how a run ended or paused. A test that is still open fails a run that came to its own end.
    fn finish(&mut self, outcome: Outcome) -> Outcome {
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
            _ => Status::Finished(Some(outcome.clone())),
        };
        outcome
    }

    /// Runs until something other than the next instruction has to happen.
    fn run_to_boundary(&mut self) -> StepResult {
        let registry = self.devices_registry();
        loop {
            if let Some(accelerator) = &self.accelerator
                && accelerator.entries().contains(self.machine.pc)
            {
                let entered = accelerator.enter(&mut self.machine, &mut self.devices);
                if entered == Entered::Ran && accelerator.entries().contains(self.machine.pc) {
                    continue;
                }
            }
            let mut ctx = ExecutionContext::with_devices(&mut self.machine, &mut self.devices);
            let result = match &self.accelerator {
                None => run_steps(&mut ctx, &registry),
                Some(_) => step(&mut ctx, &registry),
            };
            match result {
                StepResult::Continue | StepResult::Break | StepResult::Return => {}
                StepResult::Error(error) => match self.machine.skip_failed_test(error) {
                    Ok(()) => {}
                    Err(error) => return StepResult::Error(error),
                },
                result => return result,
            }
        }
    }
}

/// The plain loop.
fn run_steps(ctx: &mut ExecutionContext<'_>, registry: &ExtensionRegistry) -> StepResult {
    loop {
        match step(ctx, registry) {
            StepResult::Continue | StepResult::Break | StepResult::Return => {}
            result => return result,
        }
    }
}

/// Executes the instruction at the program counter.
fn step(ctx: &mut ExecutionContext<'_>, registry: &ExtensionRegistry) -> StepResult {
    let machine = ctx.machine_mut();
    let at = machine.pc;
    let Some(&step) = machine.program.steps().get(at) else { return StepResult::Ended };
    if machine.interrupt.load(Ordering::Relaxed) {
        machine.interrupt.store(false, Ordering::Relaxed);
        return StepResult::Interrupted;
    }
    let cost = fuel::cost(machine, &step);
    let Some(left) = machine.fuel.checked_sub(cost) else { return StepResult::OutOfFuel };
    machine.fuel = left;
    machine.pc = at + 1;
    let result = match step.op {
        StepOp::Standard(op) => semantics::execute(ctx, op, step.operands),
        StepOp::User { ext, opcode } => {
            return match registry.dispatch(ext, opcode, step.operands, ctx) {
                StepResult::Error(error) => {
                    StepResult::Error(error.at(at, registry.instruction_set().mnemonic(ext, opcode)))
                }
                result => result,
            };
        }
    };
    match result {
        Ok(flow) => flow.into(),
        Err(fault) => stopped_at(ctx.machine_mut(), at, cost, fault),
    }
}

#[cold]
fn stopped_at(machine: &mut Machine, at: usize, cost: u64, fault: Fault) -> StepResult {
    match fault {
        Fault::Error(error) => StepResult::Error(error.at(at, machine.mnemonic_at(at))),
        Fault::Interrupted => {
            machine.interrupt.store(false, Ordering::Relaxed);
            machine.pc = at;
            machine.fuel += cost;
            StepResult::Interrupted
        }
    }
}
