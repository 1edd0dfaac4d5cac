//! The kinds of findings.

use super::Level;

/// A kind of finding.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Code {
    /// The name, as in [`Finding::code`](super::Finding::code).
    pub name: &'static str,
    /// How serious every finding of the kind is.
    pub level: Level,
    /// What it means.
    pub meaning: &'static str,
}

macro_rules! codes {
    ($($id:ident $name:literal $level:ident $meaning:literal;)*) => {
        $(
            #[doc = concat!("`", $name, "`: ", $meaning)]
            pub static $id: Code = Code { name: $name, level: Level::$level, meaning: $meaning };
        )*

        /// Every kind of finding, errors first.
        pub static ALL: &[&Code] = &[$(&$id),*];
    };
}

#[rustfmt::skip]
codes! {
    UNKNOWN_EXTENSION "unknown-extension" Error "an instruction belongs to an extension that is not registered; reported once for each extension";
    UNKNOWN_OPCODE "unknown-opcode" Error "the extension has no instruction with this opcode";
    RESERVED_OPCODE "reserved-opcode" Error "the opcode has a name but no meaning";
    UNAVAILABLE_REQUIREMENT "unavailable-requirement" Error "`.requires` lists an extension that is not registered";
    NULL_REGISTER "null-register" Error "a declaration, or an operand that must name a register, is the byte for \"no register\"";
    DUPLICATE_REGISTER "duplicate-register" Error "a register is declared twice";
    REGISTER_TOO_LARGE "register-too-large" Error "a declared register has more elements than a register can hold";
    WRONG_BANK "wrong-bank" Error "an operand names a register of a bank that the instruction does not accept";
    OUT_OF_RANGE "out-of-range" Error "a number is outside the legal range of its operand";
    CROSSED_BOUNDS "crossed-bounds" Error "the lower bound of `clamp` is above the upper one";
    UNPAIRED_LOOP "unpaired-loop" Error "a `loop` has no `end_loop`, or the other way round";
    TARGET_BEYOND_END "target-beyond-end" Error "a jump, call or branch leads behind the end of the program";
    ROLE_NOT_GRANTED "role-not-granted" Error "`.meta role` asks for a role that the program is not granted";
    ROLE_DENIED "role-denied" Error "the program's roles do not allow the instruction";
    SHAPE_MISMATCH "shape-mismatch" Error "weights and input of a matrix product do not fit each other (only when shapes are checked)";
    MISSING_REQUIREMENT "missing-requirement" Warning "an extension is used but not listed in `.requires`; reported once for each extension";
    SHARED_KEY "shared-key" Warning "two registers have the same storage key";
    BREAK_OUTSIDE_LOOP "break-outside-loop" Warning "a `break` stands in no loop and fails when it is executed outside one";
    RETURN_WITHOUT_CALL "return-without-call" Warning "a program without `call` uses `return`, which then halts";
    NO_HALT "no-halt" Warning "execution can run off the end of the program";
    UNDECLARED_READ "undeclared-read" Warning "a register is read that is neither declared nor written before; reported once for each register";
    UNDECLARED_DESTINATION "undeclared-destination" Warning "a register is written that is not declared; reported once for each register";
    STRAY_OPERAND "stray-operand" Warning "operand bits are set that mean nothing in this instruction";
    FIXED_REGISTER "fixed-register" Warning "a declared register is allocated or freed by the program";
    SHORT_ACTIVITY "short-activity" Warning "the declared activity of `mastery_update` is shorter than the weights, so the rest never learns";
    LARGE_SHIFT "large-shift" Warning "`dequantize` shifts by more than 31, which acts as 31";
    IGNORED_DIMENSION "ignored-dimension" Warning "a mean over dimension 2 or more acts as dimension 1, and dimensions beyond the second are ignored";
    CROSSED_RANGE "crossed-range" Warning "the lower bound of `assert_range` is above the upper one, so every element fails";
    UNREACHABLE "unreachable" Info "no path leads to the instructions from here on; reported once for each stretch";
    UNUSED_REQUIREMENT "unused-requirement" Info "an extension is listed in `.requires` but nothing of it is used";
    COMPUTE_BEFORE_INPUT "compute-before-input" Info "the first computation comes before any `load_input`";
    MASTERY_BEFORE_OUTPUT "mastery-before-output" Info "a mastery instruction comes before any `store_output`";
    LEARNING_PROGRAM "learning-program" Info "the program both learns and stores an output";
    LENGTHS_DIFFER "lengths-differ" Info "the operands of an addition or subtraction differ in shape, so elements are dropped, copied or taken as 0 (only when shapes are checked)";
}
