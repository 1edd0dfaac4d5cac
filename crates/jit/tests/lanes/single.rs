//! Instructions with one source.

use crate::run::{LENGTHS, State, agree, interpreter, numbers};
use ternsig_jit::{Jit, Mode, Options};

/// With `D` and `S` for the registers.
const INSTRUCTIONS: [&str; 41] = [
    "copy_reg D, S",
    "relu D, S",
    "sigmoid D, S",
    "sigmoid D, S, gain=15.9",
    "sigmoid D, S, gain=0.07",
    "tanh D, S",
    "gelu D, S",
    "shift D, S, 0",
    "shift D, S, 7",
    "shift D, S, 31",
    "shift D, S, 200",
    "clamp D, S, 0, 255",
    "clamp D, S, 7, 7",
    "dequantize D, S, scale=0",
    "dequantize D, S, scale=3",
    "dequantize D, S, scale=300",
    "slice D, S, 0, 5",
    "slice D, S, 3, 8",
    "slice D, S, 1, 255",
    "slice D, S, 200, 20",
    "squeeze D, S, 0",
    "unsqueeze D, S, 1",
    "tensor.scale D, S, 0",
    "tensor.scale D, S, 1",
    "tensor.scale D, S, 255",
    "tensor.scale D, S, 256",
    "tensor.scale D, S, 65535",
    "tensor.shift D, S, 9",
    "tensor.clamp D, S, 0, 255",
    "tensor.clamp D, S, 100, 130",
    "tensor.negate D, S",
    "tensor.slice D, S, 5, 9",
    "tensor.squeeze D, S, 255",
    "tensor.unsqueeze D, S, 0",
    "ternary.dequantize D, S, 0",
    "ternary.dequantize D, S, 40",
    "activation.relu D, S",
    "activation.sigmoid D, S",
    "activation.sigmoid D, S, gain=2.5",
    "activation.tanh D, S",
    "activation.gelu D, S",
];

fn with(instruction: &str, dst: &str, src: &str) -> String {
    instruction.replace('D', dst).replace('S', src)
}

#[test]
fn every_length_agrees() {
    for (number, instruction) in INSTRUCTIONS.iter().enumerate() {
        for len in LENGTHS {
            let state = State::default().hot(0, numbers(len, number as u64));
            agree(&with(instruction, "H1", "H0"), &state);
            agree(&with(instruction, "H0", "H0"), &state);
            agree(&with(instruction, "H1", "H0"), &state.clone().hot(1, numbers(6, 3)));
        }
    }
}

#[test]
fn shapes_agree() {
    for instruction in INSTRUCTIONS {
        for dims in [&[2, 3][..], &[1, 5], &[4, 1, 1], &[1, 1], &[0, 3], &[], &[1; 8]] {
            agree(&with(instruction, "H1", "H0"), &State::default().shaped(0, dims, 4));
        }
    }
}

#[test]
fn buffers_agree() {
    for len in LENGTHS {
        let state = State { input: numbers(len, 1), target: numbers(len + 3, 2), ..State::default() };
        agree("load_input H0\nload_target H1\nstore_output H1\nset H2, 513\nzero_reg H0", &state);
        agree("load_input H0\nrelu H0, H0\nstore_output H0\nload_target H0\ndequantize H1, H0, 2", &state);
        agree(
            "load_input H0\nsigmoid H1, H0\ngelu H2, H1\ntensor.negate H0, H2\nzero_reg H2\nstore_output H0",
            &state,
        );
    }
    agree("zero_reg H0", &State::default().shaped(0, &[3, 2], 1));
}

/// Where something is known of the elements, native code leaves out what cannot happen.
#[test]
fn what_is_known_of_elements_changes_no_result() {
    let bounded =
        ["relu", "sigmoid", "tanh", "activation.tanh", "activation.sigmoid", "gelu", "tensor.negate"];
    let bounded = bounded.map(|name| format!("{name} H1, H0"));
    let others =
        ["shift H1, H0, 8", "shift H1, H0, 31", "clamp H1, H0, 0, 255", "tensor.clamp H1, H0, 100, 130"];
    let results = [
        "mul H2, H1, H0",
        "mul H2, H0, H1",
        "tensor.mul H2, H1, H0",
        "tensor.mul H2, H0, H1",
        "tensor.mul H2, H1, H1",
        "sub H2, H1, H0",
        "sub H2, H0, H1",
        "add H2, H1, H1",
        "tensor.scale H2, H1, 65535",
        "tensor.scale H2, H1, 3",
        "tensor.negate H2, H1",
        "sigmoid H2, H1",
        "tanh H2, H1",
        "gelu H2, H1",
        "activation.sigmoid H2, H1",
        "activation.tanh H2, H1",
        "activation.gelu H2, H1",
        "clamp H2, H1, 7, 9",
        "gate_update H2, H1, H0, H1",
        "gate_update H2, H1, H1, H0",
    ];
    let state = State { input: numbers(61, 1), ..State::default() };
    for first in bounded.iter().map(String::as_str).chain(others) {
        for second in results {
            agree(&format!("load_input H0\n{first}\n{second}\nstore_output H2"), &state);
        }
    }
}

#[test]
fn what_fails_is_left_to_the_interpreter() {
    for instruction in INSTRUCTIONS {
        agree(&with(instruction, "H1", "H9"), &State::default());
    }
    agree("zero_reg H3", &State::default());
    agree("store_output H3", &State::default());
}

/// The fuel of the core's `dequantize` depends on a register that it neither reads nor writes.
#[test]
fn a_register_that_only_counts_is_guarded() {
    let state = State::default().hot(0, numbers(10, 1));
    let lines = "dequantize H1, H0, 8";
    let (mut reference, mut native) = (interpreter(lines, &state), interpreter(lines, &state));
    Jit::new(Options::default()).unwrap().equip(&mut native, Mode::Jit);
    for len in [None, Some(5000), Some(5000), Some(3), None] {
        for interpreter in [&mut reference, &mut native] {
            let machine = interpreter.machine_mut();
            machine.free_hot(1);
            if let Some(len) = len {
                machine.set_hot(1, &vec![1; len], ternsig_isa::Shape::vector(len)).unwrap();
            }
            interpreter.run();
        }
        assert_eq!(reference.machine().difference(native.machine()), None, "{len:?}");
    }
}

/// Every input around the powers of two, where something is clamped or carries.
#[test]
fn many_inputs_agree() {
    let near = (0..20).flat_map(|bits| {
        let centre = 1i64 << (bits + 12);
        [centre, -centre].into_iter().flat_map(|centre| centre - 600..centre + 600)
    });
    let inputs: Vec<i32> =
        (-5000..5000).chain(near).map(|x| x.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32).collect();
    let state = State::default().hot(0, inputs);
    for instruction in INSTRUCTIONS {
        agree(&with(instruction, "H1", "H0"), &state);
    }
}
