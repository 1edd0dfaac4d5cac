//! Where two machines differ, in plain words: what an engine is checked against another with.

mod learning;
mod registers;
#[cfg(test)]
mod tests;

use super::Machine;
use super::status::{Progress, Status};
use crate::machine::test_state::TestState;
use registers::{cold_bank, elements, hot_bank, numbered};
use std::fmt::{Debug, Display};

impl Machine {
    /// The first difference between the states of two machines, e.g. "`H3[4]` is 5 in one and 6 in the other"; `None` if
    /// there is none.
    ///
    /// Everything counts that a program, its host or a later run could notice: the loaded program and the limits,
    /// the run (program counter, control stack, fuel, status with the outcome's text), registers with shapes, buffers,
    /// learning state, checkpoints, model slots and test records. Versions of cold registers, capacities and the
    /// interrupt flag do not.
    #[must_use]
    pub fn difference(&self, other: &Machine) -> Option<String> {
        // Every field is named, so that a new one is not forgotten.
        #[rustfmt::skip]
        let Machine {
            program, hot, cold, params, shapes, input, output, target, pressure, chemicals, current_error,
            babble_scale, babble_phase, generator, contrast, checkpoints, models, tests, pc, control, fuel, runs,
            status, limits,
            interrupt: _, scratch: _, known_since: _, asked: _,
        } = self;
        value("the fingerprint of the program", &program.hash(), &other.program.hash())
            .or_else(|| run_status(status, &other.status))
            .or_else(|| value("pc", pc, &other.pc))
            .or_else(|| debug("the control stack", &control.frames(), &other.control.frames()))
            .or_else(|| hot_bank(hot, &other.hot))
            .or_else(|| cold_bank("C", cold, &other.cold))
            .or_else(|| numbered("P", params, &other.params))
            .or_else(|| numbered("S", shapes, &other.shapes))
            .or_else(|| elements("input", input, &other.input))
            .or_else(|| elements("output", output, &other.output))
            .or_else(|| elements("target", target, &other.target))
            .or_else(|| learning::pressure(pressure, &other.pressure))
            .or_else(|| numbered("chemical ", chemicals, &other.chemicals))
            .or_else(|| value("the current error", current_error, &other.current_error))
            .or_else(|| value("the babble scale", babble_scale, &other.babble_scale))
            .or_else(|| value("the babble phase", babble_phase, &other.babble_phase))
            .or_else(|| value("the generator", generator, &other.generator))
            .or_else(|| learning::contrast(contrast, &other.contrast))
            .or_else(|| cold_bank("the checkpoint of C", checkpoints, &other.checkpoints))
            .or_else(|| learning::models(models, &other.models))
            .or_else(|| test_state(tests, &other.tests))
            .or_else(|| value("the number of runs", runs, &other.runs))
            .or_else(|| value("the fuel", fuel, &other.fuel))
            .or_else(|| debug("the set of limits", limits, &other.limits))
    }
}

/// Two values as they are printed.
fn value<T: PartialEq + Display>(what: impl Display, one: &T, other: &T) -> Option<String> {
    (one != other).then(|| format!("{what} is {one} in one and {other} in the other"))
}

/// Two values as they are debugged.
fn debug<T: PartialEq + Debug>(what: impl Display, one: &T, other: &T) -> Option<String> {
    (one != other).then(|| format!("{what} is {one:?} in one and {other:?} in the other"))
}

fn run_status(one: &Status, other: &Status) -> Option<String> {
    let say = |status: &Status| match status.progress {
        Progress::Over => match status.outcome() {
            None => "not begun".to_owned(),
            Some(outcome) => format!("over ({}: {outcome})", outcome.name()),
        },
        Progress::Running => "going on".to_owned(),
        Progress::Pending { op, instruction, waited } => {
            let waits = if waited { ", which is delivered again" } else { "" };
            format!("behind {op} of instruction {instruction}{waits}")
        }
    };
    (one != other).then(|| {
        let (one, other) = (say(one), say(other));
        format!("the run is {one} in one and {other} in the other")
    })
}

fn test_state(one: &TestState, other: &TestState) -> Option<String> {
    let TestState { records, outside, snapshots, collect } = one;
    let (a, b) = (records.len(), other.records.len());
    value("the number of tests", &a, &b)
        .or_else(|| {
            let index = records.iter().zip(&other.records).position(|(a, b)| a != b)?;
            debug(format_args!("test record {index}"), &records[index], &other.records[index])
        })
        .or_else(|| value("the number of assertions outside tests", outside, &other.outside))
        .or_else(|| debug("the table of snapshots", snapshots, &other.snapshots))
        .or_else(|| value("whether failures are collected", collect, &other.collect))
}
