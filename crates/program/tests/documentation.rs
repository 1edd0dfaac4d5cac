//! The pages about formats and findings say what the code does.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

mod common;

use common::{hex, relay, tvmr};
use std::path::Path;
use ternsig_program::validate::codes;

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs").join(name);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

#[test]
fn every_code_stands_in_the_table_of_findings() {
    let page = page("validation.md");
    let written: Vec<_> = page.lines().filter(|line| line.starts_with("| `")).collect();
    let expected: Vec<_> = codes::ALL
        .iter()
        .map(|code| format!("| `{}` | {} | {} |", code.name, code.level.name(), code.meaning))
        .collect();
    assert_eq!(written, expected);
}

#[test]
fn the_example_file_is_what_the_writer_writes() {
    let page = page("binary-format.md");
    let block = page.split("```").nth(1).unwrap();
    let bytes: Vec<u8> =
        block.lines().flat_map(|line| hex(line.split("    ").next().unwrap_or_default())).collect();
    assert_eq!(bytes, tvmr(&relay()));
}
