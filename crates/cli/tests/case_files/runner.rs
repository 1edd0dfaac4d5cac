//! Runs one case and compares what it names.

use crate::compare;
use crate::format::{Answer, Case, Cold, Hot, Yield};
use crate::mocks::{MockBank, MockSubstrate};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use ternsig_host::Engine;
use ternsig_isa::{Bank, DomainOp, FieldValue, InstructionSet, Register, Shape, Temperature};
use ternsig_vm::{ColdRegister, Error, ErrorKind, ExecutionContext, Interpreter, Machine, Outcome};

const CHEMICALS: [&str; 4] = ["dopamine", "serotonin", "norepinephrine", "gaba"];

/// What the engine left, unless the program is invalid as expected.
pub(crate) fn run(case: &Case, engine: Engine) -> Result<Option<Interpreter>, String> {
    let expected = case.after.outcome.as_deref().unwrap_or("halt");
    let mut interpreter = match load(&case.program) {
        Ok(_) if expected == "invalid" => return Err("the program is accepted".to_owned()),
        Ok(interpreter) => interpreter,
        Err(text) if expected == "invalid" => return mentions(&text, &case.after.mentions).map(|()| None),
        Err(text) => return Err(format!("the program is refused:\n{text}")),
    };
    apply(case, interpreter.machine_mut())?;
    let substrate = case.substrate.clone().map(|s| MockSubstrate(Arc::new(Mutex::new(s))));
    if let Some(substrate) = &substrate {
        interpreter.set_substrate(Box::new(substrate.clone()));
    }
    let calls = Arc::new(Mutex::new(Vec::new()));
    if let Some(answers) = case.bank.clone() {
        interpreter.set_bank_cache(Box::new(MockBank { answers, calls: Arc::clone(&calls) }));
    }
    engine.equip(&mut interpreter).map_err(|error| error.to_string())?;
    let (outcome, fuel) = run_all(case, &mut interpreter)?;
    compare::after(&case.after, expected, &outcome, interpreter.machine())?;
    if let Some(expected) = case.after.fuel
        && expected != fuel
    {
        return Err(format!("fuel used is {fuel}, expected {expected}"));
    }
    if let (Some(expected), Some(substrate)) = (&case.after.substrate, &substrate) {
        compare::substrate(expected, &substrate.0.lock().unwrap())?;
    }
    match &case.after.bank_calls {
        Some(expected) if *expected != *calls.lock().unwrap() => {
            Err(format!("the bank was called as {:?}, expected {expected:?}", calls.lock().unwrap()))
        }
        _ => Ok(Some(interpreter)),
    }
}

fn run_all(case: &Case, interpreter: &mut Interpreter) -> Result<(Outcome, u64), String> {
    let mut expected = case.yields.iter();
    let mut outcome = Outcome::Ended;
    let mut fuel = 0;
    for _ in 0..case.runs {
        let mut failure = None;
        outcome = if case.yields.is_empty() {
            interpreter.run()
        } else {
            interpreter.run_with_host(|op, ctx| {
                let Some(entry) = expected.next() else {
                    failure = Some(format!("unexpected operation {op}"));
                    return Ok(ternsig_vm::Answer::Stop);
                };
                answer(entry, op, ctx).unwrap_or_else(|text| {
                    failure = Some(text);
                    Ok(ternsig_vm::Answer::Stop)
                })
            })
        };
        if let Some(failure) = failure {
            return Err(failure);
        }
        fuel += interpreter.machine().limits().fuel - interpreter.machine().fuel();
    }
    match expected.next() {
        Some(entry) => Err(format!("{} was not reached; the run ended: {outcome}", entry.op)),
        None => Ok((outcome, fuel)),
    }
}

type HostAnswer = Result<ternsig_vm::Answer, Error>;

fn answer(entry: &Yield, op: &DomainOp, ctx: &mut ExecutionContext<'_>) -> Result<HostAnswer, String> {
    operation(&entry.op, &entry.fields, op)?;
    for (name, value) in &entry.write {
        if name.starts_with('H') {
            let hot: Hot = value.clone().try_into().map_err(|error| format!("{name}: {error}"))?;
            set_hot(ctx.machine_mut(), name, &hot)?;
        } else {
            let cold: Cold = value.clone().try_into().map_err(|error| format!("{name}: {error}"))?;
            set_cold(ctx.machine_mut(), name, &cold)?;
        }
    }
    Ok(match entry.answer {
        Answer::Done => Ok(ternsig_vm::Answer::Done),
        Answer::Wait => Ok(ternsig_vm::Answer::Wait),
        Answer::Stop => Ok(ternsig_vm::Answer::Stop),
        Answer::Fail => Err(Error::new(ErrorKind::Storage, "the recorded host fails")),
    })
}

/// Compares an operation with its expected name and fields.
pub(crate) fn operation(
    name: &str,
    fields: &BTreeMap<String, toml::Value>,
    op: &DomainOp,
) -> Result<(), String> {
    let found: BTreeMap<String, toml::Value> = op
        .fields()
        .into_iter()
        .map(|(name, value)| {
            let value = match value {
                FieldValue::Register(register) => register.to_string().into(),
                FieldValue::Number(number) => number.into(),
                FieldValue::Flag(flag) => flag.into(),
            };
            (name.to_owned(), value)
        })
        .collect();
    if name != op.name() || *fields != found {
        return Err(format!("the operation is {op}, expected {name} {fields:?}"));
    }
    Ok(())
}

pub(crate) fn load(source: &str) -> Result<Interpreter, String> {
    let assembly = ternsig_asm::assemble(source, &InstructionSet::standard());
    let Some(program) = assembly.program else {
        return Err(assembly.diagnostics.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"));
    };
    Interpreter::from_program(&program).map_err(|error| error.to_string())
}

pub(crate) fn mentions(text: &str, expected: &[String]) -> Result<(), String> {
    match expected.iter().find(|mention| !text.contains(mention.as_str())) {
        Some(missing) => Err(format!("\"{missing}\" is not mentioned in:\n{text}")),
        None => Ok(()),
    }
}

pub(crate) fn index(name: &str, bank: Bank) -> Result<usize, String> {
    let register: Register = name.parse().map_err(|error| format!("{name}: {error}"))?;
    if register.bank() == bank { Ok(register.index()) } else { Err(format!("{name} is of another bank")) }
}

pub(crate) fn shape(dims: &[u32]) -> Result<Shape, String> {
    Shape::new(dims).map_err(|error| error.to_string())
}

fn set_hot(machine: &mut Machine, name: &str, hot: &Hot) -> Result<(), String> {
    let (dims, data) = hot.parts();
    machine.set_hot(index(name, Bank::Hot)?, data, shape(&dims)?).map_err(|error| error.to_string())
}

/// A register described here replaces the old one, but keeps its key and flag where none are given.
fn set_cold(machine: &mut Machine, name: &str, cold: &Cold) -> Result<(), String> {
    let index = index(name, Bank::Cold)?;
    let dims = cold.shape().ok_or("a cold register needs a shape")?;
    let signals = cold.signals().ok_or("a cold register needs weights")?;
    let mut register =
        ColdRegister::new(signals, shape(&dims)?).map_err(|error| format!("{name}: {error}"))?;
    let old = machine.cold(index);
    let parts = cold.parts();
    if let Some(codes) = parts.and_then(|parts| parts.temperatures.as_ref()) {
        let list = codes.iter().map(|&code| Temperature::from_code(code)).collect();
        register.set_temperatures(Some(list)).map_err(|error| format!("{name}: {error}"))?;
    }
    let key = parts.and_then(|parts| parts.key.as_deref()).or_else(|| old.and_then(ColdRegister::key));
    register.set_key(key);
    let frozen = parts.and_then(|parts| parts.frozen);
    register.set_frozen(frozen.unwrap_or_else(|| old.is_some_and(ColdRegister::is_frozen)));
    register.set_dirty(parts.and_then(|parts| parts.dirty).unwrap_or(false));
    machine.set_cold(index, Arc::new(register)).map_err(|error| error.to_string())
}

fn apply(case: &Case, machine: &mut Machine) -> Result<(), String> {
    let before = &case.before;
    for (name, hot) in &before.hot {
        set_hot(machine, name, hot)?;
    }
    for (name, cold) in &before.cold {
        set_cold(machine, name, cold)?;
    }
    for (name, list) in &before.pressure {
        machine.set_pressure(index(name, Bank::Cold)?, Some(list.clone()));
    }
    for (name, &value) in &before.param {
        machine.set_param(index(name, Bank::Param)?, value);
    }
    for (name, dims) in &before.shape {
        machine.set_shape(index(name, Bank::Shape)?, shape(dims)?);
    }
    for (name, &level) in &before.chemicals {
        machine.set_chemical(chemical(name)?, level);
    }
    machine.set_input(before.input.as_deref().unwrap_or_default());
    machine.set_target(before.target.as_deref().unwrap_or_default());
    machine.set_current_error(before.current_error.unwrap_or(0));
    machine.set_babble_scale(before.babble_scale.unwrap_or(0));
    machine.set_babble_phase(before.babble_phase.unwrap_or(0));
    machine.set_generator(before.generator.unwrap_or(0));
    Ok(())
}

pub(crate) fn chemical(name: &str) -> Result<usize, String> {
    CHEMICALS.iter().position(|&known| known == name).ok_or_else(|| format!("unknown chemical {name}"))
}
