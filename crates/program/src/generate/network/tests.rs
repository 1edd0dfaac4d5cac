use super::*;
use crate::validate::{Checks, validate};
use std::collections::BTreeSet;
use ternsig_isa::table;

#[test]
fn networks_are_valid_as_they_are_written_and_use_every_instruction() {
    let set = InstructionSet::standard();
    let mut seen = BTreeSet::new();
    for seed in 0..3000u32 {
        let bytes = seed.to_le_bytes();
        let program = weave(&mut Entropy::new(&bytes), 60);
        seen.extend(program.instructions.iter().map(|word| (word.ext, word.opcode)));
        let report = validate(&program, &set, Checks::required());
        // Without a list of extensions nothing else is missing.
        assert!(report.is_valid(), "{seed}: {:?}", report.findings);
    }
    let missing: Vec<_> = table::rows()
        .filter(|row| !row.is_reserved() && !seen.contains(&(row.ext, row.opcode)))
        .map(|row| (row.ext, row.name))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
}

#[test]
fn the_same_bytes_give_the_same_program() {
    let set = InstructionSet::standard();
    for bytes in [&b""[..], b"a", &[255; 700]] {
        let [first, second] = [0, 1].map(|_| network(&mut Entropy::new(bytes), &set, 80));
        assert_eq!(first, second);
    }
}
