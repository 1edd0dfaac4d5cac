//! The tests of one program.

use super::{Test, state_beside};
use crate::arguments::equip;
use crate::commands::run::StateFile;
use crate::problem::Problem;
use crate::program::Program;
use std::path::Path;
use ternsig_isa::Op;
use ternsig_isa::table::test::TestOp;
use ternsig_vm::machine::test_state::TestRecord;
use ternsig_vm::{ErrorKind, Machine, Outcome};

/// One test, or what stands outside of all tests.
pub(super) struct Case {
    /// What it is called in the report.
    pub(super) name: String,
    /// How it went.
    pub(super) verdict: Verdict,
}

/// How a test went.
pub(super) enum Verdict {
    /// Every assertion held.
    Passed {
        /// How many there were.
        assertions: u32,
    },
    /// Something is wrong.
    Failed {
        /// What it is.
        message: String,
    },
}

impl Verdict {
    pub(super) const fn is_failure(&self) -> bool {
        matches!(self, Verdict::Failed { .. })
    }
}

impl Case {
    /// Something that failed.
    pub(super) fn failed(name: impl Into<String>, message: impl Into<String>) -> Case {
        Case { name: name.into(), verdict: Verdict::Failed { message: message.into() } }
    }
}

/// Runs a program once and judges its tests.
pub(super) fn run(
    path: &Path,
    program: &Program,
    on: Option<&Program>,
    options: &Test,
) -> Result<Vec<Case>, Problem> {
    let on = on.filter(|_| program.assembled().is_attached());
    let mut interpreter = match program.interpreter(on, options.fuel) {
        Ok(interpreter) => interpreter,
        Err(Problem::Program(message)) => return Ok(vec![Case::failed("program", message)]),
        Err(problem) => return Err(problem),
    };
    let state = state_beside(path);
    if state.is_file() {
        let before = StateFile::read(&state)?.before;
        before.apply(interpreter.machine_mut()).map_err(|error| Problem::file(&state, error))?;
    }
    interpreter.machine_mut().set_collect_failures(true);
    equip(options.engine, &mut interpreter)?;
    let outcome = interpreter.run();
    Ok(judge(program, interpreter.machine(), &outcome))
}

/// A verdict for every test that ran, for every one that was not reached, and for what stands outside of them.
fn judge(program: &Program, machine: &Machine, outcome: &Outcome) -> Vec<Case> {
    let records = machine.tests().records();
    let mut end = program.explain_outcome(outcome);
    let mut cases: Vec<_> = records.iter().map(|record| recorded(record, program, &mut end)).collect();
    cases.extend(not_reached(program, records));
    let assertions = machine.tests().assertions_outside();
    match end {
        Some(message) => cases.push(Case::failed("outside of tests", message)),
        None if assertions > 0 => {
            cases.push(Case { name: "outside of tests".to_owned(), verdict: Verdict::Passed { assertions } });
        }
        None if cases.is_empty() => {
            cases.push(Case::failed("program", "it contains no test and no assertion"))
        }
        None => {}
    }
    cases
}

/// A test that has begun. One that is still open has failed by the way the run ended, if that is an error.
fn recorded(record: &TestRecord, program: &Program, end: &mut Option<String>) -> Case {
    let name = format!("test {}", record.id);
    let failure = match &record.failure {
        Some(message) => Some(assertion(message, program)),
        None if record.end.is_none() => end.take(),
        None => None,
    };
    match failure {
        Some(message) => Case::failed(name, message),
        None => Case { name, verdict: Verdict::Passed { assertions: record.assertions } },
    }
}

/// A failed assertion at its place in the source. The record holds the error as text, which begins with
/// `instruction N (mnemonic): `.
fn assertion(failure: &str, program: &Program) -> String {
    let place = failure.strip_prefix("instruction ").and_then(|rest| {
        let (index, rest) = rest.split_once(" (")?;
        let (_, message) = rest.split_once("): ")?;
        Some((index.parse().ok()?, message))
    });
    let (instruction, message) = place.map_or((None, failure), |(index, message)| (Some(index), message));
    program.explain_error(ErrorKind::AssertionFailed.name(), instruction, None, message.to_owned())
}

/// The tests that the program contains and that have not begun.
fn not_reached(program: &Program, records: &[TestRecord]) -> Vec<Case> {
    let begins = program.assembled().instructions.iter().enumerate();
    let begins =
        begins.filter(|(_, word)| Op::lookup(word.ext, word.opcode) == Some(Op::Test(TestOp::TestBegin)));
    let missing = begins.filter(|(index, _)| records.iter().all(|record| record.begin != *index));
    missing
        .map(|(_, word)| Case::failed(format!("test {}", word.operands[0]), "the run did not reach it"))
        .collect()
}
