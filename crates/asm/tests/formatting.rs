//! The formatter: what it writes, that writing twice is writing once, and that programs stay what they are.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

mod generate;

use insta::assert_snapshot;
use proptest::prelude::*;
use std::fs;
use std::path::Path;
use ternsig_asm::{Colour, apply_fixes, assemble, check, disassemble, format, render_all};
use ternsig_isa::InstructionSet;
use ternsig_program::{AssembledProgram, Checks};

/// The program without what formatting may change.
fn assembled(source: &str) -> Option<AssembledProgram> {
    let program = assemble(source, &InstructionSet::standard()).program?;
    Some(AssembledProgram { lines: Vec::new(), ..program })
}

/// Formats a source and asserts the laws.
fn formatted(source: &str) -> String {
    let text = format(source).unwrap_or_else(|errors| panic!("{source}\n{errors:#?}"));
    assert_eq!(format(&text).as_ref(), Ok(&text), "formatting again changes it");
    assert_eq!(assembled(&text), assembled(source), "{source}\nbecame\n{text}");
    text
}

#[test]
fn a_comment_behind_a_very_long_line_is_not_aligned() {
    let long = format!("word{}", "x".repeat(100));
    let text = formatted(&format!(".program\n{long} ; far\nnop ; near\nrelu H1, H0 ; near\n"));
    assert_eq!(
        text,
        format!(".program\n    {long}  ; far\n    nop          ; near\n    relu H1, H0  ; near\n")
    );
}

#[test]
fn a_messy_file_becomes_tidy() {
    let source = "\u{FEFF}; About this file.\r
\r
.META\r
  Name   spatial map ; no quotes
  VERSION \"3\"
  role learning
.Requires
 TVMR.Tensor 1
 neuro


.registers ; all of them
  h00:I32[ 12 ]
\tT1 : INT32 [3,4]   ; two
  c0x1f: Ternary[32,12]key = \"a;b\"   frozen=true;weights


; The program.
; It has two lines of heading.
.code
start: LOAD_INPUT h0;first
loop 3
      Tensor.Scale  h1 , h0,2 ; scaled
      TVMR.Activation.Sigmoid h1,h1 , gain = 2.0; squashed
      ; inside


      if_zero h1,start
      END_LOOP
done:halt

; the end
.projection
 Target spatial
 bundle \"B\"
 density 0.5
.aliases
  anything = goes  here
";
    assert_snapshot!(formatted(source));
}

#[test]
fn labels_that_look_like_registers_keep_their_case() {
    let text = formatted(".program\nh0:\njump h0\nrelu h1, h2\n");
    assert_eq!(text, ".program\nh0:\n    jump h0\n    relu H1, H2\n");
}

#[test]
fn nothing_becomes_nothing() {
    assert_eq!(formatted(""), "");
    assert_eq!(formatted("\n \n"), "");
    assert_eq!(formatted("; only a comment"), "; only a comment\n");
}

#[test]
fn what_cannot_be_read_is_not_formatted() {
    let errors = format(".registers\nH0 i32\n.program\nfrobnicate\n").unwrap_err();
    assert_eq!(errors.len(), 1);
    assert_eq!(errors[0].code, "missing-colon");
}

#[test]
fn unknown_mnemonics_are_no_obstacle() {
    assert_eq!(formatted(".program\nFROB h1 ,x\n"), ".program\n    frob H1, x\n");
}

#[test]
fn the_shipped_listings_can_be_formatted() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../firmware/seeds");
    for file in fs::read_dir(root).unwrap() {
        let path = file.unwrap().path();
        formatted(&fs::read_to_string(path).unwrap());
    }
}

/// Texts that are nearly programs: random lines of typical pieces.
fn nearly_a_program() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        prop::sample::select(vec![
            ".meta",
            ".requires",
            ".registers",
            ".program",
            ".code",
            ".projection",
            ".aliases",
            ".x",
            "name",
            "version",
            "\"",
            "\"a;b\"",
            ";",
            "; c",
            ":",
            "L:",
            "h0:",
            "1x:",
            "a b:",
            "jump L",
            "jump h0",
            "H0",
            "c1",
            "T2",
            "S63",
            "H64",
            "H0: i32[3]",
            "C1: ternary[2, 2] key=\"k\"",
            "key=",
            "frozen=true",
            "[",
            "]",
            ",",
            "=",
            "_",
            "0x1F",
            "-1",
            "1.5",
            "relu H1, H0",
            "RELU h1,h0",
            "tvmr.tensor.scale h1 , h0,2",
            "halt",
            "loop 3",
            "end_loop",
            "break",
            "include",
            "word 1, 2, 3, 4, 5, 6",
            "tensor",
            "tensor 1",
            "target t",
            "bundle b",
            "weight 3",
            " ",
            "\t",
            "\u{a0}",
            "é",
            "\r",
            ".",
            "sigmoid H0, H1, gain = 2",
            "if_zero H0, L",
        ])
        .prop_map(str::to_owned),
        "[ -~]{0,6}",
    ];
    let line = prop::collection::vec(piece, 0..4).prop_map(|pieces| pieces.concat());
    prop::collection::vec(line, 0..14).prop_map(|lines| lines.join("\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 512, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics_on_text_that_is_nearly_a_program(source in nearly_a_program()) {
        let set = InstructionSet::standard();
        let checked = check(&source, &set, Checks::full());
        let _ = render_all(&checked.diagnostics, "x", &source, Colour::Ansi);
        let _ = apply_fixes(&source, &checked.diagnostics);
        prop_assert_eq!(checked.program.is_none(), checked.errors().next().is_some());
    }

    #[test]
    fn nothing_panics_on_any_text(source in "\\PC{0,200}") {
        let set = InstructionSet::standard();
        let checked = check(&source, &set, Checks::full());
        let _ = render_all(&checked.diagnostics, "x", &source, Colour::Plain);
        let _ = format(&source);
    }

    #[test]
    fn formatting_is_idempotent_and_keeps_the_program(source in nearly_a_program()) {
        if format(&source).is_ok() {
            formatted(&source);
        }
    }

    #[test]
    fn formatting_keeps_generated_programs(program in generate::program()) {
        let text = disassemble(&program, &InstructionSet::standard());
        let untidy = text.replace("    ", " ").replace(", ", " ,").to_lowercase();
        if format(&untidy).is_ok() {
            formatted(&untidy);
        }
        formatted(&text);
    }
}
