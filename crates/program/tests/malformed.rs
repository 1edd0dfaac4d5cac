//! One test for each row of the table of malformed inputs, numbered as there.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

mod common;

use common::{hex, parts, patch, relay, resum, tern, tvmr};
use ternsig_isa::{Register, Shape};
use ternsig_program::Loaded;
use ternsig_program::binary::{
    BinaryErrorKind as Kind, BinaryWarningKind as Warning, Part, WriteOptions, read, write,
};

/// The definition of `H0: i32[1]`.
const H0: [u8; 8] = [0x00, 0x07, 0x00, 0x01, 0x01, 0x01, 0x00, 0x00];

fn refused(bytes: &[u8]) -> (usize, Kind) {
    let error = read(bytes).unwrap_err();
    assert!(!error.kind.help().is_empty());
    (error.offset, error.kind)
}

fn accepted(bytes: &[u8]) -> (Loaded, Vec<Warning>) {
    let loaded = read(bytes).unwrap();
    let warnings = loaded.warnings.iter().map(|warning| warning.kind.clone()).collect();
    (loaded, warnings)
}

/// A file with one register definition.
fn one_register(definition: &[u8]) -> Vec<u8> {
    parts(&[], definition, 1, &[])
}

#[test]
fn row_01_fewer_than_four_bytes() {
    for bytes in [&b""[..], b"T", b"TVM"] {
        assert_eq!(refused(bytes), (0, Kind::TooShort { needed: 4, found: bytes.len() }));
    }
}

#[test]
fn row_02_unknown_magic() {
    assert_eq!(refused(b".program\n"), (0, Kind::UnknownMagic(*b".pro")));
    assert_eq!(refused(b"TISA\x01\0\0\0"), (0, Kind::Tisa));
}

#[test]
fn row_03_header_cut_short() {
    assert_eq!(refused(&tvmr(&relay())[..47]), (0, Kind::TooShort { needed: 48, found: 47 }));
    assert_eq!(refused(&tern([0; 4], &[], &[])[..31]), (0, Kind::TooShort { needed: 32, found: 31 }));
}

#[test]
fn row_04_tvmr_version_other_than_1() {
    for found in [0u16, 2, 0xFFFF] {
        let bytes = patch(tvmr(&relay()), 4, &found.to_le_bytes());
        assert_eq!(refused(&bytes), (4, Kind::Version { found, supported: 1 }));
    }
}

#[test]
fn row_05_tern_version_other_than_2() {
    for found in [0u16, 1, 3] {
        let bytes = patch(tern([0; 4], &[], &[]), 4, &found.to_le_bytes());
        assert_eq!(refused(&bytes), (4, Kind::Version { found, supported: 2 }));
    }
}

#[test]
fn row_06_compressed_or_encrypted() {
    for flags in [1, 2, 3] {
        let bytes = patch(tvmr(&relay()), 6, &[flags]);
        assert_eq!(refused(&bytes), (6, Kind::Transformed(flags.into())));
    }
}

#[test]
fn row_07_unknown_flags() {
    let bytes = patch(tvmr(&relay()), 6, &[0x08, 0x80]);
    assert_eq!(refused(&bytes), (6, Kind::UnknownFlags(0x8008)));
}

#[test]
fn row_08_reserved_bytes_warn() {
    let (loaded, warnings) = accepted(&patch(tvmr(&relay()), 47, &[1]));
    assert_eq!((loaded.program, warnings), (relay(), vec![Warning::ReservedBytes]));
}

#[test]
fn row_09_offsets_out_of_order() {
    let bytes = patch(tvmr(&relay()), 0x08, &47u32.to_le_bytes());
    assert_eq!(refused(&bytes), (0x08, Kind::OutOfOrder { part: Part::Extensions, offset: 47, least: 48 }));
    let bytes = patch(tvmr(&relay()), 0x10, &40u32.to_le_bytes());
    assert_eq!(refused(&bytes), (0x10, Kind::OutOfOrder { part: Part::Registers, offset: 40, least: 48 }));
}

#[test]
fn row_10_extension_table_behind_the_content() {
    let bytes = patch(tvmr(&relay()), 0x08, &u32::MAX.to_le_bytes());
    assert_eq!(
        refused(&bytes),
        (0x10, Kind::OutOfOrder { part: Part::Registers, offset: 56, least: u32::MAX })
    );
}

#[test]
fn row_11_registers_behind_the_instructions() {
    let bytes = patch(tvmr(&relay()), 0x10, &86u32.to_le_bytes());
    assert_eq!(refused(&bytes), (0x18, Kind::OutOfOrder { part: Part::Instructions, offset: 85, least: 86 }));
}

#[test]
fn row_12_instructions_beyond_the_file() {
    let bytes = patch(tvmr(&relay()), 0x1C, &5u32.to_le_bytes());
    assert_eq!(refused(&bytes), (0x1C, Kind::BeyondEnd { part: Part::Instructions, end: 125, size: 117 }));
    let bytes = patch(tvmr(&relay()), 0x1C, &u32::MAX.to_le_bytes());
    let end = 85 + 8 * u64::from(u32::MAX);
    assert_eq!(refused(&bytes), (0x1C, Kind::BeyondEnd { part: Part::Instructions, end, size: 117 }));
}

#[test]
fn row_13_extensions_beyond_the_file() {
    let bytes = patch(tvmr(&relay()), 0x0C, &u32::MAX.to_le_bytes());
    let end = 48 + 8 * u64::from(u32::MAX);
    assert_eq!(refused(&bytes), (0x0C, Kind::BeyondEnd { part: Part::Extensions, end, size: 117 }));
}

#[test]
fn row_14_extensions_overlap_the_registers() {
    let bytes = patch(tvmr(&relay()), 0x0C, &2u32.to_le_bytes());
    assert_eq!(refused(&bytes), (0x10, Kind::Misplaced { part: Part::Registers, offset: 56, expected: 64 }));
}

#[test]
fn row_15_gap_before_the_registers() {
    let bytes = patch(tvmr(&relay()), 0x0C, &0u32.to_le_bytes());
    assert_eq!(refused(&bytes), (0x10, Kind::Misplaced { part: Part::Registers, offset: 56, expected: 48 }));
    let bytes = patch(patch(tvmr(&relay()), 0x08, &56u32.to_le_bytes()), 0x0C, &0u32.to_le_bytes());
    assert_eq!(refused(&bytes), (0x08, Kind::Misplaced { part: Part::Extensions, offset: 56, expected: 48 }));
}

#[test]
fn row_16_checksum_mismatch() {
    let good = tvmr(&relay());
    for at in 48..good.len() {
        let bytes = patch(good.clone(), at, &[good[at] ^ 0x10]);
        let (offset, kind) = refused(&bytes);
        assert_eq!(offset, 0x20, "byte {at}");
        assert!(matches!(kind, Kind::Checksum { stored: 0xca29_ea0d_4ffd_1844, .. }), "byte {at}");
    }
    let bytes = patch(tern([1, 0, 0, 0], &[0, 1, 1, 1, 1, 0, 0], &[]), 0x14, &[1]);
    assert!(matches!(refused(&bytes), (0x14, Kind::Checksum { .. })));
}

#[test]
fn row_17_registers_end_before_the_last_definition() {
    let long = hex("00 07 00 01 01 04 00 04 61 62 63 64");
    assert_eq!(refused(&parts(&[], &long, 2, &[])), (60, Kind::RegistersMissing { found: 1, claimed: 2 }));
}

#[test]
fn row_18_registers_end_inside_a_definition() {
    let h0 = Register::hot(0);
    let cut = |definition: &str, count| refused(&parts(&[], &hex(definition), count, &[]));
    let whole = "00 07 00 01 01 01 00 00 ";
    assert_eq!(
        cut("00 07 00 01 02 01 00 02", 1),
        (53, Kind::Truncated { register: h0, field: "dimensions" })
    );
    assert_eq!(cut("00 07 00 01 00 02 61", 1), (54, Kind::Truncated { register: h0, field: "key" }));
    let cut_type = whole.to_owned() + whole + "02 07";
    assert_eq!(
        cut(&cut_type.replacen("00 07", "01 07", 1), 3),
        (65, Kind::Truncated { register: Register::hot(2), field: "type id" })
    );
}

#[test]
fn row_19_registers_end_before_flags_rank_or_key_length() {
    let definition = "00 07 00 01 01 01 00 00 ";
    let field = |rest: &str| match refused(&parts(&[], &hex(&(definition.to_owned() + rest)), 2, &[])) {
        (_, Kind::Truncated { register, field }) => (register, field),
        other => panic!("{other:?}"),
    };
    let h1 = Register::hot(1);
    // The count is checked against six bytes a definition first, so the first definition is made long enough.
    let long = "00 07 00 01 01 01 00 04 61 62 63 64 ";
    let cut = |rest: &str| refused(&parts(&[], &hex(&(long.to_owned() + rest)), 2, &[])).1;
    assert_eq!(cut("01 07 00"), Kind::Truncated { register: h1, field: "flags" });
    assert_eq!(cut("01 07 00 01"), Kind::Truncated { register: h1, field: "rank" });
    assert_eq!(cut("01 07 00 01 00"), Kind::Truncated { register: h1, field: "key length" });
    assert_eq!(field("01 07 00 01"), (h1, "rank"));
}

#[test]
fn row_20_bytes_left_over_behind_the_registers() {
    assert_eq!(refused(&parts(&[], &[H0.as_slice(), &[0]].concat(), 1, &[])), (56, Kind::LeftOver(1)));
    assert_eq!(refused(&parts(&[], &H0, 0, &[])), (48, Kind::LeftOver(8)));
}

#[test]
fn row_21_more_registers_claimed_than_fit() {
    for claimed in [2, u32::MAX] {
        let bytes = parts(&[], &H0, claimed, &[]);
        assert_eq!(refused(&bytes), (48, Kind::RegisterCount { claimed: claimed.into(), most: 1 }));
    }
}

#[test]
fn row_22_unknown_type() {
    for id in [0x0000u16, 0x0001, 0x0102, 0x0700, 0xFFFF] {
        let bytes = one_register(&patch(H0.to_vec(), 1, &id.to_le_bytes()));
        assert_eq!(refused(&bytes), (49, Kind::UnknownType(Register::hot(0), id)));
    }
    let bytes = tern([1, 0, 0, 0], &[0, 8, 1, 1, 1, 0, 0], &[]);
    assert_eq!(refused(&bytes), (33, Kind::UnknownTypeCode(Register::hot(0), 8)));
}

#[test]
fn row_23_key_not_utf8() {
    let bytes = one_register(&hex("40 00 01 01 01 01 00 02 C3 28"));
    assert_eq!(refused(&bytes), (56, Kind::KeyNotUtf8(Register::cold(0))));
}

#[test]
fn row_24_the_same_register_twice() {
    let bytes = parts(&[], &[H0, H0].concat(), 2, &[]);
    assert_eq!(refused(&bytes), (56, Kind::DuplicateRegister(Register::hot(0))));
}

#[test]
fn row_25_the_null_register() {
    assert_eq!(refused(&one_register(&patch(H0.to_vec(), 0, &[0xFF]))), (48, Kind::NullRegister));
}

#[test]
fn row_26_unknown_register_flags() {
    let bytes = one_register(&patch(H0.to_vec(), 3, &[0x85]));
    assert_eq!(refused(&bytes), (51, Kind::UnknownRegisterFlags(Register::hot(0), 0x85)));
}

#[test]
fn row_27_not_allocated_warns() {
    let (loaded, warnings) = accepted(&one_register(&patch(H0.to_vec(), 3, &[0])));
    assert_eq!(warnings, [Warning::NotAllocated(Register::hot(0))]);
    assert_eq!(loaded.program.registers.len(), 1);
}

#[test]
fn row_28_rank_0_is_one_element() {
    let (loaded, warnings) = accepted(&one_register(&hex("00 07 00 01 00 00")));
    assert_eq!((loaded.program.registers[0].shape, warnings), (Shape::vector(1), vec![]));
}

#[test]
fn row_29_too_many_dimensions_or_elements() {
    let ranked = |rank: u8| {
        let dims = [1, 0].repeat(rank.into());
        one_register(&[&hex("00 07 00 01")[..], &[rank], &dims, &[0]].concat())
    };
    assert_eq!(accepted(&ranked(8)).0.program.registers[0].shape.rank(), 8);
    assert_eq!(refused(&ranked(9)), (52, Kind::RankTooHigh(Register::hot(0), 9)));
    let large = |rows: u16| {
        let rows = rows.to_le_bytes();
        one_register(&[&hex("40 00 01 01 02")[..], &rows, &[0x00, 0x20], &[0]].concat())
    };
    assert_eq!(accepted(&large(8192)).0.program.registers[0].shape, Shape::matrix(8192, 8192));
    assert_eq!(
        refused(&large(8193)),
        (52, Kind::TooManyElements(Register::cold(0), Shape::matrix(8193, 8192)))
    );
}

#[test]
fn row_30_dimension_0_is_an_empty_register() {
    let (loaded, warnings) = accepted(&one_register(&hex("00 07 00 01 02 00 00 FF FF 00")));
    assert_eq!((loaded.program.registers[0].shape, warnings), (Shape::matrix(0, 65535), vec![]));
}

#[test]
fn row_31_the_core_or_an_extension_listed_twice() {
    let entry = hex("02 00 01 00 00 00 00 00");
    assert_eq!(refused(&parts(&[0; 8], &[], 0, &[])), (48, Kind::CoreListed));
    let twice = [entry.as_slice(), &entry].concat();
    assert_eq!(refused(&parts(&twice, &[], 0, &[])), (56, Kind::DuplicateExtension(2)));
}

#[test]
fn row_32_unknown_extensions_are_accepted() {
    let (loaded, warnings) =
        accepted(&parts(&hex("CD AB 07 00 01 00 02 00"), &[], 0, &hex("AB CD 00 01 02 03 04 05")));
    assert_eq!(warnings, []);
    assert_eq!(
        (loaded.program.requires[0].ext, loaded.program.requires[0].name.as_str()),
        (0xABCD, "ext_ABCD")
    );
    assert_eq!(loaded.program.instructions[0].ext, 0xABCD);
    let set = ternsig_isa::InstructionSet::standard();
    let report = ternsig_program::validate(&loaded.program, &set, ternsig_program::Checks::required());
    assert!(!report.is_valid());
}

#[test]
fn row_33_tern_content_beyond_the_file() {
    let bytes = patch(tern([0; 4], &[], &[]), 0x0C, &u32::MAX.to_le_bytes());
    let end = 32 + 8 * u64::from(u32::MAX);
    assert_eq!(refused(&bytes), (0x0C, Kind::BeyondEnd { part: Part::Instructions, end, size: 32 }));
    let bytes = patch(tern([0; 4], &[], &[]), 0x10, &u32::MAX.to_le_bytes());
    let end = 32 + u64::from(u32::MAX);
    assert_eq!(refused(&bytes), (0x10, Kind::BeyondEnd { part: Part::Registers, end, size: 32 }));
}

#[test]
fn row_34_tern_counts_do_not_fit_the_definitions() {
    let h0 = [0, 1, 1, 1, 1, 0, 0];
    assert_eq!(refused(&tern([2, 0, 0, 0], &h0, &[])), (32, Kind::RegisterCount { claimed: 2, most: 1 }));
    assert_eq!(refused(&tern([0, 0, 0, 0], &h0, &[])), (32, Kind::LeftOver(7)));
    let long = [0, 1, 1, 1, 1, 0, 4, b'a', b'b', b'c', b'd'];
    assert_eq!(
        refused(&tern([2, 0, 0, 0], &long, &[])),
        (43, Kind::RegistersMissing { found: 1, claimed: 2 })
    );
}

#[test]
fn row_35_undeclared_core_opcodes_are_accepted() {
    let (loaded, warnings) = accepted(&parts(&[], &[], 0, &hex("00 00 7F FF 00 00 00 00")));
    assert_eq!((loaded.program.instructions[0].opcode, warnings), (0x7FFF, vec![]));
    let set = ternsig_isa::InstructionSet::standard();
    let report = ternsig_program::validate(&loaded.program, &set, ternsig_program::Checks::required());
    assert_eq!(report.findings[0].code, "unknown-opcode");
}

#[test]
fn row_36_trailing_bytes_warn_unless_they_are_metadata() {
    let (loaded, warnings) = accepted(&[tvmr(&relay()), vec![0; 3]].concat());
    assert_eq!((loaded.program, warnings), (relay(), vec![Warning::TrailingBytes(3)]));

    let mut named = relay();
    named.meta.name = "relay".to_owned();
    let with_block = write(&named, WriteOptions { metadata: true }).unwrap();
    let (loaded, warnings) = accepted(&with_block);
    assert_eq!((loaded.program, warnings), (named.clone(), vec![]));

    let (loaded, warnings) = accepted(&[with_block.clone(), vec![1]].concat());
    assert_eq!((loaded.program, warnings), (named, vec![Warning::TrailingBytes(1)]));

    // Without the flag the block is not looked for.
    let (loaded, warnings) = accepted(&patch(with_block, 6, &[0]));
    assert_eq!(loaded.program, relay());
    assert!(matches!(warnings[..], [Warning::TrailingBytes(_)]));

    let bytes = [tern([0; 4], &[], &[]), vec![0]].concat();
    assert_eq!(accepted(&bytes).1, [Warning::TrailingBytes(1)]);
}

#[test]
fn row_37_zero_instructions_are_accepted() {
    let empty = hex("54 56 4d 52 01 00 00 00 30 00 00 00 00 00 00 00 30 00 00 00 00 00 00 00
         30 00 00 00 00 00 00 00 15 7c 4a 7f b9 79 37 9e 00 00 00 00 00 00 00 00");
    let (loaded, warnings) = accepted(&empty);
    assert_eq!((loaded.program, warnings), (Default::default(), vec![]));
    assert!(accepted(&tern([0; 4], &[], &[])).0.program.instructions.is_empty());
}

#[test]
fn errors_say_where_what_and_what_to_do() {
    let texts = [
        (
            read(b"TV").unwrap_err(),
            "byte 0x0: the file has 2 bytes, its header needs 4 (the file is incomplete or damaged; copy it again or assemble the source again)",
        ),
        (
            read(b"TISA").unwrap_err(),
            "byte 0x0: TISA files are not supported (TISA files come from the releases before TERN files; assemble the source again)",
        ),
        (
            read(&one_register(&patch(H0.to_vec(), 1, &[0x02]))).unwrap_err(),
            "byte 0x31: type id 0x0002 of H0 is no register type (registers are f32, i32, ternary, packed, f16, i16, i8 or i64)",
        ),
    ];
    for (error, text) in texts {
        assert_eq!(error.to_string(), text);
    }
    assert_eq!(resum(tvmr(&relay())), tvmr(&relay()));
}
