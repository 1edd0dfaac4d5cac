//! The case file format.

use serde::Deserialize;
use std::collections::BTreeMap;
use ternsig_isa::Signal;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct CaseFile {
    pub(crate) instruction: String,
    pub(crate) case: Vec<Case>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Case {
    pub(crate) name: String,
    pub(crate) working: String,
    pub(crate) program: String,
    #[serde(default = "one")]
    pub(crate) runs: u32,
    #[serde(default)]
    pub(crate) before: State,
    #[serde(default)]
    pub(crate) after: After,
    #[serde(default, rename = "yield")]
    pub(crate) yields: Vec<Yield>,
    pub(crate) substrate: Option<Substrate>,
    pub(crate) bank: Option<Bank>,
}

fn one() -> u32 {
    1
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct State {
    pub(crate) input: Option<Vec<i32>>,
    pub(crate) target: Option<Vec<i32>>,
    pub(crate) hot: BTreeMap<String, Hot>,
    pub(crate) cold: BTreeMap<String, Cold>,
    pub(crate) pressure: BTreeMap<String, Vec<i32>>,
    pub(crate) param: BTreeMap<String, i32>,
    pub(crate) shape: BTreeMap<String, Vec<u32>>,
    pub(crate) chemicals: BTreeMap<String, u8>,
    pub(crate) current_error: Option<i32>,
    pub(crate) babble_scale: Option<i32>,
    pub(crate) babble_phase: Option<u64>,
    pub(crate) generator: Option<u64>,
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct After {
    pub(crate) outcome: Option<String>,
    pub(crate) output: Option<Vec<i32>>,
    pub(crate) hot: BTreeMap<String, Hot>,
    pub(crate) cold: BTreeMap<String, Cold>,
    pub(crate) pressure: BTreeMap<String, Vec<i32>>,
    pub(crate) param: BTreeMap<String, i32>,
    pub(crate) shape: BTreeMap<String, Vec<u32>>,
    pub(crate) chemicals: BTreeMap<String, u8>,
    pub(crate) current_error: Option<i32>,
    pub(crate) babble_scale: Option<i32>,
    pub(crate) babble_phase: Option<u64>,
    pub(crate) generator: Option<u64>,
    pub(crate) absent: Vec<String>,
    pub(crate) error: Option<ExpectedError>,
    pub(crate) mentions: Vec<String>,
    pub(crate) operation: Option<Operation>,
    pub(crate) fuel: Option<u64>,
    pub(crate) substrate: Option<Substrate>,
    pub(crate) bank_calls: Option<Vec<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ExpectedError {
    pub(crate) kind: String,
    pub(crate) instruction: Option<usize>,
    #[serde(default)]
    pub(crate) mentions: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Operation {
    pub(crate) op: String,
    pub(crate) fields: BTreeMap<String, toml::Value>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Yield {
    pub(crate) op: String,
    pub(crate) fields: BTreeMap<String, toml::Value>,
    #[serde(default)]
    pub(crate) answer: Answer,
    #[serde(default)]
    pub(crate) write: BTreeMap<String, toml::Value>,
}

#[derive(Deserialize, Default, Clone, Copy)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Answer {
    #[default]
    Done,
    Wait,
    Stop,
    Fail,
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Hot {
    List(Vec<i32>),
    Shaped { shape: Vec<u32>, data: Vec<i32> },
}

impl Hot {
    pub(crate) fn parts(&self) -> (Vec<u32>, &[i32]) {
        match self {
            Hot::List(data) => (vec![data.len() as u32], data),
            Hot::Shaped { shape, data } => (shape.clone(), data),
        }
    }
}

#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Cold {
    List(Vec<Weight>),
    Parts(ColdParts),
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ColdParts {
    pub(crate) shape: Option<Vec<u32>>,
    pub(crate) weights: Option<Vec<Weight>>,
    pub(crate) temperatures: Option<Vec<u8>>,
    pub(crate) key: Option<String>,
    pub(crate) frozen: Option<bool>,
    pub(crate) dirty: Option<bool>,
}

impl Cold {
    pub(crate) fn signals(&self) -> Option<Vec<Signal>> {
        let weights = match self {
            Cold::List(weights) => Some(weights),
            Cold::Parts(parts) => parts.weights.as_ref(),
        };
        weights.map(|weights| weights.iter().map(Weight::signal).collect())
    }

    pub(crate) fn parts(&self) -> Option<&ColdParts> {
        match self {
            Cold::List(_) => None,
            Cold::Parts(parts) => Some(parts),
        }
    }

    pub(crate) fn shape(&self) -> Option<Vec<u32>> {
        match self {
            Cold::List(weights) => Some(vec![weights.len() as u32]),
            Cold::Parts(parts) => parts.shape.clone(),
        }
    }
}

/// A value, or a text: `+7`, `-7`, `0`, `0(77)`.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Weight {
    Value(i32),
    Text(String),
}

impl Weight {
    fn signal(&self) -> Signal {
        match self {
            Weight::Value(value) => Signal::from_i32(*value),
            Weight::Text(text) => {
                let magnitude = |digits: &str| digits.parse::<u8>().unwrap();
                match text.as_bytes()[0] {
                    b'+' => Signal::positive(magnitude(&text[1..])),
                    b'-' => Signal::negative(magnitude(&text[1..])),
                    _ => match text.strip_prefix("0(") {
                        Some(rest) => Signal::with_sign(0, magnitude(rest.trim_end_matches(')'))),
                        None => Signal::ZERO,
                    },
                }
            }
        }
    }
}

#[derive(Deserialize, Clone, Default)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Substrate {
    pub(crate) chemicals: Vec<i32>,
    pub(crate) fields: BTreeMap<String, Vec<i32>>,
    pub(crate) convergence: i32,
    pub(crate) stimulation: Vec<i32>,
    pub(crate) temperatures: BTreeMap<String, Vec<i32>>,
    pub(crate) phase: u8,
    pub(crate) tick: u64,
    pub(crate) level: u8,
}

#[derive(Deserialize, Clone)]
#[serde(deny_unknown_fields)]
pub(crate) struct Bank {
    pub(crate) query: Option<Vec<(i64, i32)>>,
    pub(crate) load: Option<Vec<i32>>,
    pub(crate) count: Option<i32>,
    pub(crate) write: Option<(i32, i32)>,
    pub(crate) delete: Option<bool>,
}
