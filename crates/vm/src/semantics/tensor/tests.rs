//! Check values of the specification, and what the case files cannot show: other ranks, extreme operands, interruption.

use super::execute;
use crate::error::{ErrorKind, Fault};
use crate::machine::Machine;
use ternsig_isa::table::tensor::TensorOp;
use ternsig_isa::{InstructionSet, Register, Shape};
use ternsig_program::{AssembledProgram, ValidatedProgram};

const NONE: u8 = Register::NULL.byte();

fn machine(registers: &[(&[u32], &[i32])]) -> Machine {
    let program = ValidatedProgram::new(AssembledProgram::default(), &InstructionSet::standard()).unwrap();
    let mut m = Machine::new(program).unwrap();
    for (i, (dims, data)) in registers.iter().enumerate() {
        m.set_hot(i, data, Shape::new(dims).unwrap()).unwrap();
    }
    m
}

/// Executes one instruction on registers H0, H1, … and returns H9.
fn result(op: TensorOp, word: [u8; 4], registers: &[(&[u32], &[i32])]) -> (Vec<u32>, Vec<i32>) {
    let mut m = machine(registers);
    execute(&mut m, op, word).unwrap();
    let register = m.hot(9).unwrap();
    (register.shape().dims().to_vec(), register.data().to_vec())
}

fn failure(op: TensorOp, word: [u8; 4], registers: &[(&[u32], &[i32])]) -> ErrorKind {
    let mut m = machine(registers);
    match execute(&mut m, op, word) {
        Err(Fault::Error(error)) => error.kind(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn arithmetic_has_the_specified_values() {
    let of = |op, c, d, data: &[i32]| result(op, [9, 0, c, d], &[(&[data.len() as u32], data)]).1;
    assert_eq!(of(TensorOp::Scale, 0, 128, &[-3, 3]), [-1, 1]);
    assert_eq!(of(TensorOp::Shift, 1, 0, &[-3]), [-2]);
    assert_eq!(of(TensorOp::Argmax, 0, 0, &[5, 9, 9]), [2]);
}

#[test]
fn attention_has_the_specified_value() {
    let (q, k) = ([100, 0], [100, 0, 0, 100, 50, 50]);
    let v = [1000, 0, 0, 1000, 500, 500];
    let registers: [(&[u32], &[i32]); 3] = [(&[1, 2], &q), (&[3, 2], &k), (&[3, 2], &v)];
    assert_eq!(result(TensorOp::Attn, [0, 1, 2, 9], &registers), (vec![1, 2], vec![498, 494]));
}

#[test]
fn attention_is_exact_where_scores_leave_64_bits() {
    // Scores 2·2⁶² and −2·2⁶²: the second key is as far below as can be.
    let (low, high) = (i32::MIN, i32::MAX);
    let registers: [(&[u32], &[i32]); 3] =
        [(&[1, 2], &[low, low]), (&[2, 2], &[low, low, high, high]), (&[2, 1], &[510, low])];
    assert_eq!(
        result(TensorOp::AttnSharp, [0, 1, 2, 9], &registers).1,
        [(510 * 256 + i64::from(low)) as i32 / 257]
    );
    assert_eq!(
        result(TensorOp::Attn, [0, 1, 2, 9], &registers).1,
        [((510 * 128 + 126 * i64::from(low)) / 255) as i32]
    );
}

#[test]
fn attention_over_registers_without_elements_is_zero() {
    let empty: [(&[u32], &[i32]); 3] = [(&[0], &[]), (&[2, 0], &[]), (&[2, 0], &[])];
    assert_eq!(result(TensorOp::Attn, [0, 1, 2, 9], &empty), (vec![1, 1], vec![0]));
    assert_eq!(result(TensorOp::AttnSharp, [0, 1, 2, 9], &empty), (vec![1, 1], vec![0]));
}

#[test]
fn norms_have_the_specified_values() {
    let registers: [(&[u32], &[i32]); 4] =
        [(&[4], &[10, 20, 30, 40]), (&[4], &[255; 4]), (&[4], &[1, 0, 0, -2]), (&[4], &[10, -20, 30, -40])];
    assert_eq!(result(TensorOp::Layernorm, [0, 9, 1, 2], &registers).1, [-348, -116, 116, 347]);
    assert_eq!(result(TensorOp::Rmsnorm, [3, 9, 1, 0], &registers).1, [94, -189, 284, -379]);
}

#[test]
fn norms_of_the_extremes_are_exact() {
    let ends: [(&[u32], &[i32]); 1] = [(&[2], &[i32::MIN, i32::MAX])];
    assert_eq!(result(TensorOp::Layernorm, [0, 9, NONE, NONE], &ends).1, [-256, 256]);
    assert_eq!(result(TensorOp::Rmsnorm, [0, 9, NONE, 0], &ends).1, [-256, 256]);
}

#[test]
fn norms_set_what_follows_the_last_row_to_zero() {
    let mut m = machine(&[(&[2, 2], &[1, 2, 3, 4]), (&[2], &[7, 8])]);
    execute(&mut m, TensorOp::KvAppend, [0, 1, 0, 0]).unwrap();
    m.modified(0).unwrap().data.push(5);
    execute(&mut m, TensorOp::Rmsnorm, [0, 9, NONE, 0]).unwrap();
    assert_eq!(m.data(9).unwrap(), [256, 292, 256, 341, 0]);
}

#[test]
fn rotation_has_the_specified_value() {
    let registers: [(&[u32], &[i32]); 1] = [(&[1, 6], &[1000, 0, 0, 1000, 7, 7])];
    let mut m = machine(&registers);
    execute(&mut m, TensorOp::RopeApply, [0, 4, 100, 0]).unwrap();
    assert_eq!(m.data(0).unwrap(), [996, 46, -46, 996, 7, 7]);
}

#[test]
fn products_agree_in_every_width() {
    let mut state = 1;
    let mut random = |range: u64, len: usize| -> Vec<i32> {
        let next = |_| {
            state = crate::arith::next_random(state);
            ((state >> 32) % range) as i64 - (range / 2) as i64
        };
        (0..len).map(next).map(|x| x as i32).collect()
    };
    for range in [20, 1 << 20, 1 << 32] {
        for (rows, inner, columns) in [(1, 1, 1), (3, 5, 1), (2, 130, 3), (4, 7, 64), (3, 9, 130), (2, 0, 3)]
        {
            let (x, y) = (random(range, rows * inner), random(range, inner * columns));
            let want = (0..rows * columns).map(|at| {
                let terms = (0..inner).map(|q| {
                    i128::from(x[at / columns * inner + q]) * i128::from(y[q * columns + at % columns])
                });
                crate::arith::sat_wide(terms.sum::<i128>() >> 4)
            });
            let want: Vec<i32> = want.collect();
            let (left, right) = ([rows as u32, inner as u32], [inner as u32, columns as u32]);
            let got = result(TensorOp::Matmul, [9, 0, 1, 4], &[(&left, &x), (&right, &y)]);
            assert_eq!(got, (vec![rows as u32, columns as u32], want), "{range} {rows} {inner} {columns}");
        }
    }
}

#[test]
fn products_refuse_what_does_not_fit() {
    let one = |dims: &[u32], other: &[u32]| {
        let zeros = [0; 8];
        let data = |dims: &[u32]| &zeros[..dims.iter().product::<u32>() as usize];
        failure(TensorOp::Matmul, [9, 0, 1, 0], &[(dims, data(dims)), (other, data(other))])
    };
    assert_eq!(one(&[2, 2, 2], &[2]), ErrorKind::ShapeMismatch);
    assert_eq!(one(&[2, 2], &[3]), ErrorKind::ShapeMismatch);
    assert_eq!(one(&[1 << 20, 0], &[0, 1 << 20]), ErrorKind::Limit);
}

#[test]
fn a_dimension_cannot_outgrow_the_limit_beside_one_of_size_zero() {
    let wide: [(&[u32], &[i32]); 1] = [(&[0, 1 << 25], &[])];
    assert_eq!(result(TensorOp::Concat, [9, 0, 0, 0], &wide).0, [0, 1 << 26]);
    let wider: [(&[u32], &[i32]); 1] = [(&[0, 1 << 26], &[])];
    assert_eq!(failure(TensorOp::Concat, [9, 0, 0, 0], &wider), ErrorKind::Limit);
    assert_eq!(failure(TensorOp::KvRead, [0, 0, 9, 0], &[(&[0, u32::MAX], &[])]), ErrorKind::Limit);
}

#[test]
fn a_cache_row_can_come_from_the_cache_itself() {
    let mut m = machine(&[(&[2, 2], &[1, 2, 3, 4])]);
    execute(&mut m, TensorOp::KvAppend, [0, 0, 2, 0]).unwrap();
    assert_eq!(
        (m.data(0).unwrap(), m.source(0).unwrap().shape),
        (&[1, 2, 3, 4, 1, 2][..], Shape::matrix(3, 2))
    );
}

#[test]
fn the_rank_is_limited() {
    let eight = [1; 8];
    assert_eq!(failure(TensorOp::Unsqueeze, [9, 0, 0, 0], &[(&eight, &[5])]), ErrorKind::ShapeMismatch);
    assert_eq!(result(TensorOp::Unsqueeze, [9, 0, 0, 0], &[(&[], &[5])]), (vec![1], vec![5]));
}

#[test]
fn a_long_product_is_abandoned_without_effect() {
    let side = 64;
    let data = vec![1; side * side];
    let dims = [side as u32; 2];
    let mut m = machine(&[(&dims, &data), (&[1], &[42])]);
    m.interrupt.handle().interrupt();
    assert!(matches!(execute(&mut m, TensorOp::Matmul, [1, 0, 0, 0]), Err(Fault::Interrupted)));
    assert!(matches!(execute(&mut m, TensorOp::Attn, [0, 0, 0, 1]), Err(Fault::Interrupted)));
    assert_eq!(m.data(1).unwrap(), [42]);
}
