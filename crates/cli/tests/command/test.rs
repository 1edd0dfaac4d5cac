//! `ternsig test`.

use crate::ENGINES;
use crate::support::{Folder, repository};
use insta::assert_snapshot;

const MIXED: &str = "\
.requires
    test
.registers
    H0: i32[2]
    H1: i32[2]
.program
    test.test_begin 1
    test.assert_eq H0, H1
    test.test_end
    test.test_begin 2
    set H0, 7
    test.assert_eq H0, H1
    test.assert_active H0
    test.test_end
    test.test_begin 3
    test.assert_active H0
    test.test_end
    halt
";

#[test]
fn each_test_is_reported_and_failures_do_not_end_the_run() {
    let folder = Folder::new(&[("mixed.ternsig", MIXED)]);
    let ran = folder.run(&["test", "mixed.ternsig"]);
    assert_eq!(ran.status, 1);
    assert_snapshot!(ran.out, @r"
    mixed.ternsig
      test 1: passed (1 assertion)
      test 2: FAILED
        error[AssertionFailed]: [test 2] H0 has 1 elements, H1 has 2
          --> mixed.ternsig:12:5
           |
        12 |     test.assert_eq H0, H1
           |     ^^^^^^^^^^^^^^^^^^^^^
      test 3: passed (1 assertion)
    2 passed, 1 failed
    ");
}

#[test]
fn other_errors_end_the_run_and_fail_what_it_has_not_reached() {
    let source = ".requires\n    test\n.program\n    test.test_begin 1\n    test.assert_active H9\n    test.test_end\n    \
                  test.test_begin 2\n    test.test_end\n    halt\n";
    let folder = Folder::new(&[("bad.ternsig", source)]);
    let ran = folder.run(&["test", "bad.ternsig"]);
    assert_eq!(ran.status, 1);
    assert_snapshot!(ran.out, @r"
    bad.ternsig
      test 1: FAILED
        error[BadRegister]: H9 is not allocated
         --> bad.ternsig:5:24
          |
        5 |     test.assert_active H9
          |                        ^^
      test 2: FAILED
        the run did not reach it
    0 passed, 2 failed
    ");
}

#[test]
fn a_directory_means_the_programs_that_require_the_test_extension() {
    let other = ".program\n    halt\n";
    let outside = ".requires\n    test\n.program\n    set H0, 1\n    test.assert_active H0\n    halt\n";
    let folder = Folder::new(&[("t/other.ternsig", other), ("t/deep/outside.ternsig", outside)]);
    let ran = folder.run(&["test", "t"]);
    assert_eq!(ran.status, 0);
    assert_snapshot!(ran.out, @r"
    t/deep/outside.ternsig
      outside of tests: passed (1 assertion)
    1 passed, 0 failed
    ");
    folder.write("t/typo.ternsig", ".requires\n    test\n.program\n    hlat\n");
    let ran = folder.run(&["test", "t"]);
    assert_eq!(ran.status, 1);
    assert!(
        ran.out.contains("t/typo.ternsig:4:5") && ran.out.ends_with("1 passed, 1 failed\n"),
        "{}",
        ran.out
    );
}

#[test]
fn without_a_test_there_is_nothing_to_pass() {
    let folder = Folder::new(&[("t/other.ternsig", ".program\n    halt\n")]);
    let ran = folder.run(&["test", "t"]);
    assert_eq!((ran.status, ran.out.as_str()), (2, ""));
    let ran = folder.run(&["test", "t/other.ternsig"]);
    assert_eq!(ran.status, 1);
    assert!(ran.out.ends_with("0 passed, 1 failed\n"), "{}", ran.out);
    folder.write("notes.txt", "halt\n");
    assert_eq!(folder.run(&["test", "notes.txt"]).status, 2);
}

#[test]
fn a_program_without_registers_runs_on_another_with_the_state_beside_it() {
    let attached = ".requires\n    test\n.program\n    test.test_begin 9\n    load_input H0\n    test.assert_eq H0, H1\n    \
                    test.test_end\n    halt\n";
    let machine = ".registers\n    H0: i32[2]\n    H1: i32[2]\n.program\n    halt\n";
    let state = r#"{"input": [3, 4], "hot": {"H1": {"shape": [2], "data": [3, 4]}}}"#;
    let folder = Folder::new(&[("a.ternsig", attached), ("a.state.json", state), ("m.ternsig", machine)]);
    let ran = folder.run(&["test", "a.ternsig", "--on", "m.ternsig"]);
    assert_eq!((ran.status, ran.err.as_str()), (0, ""), "{}", ran.out);
    assert!(ran.out.contains("test 9: passed (1 assertion)"), "{}", ran.out);
    folder.write("a.state.json", r#"{"inputs": []}"#);
    let ran = folder.run(&["test", "a.ternsig", "--on", "m.ternsig"]);
    assert_eq!(ran.status, 2);
    assert!(ran.err.starts_with("error: a.state.json: "), "{}", ran.err);
}

#[test]
fn the_tests_that_are_shipped_pass() {
    let tests = repository("firmware/tests");
    let mut reports = ENGINES.map(|engine| {
        let ran = Folder::new(&[]).run(&["test", &tests.to_string_lossy(), "--engine", engine]);
        assert_eq!(ran.status, 0, "{engine}: {}", ran.out);
        assert!(ran.out.ends_with(", 0 failed\n"), "{engine}: {}", ran.out);
        ran.out
    });
    let [first, others @ ..] = &mut reports;
    assert!(others.iter().all(|report| report == first));
}
