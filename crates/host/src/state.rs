//! Machine state as JSON: what `--state` reads, what `--format json` prints, and what conformance vectors hold.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;
use ternsig_isa::{Bank, DomainOp, FieldValue, Register, Shape, Signal, Temperature};
use ternsig_vm::{ColdRegister, Error, Machine, Outcome};

/// A hot register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct HotState {
    /// The dimensions.
    pub shape: Vec<u32>,
    /// The elements, row-major.
    pub data: Vec<i32>,
}

/// A cold register.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ColdState {
    /// The dimensions.
    pub shape: Vec<u32>,
    /// −1, 0 or +1 for each weight.
    pub polarity: Vec<i8>,
    /// 0–255 for each weight.
    pub magnitude: Vec<u8>,
    /// 0 hot, 1 warm, 2 cool, 3 cold for each weight; absent without a temperature list.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub temperature: Option<Vec<u8>>,
    /// The storage key; absent keeps what the program declares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The frozen flag; absent keeps what the program declares.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub frozen: Option<bool>,
}

/// Chemical levels; absent ones keep their level.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are the chemicals' names")]
pub struct ChemicalState {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dopamine: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub serotonin: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub norepinephrine: Option<u8>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub gaba: Option<u8>,
}

/// What a machine is given before a run. Everything is optional.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StateBefore {
    /// The input buffer.
    pub input: Option<Vec<i32>>,
    /// The target buffer.
    pub target: Option<Vec<i32>>,
    /// Hot registers by name.
    pub hot: BTreeMap<String, HotState>,
    /// Cold registers by name.
    pub cold: BTreeMap<String, ColdState>,
    /// Pressure lists by the name of their cold register.
    pub pressure: BTreeMap<String, Vec<i32>>,
    /// Param registers by name.
    pub param: BTreeMap<String, i32>,
    /// Chemical levels.
    pub chemicals: ChemicalState,
    /// The babble scale, 0–255.
    pub babble_scale: Option<i32>,
    /// The babble phase.
    pub babble_phase: Option<u64>,
    /// The current error.
    pub current_error: Option<i32>,
    /// The generator of `sampling.sample`.
    pub generator: Option<u64>,
}

/// An error in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ErrorReport {
    /// The kind's name.
    pub kind: String,
    /// The instruction's index, if one raised it.
    pub instruction: Option<usize>,
    /// Its mnemonic.
    pub mnemonic: String,
    /// The whole message.
    pub message: String,
}

/// An operation in a report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OperationReport {
    /// The variant's name.
    pub op: String,
    /// The device that would answer it.
    pub device: String,
    /// The instruction that yielded it.
    pub instruction: usize,
    /// Its fields: registers by name, numbers and flags.
    pub fields: BTreeMap<String, serde_json::Value>,
}

/// What a run left behind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StateAfter {
    /// How the run ended.
    pub outcome: String,
    /// The output buffer.
    pub output: Vec<i32>,
    /// Every allocated hot register.
    pub hot: BTreeMap<String, HotState>,
    /// Every allocated cold register.
    pub cold: BTreeMap<String, ColdState>,
    /// Every pressure list.
    pub pressure: BTreeMap<String, Vec<i32>>,
    /// The error of a failed run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<ErrorReport>,
    /// The operation of an unfulfilled, waiting or stopped run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<OperationReport>,
}

/// Why a state cannot be applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StateError(String);

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StateError {}

impl From<Error> for StateError {
    fn from(error: Error) -> StateError {
        StateError(error.to_string())
    }
}

fn register(name: &str, bank: Bank) -> Result<usize, StateError> {
    let register: Register = name.parse().map_err(|error| StateError(format!("\"{name}\": {error}")))?;
    if register.bank() != bank {
        return Err(StateError(format!("\"{name}\" is not a {} register", bank.name())));
    }
    Ok(register.index())
}

fn shape(name: &str, dims: &[u32]) -> Result<Shape, StateError> {
    Shape::new(dims).map_err(|error| StateError(format!("{name}: {error}")))
}

impl ColdState {
    /// The register that this describes, with the key and flag of the one that it replaces.
    ///
    /// # Errors
    /// Lengths, polarities or temperature codes are wrong.
    pub fn to_register(&self, name: &str, old: Option<&ColdRegister>) -> Result<ColdRegister, StateError> {
        let wrong = |message: &dyn fmt::Display| StateError(format!("{name}: {message}"));
        if self.polarity.len() != self.magnitude.len() {
            return Err(wrong(&"polarity and magnitude have different lengths"));
        }
        let pairs = self.polarity.iter().zip(&self.magnitude);
        let signals: Result<Vec<_>, _> = pairs.map(|(&p, &m)| Signal::new(p, m)).collect();
        let signals = signals.map_err(|error| wrong(&error))?;
        let mut register =
            ColdRegister::new(signals, shape(name, &self.shape)?).map_err(|error| wrong(&error))?;
        if let Some(codes) = &self.temperature {
            if let Some(code) = codes.iter().find(|&&code| code > 3) {
                return Err(wrong(&format!("temperature code {code} is above 3")));
            }
            let list = codes.iter().map(|&code| Temperature::from_code(code)).collect();
            register.set_temperatures(Some(list)).map_err(|error| wrong(&error))?;
        }
        register.set_key(self.key.as_deref().or_else(|| old.and_then(ColdRegister::key)));
        register.set_frozen(self.frozen.unwrap_or_else(|| old.is_some_and(ColdRegister::is_frozen)));
        register.set_dirty(false);
        Ok(register)
    }

    /// The description of a register, without key and flag.
    #[must_use]
    pub fn of(register: &ColdRegister) -> ColdState {
        ColdState {
            shape: register.shape().dims().to_vec(),
            polarity: register.signals().iter().map(|signal| signal.polarity()).collect(),
            magnitude: register.signals().iter().map(|signal| signal.magnitude()).collect(),
            temperature: register.temperatures().map(|list| list.iter().map(|t| t.code()).collect()),
            key: None,
            frozen: None,
        }
    }
}

impl StateBefore {
    /// Puts this state into a machine, on top of what is there.
    ///
    /// # Errors
    /// A register name, length, shape or value is wrong; what came before it has been applied.
    pub fn apply(&self, machine: &mut Machine) -> Result<(), StateError> {
        for (name, hot) in &self.hot {
            machine.set_hot(register(name, Bank::Hot)?, &hot.data, shape(name, &hot.shape)?)?;
        }
        for (name, cold) in &self.cold {
            let index = register(name, Bank::Cold)?;
            let register = cold.to_register(name, machine.cold(index))?;
            machine.set_cold(index, Arc::new(register))?;
        }
        for (name, pressure) in &self.pressure {
            machine.set_pressure(register(name, Bank::Cold)?, Some(pressure.clone()));
        }
        for (name, &value) in &self.param {
            machine.set_param(register(name, Bank::Param)?, value);
        }
        self.apply_scalars(machine);
        Ok(())
    }

    fn apply_scalars(&self, machine: &mut Machine) {
        if let Some(input) = &self.input {
            machine.set_input(input);
        }
        if let Some(target) = &self.target {
            machine.set_target(target);
        }
        let ChemicalState { dopamine, serotonin, norepinephrine, gaba } = self.chemicals;
        for (id, level) in [dopamine, serotonin, norepinephrine, gaba].into_iter().enumerate() {
            if let Some(level) = level {
                machine.set_chemical(id, level);
            }
        }
        if let Some(scale) = self.babble_scale {
            machine.set_babble_scale(scale);
        }
        if let Some(phase) = self.babble_phase {
            machine.set_babble_phase(phase);
        }
        if let Some(error) = self.current_error {
            machine.set_current_error(error);
        }
        if let Some(generator) = self.generator {
            machine.set_generator(generator);
        }
    }
}

impl StateAfter {
    /// What this outcome left in this machine.
    #[must_use]
    pub fn of(machine: &Machine, outcome: &Outcome) -> StateAfter {
        let named = |bank: Bank, index: usize| Register::new(bank, index as u8).to_string();
        let hot = (0..64).filter_map(|i| {
            let register = machine.hot(i)?;
            let state = HotState { shape: register.shape().dims().to_vec(), data: register.data().to_vec() };
            Some((named(Bank::Hot, i), state))
        });
        let cold = (0..64).filter_map(|i| Some((named(Bank::Cold, i), ColdState::of(machine.cold(i)?))));
        let pressure = (0..64).filter_map(|i| Some((named(Bank::Cold, i), machine.pressure(i)?.to_vec())));
        StateAfter {
            outcome: outcome.name().to_owned(),
            output: machine.output().to_vec(),
            hot: hot.collect(),
            cold: cold.collect(),
            pressure: pressure.collect(),
            error: match outcome {
                Outcome::Failed(error) => Some(ErrorReport::of(error)),
                _ => None,
            },
            operation: match outcome {
                Outcome::Unfulfilled { op, instruction }
                | Outcome::Waiting { op, instruction }
                | Outcome::Stopped { op, instruction } => Some(OperationReport::of(op, *instruction)),
                _ => None,
            },
        }
    }
}

impl ErrorReport {
    /// The report of an error.
    #[must_use]
    pub fn of(error: &Error) -> ErrorReport {
        ErrorReport {
            kind: error.kind().name().to_owned(),
            instruction: error.instruction(),
            mnemonic: error.mnemonic().to_owned(),
            message: error.to_string(),
        }
    }
}

impl OperationReport {
    /// The report of an operation.
    #[must_use]
    pub fn of(op: &DomainOp, instruction: usize) -> OperationReport {
        let fields = op.fields().into_iter().map(|(name, value)| {
            let value = match value {
                FieldValue::Register(register) => register.to_string().into(),
                FieldValue::Number(number) => number.into(),
                FieldValue::Flag(flag) => flag.into(),
            };
            (name.to_owned(), value)
        });
        OperationReport {
            op: op.name().to_owned(),
            device: op.device().to_owned(),
            instruction,
            fields: fields.collect(),
        }
    }
}
