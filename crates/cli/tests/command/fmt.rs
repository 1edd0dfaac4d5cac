//! `ternsig fmt`.

use crate::support::Folder;

const UNTIDY: &str = ".PROGRAM\nRELU h1,h0\n  halt\n";
const TIDY: &str = ".program\n    relu H1, H0\n    halt\n";

#[test]
fn files_are_laid_out_in_place() {
    let folder = Folder::new(&[("p/a.ternsig", UNTIDY), ("p/b.ternsig", TIDY)]);
    let ran = folder.run(&["fmt", "p"]);
    assert_eq!((ran.status, ran.out.as_str()), (0, "p/a.ternsig\n"));
    assert_eq!(folder.read("p/a.ternsig"), TIDY);
    let again = folder.run(&["fmt", "--check", "p"]);
    assert_eq!((again.status, again.out.as_str()), (0, ""));
}

#[test]
fn checking_changes_nothing() {
    let folder = Folder::new(&[("a.ternsig", UNTIDY)]);
    let ran = folder.run(&["fmt", "--check", "a.ternsig"]);
    assert_eq!((ran.status, ran.out.as_str()), (1, "a.ternsig\n"));
    assert_eq!(folder.read("a.ternsig"), UNTIDY);
}

#[test]
fn what_does_not_read_stays() {
    let source = "halt\n.program\n";
    let folder = Folder::new(&[("a.ternsig", source), ("b.ternsig", UNTIDY)]);
    let ran = folder.run(&["fmt", "a.ternsig", "b.ternsig"]);
    assert_eq!((ran.status, ran.out.as_str()), (1, "b.ternsig\n"));
    assert!(ran.err.contains("a.ternsig:1:1"), "{}", ran.err);
    assert_eq!(folder.read("a.ternsig"), source);
}

#[test]
fn what_is_no_text_does_not_keep_the_others_from_being_laid_out() {
    let folder = Folder::new(&[("b.ternsig", UNTIDY)]);
    folder.write("a.ternsig", b"\xff\xfe");
    let ran = folder.run(&["fmt", "."]);
    assert_eq!((ran.status, ran.out.as_str()), (1, "./b.ternsig\n"));
    assert_eq!(ran.err, "error: ./a.ternsig: the source is not UTF-8\n");
}
