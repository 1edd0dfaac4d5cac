//! Running one program.

use super::state_file::StateFile;
use super::{ProgramOptions, Run, report};
use crate::arguments::{Format, Numbers, equip};
use crate::problem::{Problem, Status};
use crate::program::{Program, refused};
use crate::terminal::complain;
use serde::Serialize;
use std::io::Write;
use std::path::Path;
use ternsig_host::run::Keep;
use ternsig_host::state::StateAfter;
use ternsig_host::{Device, Devices, Memory, NativeReport};
use ternsig_vm::{Error, Interpreter, Outcome};

/// All that is reported.
#[derive(Serialize)]
struct Report {
    #[serde(flatten)]
    state: StateAfter,
    #[serde(skip_serializing_if = "Option::is_none")]
    native: Option<NativeReport>,
}

/// Runs the program and reports what it left behind.
pub(super) fn run(command: &Run, out: &mut dyn Write) -> Result<Status, Problem> {
    let options = &command.program;
    let program = load(&command.file, command.quiet)?;
    let base = options.on.as_deref().map(|path| load(path, command.quiet)).transpose()?;
    if base.is_some() && !program.assembled().is_attached() {
        let message = "the program declares registers; --on is for programs that declare none";
        return Err(Problem::file(&command.file, message));
    }
    let mut interpreter = program.interpreter(base.as_ref(), command.fuel)?;
    let runs = prepare(options, &mut interpreter)?;
    equip(command.engine.unwrap_or_default(), &mut interpreter)?;
    let outcome = match command.keep.open()? {
        None => repeat(runs, || Ok(interpreter.run()))?,
        Some(keep) => Kept::new(command, keep).run(&mut interpreter, runs)?,
    };
    let native = NativeReport::of(&interpreter);
    match command.format {
        Format::Text => {
            report::text(interpreter.machine(), &outcome, out)?;
            if let Some(native) = native.filter(|_| command.stats) {
                writeln!(out, "native   {native}")?;
            }
        }
        Format::Json => {
            let state = StateAfter::of(interpreter.machine(), &outcome);
            let report = Report { state, native };
            serde_json::to_writer(&mut *out, &report).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
    }
    if let Some(explanation) = program.explain_outcome(&outcome) {
        complain(explanation);
    }
    Ok(Status::success_if(outcome.is_complete()))
}

fn load(path: &Path, quiet: bool) -> Result<Program, Problem> {
    if quiet { Program::load_quietly(path).map_err(refused) } else { Program::load(path) }
}

/// Sets up the machine; the result is the number of runs.
fn prepare(options: &ProgramOptions, interpreter: &mut Interpreter) -> Result<u32, Problem> {
    let state = options.state.as_deref().map(StateFile::read).transpose()?.unwrap_or_default();
    let machine = interpreter.machine_mut();
    state.before.apply(machine).map_err(|error| {
        let path = options.state.as_deref().unwrap_or(Path::new("state"));
        Problem::file(path, error)
    })?;
    if let Some(Numbers(input)) = &options.input {
        machine.set_input(input);
    }
    if let Some(path) = &options.resume {
        let bytes = std::fs::read(path).map_err(|error| Problem::file(path, error))?;
        machine.restore(&bytes).map_err(|error| Problem::file(path, error))?;
    }
    if let Some(path) = &options.input_file {
        machine.set_input(&Numbers::read(path)?.0);
    }
    if let Some(Numbers(target)) = &options.target {
        machine.set_target(target);
    }
    Ok(options.runs.or(state.runs).map_or(1, std::num::NonZeroU32::get))
}

/// Runs so many times, or until a run does not come to its own end.
fn repeat(runs: u32, mut run: impl FnMut() -> Result<Outcome, Problem>) -> Result<Outcome, Problem> {
    let mut outcome = run()?;
    for _ in 1..runs {
        if !outcome.is_complete() {
            break;
        }
        outcome = run()?;
    }
    Ok(outcome)
}

/// A store, and the devices that answer from it.
struct Kept<'c> {
    command: &'c Run,
    memory: Memory,
    devices: Devices,
}

impl Kept<'_> {
    fn new(command: &Run, keep: Keep) -> Kept<'_> {
        let program = command.file.file_stem().unwrap_or_default().to_string_lossy();
        let devices = keep.memory.devices(&program, keep.keys, keep.slots);
        Kept { command, memory: keep.memory, devices }
    }

    /// Runs with the weights that the store has, and saves them after each run, which is a tick.
    fn run(mut self, interpreter: &mut Interpreter, runs: u32) -> Result<Outcome, Problem> {
        self.kept(self.memory.load_registers(interpreter.machine_mut()).complete())?;
        repeat(runs, || {
            let outcome = interpreter.run_with_host(|op, ctx| self.devices.answer(op, ctx));
            self.end_run();
            let tick = self.memory.store().tick().saturating_add(1);
            self.memory.advance_to(tick).map_err(|error| Problem::Program(format!("error: {error}")))?;
            self.kept(self.memory.store_registers(interpreter.machine_mut(), u8::MAX, false).complete())?;
            Ok(outcome)
        })
    }

    /// Rolls back what the program left open, and says so.
    fn end_run(&self) {
        let open = self.memory.end_run();
        if !open.is_empty() {
            let open: Vec<String> = open.iter().map(u8::to_string).collect();
            let file = self.command.file.display();
            let open = open.join(", ");
            complain(format_args!(
                "warning: {file}: the run ended inside transaction {open}, which was rolled back"
            ));
        }
    }

    fn kept(&self, result: Result<usize, Error>) -> Result<(), Problem> {
        let place = |error| Problem::file(Path::new(self.memory.store().place()), error);
        result.map(|_| ()).map_err(place)
    }
}
