//! Limits of a machine: native code does not run on where the interpreter fails.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use ternsig_isa::InstructionSet;
use ternsig_jit::{Jit, Mode, Options, statistics};
use ternsig_vm::{ErrorKind, Interpreter, Limits, Outcome};

fn machines(source: &str, total_elements: usize) -> [Interpreter; 2] {
    let program = ternsig_asm::assemble(source, &InstructionSet::standard()).into_result().unwrap();
    let limited = || {
        let mut interpreter = Interpreter::from_program(&program).unwrap();
        interpreter.set_limits(Limits { total_elements, ..Limits::default() });
        interpreter
    };
    let [interpreter, mut native] = [limited(), limited()];
    Jit::new(Options::default()).unwrap().equip(&mut native, Mode::Jit);
    [interpreter, native]
}

fn fails_for_its_limits(outcome: &Outcome) -> bool {
    matches!(outcome, Outcome::Failed(error) if error.kind() == ErrorKind::Limit)
}

/// What there is and what replaces it have to fit beside each other.
#[test]
fn a_register_that_is_written_again_counts_twice() {
    let [mut interpreter, mut native] =
        machines(".registers\n H0: i32[1]\n.program\n load_input H0\n store_output H0\n halt\n", 100);
    let input = [7; 56];
    for run in 0..3 {
        let expected = interpreter.forward_i32(&input).map(<[i32]>::to_vec);
        assert_eq!(native.forward_i32(&input).map(<[i32]>::to_vec), expected, "run {run}");
        assert_eq!(run > 0, expected.as_ref().is_err_and(fails_for_its_limits), "run {run}");
    }
}

#[test]
fn a_loop_that_writes_a_register_again_fails_in_its_second_round() {
    let source =
        ".registers\n H0: i32[1]\n.program\n loop 3\n load_input H0\n end_loop\n store_output H0\n halt\n";
    let [mut interpreter, mut native] = machines(source, 100);
    let expected = interpreter.forward_i32(&[7; 56]).map(<[i32]>::to_vec);
    assert!(expected.as_ref().is_err_and(fails_for_its_limits));
    assert_eq!(native.forward_i32(&[7; 56]).map(<[i32]>::to_vec), expected);
}

/// With room for everything at once, native code is entered again and again.
#[test]
fn with_room_to_spare_native_code_goes_on() {
    let [mut interpreter, mut native] =
        machines(".registers\n H0: i32[1]\n.program\n load_input H0\n store_output H0\n halt\n", 1000);
    for _ in 0..3 {
        let expected = interpreter.forward_i32(&[7; 56]).map(<[i32]>::to_vec);
        assert_eq!(native.forward_i32(&[7; 56]).map(<[i32]>::to_vec), expected);
        assert!(expected.is_ok());
    }
    assert_eq!(statistics(&native).unwrap().entered, 3);
}
