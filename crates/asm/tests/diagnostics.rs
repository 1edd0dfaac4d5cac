//! What people read: rendered diagnostics, compared with snapshots.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

use insta::assert_snapshot;
use ternsig_asm::{Colour, LineIndex, apply_fixes, assemble, check, render, render_all};
use ternsig_isa::InstructionSet;
use ternsig_program::Checks;

fn rendered(source: &str) -> String {
    let assembly = assemble(source, &InstructionSet::standard());
    render_all(&assembly.diagnostics, "region.ternsig", source, Colour::Plain)
}

const FIVE_MISTAKES: &str = "\
; A region with five mistakes.
.registers
    C0: ternary[32, 12] key=region.w1
    H0: i32[12]
    H1: i32[32]

.program
    laod_input H0
    ternary_matmul H1, H0, C0
again:
    shift H1, H1, 300   ; too far
    if_zero H1, agian
    halt
";

#[test]
fn five_mistakes_give_five_diagnostics() {
    let assembly = assemble(FIVE_MISTAKES, &InstructionSet::standard());
    assert_eq!(assembly.errors().count(), 5);
    assert_snapshot!(rendered(FIVE_MISTAKES));
}

#[test]
fn places_that_stand_far_apart_are_shown_each_by_itself() {
    let source = format!(".program\nagain: nop\n{}again: halt\n", "    nop ; in between\n".repeat(1000));
    assert_snapshot!(rendered(&source));
}

#[test]
fn a_line_that_is_too_long_to_be_shown_is_named() {
    let text = rendered(&format!(".program\n    {} H0, oops{}\n", "relu", " ".repeat(20_000) + "x"));
    assert_snapshot!(text);
}

#[test]
fn declarations() {
    assert_snapshot!(rendered(
        "\
.meta
    version one
    nmae \"x\"
.requires
    tensor 0x0002
    tensro
.registers
    H0 i32[4]
    H0: int33[4]
    C0: ternary[70000]
    C0: ternary key=\"a\" key=\"b\"
    H1: i32
    H1: i32
.projection
    target \"spatial\"
    delay 99
"
    ));
}

#[test]
fn operands() {
    assert_snapshot!(rendered(
        "\
.registers
    H0: i32[4]
    H12: i32[4]
.program
    relu H99, H0
    relu X12, H0
    relu H0
    sigmoid H0, H0, gain=0.01
    add_babble H0, layers=1
    arch.set_activation C0, rellu
    test.assert_eq H0, H12, snapshto
    shift H12 H0 2
    clamp H0, H0, 9, 3
    tensor.scale H0, H12, 2
"
    ));
}

#[test]
fn mnemonics() {
    assert_snapshot!(rendered(
        "\
.program
    chem_read H0, 0
    matmul H0, H1, H2
    bank.query H0, H1, 2, 5
    tensr.add H0, H1, H2
    core.relu H0, H1
    tensor.relu H0, H1
    tensor.sofmax H0, H1
    tvmr.neuro.chem_raed H0, 1
    completely_unknown
"
    ));
}

#[test]
fn structure() {
    assert_snapshot!(rendered(
        "halt\n.progam\n    nop\n.meta name\n    name \"open\n.program here\n    loop 2\n"
    ));
}

#[test]
fn line_breaks_of_both_kinds_and_a_byte_order_mark() {
    assert_snapshot!(rendered("\u{FEFF}.program\r\n\tnöp H0 ; ünïcode\r\n    halt\r\n    rleu H1, H0\r\n"));
}

#[test]
fn advice() {
    let source = "\
.requires
    neuro 0x0005
    lifecycle 0x0008
.registers
    H0: i32[4] key=\"x\"
    H1: i32[4]
.program
start:
    neuro.chem_read H0, 0
    tensor.relu H0, H0
    activation.relu H0, H0
    activation.tanh H0, H0
    halt
"
    .replace("    tensor.relu H0, H0\n", "    tensor.negate H0, H0\n");
    let checked = check(&source, &InstructionSet::standard(), Checks::all());
    let lints =
        ["missing-name", "missing-requirement", "unused-requirement", "unused-register", "unused-label"];
    let own: Vec<_> = checked
        .diagnostics
        .into_iter()
        .filter(|d| lints.contains(&d.code) || d.code == "attribute-without-effect")
        .collect();
    assert_snapshot!(render_all(&own, "region.ternsig", &source, Colour::Plain));
}

#[test]
fn colours_are_only_used_when_asked_for() {
    let source = ".program\n    hlat\n";
    let assembly = assemble(source, &InstructionSet::standard());
    let index = LineIndex::new(source);
    let text = |colour| render(&assembly.diagnostics[0], "x.ternsig", &index, colour);
    assert!(!text(Colour::Plain).contains('\u{1b}'));
    assert!(text(Colour::Ansi).contains('\u{1b}'));
}

#[test]
fn places_are_counted_for_other_tools() {
    let source = ".program\n    shift H1, H0, 300\n";
    let assembly = assemble(source, &InstructionSet::standard());
    let index = LineIndex::new(source);
    let found = &assembly.diagnostics[0];
    let place = |position: ternsig_asm::Position| (position.line, position.column);
    assert_eq!(found.start(&index).map(place), Some((2, 19)));
    assert_eq!(found.end(&index).map(place), Some((2, 22)));
}

/// The source after all fixes of a check.
fn fixed(source: &str) -> String {
    let checked = check(source, &InstructionSet::standard(), Checks::all());
    apply_fixes(source, &checked.diagnostics).0
}

#[test]
fn missing_requirements_are_added_to_the_section() {
    let source = ".requires\n    neuro ; senses\n\n.program\n    neuro.chem_read H0, 0\n    tensor.negate H0, H0\n    bank.bank_compact 0\n    halt\n";
    let expected = source.replace("; senses\n", "; senses\n    tensor 0x0001\n    bank 0x000B\n");
    assert_eq!(fixed(source), expected);
    assert_eq!(fixed(&expected), expected);
}

#[test]
fn a_missing_section_is_added_before_the_others() {
    let source = "; About.\n\n.meta\n    name \"x\"\n\n; Registers.\n.registers\n    H0: i32\n\n.program\n    tensor.negate H0, H0\n    test.test_end\n    halt\n";
    let expected =
        source.replace("; Registers.", ".requires\n    tensor 0x0001\n    test 0x000A\n\n; Registers.");
    assert_eq!(fixed(source), expected);
}

#[test]
fn a_section_is_added_at_the_beginning_with_the_line_breaks_of_the_file() {
    let source = "\u{FEFF}.program\r\n    tensor.negate H0, H0\r\n    halt\r\n";
    let expected =
        "\u{FEFF}.requires\r\n    tensor 0x0001\r\n\r\n.program\r\n    tensor.negate H0, H0\r\n    halt\r\n";
    assert_eq!(fixed(source), expected);
}

#[test]
fn slips_with_one_remedy_are_mended() {
    let source = ".registers\n    C0 ternary key=w\n.program\n    chem_read H0, 0\n    bank.query H1, H0, 2, 5\n    core.relu H1 H0\n    core.relu H1, H0\n    halt\n";
    let mut text = source.to_owned();
    for _ in 0..3 {
        text = fixed(&text);
    }
    let requires = ".requires\n    neuro 0x0005\n    bank 0x000B\n\n";
    let program = ".program\n    neuro.chem_read H0, 0\n    bank.bank_query H1, H0, 2, 5\n    relu H1, H0\n    relu H1, H0\n    halt\n";
    assert_eq!(text, format!("{requires}.registers\n    C0: ternary key=\"w\"\n{program}"));
}
