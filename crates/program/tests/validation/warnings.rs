//! What is probably a mistake.

use super::*;

#[test]
fn missing_requirement() {
    let mut program = program(&["H0 1"], &["tensor.negate H0, H0", "tensor.negate H0, H0", "halt"]);
    program.requires.clear();
    assert_eq!(finding(&program, "missing-requirement"), at(0, "tensor is used but not required"));
    let help = &found(&program, "missing-requirement")[0].help;
    assert_eq!(help.as_deref(), Some("add \"tensor 0x0001\" to .requires"));
}

#[test]
fn shared_key() {
    let program = program(&["C0 1 key=k", "C1 1 key=k", "C2 1 key=other", "C3 1"], &["halt"]);
    assert_eq!(finding(&program, "shared-key"), whole("C1 has the key \"k\" of C0"));
}

#[test]
fn break_outside_loop() {
    let outside = program(&[], &["break", "halt"]);
    assert_eq!(finding(&outside, "break-outside-loop"), at(0, "the break stands in no loop"));
    none(&program(&[], &["loop 2", "break", "end_loop", "halt"]), "break-outside-loop");
}

#[test]
fn return_without_call() {
    let message = "the return has no call to go back to; it halts";
    assert_eq!(finding(&program(&[], &["return"]), "return-without-call"), at(0, message));
    none(&program(&[], &["call @2", "halt", "return"]), "return-without-call");
}

#[test]
fn no_halt() {
    assert_eq!(finding(&program(&[], &["nop"]), "no-halt"), at(0, "the last instruction is not halt"));
    for last in ["halt", "jump @0", "return", "reset"] {
        none(&program(&[], &["nop", last]), "no-halt");
    }
    none(&AssembledProgram::default(), "no-halt");
}

#[test]
fn undeclared_read() {
    let read = program(&["H0 1"], &["relu H0, H5", "relu H0, H5", "halt"]);
    assert_eq!(
        finding(&read, "undeclared-read"),
        at(0, "relu reads H5, which is neither declared nor written before")
    );
    // Written first, on some path at least.
    none(&program(&["H0 1"], &["relu H5, H0", "relu H0, H5", "halt"]), "undeclared-read");
    let branch = ["if_zero H0, @2", "set H5, 1", "relu H0, H5", "halt"];
    none(&program(&["H0 1"], &branch), "undeclared-read");
    // Written later in the text but earlier in time, and the other way round.
    none(&program(&["H0 1"], &["jump @3", "relu H0, H5", "halt", "set H5, 1", "jump @1"]), "undeclared-read");
    let later = program(&["H0 1"], &["jump @2", "set H5, 1", "relu H0, H5", "halt"]);
    assert_eq!(finding(&later, "undeclared-read").0, Some(2));
    // Behind a call the registers exist that the subroutine wrote.
    none(&program(&["H0 1"], &["call @3", "relu H0, H5", "halt", "set H5, 1", "return"]), "undeclared-read");
    // Allocating counts as writing; param registers always exist; attached programs declare nothing.
    none(&program(&["H0 1"], &["alloc_tensor C5, 2", "mastery_commit C5", "halt"]), "undeclared-read");
    none(&program(&["H0 1"], &["sampling.top_k H0, H0, P0", "halt"]), "undeclared-read");
    none(&program(&[], &["relu H0, H5", "halt"]), "undeclared-read");
}

#[test]
fn undeclared_destination() {
    let write = program(&["H0 1"], &["relu H5, H0", "relu H5, H0", "halt"]);
    assert_eq!(finding(&write, "undeclared-destination"), at(0, "relu writes H5, which is not declared"));
    none(&program(&[], &["relu H5, H0", "halt"]), "undeclared-destination");
    none(&program(&["H0 1"], &["alloc_tensor H5, 2", "relu H5, H0", "halt"]), "undeclared-destination");
}

#[test]
fn stray_operand() {
    let stray = program(&["H0 1"], &["raw 00 00 30 03 00 00 00 07", "halt"]);
    let message = "the operand bytes 00 00 00 07 of relu have bits without a meaning";
    assert_eq!(finding(&stray, "stray-operand"), at(0, message));
    let bits = program(&["H0 1"], &["raw 00 05 00 02 00 00 00 02", "halt"]);
    assert_eq!(finding(&bits, "stray-operand").0, Some(0));
    // Fillers of the assembler, of this one and of the original.
    none(&program(&[], &["halt"]), "stray-operand");
    none(&program(&[], &["raw 00 04 00 05 FF FF 00 00", "halt"]), "stray-operand");
}

#[test]
fn fixed_register() {
    let alloc = program(&["H0 1"], &["alloc_tensor H0, 4", "halt"]);
    assert_eq!(finding(&alloc, "fixed-register"), at(0, "alloc_tensor allocates H0, which is declared"));
    let free = program(&["C0 1"], &["arch.free_tensor C0", "halt"]);
    assert_eq!(finding(&free, "fixed-register"), at(0, "arch.free_tensor frees C0, which is declared"));
    let layer = program(&["C0 1"], &["arch.define_layer 0, 2, 2", "halt"]);
    assert_eq!(finding(&layer, "fixed-register"), at(0, "arch.define_layer allocates C0, which is declared"));
    none(&program(&["H0 1"], &["alloc_tensor H1, 4", "free_tensor H1", "halt"]), "fixed-register");
}

#[test]
fn short_activity() {
    for name in ["mastery_update", "learning.mastery_update"] {
        let update =
            |activity| program(&["C0 2x3", activity, "H1 1"], &[&format!("{name} C0, H0, H1"), "halt"]);
        let message = format!("{name} reaches the first 2 of the 6 weights of C0");
        assert_eq!(finding(&update("H0 2"), "short-activity"), (Some(0), message));
        none(&update("H0 6"), "short-activity");
    }
    none(
        &program(&["C0 2x3", "H0 3", "H1 1"], &["learning.mastery_outer C0, H0, H1", "halt"]),
        "short-activity",
    );
}

#[test]
fn large_shift() {
    let core = program(&["H0 1"], &["dequantize H0, H0, 256", "halt"]);
    assert_eq!(finding(&core, "large-shift"), at(0, "dequantize shifts by 256, which acts as 31"));
    let ternary = program(&["H0 1"], &["ternary.dequantize H0, H0, 32", "halt"]);
    assert_eq!(finding(&ternary, "large-shift"), at(0, "ternary.dequantize shifts by 32, which acts as 31"));
    none(&program(&["H0 1"], &["dequantize H0, H0, 31", "halt"]), "large-shift");
}

#[test]
fn ignored_dimension() {
    let core = program(&["H0 2x2"], &["reduce_mean H0, H0, 2", "halt"]);
    assert_eq!(finding(&core, "ignored-dimension"), at(0, "dimension 2 of reduce_mean acts as dimension 1"));
    let deep = program(&["H0 2x2x2"], &["tensor.reduce_mean_dim H0, H0, 1", "halt"]);
    let message = "tensor.reduce_mean_dim uses only two of the 3 dimensions of H0";
    assert_eq!(finding(&deep, "ignored-dimension"), at(0, message));
    none(&program(&["H0 2x2"], &["reduce_mean H0, H0, 1", "halt"]), "ignored-dimension");
}

#[test]
fn crossed_range() {
    let unsigned = program(&["H0 1"], &["test.assert_range H0, 6, 5", "halt"]);
    let message = "the lower bound 6 of test.assert_range is above the upper bound 5";
    assert_eq!(finding(&unsigned, "crossed-range"), at(0, message));
    none(&program(&["H0 1"], &["test.assert_range H0, -5, 5, signed", "halt"]), "crossed-range");
}
