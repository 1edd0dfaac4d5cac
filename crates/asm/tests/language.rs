//! The description of the language: its examples assemble, and it lists every code.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use ternsig_asm::{assemble, format};
use ternsig_isa::InstructionSet;

fn page() -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../docs/language.md")).unwrap()
}

#[test]
fn the_examples_are_programs() {
    let page = page();
    let examples: Vec<_> =
        page.split("```ternsig\n").skip(1).map(|rest| rest.split("```").next().unwrap()).collect();
    assert!(examples.len() >= 4);
    for example in examples {
        let assembly = assemble(example, &InstructionSet::standard());
        let mut codes = assembly.diagnostics.iter().map(|d| d.code);
        assert!(codes.all(|code| code == "encoding-differs"), "{example}\n{:#?}", assembly.diagnostics);
        assert!(assembly.program.is_some() && format(example).is_ok());
    }
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() { sources(&path, found) } else { found.push(path) }
    }
}

/// Every code that the sources of this crate give to a diagnostic: the quoted words with a hyphen, and `include`.
fn codes() -> BTreeSet<String> {
    let mut files = Vec::new();
    sources(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut files);
    let text: String = files.iter().map(|path| fs::read_to_string(path).unwrap()).collect();
    let is_code = |word: &&str| {
        *word == "include" || word.contains('-') && word.chars().all(|c| c == '-' || c.is_ascii_lowercase())
    };
    text.split('"').filter(is_code).filter(|word| word.len() > 3).map(str::to_owned).collect()
}

#[test]
fn every_code_is_listed() {
    let (page, codes) = (page(), codes());
    assert!(codes.len() > 40, "{codes:?}");
    let missing: Vec<_> = codes.iter().filter(|code| !page.contains(&format!("`{code}`"))).collect();
    assert!(missing.is_empty(), "not in docs/language.md: {missing:?}");
}
