//! `--state FILE`: what a machine is given before its first run.

use crate::problem::Problem;
use serde_json::{Map, Value};
use std::fs;
use std::num::NonZeroU32;
use std::path::Path;
use ternsig_host::state::StateBefore;

/// What a report says beside the state that it describes.
const REPORTED: [&str; 5] = ["outcome", "output", "error", "operation", "native"];

/// The content of a state file.
#[derive(Debug, Default)]
pub(crate) struct StateFile {
    /// The state.
    pub(crate) before: StateBefore,
    /// How many runs a conformance vector asks for.
    pub(crate) runs: Option<NonZeroU32>,
}

impl StateFile {
    pub(crate) fn read(path: &Path) -> Result<StateFile, Problem> {
        let text = fs::read_to_string(path).map_err(|error| Problem::file(path, error))?;
        StateFile::parse(&text).map_err(|error| Problem::file(path, error))
    }

    fn parse(text: &str) -> Result<StateFile, serde_json::Error> {
        // Only objects: a list would be taken for the fields in their order.
        let mut fields: Map<String, Value> = serde_json::from_str(text)?;
        if let Some(before) = fields.remove("before") {
            let runs = fields.remove("runs").map(serde_json::from_value).transpose()?;
            let before: Map<String, Value> = serde_json::from_value(before)?;
            return Ok(StateFile { before: serde_json::from_value(before.into())?, runs });
        }
        if fields.contains_key("outcome") {
            fields.retain(|name, _| !REPORTED.contains(&name.as_str()));
        }
        Ok(StateFile { before: serde_json::from_value(fields.into())?, runs: None })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bare_state_a_vector_and_a_report_are_read() {
        let bare = StateFile::parse(r#"{"input": [1]}"#).unwrap();
        assert_eq!((bare.before.input, bare.runs), (Some(vec![1]), None));
        let vector = StateFile::parse(r#"{"name": "x", "runs": 3, "before": {"input": [2]}}"#).unwrap();
        assert_eq!((vector.before.input, vector.runs), (Some(vec![2]), NonZeroU32::new(3)));
        let report = r#"{"outcome": "halt", "output": [9], "hot": {"H0": {"shape": [1], "data": [4]}}}"#;
        assert_eq!(StateFile::parse(report).unwrap().before.hot["H0"].data, [4]);
    }

    #[test]
    fn what_is_no_state_is_refused() {
        assert!(StateFile::parse(r#"{"inputs": [1]}"#).unwrap_err().to_string().contains("inputs"));
        assert!(StateFile::parse(r#"{"output": [1]}"#).is_err());
        for text in ["[1]", "[]", r#"{"before": []}"#, r#"{"before": {}, "runs": 0}"#] {
            assert!(StateFile::parse(text).is_err(), "{text}");
        }
        assert!(StateFile::parse("").is_err());
    }
}
