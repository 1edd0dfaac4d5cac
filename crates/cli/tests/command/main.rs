//! The `ternsig` command: what it prints, and how it ends.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

mod binaries;
mod check;
mod completions;
mod conform;
mod fmt;
mod manifest;
mod run;
mod spec;
mod support;
mod test;

use support::Folder;

#[test]
fn the_version_is_that_of_the_language() {
    let ran = Folder::new(&[]).run(&["--version"]);
    assert_eq!((ran.status, ran.out.as_str()), (0, "ternsig 1.3.0\n"));
}

#[test]
fn bad_arguments_are_told_apart_from_bad_programs() {
    let folder = Folder::new(&[]);
    assert_eq!(folder.run(&["frobnicate"]).status, 2);
    assert_eq!(folder.run(&["check"]).status, 2);
    let missing = folder.run(&["run", "missing.ternsig"]);
    assert_eq!(missing.status, 2);
    assert!(missing.err.starts_with("error: missing.ternsig: "), "{}", missing.err);
    assert_eq!(missing.out, "");
}

#[test]
fn engines_that_are_not_there_say_so() {
    let folder = Folder::new(&[("a.ternsig", ".program\n    halt\n"), ("a.jsonl", "")]);
    for engine in ["jit", "auto", "crosscheck"] {
        for arguments in [["run", "a.ternsig"], ["test", "a.ternsig"], ["conform", "a.jsonl"]] {
            let ran = folder.run(&[&arguments[..], &["--engine", engine]].concat());
            assert_eq!(ran.status, 2);
            let expected = format!(
                "error: the engine \"{engine}\" is not part of this build (available: interpreter)\n"
            );
            assert_eq!(ran.err, expected);
        }
    }
    assert_eq!(folder.run(&["run", "a.ternsig", "--engine", "interpreter"]).status, 0);
    let unknown = folder.run(&["run", "a.ternsig", "--engine", "steam"]);
    assert_eq!(unknown.status, 2);
    assert!(unknown.err.contains("there is no engine \"steam\""), "{}", unknown.err);
}
