//! What is written reads back, and nothing makes a reader panic.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests fail by panicking")]

mod common;

use common::{relay, tvmr};
use proptest::collection::{btree_map, vec};
use proptest::option;
use proptest::prelude::*;
use ternsig_isa::{Instruction, InstructionSet, Register, RoleSet, Shape, TypeId};
use ternsig_program::binary::{self, WriteError, WriteOptions, read};
use ternsig_program::{
    AssembledProgram, Card, Checks, Meta, Projection, RegisterDecl, Requirement, card, meta_text, validate,
};

prop_compose! {
    fn declaration(register: u8)(
        ty in prop::sample::select(vec![0x000Bu16, 0x0007, 0x0100, 0x0101, 0x000A, 0x0005, 0x0003, 0x0009]),
        dims in vec(0u32..5, 1..=8),
        key in option::of("[^\u{0}]{1,40}"),
        frozen: bool,
    ) -> RegisterDecl {
        let (register, ty) = (Register::from_byte(register), TypeId(ty));
        RegisterDecl { register, ty, shape: Shape::new(&dims).unwrap(), key, frozen }
    }
}

fn declarations() -> impl Strategy<Value = Vec<RegisterDecl>> {
    prop::collection::hash_set(0u8..=254, 0..12)
        .prop_flat_map(|registers| registers.into_iter().map(declaration).collect::<Vec<_>>())
}

fn instruction() -> impl Strategy<Value = Instruction> {
    let executable: Vec<_> = ternsig_isa::Op::all().map(|op| (op.row().ext, op.row().opcode)).collect();
    let numbers = prop_oneof![prop::sample::select(executable), any::<(u16, u16)>()];
    (numbers, any::<[u8; 4]>()).prop_map(|((ext, opcode), operands)| Instruction { ext, opcode, operands })
}

prop_compose! {
    fn meta()(
        name in "[^\"\n\r]{0,20}",
        version: u32,
        domain in option::of("[a-z; ]{0,12}"),
        input_dim in option::of(any::<usize>()),
        output_dim in option::of(any::<usize>()),
        skull in option::of(any::<[u16; 3]>()),
        roles in option::of(prop::sample::select(vec!["forward", "learning, evolution", "unrestricted"])),
    ) -> Meta {
        let roles = roles.map(|roles| roles.parse::<RoleSet>().unwrap());
        Meta { name, version, domain, input_dim, output_dim, skull, roles }
    }
}

prop_compose! {
    fn projection()(
        target in "[^\"\n\r]{1,20}",
        bundle in "[A-Z. ;]{1,8}",
        weight: i8,
        delay in 1u8..=15,
        density in 0f32..=1.0,
        mapping in "[a-z]{0,9}",
        modulator in option::of("d[a-z]{1,9}"),
    ) -> Projection {
        Projection { target, bundle, weight, delay, density, mapping, modulator }
    }
}

prop_compose! {
    fn program()(
        extensions in btree_map(1u16..=0xFFFF, Just(()), 0..6),
        registers in declarations(),
        instructions in vec(instruction(), 0..40),
        meta in meta(),
        projections in vec(projection(), 0..3),
    ) -> AssembledProgram {
        let set = InstructionSet::standard();
        let requires = extensions.into_keys().map(|ext| Requirement { ext, name: set.extension_name(ext) }).collect();
        AssembledProgram { meta, requires, registers, instructions, projections, ..AssembledProgram::default() }
    }
}

proptest! {
    #[test]
    fn a_program_reads_back_with_its_metadata(program in program()) {
        let bytes = binary::write(&program, WriteOptions { metadata: true }).unwrap();
        let loaded = read(&bytes).unwrap();
        prop_assert_eq!(&loaded.program, &program);
        prop_assert!(loaded.warnings.is_empty());
        prop_assert_eq!(binary::write(&loaded.program, WriteOptions { metadata: true }).unwrap(), bytes);
    }

    #[test]
    fn a_program_reads_back_without_its_metadata(program in program()) {
        let loaded = read(&tvmr(&program)).unwrap();
        let plain = AssembledProgram { meta: Meta::default(), projections: vec![], ..program };
        prop_assert_eq!(loaded.program, plain);
    }

    #[test]
    fn any_program_is_validated_without_a_panic(program in program()) {
        let set = InstructionSet::standard();
        let full = validate(&program, &set, Checks::full());
        let required = validate(&program, &set, Checks::required());
        prop_assert!(required.findings.iter().all(|finding| finding.level == ternsig_program::Level::Error));
        prop_assert!(required.findings.iter().all(|finding| full.findings.contains(finding)));
        prop_assert!(full.findings.is_sorted_by_key(|finding| finding.instruction));
    }

    #[test]
    fn any_bytes_are_read_without_a_panic(bytes in vec(any::<u8>(), 0..200), magic in 0usize..3) {
        let magic: &[u8] = [&b""[..], b"TVMR\x01\0\0\0", b"TERN\x02\0\0\0"][magic];
        let bytes = [magic, &bytes].concat();
        let _ = read(&bytes);
        let _ = card::read(&bytes);
        let _ = card::looks_like_card(&bytes);
    }

    #[test]
    fn any_content_under_a_right_header_is_read_without_a_panic(
        extensions in vec(any::<u8>(), 0..3).prop_map(|bytes| bytes.repeat(8)),
        registers in vec(prop_oneof![any::<u8>(), 0u8..4], 0..60),
        count in 0u32..12,
        words in vec(any::<u8>(), 0..6).prop_map(|bytes| bytes.repeat(8)),
        counts in any::<[bool; 4]>(),
    ) {
        let _ = read(&common::parts(&extensions, &registers, count, &words));
        let _ = read(&common::tern(counts.map(|n| u8::from(n) * (count as u8)), &registers, &words));
    }

    #[test]
    fn damaged_files_are_read_without_a_panic(at in 0usize..117, byte: u8, len in 0usize..=117) {
        let bytes = common::patch(tvmr(&relay()), at, &[byte]);
        let _ = read(&bytes[..len]);
        let header_ok = at < 8 || (0x20..0x28).contains(&at);
        if !header_ok && at >= 0x28 {
            let _ = read(&common::resum(bytes));
        }
    }

    #[test]
    fn any_text_is_read_as_metadata_without_a_panic(text in "(\\.meta|\\.projection|[a-z_]{1,9} [\" ;a-z0-9.-]{0,9}|\n){0,20}") {
        let _ = meta_text::read(&text);
    }

    #[test]
    fn a_card_reads_back(id in ".*", original_size: Option<u64>, program in program()) {
        let card = Card { id, original_size, ext: None, payload: tvmr(&program) };
        prop_assert_eq!(card::read(&card::write(&card).unwrap()).unwrap(), card);
    }
}

/// What each test of a refusal changes in the relay.
fn refusal(change: impl Fn(&mut AssembledProgram)) -> WriteError {
    let mut program = relay();
    change(&mut program);
    binary::write(&program, WriteOptions { metadata: true }).unwrap_err()
}

#[test]
fn the_writer_refuses_what_it_cannot_encode() {
    let (c0, h0) = (Register::cold(0), Register::hot(0));
    let key =
        |key: String| move |program: &mut AssembledProgram| program.registers[0].key = Some(key.clone());
    assert_eq!(refusal(key("k".repeat(256))), WriteError::KeyTooLong(c0, 256));
    assert_eq!(refusal(key(String::new())), WriteError::EmptyKey(c0));
    let shape = |dims: &'static [u32]| {
        move |program: &mut AssembledProgram| {
            program.registers[0].shape = Shape::new(dims).unwrap();
        }
    };
    assert_eq!(refusal(shape(&[65536])), WriteError::DimensionTooLarge(c0, 65536));
    assert_eq!(refusal(shape(&[])), WriteError::NoDimensions(c0));
    assert_eq!(refusal(shape(&[8193, 8192])), WriteError::TooManyElements(c0, Shape::matrix(8193, 8192)));
    assert_eq!(
        refusal(|program| program.registers[0].ty = TypeId(1)),
        WriteError::NotARegisterType(c0, TypeId(1))
    );
    assert_eq!(refusal(|program| program.registers[0].register = Register::NULL), WriteError::NullRegister);
    assert_eq!(refusal(|program| program.registers[0].register = h0), WriteError::DuplicateRegister(h0));
    assert_eq!(refusal(|program| program.requires[0].ext = 0), WriteError::CoreRequired);
    let twice = |program: &mut AssembledProgram| program.requires.push(program.requires[0].clone());
    assert_eq!(refusal(twice), WriteError::DuplicateExtension(2));
    for name in ["a \"b\"", "a\nb"] {
        assert_eq!(refusal(|program| program.meta.name = name.to_owned()), WriteError::Metadata);
    }
    assert_eq!(refusal(|program| program.meta.roles = Some(RoleSet::NONE)), WriteError::Metadata);
}

#[test]
fn a_key_of_255_bytes_is_written_whole() {
    let mut program = relay();
    program.registers[0].key = Some("k".repeat(255));
    assert_eq!(read(&tvmr(&program)).unwrap().program, program);
}
