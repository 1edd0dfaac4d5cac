//! The interpreter: a machine with devices, and the ways to run it.

mod boundary;
mod load;
mod run;
mod step;

pub use crate::machine::interrupt::InterruptHandle;
pub use load::LoadError;

use crate::accelerator::Accelerator;
use crate::context::ExecutionContext;
use crate::devices::{BankAccess, Devices, SubstrateHandle};
use crate::error::Error;
use crate::extension::ExtensionRegistry;
use crate::machine::reload::Reloaded;
use crate::machine::status::Progress;
use crate::machine::{Limits, Machine};
use crate::outcome::{Answer, Outcome, StepResult};
use run::Resume;
use std::hint::cold_path;
use std::sync::Arc;
pub(crate) use step::run_step;
use step::{Next, step};
use ternsig_isa::{DomainOp, Signal};
use ternsig_program::{AssembledProgram, ValidatedProgram};

/// A machine, its devices, and optionally a faster engine.
///
/// A run begins at `forward*`, or at `run*` when no run is going on: at instruction 0, with empty control stack, output
/// and test records, and full fuel. Registers, weights, pressure and babble stay. Going on after a yield, a wait, an
/// interrupt or out of fuel begins nothing.
#[derive(Debug)]
pub struct Interpreter {
    machine: Machine,
    devices: Devices,
    /// With the fingerprint of the program that it was made for: a machine that runs another one is left alone.
    accelerator: Option<(u64, Box<dyn Accelerator>)>,
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

    /// Replaces the program by a newer version; see [`Machine::reload`]. Devices stay attached, the accelerator does not.
    ///
    /// # Errors
    /// The registers exceed the limits; the old program stays then.
    pub fn reload(&mut self, program: ValidatedProgram) -> Result<Reloaded, Error> {
        let reloaded = self.machine.reload(program)?;
        self.accelerator = None;
        Ok(reloaded)
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

    /// Sets or removes the faster engine, which was made for the loaded program. While another one is loaded it rests.
    pub fn set_accelerator(&mut self, accelerator: Option<Box<dyn Accelerator>>) {
        let program = self.machine.program.hash();
        self.accelerator = accelerator.map(|accelerator| (program, accelerator));
    }

    /// The faster engine.
    #[must_use]
    pub fn accelerator(&self) -> Option<&dyn Accelerator> {
        self.accelerator.as_ref().map(|(_, accelerator)| accelerator.as_ref())
    }

    /// Changes the machine's limits; the fuel applies from the next run.
    pub fn set_limits(&mut self, limits: Limits) {
        self.machine.set_limits(limits);
    }

    /// A handle that interrupts this interpreter's runs.
    #[must_use]
    pub fn interrupt_handle(&self) -> InterruptHandle {
        self.machine.interrupt.handle()
    }

    /// Runs to the end. A yield that no device answers ends the run as unfulfilled: nothing is skipped.
    pub fn run(&mut self) -> Outcome {
        self.run_loop(unanswered)
    }

    /// Runs until the program ends, fails, pauses or yields. After a yield the host reads and writes the machine through
    /// [`Interpreter::context`]; calling again means that the operation is done, [`Interpreter::fail`] that it failed. An
    /// operation that a handler put off is delivered again.
    pub fn run_until_yield(&mut self) -> StepResult {
        if let Some(result) = self.proceed() {
            return result;
        }
        let next = self.run_to_boundary();
        self.pause(next)
    }

    /// Runs to the end; the handler answers every yield. It sees the operation and the machine, and says whether the
    /// operation is done, has to wait, or ends the run; an error fails the run.
    pub fn run_with_host(
        &mut self,
        mut handler: impl FnMut(&DomainOp, &mut ExecutionContext<'_>) -> Result<Answer, Error>,
    ) -> Outcome {
        self.run_loop(|op, instruction, this| {
            let mut ctx = ExecutionContext::with_devices(&mut this.machine, &mut this.devices);
            match handler(op, &mut ctx) {
                Ok(Answer::Done) => Resume::Go,
                Ok(Answer::Stop) => Resume::End(Outcome::Stopped { op: *op, instruction }),
                Ok(Answer::Wait) => Resume::End(Outcome::Waiting { op: *op, instruction }),
                Ok(Answer::Halt) => Resume::End(Outcome::Halted),
                Err(error) => {
                    Resume::End(Outcome::Failed(error.at(instruction, this.mnemonic_at(instruction))))
                }
            }
        })
    }

    /// Runs another program to its end on the machine as it is, and puts the machine's own program back; see [`Machine::attach`].
    /// What it stored as output is the machine's output until its own program runs. A run that would pause is dropped, and its
    /// outcome says where it was.
    pub fn run_attached(
        &mut self,
        program: &ValidatedProgram,
        handler: impl FnMut(&DomainOp, &mut ExecutionContext<'_>) -> Result<Answer, Error>,
    ) -> Outcome {
        let own = self.machine.program().clone();
        self.machine.attach(program.clone());
        let outcome = self.run_with_host(handler);
        self.machine.attach(own);
        outcome
    }

    /// Begins a run on these signals and returns the output as signals, saturating at ±255.
    ///
    /// # Errors
    /// The outcome, if it is not the program's own end.
    pub fn forward(&mut self, input: &[Signal]) -> Result<Vec<Signal>, Outcome> {
        self.begin_run();
        let Machine { known_since, input: buffer, .. } = &mut self.machine;
        let elements = known_since.sized(buffer, input.len()).iter_mut().zip(input);
        elements.for_each(|(element, signal)| *element = i32::from(signal.value()));
        match self.go_on(unanswered) {
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
        self.machine.set_input(input);
        self.begin_run();
        match self.go_on(unanswered) {
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
        let error = error.at(instruction, self.mnemonic_at(instruction));
        Some(self.finish(Outcome::Failed(error)))
    }

    /// Ends the run whose operation is outstanding, as a `halt` does. Without one, nothing happens.
    pub fn halt(&mut self) -> Option<Outcome> {
        self.machine.pending()?;
        Some(self.finish(Outcome::Halted))
    }

    /// Begins a run: pc 0; control stack, output and test records cleared; fuel full; chemicals refreshed from the
    /// substrate. An unfinished run is dropped.
    #[inline(always)]
    pub fn begin_run(&mut self) {
        let machine = &mut self.machine;
        machine.pc = 0;
        machine.control.clear();
        // A short run costs as many cycles as it stores: what is as it should be is only looked at.
        if !machine.output.is_empty() {
            machine.output.clear();
        }
        machine.tests.clear();
        machine.models.stop_all();
        machine.fuel = machine.limits.fuel;
        if let Some(runs) = machine.runs.checked_add(1) {
            machine.runs = runs;
        }
        machine.status.progress = Progress::Running;
        if self.devices.substrate.is_some() {
            cold_path();
            self.refresh_chemicals();
        }
    }

    #[inline(never)]
    fn refresh_chemicals(&mut self) {
        self.context().refresh_chemicals();
    }

    /// Executes one instruction, beginning a run if none is going on. As with [`Interpreter::run_until_yield`], calling
    /// again after a yield means that the operation is done.
    pub fn step(&mut self) -> StepResult {
        if let Some(result) = self.proceed() {
            return result;
        }
        let (mut ctx, registry) = ExecutionContext::with_registry(&mut self.machine, &mut self.devices);
        match step(&mut ctx, registry) {
            next @ (Next::Step | Next::Break | Next::Return) => next.result(&self.machine),
            Next::Error(error) => match self.machine.skip_failed_test(error) {
                Ok(()) => StepResult::Continue,
                Err(error) => self.pause(Next::Error(error)),
            },
            next => self.pause(next),
        }
    }

    fn mnemonic_at(&self, index: usize) -> String {
        let word = self.machine.program.program().instructions.get(index);
        word.map_or_else(String::new, |word| {
            self.devices.registry.instruction_set().mnemonic(word.ext, word.opcode)
        })
    }
}

/// The answer to every yield where there is no host.
fn unanswered(op: &DomainOp, instruction: usize, _: &mut Interpreter) -> Resume {
    Resume::End(Outcome::Unfulfilled { op: *op, instruction })
}
