//! `ternsig conform`: conformance vectors.

use crate::arguments::require_available;
use crate::problem::{Problem, Status};
use crate::program::Program;
use crate::progress::bar;
use clap::Args;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use ternsig_host::Engine;
use ternsig_host::conform::{ConformError, Vector};
use ternsig_vm::Interpreter;

/// Longest value of a difference that is shown whole.
const SHOWN: usize = 200;

/// Replays conformance vectors and compares the whole machine.
///
/// Each line of a file is a program with the state before and after, as JSON. Where it names a binary form of the
/// program, that is replayed too. The first difference of each vector is shown; the last line is
/// `N passed, N failed`.
#[derive(Debug, Args)]
pub(crate) struct Conform {
    /// Files with one vector a line.
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// The engine: interpreter, jit, auto or crosscheck.
    #[arg(long, default_value_t)]
    engine: Engine,
}

impl Conform {
    pub(crate) fn execute(&self, out: &mut dyn Write) -> Result<Status, Problem> {
        require_available(self.engine)?;
        let read = |path: &PathBuf| fs::read_to_string(path).map_err(|error| Problem::file(path, error));
        let texts = self.files.iter().map(read).collect::<Result<Vec<_>, _>>()?;
        let vectors = || {
            let files = self.files.iter().zip(&texts);
            files.flat_map(|(path, text)| text.lines().enumerate().map(move |(i, line)| (path, i + 1, line)))
        };
        let vectors = || vectors().filter(|(_, _, line)| !line.trim().is_empty());
        let bar = bar(vectors().count(), "vectors");
        let (mut passed, mut failed) = (0, 0);
        for (path, number, line) in vectors() {
            match replay(path, line, self.engine) {
                Ok(()) => passed += 1,
                Err(difference) => {
                    failed += 1;
                    bar.suspend(|| writeln!(out, "{}:{number}: {difference}", path.display()))?;
                }
            }
            bar.inc(1);
        }
        bar.finish_and_clear();
        if passed + failed == 0 {
            return Err(Problem::invocation("no conformance vector is there"));
        }
        writeln!(out, "{passed} passed, {failed} failed")?;
        Ok(Status::success_if(failed == 0))
    }
}

/// Replays one vector, from text and from its binary form.
fn replay(file: &Path, line: &str, engine: Engine) -> Result<(), String> {
    let vector = Vector::parse(line).map_err(|error| describe(&error))?;
    // Whether the processor has the engine is known by now.
    let equip = |interpreter: &mut Interpreter| drop(engine.equip(interpreter));
    let named = |what: &str, error: String| format!("{}{what}: {error}", vector.name);
    let program = vector.assemble().map_err(|error| named("", describe(&error)))?;
    vector.replay(&program, equip).map_err(|error| named("", describe(&error)))?;
    let Some(binary) = &vector.binary else { return Ok(()) };
    let what = format!(" ({binary})");
    let program = Program::load_quietly(&file.with_file_name(binary));
    let program = program.map_err(|error| named(&what, error.to_string()))?;
    vector.replay(program.assembled(), equip).map_err(|error| named(&what, describe(&error)))
}

fn describe(error: &ConformError) -> String {
    match error {
        ConformError::Difference { place, expected, found } => {
            format!("{place}: expected {}, found {}", shortened(expected), shortened(found))
        }
        error => error.to_string(),
    }
}

fn shortened(text: &str) -> String {
    let mut shown: String = text.chars().take(SHOWN).collect();
    if shown.len() < text.len() {
        shown.push('…');
    }
    shown
}
