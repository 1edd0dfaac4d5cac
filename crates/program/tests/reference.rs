//! The reference files, byte for byte, and what a real writer of Ternsig 1.4 produced.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

mod common;

use common::{hex, program, relay, tvmr};
use std::path::Path;
use ternsig_isa::InstructionSet;
use ternsig_program::binary::{Format, read};
use ternsig_program::{AssembledProgram, Checks, validate};

#[test]
fn the_reference_program() {
    let bytes = hex("54 56 4d 52 01 00 00 00 30 00 00 00 01 00 00 00
         38 00 00 00 03 00 00 00 55 00 00 00 04 00 00 00
         44 18 fd 4f 0d ea 29 ca 00 00 00 00 00 00 00 00
         02 00 01 00 00 00 00 00 40 00 01 03 02 04 00 02
         00 03 74 2e 77 00 07 00 01 01 02 00 00 01 07 00
         01 01 04 00 00 00 00 10 07 00 ff 00 00 00 00 40
         00 01 40 00 00 00 00 10 08 ff 01 00 00 00 00 00
         01 ff ff 00 00");
    assert_eq!(tvmr(&relay()), bytes);
    let loaded = read(&bytes).unwrap();
    assert_eq!((loaded.program, loaded.warnings, loaded.format), (relay(), vec![], Format::Tvmr));
}

#[test]
fn the_smallest_useful_program() {
    let bytes = hex("54 56 4d 52 01 00 00 00 30 00 00 00 00 00 00 00
         30 00 00 00 01 00 00 00 38 00 00 00 01 00 00 00
         2d b0 24 31 3c 64 9b 11 00 00 00 00 00 00 00 00
         00 07 00 01 01 04 00 00 00 00 00 01 ff ff 00 00");
    let smallest = program(&["H0 4"], &["halt"]);
    assert_eq!(tvmr(&smallest), bytes);
    assert_eq!(read(&bytes).unwrap().program, smallest);
}

#[test]
fn the_empty_program() {
    let bytes = hex("54 56 4d 52 01 00 00 00 30 00 00 00 00 00 00 00
         30 00 00 00 00 00 00 00 30 00 00 00 00 00 00 00
         15 7c 4a 7f b9 79 37 9e 00 00 00 00 00 00 00 00");
    assert_eq!(tvmr(&AssembledProgram::default()), bytes);
}

#[test]
fn shapes_of_a_loaded_program_are_inferred() {
    let loaded = read(&tvmr(&relay())).unwrap().program;
    assert_eq!(loaded.input_shape().dims(), [2]);
    assert_eq!(loaded.output_shape().dims(), [4]);
}

/// Binaries that Ternsig 1.4 wrote load without a warning, are valid, and are written again byte for byte.
#[test]
fn binaries_of_the_original_are_reproduced() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/tests/fixtures/original-1.4");
    let set = InstructionSet::standard();
    let mut count = 0;
    for entry in std::fs::read_dir(&folder).unwrap() {
        let path = entry.unwrap().path();
        if path.extension().is_none_or(|extension| extension != "tvmr") {
            continue;
        }
        let bytes = std::fs::read(&path).unwrap();
        let loaded = read(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(loaded.warnings, [], "{}", path.display());
        assert_eq!(tvmr(&loaded.program), bytes, "{}", path.display());
        let report = validate(&loaded.program, &set, Checks::required());
        assert!(report.is_valid(), "{}: {:?}", path.display(), report.findings);
        count += 1;
    }
    assert_eq!(count, 104);
}

/// Every binary stands in the list of vectors, with the state that the original went through.
#[test]
fn every_binary_of_the_original_has_its_vector() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../cli/tests/fixtures/original-1.4");
    let vectors = std::fs::read_to_string(folder.join("vectors.jsonl")).unwrap();
    let mut listed = 0;
    for line in vectors.lines() {
        let vector: serde_json::Value = serde_json::from_str(line).unwrap();
        assert!(folder.join(vector["binary"].as_str().unwrap()).is_file(), "{}", vector["name"]);
        listed += 1;
    }
    assert_eq!(listed, 104);
}
