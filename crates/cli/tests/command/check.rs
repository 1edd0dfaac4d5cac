//! `ternsig check`.

use crate::support::{Folder, repository};
use insta::assert_snapshot;
use serde_json::Value;

const FIVE_MISTAKES: &str = "\
; A layer with five mistakes.

.registers
    C0: ternary[2, 3] key=\"layer\"
    H0: i32[3]
    H1: i32[2]

.program
    load_input H64
    ternary_matmul H1, H0, C0
    realu H1, H1
    shift H1, H1, 300
    if_zero H1, silent
    store_output H1
    halt
";

const FINE: &str =
    ".meta\n    name \"fine\"\n.program\n    load_input H0\n    relu H0, H0\n    store_output H0\n    halt\n";
const ODD: &str = ".program\n    load_input H0\n    tensor.relu H0, H0\n    halt\n";
const UNREQUIRED: &str = ".meta\n    name \"x\"\n.registers\n    H0: i32[1]\n.program\n    load_input H0\n    \
                          activation.relu H0, H0\n    tensor.argmax H0, H0\n    store_output H0\n    halt\n";

#[test]
fn five_mistakes_are_five_underlined_diagnostics() {
    let folder = Folder::new(&[("layer.ternsig", FIVE_MISTAKES)]);
    let ran = folder.run(&["check", "layer.ternsig"]);
    assert_eq!(ran.status, 1);
    assert_eq!(ran.out, "1 file checked: 0 passed, 1 failed; 5 errors, 0 warnings\n");
    assert_snapshot!(ran.err, @r#"
    error[bad-register]: H64 is not a register
     --> layer.ternsig:9:16
      |
    9 |     load_input H64
      |                ^^^ the register index is above 63
      |
      = help: registers are H0 to H63, C0 to C63, P0 to P63 and S0 to S62

    error[wrong-bank]: operand weights of ternary_matmul cannot be the hot register H0
      --> layer.ternsig:10:24
       |
    10 |     ternary_matmul H1, H0, C0
       |                        ^^ expected a cold register
       |
       = help: usage: ternary_matmul dst, weights, input

    error[unknown-mnemonic]: unknown mnemonic realu
      --> layer.ternsig:11:5
       |
    11 |     realu H1, H1
       |     ^^^^^ not an instruction
       |
       = help: did you mean "relu"?

    error[out-of-range]: operand amount of shift is out of range: 300
      --> layer.ternsig:12:19
       |
    12 |     shift H1, H1, 300
       |                   ^^^ expected 0 to 255
       |
       = help: usage: shift dst, src, amount

    error[undefined-label]: there is no label silent
      --> layer.ternsig:13:17
       |
    13 |     if_zero H1, silent
       |                 ^^^^^^ not defined in this program
       |
       = help: a label is a name and a colon before the instruction it stands for
    "#);
}

#[test]
fn directories_are_searched_and_sorted() {
    let folder = Folder::new(&[
        ("p/b/two.ternsig", ".program\n    hlat\n"),
        ("p/a.ternsig", ".program\n    hlat\n"),
        ("p/fine.ternsig", FINE),
        ("p/notes.txt", "no program"),
        ("p/.hidden/x.ternsig", "hlat"),
    ]);
    let ran = folder.run(&["check", "p"]);
    assert_eq!(ran.status, 1);
    assert_eq!(ran.out, "3 files checked: 1 passed, 2 failed; 2 errors, 0 warnings\n");
    let places: Vec<_> = ran.err.lines().filter_map(|line| line.trim().strip_prefix("--> ")).collect();
    assert_eq!(places, ["p/a.ternsig:2:5", "p/b/two.ternsig:2:5"]);
}

#[test]
fn nothing_to_check_is_a_mistake_of_the_caller() {
    let folder = Folder::new(&[("empty/notes.txt", ""), ("notes.txt", "")]);
    for path in ["empty", "missing", "notes.txt"] {
        let ran = folder.run(&["check", path]);
        assert_eq!((ran.status, ran.out.as_str()), (2, ""), "{path}: {}", ran.err);
        assert!(ran.err.starts_with(&format!("error: {path}: ")), "{}", ran.err);
    }
}

#[test]
fn only_deep_checks_give_advice_and_warnings_never_fail() {
    let folder = Folder::new(&[("x.ternsig", UNREQUIRED)]);
    let plain = folder.run(&["check", "x.ternsig"]);
    assert_eq!((plain.status, plain.err.as_str()), (0, ""));
    let deep = folder.run(&["check", "--deep", "x.ternsig"]);
    assert_eq!(
        (deep.status, deep.out.as_str()),
        (0, "1 file checked: 1 passed, 0 failed; 0 errors, 2 warnings\n")
    );
    assert!(
        deep.err.contains("warning[missing-requirement]: activation is used but not required"),
        "{}",
        deep.err
    );
}

#[test]
fn shapes_are_followed_on_request() {
    let source = ".registers\n    C0: ternary[2, 3]\n    H0: i32[4]\n    H1: i32[2]\n.program\n    \
                  ternary_matmul H1, C0, H0\n    store_output H1\n    halt\n";
    let folder = Folder::new(&[("x.ternsig", source)]);
    assert_eq!(folder.run(&["check", "--deep", "x.ternsig"]).status, 0);
    let ran = folder.run(&["check", "--shapes", "x.ternsig"]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("error[shape-mismatch]") && ran.err.contains("x.ternsig:6:"), "{}", ran.err);
}

#[test]
fn fixes_are_made_in_the_file() {
    let folder = Folder::new(&[("x.ternsig", UNREQUIRED), ("fine.ternsig", FINE)]);
    let ran = folder.run(&["check", "--fix", "--deep", "x.ternsig", "fine.ternsig"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    assert_eq!(ran.out, "2 files checked: 2 passed, 0 failed; 0 errors, 0 warnings, 1 change made\n");
    assert_snapshot!(folder.read("x.ternsig"), @r#"
    .meta
        name "x"
    .requires
        tensor 0x0001
        activation 0x0003

    .registers
        H0: i32[1]
    .program
        load_input H0
        activation.relu H0, H0
        tensor.argmax H0, H0
        store_output H0
        halt
    "#);
    assert_eq!(folder.read("fine.ternsig"), FINE);
}

#[test]
fn findings_are_there_for_programs() {
    let folder = Folder::new(&[("odd.ternsig", ODD), ("fine.ternsig", FINE)]);
    let ran = folder.run(&["check", "odd.ternsig", "fine.ternsig", "--format", "json"]);
    assert_eq!((ran.status, ran.err.as_str()), (1, ""));
    let report: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((&report["checked"], &report["failed"], &report["errors"]), (&2.into(), &1.into(), &1.into()));
    assert_eq!(report["files"][0]["path"], "fine.ternsig");
    assert_eq!(report["files"][0]["passed"], true);
    let finding = &report["files"][1]["diagnostics"][0];
    assert_eq!((&finding["severity"], &finding["code"]), (&"error".into(), &"unknown-mnemonic".into()));
    assert_eq!((&finding["start"]["line"], &finding["start"]["column"]), (&3.into(), &5.into()));
}

#[test]
fn binaries_are_checked_too() {
    let folder = Folder::new(&[("p/x.ternsig", UNREQUIRED)]);
    assert_eq!(folder.run(&["asm", "p/x.ternsig", "-o", "p/y.tvmr"]).status, 0);
    folder.write("p/z.tvmr", "TVMRnonsense");
    let ran = folder.run(&["check", "--deep", "p"]);
    assert_eq!(ran.status, 1);
    assert_eq!(ran.out, "3 files checked: 2 passed, 1 failed; 1 error, 4 warnings\n");
    assert!(ran.err.contains("error[not-a-program]"), "{}", ran.err);
}

#[test]
fn the_firmware_that_is_shipped_passes() {
    let firmware = repository("firmware");
    let ran = Folder::new(&[]).run(&["check", "--deep", "--shapes", &firmware.to_string_lossy()]);
    assert_eq!(ran.status, 0, "{}", ran.err);
}
