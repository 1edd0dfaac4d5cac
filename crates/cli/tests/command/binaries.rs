//! `ternsig asm` and `ternsig disasm`.

use crate::support::Folder;

const SOURCE: &str = "\
.meta
    name \"relay\"
    version 3

.requires
    tensor 0x0001

.registers
    C0: ternary[2, 3] key=\"relay.w\" frozen=true
    H0: i32[3]

.program
    load_input H0
again:
    tensor.add H0, H0, H0
    if_nonzero H0, again
    store_output H0
    halt
";

#[test]
fn text_goes_to_a_binary_and_back() {
    let folder = Folder::new(&[("relay.ternsig", SOURCE)]);
    assert_eq!(folder.run(&["asm", "relay.ternsig", "-o", "relay.tvmr", "--meta"]).status, 0);
    let ran = folder.run(&["disasm", "relay.tvmr"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""));
    // A binary holds no label names.
    assert_eq!(ran.out, SOURCE.replace("again", "L1"));
    assert_eq!(folder.run(&["disasm", "relay.tvmr", "-o", "again.ternsig"]).status, 0);
    assert_eq!(folder.run(&["asm", "again.ternsig", "-o", "again.tvmr", "--meta"]).status, 0);
    assert_eq!(
        std::fs::read(folder.path("again.tvmr")).unwrap(),
        std::fs::read(folder.path("relay.tvmr")).unwrap()
    );
}

#[test]
fn without_meta_only_the_program_is_written() {
    let folder = Folder::new(&[("relay.ternsig", SOURCE)]);
    assert_eq!(folder.run(&["asm", "relay.ternsig", "-o", "relay.tvmr"]).status, 0);
    assert!(!folder.run(&["disasm", "relay.tvmr"]).out.contains("name"));
}

#[test]
fn a_card_is_written_and_run() {
    let folder =
        Folder::new(&[("x.ternsig", ".program\n    load_input H0\n    store_output H0\n    halt\n")]);
    assert_eq!(folder.run(&["asm", "x.ternsig", "-o", "x.card"]).status, 0);
    let ran = folder.run(&["run", "x.card", "--input", "4,5"]);
    assert_eq!(ran.status, 0);
    assert!(ran.out.contains("output   4 5\n"), "{}", ran.out);
}

#[test]
fn a_source_with_mistakes_is_not_written() {
    let folder = Folder::new(&[("x.ternsig", ".program\n    hlat\n")]);
    let ran = folder.run(&["asm", "x.ternsig", "-o", "x.tvmr"]);
    assert_eq!(ran.status, 1);
    assert!(ran.err.contains("x.ternsig:2:5"), "{}", ran.err);
    assert!(!folder.path("x.tvmr").exists());
    assert_eq!(folder.run(&["asm", "x.ternsig"]).status, 2);
}

#[test]
fn a_place_that_cannot_be_written_is_named() {
    let folder = Folder::new(&[("x.ternsig", ".program\n    halt\n")]);
    let ran = folder.run(&["asm", "x.ternsig", "-o", "none/x.tvmr"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.starts_with("error: none/x.tvmr: "), "{}", ran.err);
}

#[test]
fn a_damaged_binary_is_refused() {
    let folder = Folder::new(&[("x.tvmr", "TVMR\u{1}")]);
    let ran = folder.run(&["disasm", "x.tvmr"]);
    assert_eq!((ran.status, ran.out.as_str()), (1, ""));
    assert!(ran.err.starts_with("error: x.tvmr: "), "{}", ran.err);
}
