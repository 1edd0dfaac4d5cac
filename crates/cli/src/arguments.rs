//! Arguments that several commands take.

use crate::problem::Problem;
use clap::ValueEnum;
use std::fs;
use std::path::Path;
use std::str::FromStr;
use ternsig_host::Engine;
use ternsig_vm::Interpreter;

/// How a report is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Text,
    /// For other programs.
    Json,
}

/// A list of numbers: `1,-2,3`, or separated by white space.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Numbers(pub(crate) Vec<i32>);

impl FromStr for Numbers {
    type Err = String;

    fn from_str(text: &str) -> Result<Numbers, String> {
        let words = text.split(|c: char| c == ',' || c.is_whitespace()).filter(|word| !word.is_empty());
        let numbers = words.map(|word| {
            word.parse().map_err(|_| format!("\"{word}\" is no number from {} to {}", i32::MIN, i32::MAX))
        });
        numbers.collect::<Result<_, _>>().map(Numbers)
    }
}

impl Numbers {
    /// The numbers that a file holds.
    pub(crate) fn read(path: &Path) -> Result<Numbers, Problem> {
        let text = fs::read_to_string(path).map_err(|error| Problem::file(path, error))?;
        text.parse().map_err(|error| Problem::file(path, error))
    }
}

/// Refuses an engine that this processor does not have.
pub(crate) fn require_available(engine: Engine) -> Result<(), Problem> {
    engine.check().map_err(|error| Problem::invocation(error.to_string()))
}

/// Lets an interpreter run with an engine.
pub(crate) fn equip(engine: Engine, interpreter: &mut Interpreter) -> Result<(), Problem> {
    engine.equip(interpreter).map_err(|error| Problem::invocation(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_separated_by_commas_or_white_space() {
        assert_eq!("1,-2, 3\n+4".parse(), Ok(Numbers(vec![1, -2, 3, 4])));
        assert_eq!("".parse(), Ok(Numbers(Vec::new())));
        assert!("1,x".parse::<Numbers>().unwrap_err().contains("\"x\""));
        assert!("2147483648".parse::<Numbers>().is_err());
    }
}
