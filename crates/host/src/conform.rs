//! Conformance vectors: programs with the state before and after, recorded from another implementation.

use crate::state::{StateAfter, StateBefore, StateError};
use serde::Deserialize;
use std::fmt;
use ternsig_isa::InstructionSet;
use ternsig_program::AssembledProgram;
use ternsig_vm::interpreter::LoadError;
use ternsig_vm::{Interpreter, Outcome};

/// One vector.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Vector {
    /// The instruction or group that it exercises.
    pub name: String,
    /// The program, as text.
    pub source: String,
    /// How often it is run, with the same input and kept state.
    pub runs: u32,
    /// The state before.
    pub before: StateBefore,
    /// The state after the last run.
    pub after: StateAfter,
    /// A file that holds the program in binary form.
    #[serde(default)]
    pub binary: Option<String>,
}

/// Why a vector does not pass.
#[derive(Debug)]
#[non_exhaustive]
pub enum ConformError {
    /// The line is not a vector.
    Json(serde_json::Error),
    /// The program does not assemble.
    Assemble(String),
    /// The program cannot be loaded.
    Load(LoadError),
    /// The state before cannot be applied.
    State(StateError),
    /// The state after differs: where, what was expected, what was found.
    Difference {
        /// The first place that differs, e.g. `hot.H1.data[3]`.
        place: String,
        /// The vector's value.
        expected: String,
        /// The machine's value.
        found: String,
    },
}

impl fmt::Display for ConformError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConformError::Json(error) => write!(f, "not a conformance vector: {error}"),
            ConformError::Assemble(text) => write!(f, "the program does not assemble:\n{text}"),
            ConformError::Load(error) => error.fmt(f),
            ConformError::State(error) => write!(f, "the state before cannot be applied: {error}"),
            ConformError::Difference { place, expected, found } => {
                write!(f, "{place}: expected {expected}, found {found}")
            }
        }
    }
}

impl std::error::Error for ConformError {}

impl Vector {
    /// Reads one line.
    ///
    /// # Errors
    /// The line is no vector.
    pub fn parse(line: &str) -> Result<Vector, ConformError> {
        serde_json::from_str(line).map_err(ConformError::Json)
    }

    /// Assembles the vector's program.
    ///
    /// # Errors
    /// The program has errors.
    pub fn assemble(&self) -> Result<AssembledProgram, ConformError> {
        let assembly = ternsig_asm::assemble(&self.source, &InstructionSet::standard());
        let errors = || assembly.diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        assembly.program.clone().ok_or_else(|| ConformError::Assemble(errors()))
    }

    /// Runs a program (the vector's own, from text or from a binary) and compares the whole state. `prepare` may equip
    /// the interpreter, with a faster engine for instance.
    ///
    /// # Errors
    /// The program cannot be loaded, or the first difference.
    pub fn replay(
        &self,
        program: &AssembledProgram,
        prepare: impl FnOnce(&mut Interpreter),
    ) -> Result<(), ConformError> {
        let mut interpreter = Interpreter::from_program(program).map_err(ConformError::Load)?;
        self.before.apply(interpreter.machine_mut()).map_err(ConformError::State)?;
        prepare(&mut interpreter);
        let input = interpreter.machine().input().to_vec();
        let mut outcome = Outcome::Ended;
        for _ in 0..self.runs {
            interpreter.begin_run();
            interpreter.machine_mut().set_input(&input);
            outcome = interpreter.run();
        }
        let found = StateAfter::of(interpreter.machine(), &outcome);
        match first_difference(&self.after, &found) {
            Some((place, expected, found)) => Err(ConformError::Difference { place, expected, found }),
            None => Ok(()),
        }
    }
}

/// The first place where two states differ, with both values.
#[must_use]
pub fn first_difference(expected: &StateAfter, found: &StateAfter) -> Option<(String, String, String)> {
    let [expected, found] = [expected, found].map(|state| serde_json::to_value(state).unwrap_or_default());
    difference("", &expected, &found)
}

fn difference(
    place: &str,
    expected: &serde_json::Value,
    found: &serde_json::Value,
) -> Option<(String, String, String)> {
    use serde_json::Value::{Array, Object};
    let leaf = || Some((place.trim_start_matches('.').to_owned(), expected.to_string(), found.to_string()));
    match (expected, found) {
        (Object(a), Object(b)) => {
            let absent = serde_json::Value::Null;
            let keys = a.keys().chain(b.keys().filter(|key| !a.contains_key(*key)));
            keys.into_iter().find_map(|key| {
                let [a, b] = [a, b].map(|object| object.get(key).unwrap_or(&absent));
                difference(&format!("{place}.{key}"), a, b)
            })
        }
        (Array(a), Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(i, (a, b))| difference(&format!("{place}[{i}]"), a, b))
        }
        _ if expected == found => None,
        _ => leaf(),
    }
}
