//! Instructions with two or three sources.

use crate::run::{LENGTHS, State, agree, numbers};

/// With `D`, `A` and `B` for the registers.
const INSTRUCTIONS: [&str; 14] = [
    "add D, A, B",
    "sub D, A, B",
    "mul D, A, B",
    "cmp_gt D, A, B",
    "concat D, A, B",
    "wire_skip D, A, B",
    "gate_update D, A, B, A",
    "tensor.add D, A, B",
    "tensor.sub D, A, B",
    "tensor.mul D, A, B",
    "tensor.cmp_gt D, A, B",
    "tensor.concat D, A, B",
    "tensor.concat D, A, B, 1",
    "arch.wire_skip D, A, B",
];

const SHORT: [usize; 10] = [0, 1, 2, 3, 4, 5, 8, 11, 16, 18];

fn with(instruction: &str, [dst, a, b]: [&str; 3]) -> String {
    let (name, operands) = instruction.split_once(' ').unwrap();
    format!("{name} {}", operands.replace('D', dst).replace('A', a).replace('B', b))
}

/// The registers apart, and in place in every way.
const PLACES: [[&str; 3]; 5] =
    [["H2", "H0", "H1"], ["H0", "H0", "H1"], ["H1", "H0", "H1"], ["H2", "H0", "H0"], ["H0", "H0", "H0"]];

#[test]
fn all_short_lengths_agree() {
    for (number, instruction) in INSTRUCTIONS.iter().enumerate() {
        for left in SHORT {
            for right in SHORT {
                let seed = (number * 1000 + left * 30 + right) as u64;
                let state = State::default().hot(0, numbers(left, seed)).hot(1, numbers(right, seed + 500));
                for places in PLACES {
                    agree(&with(instruction, places), &state);
                }
            }
        }
    }
}

#[test]
fn long_ones_agree() {
    for instruction in INSTRUCTIONS {
        for (left, right) in
            [(300, 300), (300, 17), (31, 300), (100, 64), (64, 100), (300, 2), (299, 5), (97, 12)]
        {
            let state = State::default().hot(0, numbers(left, 5)).hot(1, numbers(right, 6));
            for places in PLACES {
                agree(&with(instruction, places), &state);
            }
        }
    }
}

#[test]
fn shapes_agree() {
    let shapes: [&[u32]; 9] =
        [&[2, 3], &[2, 5], &[3, 2], &[1, 6], &[6], &[9, 3], &[9, 1], &[2, 0], &[2, 2, 2]];
    for instruction in INSTRUCTIONS {
        for (seed, left) in shapes.into_iter().enumerate() {
            for right in shapes {
                let state = State::default().shaped(0, left, seed as u64).shaped(1, right, 77);
                for places in PLACES {
                    agree(&with(instruction, places), &state);
                }
            }
        }
    }
}

#[test]
fn extremes_agree() {
    let edges: Vec<i32> = [0i32, 1, 2, 255, 256, 257, 32767, 32768, 46341, 65536, 1 << 23, 1 << 24, i32::MAX]
        .into_iter()
        .flat_map(|x| [x, -x, x.wrapping_neg().wrapping_sub(1)])
        .collect();
    let left = edges.iter().flat_map(|&x| vec![x; edges.len()]).collect();
    let right = edges.iter().flat_map(|_| edges.clone()).collect();
    let state = State::default().hot(0, left).hot(1, right);
    for instruction in INSTRUCTIONS {
        agree(&with(instruction, PLACES[0]), &state);
    }
    let gates = (-10..300).map(|gate| gate.min(257)).collect();
    let state = State::default().hot(0, gates).hot(1, numbers(310, 8)).hot(2, numbers(310, 9));
    agree("gate_update H3, H0, H1, H2", &state);
    agree("ternary.gate_update H0, H0, H1, H2", &state);
}

#[test]
fn three_sources_agree() {
    for gate in SHORT {
        for update in [0, 3, 8, 18] {
            for old in [1, 4, 17] {
                let state = State::default().hot(0, numbers(gate, 1)).hot(1, numbers(update, 2));
                let state = state.hot(2, numbers(old, 3));
                agree("gate_update H3, H0, H1, H2", &state);
                agree("ternary.gate_update H2, H0, H1, H2", &state);
            }
        }
    }
}

#[test]
fn accumulated_pressure_agrees() {
    for left in SHORT.into_iter().chain(LENGTHS) {
        for right in [0, 1, 4, 6, 16, 33] {
            let state = State::default().hot(0, numbers(left, 1));
            agree("ternary.accumulate_pressure H1, H0\nternary.accumulate_pressure H1, H0", &state);
            let state = state.hot(1, numbers(right, 2));
            agree("ternary.accumulate_pressure H1, H0\nrelu H2, H1", &state);
            agree("ternary.accumulate_pressure H0, H0", &state);
        }
        agree(
            "ternary.accumulate_pressure H1, H0",
            &State::default().hot(0, numbers(left, 1)).shaped(1, &[2, 3], 5),
        );
    }
}

#[test]
fn columns_times_a_number_agree() {
    for len in LENGTHS.into_iter().chain([2, 6]) {
        for number in [0, 1, -1, 3, -70_000, i32::MIN, i32::MAX] {
            let state = State::default().hot(0, numbers(len, 5)).hot(1, vec![number]).hot(2, numbers(len, 3));
            for shift in [0, 1, 8, 31] {
                for (d, y) in [("H0", "H1"), ("H1", "H1"), ("H2", "H1")] {
                    agree(&format!("unsqueeze H0, H0, 1\ntensor.matmul {d}, H0, {y}, {shift}"), &state);
                }
            }
            // The number is replaced while others that stand before and behind it pass vector by vector.
            agree("unsqueeze H0, H0, 1\ntensor.matmul H0, H0, H1\nsub H1, H2, H0\nrelu H2, H1", &state);
            agree("shift H1, H2, 0\nunsqueeze H0, H0, 1\ntensor.matmul H0, H0, H1\nadd H2, H0, H2", &state);
            agree(
                "clamp H0, H0, 1, 1\nunsqueeze H0, H0, 1\ntensor.matmul H0, H0, H1\nsub H2, H2, H0",
                &state,
            );
        }
    }
}
