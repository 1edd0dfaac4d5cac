//! Legacy TERN files: both word layouts, both register encodings.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

mod common;

use common::{decl, hex, patch, tern};
use ternsig_isa::{Instruction, Register, Shape, TypeId};
use ternsig_program::binary::{BinaryErrorKind as Kind, BinaryWarningKind as Warning, Format, read};
use ternsig_program::{AssembledProgram, Meta};

/// `C0: ternary[4,2] key="t.w"`, `H0: i32[2]`, `H1: i32[4]` in the present register encoding.
const DEFINITIONS: &str = "40 02 01 02 04 00 02 00 03 74 2E 77  00 01 01 01 02 00 00  01 01 01 01 04 00 00";
const DEFINITIONS_4_BIT: &str =
    "10 02 01 02 04 00 02 00 03 74 2E 77  00 01 01 01 02 00 00  01 01 01 01 04 00 00";
const COUNTS: [u8; 4] = [2, 1, 0, 0];

fn relay() -> AssembledProgram {
    let mut c0 = decl("C0 4x2 key=t.w");
    c0.ty = TypeId::SIGNAL;
    AssembledProgram {
        meta: Meta { version: 2, ..Meta::default() },
        registers: vec![c0, decl("H0 2"), decl("H1 4")],
        instructions: common::relay().instructions,
        ..AssembledProgram::default()
    }
}

/// The words of a file without registers, and the warnings.
fn convert(words: &str) -> Result<(Vec<Instruction>, Vec<Warning>), (usize, Kind)> {
    let loaded = read(&tern([0; 4], &[], &hex(words))).map_err(|error| (error.offset, error.kind))?;
    Ok((loaded.program.instructions, loaded.warnings.into_iter().map(|warning| warning.kind).collect()))
}

/// The bytes that an old word becomes, which must be exactly one word without a warning.
fn converted(old: &str) -> Vec<u8> {
    match convert(old) {
        Ok((words, warnings)) if warnings.is_empty() => {
            words.iter().flat_map(|word| word.to_bytes()).collect()
        }
        other => panic!("{old}: {other:?}"),
    }
}

#[test]
fn words_of_the_present_layout() {
    let words = hex(
        "00 00 10 07 00 FF 00 00  00 00 40 00 01 40 00 00  00 00 10 08 FF 01 00 00  00 00 00 01 FF FF 00 00",
    );
    let loaded = read(&tern(COUNTS, &hex(DEFINITIONS), &words)).unwrap();
    assert_eq!((loaded.program, loaded.warnings, loaded.format), (relay(), vec![], Format::Tern));
}

#[test]
fn words_of_the_old_layout() {
    let words = hex(
        "10 07 00 FF FF 00 00 00  40 00 01 40 00 00 00 00  10 08 FF 01 FF 00 00 00  00 01 FF FF FF 00 00 00",
    );
    let loaded = read(&tern(COUNTS, &hex(DEFINITIONS), &words)).unwrap();
    assert_eq!((loaded.program, loaded.warnings), (relay(), vec![]));
}

#[test]
fn registers_of_the_4_bit_encoding() {
    let words = hex(
        "10 07 00 FF FF 00 00 00  40 00 01 10 00 00 00 00  10 08 FF 01 FF 00 00 00  00 01 FF FF FF 00 00 00",
    );
    let loaded = read(&tern(COUNTS, &hex(DEFINITIONS_4_BIT), &words)).unwrap();
    assert_eq!(loaded.program, relay());
    let words = hex(
        "00 00 10 07 00 FF 00 00  00 00 40 00 01 10 00 00  00 00 10 08 FF 01 00 00  00 00 00 01 FF FF 00 00",
    );
    assert_eq!(read(&tern(COUNTS, &hex(DEFINITIONS_4_BIT), &words)).unwrap().program, relay());
}

#[test]
fn every_type_code_is_read() {
    for (code, ty) in [0x000B, 0x0007, 0x0100, 0x0101, 0x000A, 0x0005, 0x0003, 0x0009].into_iter().enumerate()
    {
        let loaded = read(&tern([1, 0, 0, 0], &[0, code as u8, 1, 1, 4, 0, 0], &[])).unwrap();
        assert_eq!(loaded.program.registers[0].ty, TypeId(ty));
        assert_eq!(loaded.program.registers[0].shape, Shape::vector(4));
    }
}

#[test]
fn counts_that_fit_neither_encoding_are_refused() {
    let error = read(&tern([1, 2, 0, 0], &hex(DEFINITIONS), &[])).unwrap_err();
    assert_eq!((error.offset, error.kind), (8, Kind::LegacyBanks));
}

#[test]
fn a_register_byte_outside_the_4_bit_encoding_is_refused() {
    let words = hex("30 03 01 40 FF 00 00 00");
    let error = read(&tern(COUNTS, &hex(DEFINITIONS_4_BIT), &words)).unwrap_err();
    assert_eq!((error.offset, error.kind), (58, Kind::LegacyRegister(0x40)));
}

#[test]
fn words_of_neither_layout_are_refused() {
    let refused = Err((32, Kind::LegacyLayout));
    // One word of each layout.
    assert_eq!(convert("00 00 10 07 00 FF 00 00 10 07 00 FF FF 00 00 00"), refused);
    // An extension's word begins like an old halt.
    assert_eq!(convert("00 01 00 01 02 00 01 00 00 00 00 01 FF FF 00 00"), refused);
    // No core opcode in either place.
    assert_eq!(convert("30 03 00 00 FF 00 00 00 99 99 00 00 00 01 02 00"), refused);
    assert_eq!(convert("00 00 7F FF 00 00 00 00"), refused);
}

#[test]
fn control_flow_takes_its_number_from_the_modifiers() {
    assert_eq!(converted("60 00 FF FF FF 01 2C 00"), hex("00 00 60 00 FF FF 01 2C"));
    assert_eq!(converted("60 08 00 00 00 00 07 00"), hex("00 00 60 08 00 00 00 07"));
    assert_eq!(converted("60 09 05 FF FF 00 07 00"), hex("00 00 60 09 05 00 00 07"));
}

#[test]
fn dequantize_takes_its_scale_from_the_modifiers() {
    assert_eq!(converted("40 02 01 00 FF 00 08 00"), hex("00 00 40 02 01 00 00 08"));
    assert_eq!(converted("30 08 01 00 FF 01 02 00"), hex("00 00 30 08 01 00 01 02"));
}

#[test]
fn alloc_tensor_takes_its_dimensions_from_the_modifiers() {
    assert_eq!(converted("10 00 40 FF FF 20 01 00"), hex("00 00 10 00 40 20 01 00"));
}

#[test]
fn seeds_of_one_byte_are_kept() {
    assert_eq!(converted("20 08 40 FF 02 00 00 2A"), hex("00 00 20 08 40 00 02 2A"));
    assert_eq!(converted("20 0A 40 FF FF 00 00 2A"), hex("00 00 20 0A 40 00 00 2A"));
    assert_eq!(convert("20 0A 40 FF FF 00 01 00"), Err((32, Kind::LegacySeed(256))));
    assert_eq!(convert("20 08 40 FF 01 01 00 00"), Err((32, Kind::LegacySeed(65536))));
}

#[test]
fn the_mode_of_prune_neuron_begins_as_0() {
    assert_eq!(converted("20 09 40 FF 03 00 00 00"), hex("00 00 20 09 40 00 03 00"));
    let (words, warnings) = convert("20 09 40 FF 03 01 00 00").unwrap();
    assert_eq!(words[0].operands, [0x40, 0, 3, 0]);
    assert_eq!(warnings, [Warning::LegacyBytesDropped { first: 0, count: 1 }]);
}

#[test]
fn mastery_keeps_scale_threshold_and_step() {
    assert_eq!(converted("50 12 40 01 00 14 04 00"), hex("00 00 50 12 40 01 00 14"));
    assert_eq!(converted("50 12 40 01 00 14 00 00"), hex("00 00 50 12 40 01 00 14"));
    assert_eq!(convert("50 12 40 01 00 14 03 00"), Err((32, Kind::LegacyDivisor(3))));
    assert_eq!(converted("50 13 40 FF FF 1E 07 00"), hex("00 00 50 13 40 FF 07 1E"));
    assert_eq!(converted("50 13 40 FF FF 1E 05 00"), hex("00 00 50 13 40 FF 00 1E"));
}

#[test]
fn other_words_take_aux_and_the_first_modifier() {
    assert_eq!(converted("30 0A 01 00 0A C8 00 00"), hex("00 00 30 0A 01 00 0A C8"));
    assert_eq!(converted("30 04 01 00 FF 20 00 00"), hex("00 00 30 04 01 00 00 20"));
    assert_eq!(converted("40 12 03 00 01 02 00 00"), hex("00 00 40 12 03 00 01 02"));
}

#[test]
fn dropped_bytes_warn() {
    let relu = "30 03 01 00 FF 00 09 00 ";
    let (words, warnings) = convert(&("00 01 FF FF FF 00 00 00 ".to_owned() + relu + relu)).unwrap();
    assert_eq!(words[1].operands, [1, 0, 0, 0]);
    assert_eq!(warnings, [Warning::LegacyBytesDropped { first: 1, count: 2 }]);
}

#[test]
fn form_b_is_recognised_and_refused() {
    let error = read(include_bytes!("fixtures/form-b.tern")).unwrap_err();
    assert_eq!((error.offset, error.kind), (0x14, Kind::FormB));
    // The same without content, and with a count that runs past the file when it is read as form A.
    let empty = patch(tern([0; 4], &[], &[]), 0x14, &[0; 8]);
    assert_eq!(read(&empty).unwrap_err().kind, Kind::FormB);
    let many = patch(empty, 0x0B, &[0, 0xFF, 0xFF]);
    assert_eq!(read(&many).unwrap_err().kind, Kind::FormB);
}

#[test]
fn the_null_register_stays_null() {
    let words = hex("10 08 FF 01 FF 00 00 00");
    let program = read(&tern(COUNTS, &hex(DEFINITIONS_4_BIT), &words)).unwrap().program;
    assert_eq!(program.instructions[0].operands, [0xFF, 0x01, 0, 0]);
    assert_eq!(program.registers[0].register, Register::cold(0));
}

#[test]
fn reserved_bytes_warn() {
    let bytes = patch(tern([0; 4], &[], &[]), 0x1C, &[1]);
    assert_eq!(read(&bytes).unwrap().warnings[0].kind, Warning::ReservedBytes);
}
