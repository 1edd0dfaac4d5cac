//! Every class of error and warning, with the shortest text that causes it: the code, and what is underlined.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

use ternsig_asm::{Severity, assemble};
use ternsig_isa::InstructionSet;

/// One mistake: a name for the message, the source, the code, and the underlined text.
type Mistake = (&'static str, &'static str, &'static str, &'static str);

#[rustfmt::skip]
const STRUCTURE: &[Mistake] = &[
    ("unknown directive", ".progrm\nhalt", "unknown-directive", ".progrm"),
    ("unknown directive within a section", ".program\n.loop:\nhalt", "unknown-directive", ".loop:"),
    ("content outside a section", "halt\n.program", "outside-section", "halt"),
    ("directive with trailing text", ".program now\nhalt", "directive-trailing-text", "now"),
    ("unterminated string", ".meta\nname \"x", "unterminated-string", "\"x"),
    ("unterminated string with a semicolon", ".registers\nC0: ternary key=\"a;b", "unterminated-string", "\"a;b"),
];

#[rustfmt::skip]
const META: &[Mistake] = &[
    ("malformed version", ".meta\nversion 1.3", "bad-number", "1.3"),
    ("version beyond 32 bits", ".meta\nversion 4294967296", "bad-number", "4294967296"),
    ("dimension without a value", ".meta\ninput_dim", "bad-number", "input_dim"),
    ("placement beyond 16 bits", ".meta\nskull_x 65536", "bad-number", "65536"),
    ("partial placement", ".meta\nskull_x 1\nskull_z 2", "partial-skull", "skull_z"),
    ("unknown role", ".meta\nrole \"learning, king\"", "bad-role", "learning, king"),
];

#[rustfmt::skip]
const REQUIRES: &[Mistake] = &[
    ("unknown name without id", ".requires\ntensr", "unknown-extension", "tensr"),
    ("malformed id", ".requires\nmine 0xZZ", "bad-extension-id", "0xZZ"),
    ("id beyond 16 bits", ".requires\nmine 65536", "bad-extension-id", "65536"),
    ("the core", ".requires\nmine 0", "bad-extension-id", "0"),
    ("the core by name", ".requires\ncore", "bad-extension-id", "core"),
    ("the reserved id", ".requires\nmine 0xFFFF", "bad-extension-id", "0xFFFF"),
    ("duplicate id", ".requires\ntensor\nTVMR.tensor 0x0001", "duplicate-requirement", "TVMR.tensor 0x0001"),
    ("name with another's id", ".requires\ntensor 0x0002", "contradictory-requirement", "0x0002"),
    ("standard id with another name", ".requires\nmine 0x0002", "contradictory-requirement", "mine"),
];

#[rustfmt::skip]
const REGISTERS: &[Mistake] = &[
    ("missing colon", ".registers\nH0 i32[4]", "missing-colon", "H0"),
    ("bad register", ".registers\nX0: i32", "bad-register", "X0"),
    ("index above 63", ".registers\nH64: i32", "bad-register", "H64"),
    ("S63", ".registers\nS63: i32", "bad-register", "S63"),
    ("type of no register", ".registers\nH0: u8", "bad-type", "u8"),
    ("no type", ".registers\nH0: [4]", "bad-type", "[4]"),
    ("no dimension", ".registers\nH0: i32[ ]", "bad-shape", "[ ]"),
    ("negative dimension", ".registers\nH0: i32[-1]", "bad-shape", "-1"),
    ("dimension that is no number", ".registers\nH0: i32[4, x]", "bad-shape", "x"),
    ("missing dimension", ".registers\nH0: i32[4,,2]", "bad-shape", ""),
    ("open bracket", ".registers\nH0: i32[4", "bad-shape", "["),
    ("stray bracket", ".registers\nH0: i32]3[", "bad-shape", "]"),
    ("dimension above 65535", ".registers\nH0: i32[65536]", "bad-shape", "65536"),
    ("rank above 8", ".registers\nH0: i32[1,1,1,1,1,1,1,1,1]", "bad-shape", "1,1,1,1,1,1,1,1,1"),
    ("empty key", ".registers\nC0: ternary key=\"\"", "bad-key", "key"),
    ("unquoted key", ".registers\nC0: ternary key=abc", "bad-key", "abc"),
    ("frozen perhaps", ".registers\nC0: ternary frozen=perhaps", "bad-attribute", "frozen=perhaps"),
    ("attribute in upper case", ".registers\nC0: ternary KEY=\"a\"", "bad-attribute", "KEY"),
    ("attribute given twice", ".registers\nC0: ternary key=\"a\" key=\"b\"", "bad-attribute", "key"),
    ("duplicate register", ".registers\nH0: i32\nh00: i32", "duplicate-register", "h00"),
];

#[rustfmt::skip]
const PROGRAM: &[Mistake] = &[
    ("unknown mnemonic", ".program\nfrobnicate H0", "unknown-mnemonic", "frobnicate"),
    ("extension mnemonic without prefix", ".program\nchem_read H0, 0", "unknown-mnemonic", "chem_read"),
    ("unknown extension", ".program\nwarp.drive H0", "unknown-extension", "warp.drive"),
    ("unknown instruction of an extension", ".program\ntensor.drive H0", "unknown-mnemonic", "tensor.drive"),
    ("extension without table", ".requires\nmine 0x0100\n.program\nmine.op H0", "no-instruction-table", "mine.op"),
    ("missing operand", ".program\nrelu H0", "missing-operand", "relu H0"),
    ("register index above 63", ".program\nrelu H0, H64", "bad-register", "H64"),
    ("S63 as an operand", ".program\nrelu H0, S63", "bad-register", "S63"),
    ("wrong bank", ".program\nrelu H0, C0", "wrong-bank", "C0"),
    ("unreadable operand", ".program\nshift H0, H1, two", "bad-operand", "two"),
    ("register where a number belongs", ".program\ntensor.shift H0, H1, H2", "bad-operand", "H2"),
    ("number above the range", ".program\nshift H0, H1, 300", "out-of-range", "300"),
    ("number below the range", ".program\nset H0, -1", "out-of-range", "-1"),
    ("number beyond every range", ".program\nset H0, 99999999999999999999", "out-of-range", "99999999999999999999"),
    ("gain that encodes to 0", ".program\nsigmoid H0, H1, gain=0.01", "out-of-range", "gain=0.01"),
    ("gain that is no number", ".program\nsigmoid H0, H1, gain=abc", "bad-operand", "gain=abc"),
    ("threshold_div other than 4", ".program\nmastery_update C0, H0, H1, threshold_div=2", "out-of-range", "threshold_div=2"),
    ("unknown parameter", ".program\nadd_babble H0, layers=1", "unknown-operand", "layers=1"),
    ("repeated parameter", ".program\nadd_babble H0, layer=1, layer=2", "repeated-operand", "layer=2"),
    ("parameter given by position too", ".program\nadd_babble H0, 1, layer=2", "repeated-operand", "layer=2"),
    ("too many operands for an extension", ".program\ntensor.relu H0, H1\nbank.bank_traverse H0, H1, 0, 3, 5", "surplus-operand", "3"),
    ("three operands where two or four fit", ".program\npool.pool_inject H0, 0, 1", "surplus-operand", "0"),
    ("missing comma", ".program\nshift H1 H0 2", "missing-comma", "H1 H0 2"),
    ("empty operand", ".program\nrelu H0,, H1", "empty-operand", ""),
    ("clamp with crossed bounds", ".program\nclamp H0, H1, 9, 3", "crossed-bounds", "clamp H0, H1, 9, 3"),
    ("tensor clamp with crossed bounds", ".program\ntensor.clamp H0, H1, min=2, max=-1", "crossed-bounds", "tensor.clamp H0, H1, min=2, max=-1"),
    ("assert_range with crossed bounds", ".program\ntest.assert_range H1, 6, 5", "crossed-range", "test.assert_range H1, 6, 5"),
    ("signed assert_range with crossed bounds", ".program\ntest.assert_range H1, 5, -5, signed", "crossed-range", "test.assert_range H1, 5, -5, signed"),
    ("expect_chem with crossed bounds", ".program\ntest.expect_chem 0, 6, 5", "crossed-range", "test.expect_chem 0, 6, 5"),
    ("duplicate label", ".program\na:\nnop\na:\nhalt", "duplicate-label", "a"),
    ("undefined label", ".program\njump nowhere", "undefined-label", "nowhere"),
    ("numeric target", ".program\njump 0", "undefined-label", "0"),
    ("label in another case", ".program\nEnd:\njump end", "undefined-label", "end"),
    ("loop without end_loop", ".program\nloop 3\nhalt", "unpaired-loop", "loop"),
    ("end_loop without loop", ".program\nend_loop", "unpaired-loop", "end_loop"),
    ("break outside a loop", ".program\nbreak", "break-outside-loop", "break"),
    ("word with five numbers", ".program\nword 0, 1, 2, 3, 4", "missing-operand", "word 0, 1, 2, 3, 4"),
    ("word with a byte above 255", ".program\nword 0, 1, 2, 3, 4, 256", "out-of-range", "256"),
    ("word with a register", ".program\nword 0, 1, H0, 0, 0, 0", "bad-operand", "H0"),
];

#[rustfmt::skip]
const PROJECTION: &[Mistake] = &[
    ("no target", ".projection\nbundle \"b\"", "incomplete-projection", ".projection"),
    ("no bundle", ".projection\ntarget \"t\"", "incomplete-projection", ".projection"),
    ("weight", ".projection\ntarget t\nbundle b\nweight 128", "bad-number", "128"),
    ("delay", ".projection\ntarget t\nbundle b\ndelay 16", "bad-number", "16"),
    ("no delay at all", ".projection\ntarget t\nbundle b\ndelay 0", "bad-number", "0"),
    ("density", ".projection\ntarget t\nbundle b\ndensity NaN", "bad-number", "NaN"),
];

#[rustfmt::skip]
const WARNINGS: &[Mistake] = &[
    ("unknown .meta key", ".meta\nauthor me", "unknown-key", "author"),
    ("unknown .projection key", ".projection\ntarget t\nbundle b\nwidth 3", "unknown-key", "width"),
    ("trailing text in a declaration", ".registers\nH0: i32[4] hello", "trailing-text", "hello"),
    ("extra words of a requirement", ".requires\ntensor 1 please", "trailing-text", "please"),
    ("surplus operand of a core instruction", ".program\nhalt H0", "surplus-operand", "H0"),
    ("include", ".program\ninclude other\nhalt", "include", "include other"),
    ("aliases", ".aliases\nx = H0", "skipped-section", "x = H0"),
    ("config", ".config\nanything \"at all", "skipped-section", "anything \"at all"),
    ("T and H collide", ".registers\nH5: i32\nT5: i32[2]", "register-alias", "T5"),
    ("undeclared read", ".registers\nH0: i32\n.program\nrelu H0, H1\nhalt", "undeclared-read", "H1"),
    ("input dimension", ".meta\ninput_dim 3\n.registers\nH0: i32[4]\n.program\nload_input H0", "dimension-mismatch", "3"),
    ("output dimension", ".meta\noutput_dim 3\n.registers\nH0: i32[4]\n.program\nstore_output H0", "dimension-mismatch", "3"),
    ("scale above 31", ".program\ndequantize H0, H1, scale=256", "large-shift", "scale=256"),
    ("pattern packing unlike 1.x", ".program\ntensor.scale H1, H0, 2", "encoding-differs", "tensor.scale H1, H0, 2"),
    ("unusual label", ".program\n1st one:\njump 1st one", "unusual-label", "1st one"),
];

fn check(mistakes: &[Mistake], severity: Severity) {
    for (name, source, code, underlined) in mistakes {
        let assembly = assemble(source, &InstructionSet::standard());
        let found = assembly.diagnostics.iter().find(|d| d.code == *code);
        let found = found.unwrap_or_else(|| panic!("{name}: {:#?}", assembly.diagnostics));
        assert_eq!(found.severity, severity, "{name}: {found}");
        let place = found.primary.as_ref().unwrap_or_else(|| panic!("{name} has no place")).span;
        assert_eq!(&source[place.range()], *underlined, "{name}: {found}");
        assert_eq!(
            assembly.program.is_none(),
            severity == Severity::Error,
            "{name}: {:#?}",
            assembly.diagnostics
        );
        let others: Vec<_> =
            assembly.diagnostics.iter().filter(|d| d.is_error() && d.code != *code).collect();
        let planned = matches!(*name, "too many operands for an extension");
        assert!(others.is_empty() || planned, "{name} causes more: {others:#?}");
    }
}

#[test]
fn structure() {
    check(STRUCTURE, Severity::Error);
}

#[test]
fn meta() {
    check(META, Severity::Error);
}

#[test]
fn requires() {
    check(REQUIRES, Severity::Error);
}

#[test]
fn registers() {
    check(REGISTERS, Severity::Error);
}

#[test]
fn program() {
    check(PROGRAM, Severity::Error);
}

#[test]
fn projection() {
    check(PROJECTION, Severity::Error);
}

#[test]
fn warnings() {
    check(WARNINGS, Severity::Warning);
}

#[test]
fn a_key_of_256_bytes_is_too_long_and_one_of_255_is_not() {
    let source = |n: usize| format!(".registers\nC0: ternary key=\"{}\"\n", "k".repeat(n));
    let set = InstructionSet::standard();
    assert!(assemble(&source(255), &set).program.is_some());
    assert_eq!(assemble(&source(256), &set).diagnostics[0].code, "bad-key");
}

#[test]
fn every_error_says_what_to_do() {
    for &(name, source, code, _) in
        [STRUCTURE, META, REQUIRES, REGISTERS, PROGRAM, PROJECTION].into_iter().flatten()
    {
        let assembly = assemble(source, &InstructionSet::standard());
        let error = assembly.errors().find(|error| error.code == code).unwrap();
        let label = error.primary.as_ref().map_or("", |label| label.text.as_str());
        let says = error.help.is_some() || error.fix.is_some() || label.contains("expected");
        let lists = error.message.contains("one of");
        assert!(says || lists, "{name}: {error:?}");
    }
}

#[test]
fn of_each_kind_a_thousand_messages_are_kept() {
    let source = format!(".program\n{}frobnicate\n", "relu H0\n".repeat(1500));
    let assembly = assemble(&source, &InstructionSet::standard());
    assert!(assembly.program.is_none());
    let count = |code: &str| assembly.diagnostics.iter().filter(|d| d.code == code).count();
    assert_eq!((count("missing-operand"), count("unknown-mnemonic")), (1000, 1));
    let remark = assembly.diagnostics.iter().find(|d| d.code == "messages-omitted").unwrap();
    assert_eq!(remark.message, "500 more messages are not listed");
    let line = format!(".program\nrelu {}H0\n", ",".repeat(500));
    assert!(assemble(&line, &InstructionSet::standard()).errors().count() < 20);
}

#[test]
fn labels_reach_65535_and_no_farther() {
    let set = InstructionSet::standard();
    let source = |nops: usize| format!(".program\njump end\n{}end:\n", "nop\n".repeat(nops));
    let program = assemble(&source(65534), &set).into_result().unwrap();
    assert_eq!(program.instructions[0].operands, [0, 0, 0xFF, 0xFF]);
    assert_eq!(assemble(&source(65535), &set).diagnostics[0].code, "label-too-far");
}

#[test]
fn a_program_that_uses_labels_has_at_most_65536_words() {
    let set = InstructionSet::standard();
    let nops = "nop\n".repeat(65536);
    assert!(assemble(&format!(".program\n{nops}nop\n"), &set).program.is_some());
    assert!(assemble(&format!(".program\na:\njump a\n{}", "nop\n".repeat(65535)), &set).program.is_some());
    let found = assemble(&format!(".program\na:\njump a\n{nops}"), &set).diagnostics;
    assert_eq!(found[0].code, "program-too-long");
}

#[test]
fn all_mistakes_of_a_file_are_reported_at_once() {
    let lines: Vec<_> = PROGRAM.iter().filter(|m| !m.2.contains("label")).collect();
    let source: String = lines.iter().map(|m| m.1.trim_start_matches(".program").to_owned() + "\n").collect();
    let source = format!(".program\n{}", source.replace(".requires\nmine 0x0100\n.program", ""));
    let assembly = assemble(&source, &InstructionSet::standard());
    assert!(assembly.errors().count() >= lines.len() - 1, "{:#?}", assembly.diagnostics);
}

#[test]
fn surplus_operands_do_not_hide_a_form_that_has_a_place_for_them() {
    let bytes = |line: &str| {
        let assembly = assemble(&format!(".program\n{line}\n"), &InstructionSet::standard());
        assert_eq!(assembly.diagnostics, [], "{line}");
        assembly.into_result().unwrap().instructions[0].operands
    };
    assert_eq!(bytes("prune_neuron C0, 2"), [0x40, 0, 2, 0]);
    assert_eq!(bytes("prune_neuron C0, 0, 2"), [0x40, 0, 2, 0]);
    assert_eq!(bytes("prune_neuron C0, H1"), [0x40, 1, 0, 1]);
    assert_eq!(bytes("prune_neuron C0, H1, row"), [0x40, 1, 0, 2]);
    assert_eq!(bytes("grow_neuron C0, _, 3"), [0x40, 0, 3, 0]);
}

#[test]
fn texts_that_mean_the_same() {
    let words = |line: &str| {
        let assembly = assemble(&format!(".program\n{line}\n"), &InstructionSet::standard());
        assembly.into_result().unwrap_or_else(|errors| panic!("{line}: {errors:#?}")).instructions
    };
    for (one, other) in [
        ("copy_reg H1, H0", "MOV T1,t0"),
        ("sigmoid H1, H0", "sigmoid H1, H0, gain = 4.0"),
        ("sigmoid H1, H0, 2", "sigmoid H1, H0, gain=2.03"),
        ("mastery_update C0, H1, H0, scale=15, threshold_div=4", "mastery_update C0, H1, H0"),
        ("mastery_commit C0, step=5", "mastery_commit C0, 50"),
        ("tensor.scale H1, H0, 300", "tvmr.tensor.SCALE H1, H0, 1, 0x2C"),
        ("tensor.clamp H1, H0, min=-1, max=2", "tensor.clamp H1, H0, 127, 130"),
        ("bank.bank_traverse H0, H1, 0, edge=3, depth=5", "bank.bank_traverse H0, H1, 0, 0x35"),
        ("bank.bank_query H0, H1, 2, 5", "bank.bank_query top_k=5, bank_slot=2, source=H1, target=H0"),
        ("pool.pool_inject H0, start=1, end=2", "pool.pool_inject H0, _, 1, 2"),
        ("lifecycle.load_weights C0, P3", "lifecycle.load_weights C0, 3"),
        ("arch.define_layer 5, 12, 300", "arch.define_layer 5, 12, 1, 44"),
        ("tensor.layernorm H0, H1", "tensor.layernorm H0, H1, _, _"),
        ("L: halt", "halt"),
        ("halt", "word 0, 1, 0xFF, 255, 0, 0"),
    ] {
        assert_eq!(words(one), words(other), "{one} | {other}");
    }
}
