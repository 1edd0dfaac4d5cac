//! The programs of the instruction case files: all assemble but those that a case expects to be refused.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::fs;
use std::path::{Path, PathBuf};
use ternsig_asm::assemble;
use ternsig_isa::InstructionSet;
use toml::{Table, Value};

/// Cases that only the validator refuses, because their text is well-formed.
const REFUSED_LATER: &[&str] = &[];

struct Case {
    name: String,
    program: String,
    invalid: bool,
    mentions: Vec<String>,
}

fn case_files() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/tests/cases");
    let mut files = Vec::new();
    for folder in fs::read_dir(root).unwrap() {
        files.extend(fs::read_dir(folder.unwrap().path()).unwrap().map(|file| file.unwrap().path()));
    }
    files.retain(|path| path.extension().is_some_and(|extension| extension == "toml"));
    files.sort();
    files
}

fn cases(path: &Path) -> Vec<Case> {
    let table: Table = fs::read_to_string(path).unwrap().parse().unwrap();
    let instruction = table["instruction"].as_str().unwrap();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let case = |case: &Value| Case {
        name: format!("{instruction}: {}", text(&case["name"])),
        program: text(&case["program"]),
        invalid: case
            .get("after")
            .and_then(|after| after.get("outcome"))
            .is_some_and(|o| text(o) == "invalid"),
        mentions: case
            .get("after")
            .and_then(|after| after.get("mentions"))
            .map_or(Vec::new(), |mentions| mentions.as_array().unwrap().iter().map(text).collect()),
    };
    table["case"].as_array().unwrap().iter().map(case).collect()
}

#[test]
fn the_programs_of_the_case_files_assemble_unless_they_are_invalid() {
    let set = InstructionSet::standard();
    let mut wrong = Vec::new();
    for case in case_files().iter().flat_map(|path| cases(path)) {
        let assembly = assemble(&case.program, &set);
        let refused = assembly.program.is_none();
        let expected = case.invalid && !REFUSED_LATER.contains(&case.name.as_str());
        if refused != expected {
            wrong.push(format!("{} (refused: {refused})\n{:#?}", case.name, assembly.diagnostics));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn refusals_mention_what_the_cases_say() {
    let set = InstructionSet::standard();
    let mut wrong = Vec::new();
    for case in case_files().iter().flat_map(|path| cases(path)).filter(|case| case.invalid) {
        let diagnostics = assemble(&case.program, &set).diagnostics;
        let labels = diagnostics.iter().filter_map(|d| d.primary.as_ref()).map(|label| label.text.as_str());
        let text: String =
            diagnostics.iter().map(ToString::to_string).chain(labels.map(str::to_owned)).collect();
        if let Some(missing) = case.mentions.iter().find(|mention| !text.contains(mention.as_str())) {
            wrong.push(format!("{}: \"{missing}\" is not in {text:?}", case.name));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
