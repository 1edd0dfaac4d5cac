//! Runs the case files; `docs/case-files.md` describes them.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

mod compare;
mod format;
mod mocks;
mod runner;

use format::{Case, CaseFile};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use ternsig_host::Engine;
use ternsig_isa::operand::mnemonic;
use ternsig_isa::table::rows;
use ternsig_isa::{Bank, Row};
use ternsig_jit::{Coverage, coverage, statistics};
use ternsig_vm::Interpreter;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

fn files() -> Vec<PathBuf> {
    let folders = fs::read_dir(root()).unwrap().map(|entry| entry.unwrap().path());
    let mut files: Vec<_> =
        folders.flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path())).collect();
    files.sort();
    files
}

fn read(path: &Path) -> CaseFile {
    let text = fs::read_to_string(path).unwrap();
    toml::from_str(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Runs every case; `judge` looks at what the engine left.
fn run_all(engine: Engine, judge: impl Fn(&CaseFile, &Case, &mut Interpreter) -> Result<(), String>) {
    let mut failures = Vec::new();
    let mut passed = 0;
    for path in files() {
        let file = read(&path);
        for case in &file.case {
            let ran = runner::run(case, engine);
            let judged = ran.and_then(|ran| ran.map_or(Ok(()), |mut left| judge(&file, case, &mut left)));
            match judged {
                Ok(()) => passed += 1,
                Err(difference) => {
                    let place = path.strip_prefix(root()).unwrap().display();
                    failures.push(format!("{place}: {}: {difference}\n    ({})", case.name, case.working));
                }
            }
        }
    }
    let count = failures.len();
    assert!(failures.is_empty(), "{passed} cases passed, {count} failed:\n{}", failures.join("\n"));
}

#[test]
fn every_case_holds_in_the_interpreter() {
    run_all(Engine::Interpreter, |_, _, _| Ok(()));
}

#[test]
fn every_case_holds_in_native_code() {
    let native: BTreeSet<_> = coverage()
        .into_iter()
        .filter(|(_, coverage)| *coverage == Coverage::Native)
        .map(|(row, _)| (row.ext, row.opcode))
        .collect();
    run_all(Engine::Jit, |file, case, interpreter| {
        let row = row_of(&file.instruction);
        let comes_to_its_end = matches!(case.after.outcome.as_deref(), None | Some("halt" | "ended"));
        if !comes_to_its_end || !native.contains(&(row.ext, row.opcode)) {
            return Ok(());
        }
        runs_natively(row, interpreter)
    });
}

#[test]
fn every_case_holds_in_crosscheck() {
    run_all(Engine::Crosscheck, |_, _, _| Ok(()));
}

fn row_of(instruction: &str) -> &'static Row {
    let name = instruction.trim_start_matches("core.");
    rows().find(|row| !row.is_reserved() && mnemonic(row) == name).unwrap()
}

/// Rows whose pressure list the interpreter creates, where there is none of the right length.
const CREATES_PRESSURE: [&str; 3] = ["mastery_update", "learning.mastery_update", "learning.mastery_outer"];

/// Rows that native code leaves to the interpreter's own function where they give weights another shape.
const RESHAPES: [&str; 1] = ["ternary.quantize"];

/// Whether native code was entered and the interpreter never had to execute an instruction of this row, or for those that
/// begin with a list of their own, did not have to again.
fn runs_natively(row: &'static Row, interpreter: &mut Interpreter) -> Result<(), String> {
    let helped = statistics(interpreter).and_then(|statistics| of_row(row, interpreter, statistics.helped));
    if RESHAPES.contains(&mnemonic(row).as_str()) && helped.is_some() {
        return Ok(());
    }
    if statistics(interpreter).ok_or("there is no native code")?.entered == 0 {
        return Err("native code was not entered".to_owned());
    }
    let left = left_to_the_interpreter(row, interpreter);
    let Some((at, count)) = left else { return Ok(()) };
    if CREATES_PRESSURE.contains(&mnemonic(row).as_str()) {
        interpreter.run();
        if left_to_the_interpreter(row, interpreter) == left || !has_its_registers(row, interpreter, at) {
            return Ok(());
        }
    }
    let guards = statistics(interpreter).map(|statistics| statistics.guards);
    Err(format!(
        "{} is native, but the interpreter executed instruction {at} {count} times (guards: {guards:?})",
        mnemonic(row)
    ))
}

/// The first instruction of a row that the interpreter had to execute, and how often.
fn left_to_the_interpreter(row: &Row, interpreter: &Interpreter) -> Option<(usize, u64)> {
    of_row(row, interpreter, statistics(interpreter)?.fallbacks)
}

/// The first instruction of a row that was counted.
fn of_row(row: &Row, interpreter: &Interpreter, counts: BTreeMap<usize, u64>) -> Option<(usize, u64)> {
    let words = &interpreter.machine().program().program().instructions;
    let is_of_row =
        |at: usize| words.get(at).is_some_and(|word| (word.ext, word.opcode) == (row.ext, row.opcode));
    counts.into_iter().find(|&(at, _)| is_of_row(at))
}

/// Whether the hot registers that an instruction names are allocated. What has nothing to do does not look at them.
fn has_its_registers(row: &'static Row, interpreter: &Interpreter, at: usize) -> bool {
    let machine = interpreter.machine();
    let word = machine.program().program().instructions[at];
    let mut hot = row.registers(word.operands).filter(|(_, register)| register.bank() == Bank::Hot);
    hot.all(|(_, register)| machine.hot(register.index()).is_some())
}

#[test]
fn every_executable_instruction_has_a_case_file_of_its_own() {
    let expected: BTreeSet<_> = rows()
        .filter(|row| !row.is_reserved())
        .map(|row| match mnemonic(row).split_once('.') {
            Some((ext, name)) => format!("{ext}.{name}"),
            None => format!("core.{}", row.name),
        })
        .collect();
    let mut found = BTreeSet::new();
    for path in files() {
        let file = read(&path);
        let place = path.strip_prefix(root()).unwrap().with_extension("");
        assert_eq!(place.to_str().unwrap().replace('/', "."), file.instruction);
        let name = file.instruction.trim_start_matches("core.");
        let uses = |case: &format::Case| case.program.lines().any(|line| line.trim_start().starts_with(name));
        assert!(file.case.iter().any(uses), "{} does not use its instruction", file.instruction);
        found.insert(file.instruction);
    }
    assert_eq!(found, expected);
}
