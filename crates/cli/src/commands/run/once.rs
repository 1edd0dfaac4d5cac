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
use ternsig_host::NativeReport;
use ternsig_host::state::StateAfter;
use ternsig_vm::{Interpreter, Outcome};

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
    let outcome = repeat(&mut interpreter, runs);
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
fn repeat(interpreter: &mut Interpreter, runs: u32) -> Outcome {
    let mut outcome = interpreter.run();
    for _ in 1..runs {
        if !outcome.is_complete() {
            break;
        }
        outcome = interpreter.run();
    }
    outcome
}
