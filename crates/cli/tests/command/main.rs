//! The `ternsig` command: what it prints, and how it ends.
#![allow(clippy::panic, clippy::unwrap_used, reason = "tests")]

mod bank;
mod binaries;
mod brain;
mod check;
mod compile;
mod completions;
mod conform;
mod explain;
mod fmt;
mod keep;
mod kill;
mod manifest;
mod run;
mod spec;
mod store;
mod support;
mod test;
mod watch;

use support::Folder;

/// The names of the engines.
const ENGINES: [&str; 4] = ["interpreter", "jit", "auto", "crosscheck"];

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
fn every_engine_can_be_chosen() {
    let folder = Folder::new(&[("a.ternsig", ".program\n    halt\n")]);
    for engine in ENGINES {
        let ran = folder.run(&["run", "a.ternsig", "--engine", engine]);
        assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{engine}");
    }
    let unknown = folder.run(&["run", "a.ternsig", "--engine", "steam"]);
    assert_eq!(unknown.status, 2);
    assert!(unknown.err.contains("there is no engine \"steam\""), "{}", unknown.err);
}
