//! Comparison of the state after with what a case names.

use crate::format::{After, Cold, Substrate};
use crate::runner::{chemical, index, mentions, operation, shape};
use std::fmt::Debug;
use ternsig_isa::Bank;
use ternsig_vm::{Machine, Outcome};

fn same<T: PartialEq<U> + Debug, U: Debug>(what: &str, found: T, expected: U) -> Result<(), String> {
    if found == expected { Ok(()) } else { Err(format!("{what} is {found:?}, expected {expected:?}")) }
}

fn same_if<T: PartialEq + Debug>(what: &str, found: T, expected: Option<T>) -> Result<(), String> {
    expected.map_or(Ok(()), |expected| same(what, found, expected))
}

pub(crate) fn after(
    after: &After,
    outcome_name: &str,
    outcome: &Outcome,
    machine: &Machine,
) -> Result<(), String> {
    if outcome.name() != outcome_name {
        return Err(format!("the outcome is {} ({outcome}), expected {outcome_name}", outcome.name()));
    }
    error(after, outcome)?;
    waiting(after, outcome)?;
    if let Some(output) = &after.output {
        same("output", machine.output(), output.as_slice())?;
    }
    hot(after, machine)?;
    for (name, expected) in &after.cold {
        cold(name, expected, machine)?;
    }
    for (name, expected) in &after.pressure {
        same(
            &format!("pressure of {name}"),
            machine.pressure(index(name, Bank::Cold)?),
            Some(expected.as_slice()),
        )?;
    }
    for (name, &expected) in &after.param {
        same(name, machine.param(index(name, Bank::Param)?), expected)?;
    }
    for (name, expected) in &after.shape {
        same(name, machine.shape(index(name, Bank::Shape)?), shape(expected)?)?;
    }
    for (name, &expected) in &after.chemicals {
        same(name, machine.chemicals()[chemical(name)?], expected)?;
    }
    same_if("current_error", machine.current_error(), after.current_error)?;
    same_if("babble_scale", machine.babble_scale(), after.babble_scale)?;
    same_if("babble_phase", machine.babble_phase(), after.babble_phase)?;
    same_if("generator", machine.generator(), after.generator)?;
    after.absent.iter().try_for_each(|name| absent(name, machine))
}

fn error(after: &After, outcome: &Outcome) -> Result<(), String> {
    let Some(expected) = &after.error else { return Ok(()) };
    let Outcome::Failed(error) = outcome else { return Err(format!("there is no error but {outcome}")) };
    let message = error.to_string();
    if error.kind().name() != expected.kind {
        return Err(format!("the error is {} ({message}), expected {}", error.kind(), expected.kind));
    }
    if let Some(instruction) = expected.instruction {
        same(&format!("instruction of \"{message}\""), error.instruction(), Some(instruction))?;
    }
    mentions(&message, &expected.mentions)
}

fn waiting(after: &After, outcome: &Outcome) -> Result<(), String> {
    let Some(expected) = &after.operation else { return Ok(()) };
    match outcome {
        Outcome::Unfulfilled { op, .. } | Outcome::Waiting { op, .. } | Outcome::Stopped { op, .. } => {
            operation(&expected.op, &expected.fields, op)
        }
        _ => Err(format!("there is no operation but {outcome}")),
    }
}

fn hot(after: &After, machine: &Machine) -> Result<(), String> {
    for (name, expected) in &after.hot {
        let register =
            machine.hot(index(name, Bank::Hot)?).ok_or_else(|| format!("{name} is not allocated"))?;
        let (dims, data) = expected.parts();
        same(name, register.data(), data)?;
        same(&format!("shape of {name}"), register.shape(), shape(&dims)?)?;
    }
    Ok(())
}

fn cold(name: &str, expected: &Cold, machine: &Machine) -> Result<(), String> {
    let register =
        machine.cold(index(name, Bank::Cold)?).ok_or_else(|| format!("{name} is not allocated"))?;
    if let Some(signals) = expected.signals() {
        same(name, register.signals(), signals.as_slice())?;
    }
    if let Some(dims) = expected.shape() {
        same(&format!("shape of {name}"), register.shape(), shape(&dims)?)?;
    }
    let Some(parts) = expected.parts() else { return Ok(()) };
    if let Some(expected) = &parts.temperatures {
        let found: Vec<_> = (0..register.len()).map(|i| register.temperature(i).code()).collect();
        same(&format!("temperatures of {name}"), &found, expected)?;
    }
    if let Some(expected) = parts.key.as_deref() {
        same(&format!("key of {name}"), register.key(), Some(expected))?;
    }
    same_if(&format!("frozen flag of {name}"), register.is_frozen(), parts.frozen)?;
    same_if(&format!("dirty flag of {name}"), register.is_dirty(), parts.dirty)
}

fn absent(name: &str, machine: &Machine) -> Result<(), String> {
    let present = match name.strip_prefix("pressure.") {
        Some(name) => machine.pressure(index(name, Bank::Cold)?).is_some(),
        None if name.starts_with('C') => machine.cold(index(name, Bank::Cold)?).is_some(),
        None => machine.hot(index(name, Bank::Hot)?).is_some(),
    };
    same(&format!("presence of {name}"), present, false)
}

pub(crate) fn substrate(expected: &Substrate, found: &Substrate) -> Result<(), String> {
    if !expected.chemicals.is_empty() {
        same("the substrate's chemicals", &found.chemicals, &expected.chemicals)?;
    }
    for (field, expected) in &expected.fields {
        same(&format!("the substrate's field {field}"), found.fields.get(field), Some(expected))?;
    }
    Ok(())
}
