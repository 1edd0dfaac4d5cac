//! Runs the case files; `docs/case-files.md` describes them.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

mod compare;
mod format;
mod mocks;
mod runner;

use format::CaseFile;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use ternsig_isa::operand::mnemonic;
use ternsig_isa::table::rows;

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

#[test]
fn every_case_holds_in_the_interpreter() {
    let mut failures = Vec::new();
    let mut passed = 0;
    for path in files() {
        for case in read(&path).case {
            match runner::run(&case) {
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
