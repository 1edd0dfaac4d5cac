//! Text to bytes to text to bytes: every row of the table in every form, and whole programs.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

mod generate;

use generate::{any_word, program, table_word};
use proptest::prelude::*;
use ternsig_asm::{assemble, disassemble, format};
use ternsig_isa::{Instruction, InstructionSet, Op, Row};
use ternsig_program::AssembledProgram;

fn reassembled(program: &AssembledProgram, set: &InstructionSet) -> AssembledProgram {
    let text = disassemble(program, set);
    assemble(&text, set).into_result().unwrap_or_else(|errors| panic!("{text}\n{errors:#?}"))
}

/// Asserts that a program survives being written and read.
fn check(program: &AssembledProgram) {
    let set = InstructionSet::standard();
    let again = reassembled(program, &set);
    assert_eq!(again.instructions, program.instructions, "{}", disassemble(program, &set));
    assert_eq!((&again.registers, &again.requires), (&program.registers, &program.requires));
    assert_eq!((&again.meta, &again.projections), (&program.meta, &program.projections));
    assert_eq!(reassembled(&again, &set), again);
}

fn of_words(instructions: Vec<Instruction>) -> AssembledProgram {
    AssembledProgram { instructions, ..AssembledProgram::default() }
}

/// How a form is encoded when every field has its least, or its greatest, value.
fn extremes(row: &'static Row) -> impl Iterator<Item = Instruction> {
    row.forms.iter().flat_map(move |form| {
        [false, true].map(|greatest| generate::encode(row, form, |field| generate::extreme(field, greatest)))
    })
}

#[test]
fn every_row_of_the_table_in_every_form() {
    for row in Op::all().map(Op::row) {
        for word in extremes(row) {
            // Targets need instructions to stand at, loops need partners; `word` is no subject here.
            let text = disassemble(&of_words(vec![word; 1]), &InstructionSet::standard());
            check(&of_words(vec![word; 1]));
            let needs_others =
                matches!(row.name, "loop" | "end_loop" | "break") || row.label_field().is_some();
            let by_numbers = text.contains("word 0x");
            assert!(needs_others || !by_numbers || is_crossed(row), "{} has no text: {text}", row.name);
        }
    }
}

/// Both bounds cannot be at their least and greatest in every form.
fn is_crossed(row: &Row) -> bool {
    matches!(row.name, "clamp" | "assert_range" | "expect_chem")
}

#[test]
fn operands_that_no_form_writes_are_given_by_numbers_or_as_four_bytes() {
    for row in ternsig_isa::rows() {
        for operands in [[0; 4], [0xFF; 4], [1, 2, 3, 4], [0x40, 0x41, 0x42, 0x43], [0x80, 0xC0, 0x3F, 0x7F]]
        {
            check(&of_words(vec![Instruction { ext: row.ext, opcode: row.opcode, operands }]));
        }
    }
}

#[test]
fn labels_keep_their_names_and_missing_ones_are_made() {
    let source = ".program\nstart:\nnop\nL0:\njump start\nif_zero H0, L0\ncall end\nend:\n";
    let set = InstructionSet::standard();
    let program = assemble(source, &set).into_result().unwrap();
    let text = disassemble(&program, &set);
    assert_eq!(assemble(&text, &set).into_result().unwrap().labels, program.labels, "{text}");
    let unnamed = AssembledProgram { labels: [("L4".to_owned(), 1)].into(), ..program };
    let text = disassemble(&unnamed, &set);
    assert_eq!(text, ".program\nL0:\n    nop\nL4:\n    jump L0\n    if_zero H0, L4\n    call L4_1\nL4_1:\n");
}

#[test]
fn unpaired_loops_are_given_by_numbers_and_the_others_are_not() {
    let set = InstructionSet::standard();
    let source = ".program\nloop 2\nbreak\nend_loop\n";
    let [start, stop, end]: [Instruction; 3] =
        assemble(source, &set).into_result().unwrap().instructions.try_into().unwrap();
    let odd = Instruction { operands: [0, 0, 0, 9], ..start };
    for words in [
        vec![start, start, end],
        vec![end, start, end, end],
        vec![start, stop],
        vec![stop, start, end, stop],
        vec![odd, start, stop, end, stop, end],
        vec![start, odd, stop, end, end],
    ] {
        check(&of_words(words));
    }
}

#[test]
fn what_no_text_can_declare_becomes_a_comment() {
    let set = InstructionSet::standard();
    let source = ".registers\nC0: ternary key=\"a\"\nH0: i32\n.program\nhalt\n";
    let mut program = assemble(source, &set).into_result().unwrap();
    program.registers[0].key = Some("a\"\nb".to_owned());
    program.registers.push(program.registers[1].clone());
    program.meta.name = "say \"x\"".to_owned();
    let text = disassemble(&program, &set);
    assert!(text.contains("; C0 has a key that cannot be written: \"a\\\"\\nb\""), "{text}");
    assert_eq!(reassembled(&program, &set).registers.len(), 2);
}

#[test]
fn programs_too_long_for_labels_use_numbers() {
    let jump = Instruction { ext: 0, opcode: 0x6008, operands: [0, 0, 0, 1] };
    let nop = Instruction { ext: 0, opcode: 0, operands: [0xFF, 0xFF, 0, 0] };
    let mut words = vec![nop; 65537];
    words[0] = jump;
    let program = of_words(words);
    let again = reassembled(&program, &InstructionSet::standard());
    assert_eq!(again.instructions, program.instructions);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn programs_from_the_table(program in program()) {
        check(&program);
    }

    #[test]
    fn arbitrary_words(words in prop::collection::vec(prop_oneof![any_word(), table_word()], 0..40)) {
        check(&of_words(words));
    }

    #[test]
    fn disassembly_is_formatted(program in program()) {
        let text = disassemble(&program, &InstructionSet::standard());
        prop_assert_eq!(format(&text).unwrap(), text);
    }
}
