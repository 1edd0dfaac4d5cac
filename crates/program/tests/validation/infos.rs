//! What is worth knowing.

use super::*;

#[test]
fn lengths_differ() {
    let sum = |text: &str| program(&["H0 4", "H1 3", "C0 3", "H2 4x1"], &[text, "halt"]);
    assert_eq!(
        finding(&sum("add H0, H0, H1"), "lengths-differ"),
        at(0, "add: H0 has the shape [4], H1 has [3]")
    );
    let message = "ternary_add_bias: H0 has the shape [4], C0 has [3]";
    assert_eq!(finding(&sum("ternary_add_bias H0, H0, C0"), "lengths-differ"), at(0, message));
    assert_eq!(finding(&sum("tensor.sub H0, H0, H2"), "lengths-differ").0, Some(0));
    none(&sum("add H0, H0, H0"), "lengths-differ");
}

#[test]
fn unused_requirement() {
    let mut program = program(&[], &["halt"]);
    program.requires = vec![Requirement { ext: 5, name: "neuro".to_owned() }];
    assert_eq!(finding(&program, "unused-requirement"), whole("neuro is required but not used"));
}

#[test]
fn unreachable() {
    let behind_jump = program(&[], &["jump @3", "nop", "nop", "halt"]);
    assert_eq!(finding(&behind_jump, "unreachable"), at(1, "2 instructions from here on are never reached"));
    let behind_halt = program(&[], &["halt", "nop"]);
    assert_eq!(finding(&behind_halt, "unreachable"), at(1, "the instruction is never reached"));
    let empty_loop = program(&[], &["loop 0", "nop", "end_loop", "halt"]);
    assert_eq!(finding(&empty_loop, "unreachable").0, Some(1));
    // A subroutine that never returns.
    let lost = program(&[], &["call @2", "halt", "jump @2"]);
    assert_eq!(finding(&lost, "unreachable").0, Some(1));
    for reached in [
        &["call @2", "halt", "return"][..],
        &["loop 2", "break", "end_loop", "halt"],
        &["if_zero H0, @3", "nop", "halt", "halt"],
        &["if_zero H0, @3", "set H0, 0", "reset", "halt"],
    ] {
        none(&program(&["H0 1"], reached), "unreachable");
    }
    // What follows a break in its loop, and a jump into a body.
    let after_break = program(&[], &["loop 2", "break", "nop", "end_loop", "halt"]);
    assert_eq!(finding(&after_break, "unreachable").0, Some(2));
    let entered = program(&[], &["jump @2", "loop 2", "nop", "end_loop", "halt"]);
    assert_eq!(finding(&entered, "unreachable").0, Some(1));
}

#[test]
fn compute_before_input() {
    let early = program(&["H0 1"], &["relu H0, H0", "load_input H0", "halt"]);
    assert_eq!(finding(&early, "compute-before-input"), at(0, "relu comes before any load_input"));
    none(&program(&["H0 1"], &["load_input H0", "relu H0, H0", "halt"]), "compute-before-input");
    none(&program(&[], &["nop", "halt"]), "compute-before-input");
}

#[test]
fn mastery_before_output() {
    let early = program(&["C0 1", "H0 1"], &["mastery_commit C0", "store_output H0", "halt"]);
    assert_eq!(
        finding(&early, "mastery-before-output"),
        at(0, "mastery_commit comes before any store_output")
    );
    none(
        &program(&["C0 1", "H0 1"], &["store_output H0", "mastery_commit C0", "halt"]),
        "mastery-before-output",
    );
}

#[test]
fn learning_program() {
    let learns = program(&["C0 1", "H0 1"], &["store_output H0", "mastery_commit C0", "halt"]);
    assert_eq!(finding(&learns, "learning-program"), at(1, "the program learns while it runs"));
    none(&program(&["C0 1"], &["mastery_commit C0", "halt"]), "learning-program");
}
