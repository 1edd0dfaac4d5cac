//! Normalised rows.

use super::support::{LENGTHS, Random, agree, agree_on, lines, program};
use ternsig_isa::Shape;

#[test]
fn vectors_of_every_length() {
    for len in LENGTHS {
        let registers = [
            format!("H0: i32[{len}]"),
            format!("H1: i32[{len}]"),
            format!("H2: i32[{}]", len + 5),
            "H3: i32[3]".to_owned(),
            format!("C0: ternary[{}]", len.max(1)),
            "C1: ternary[5]".to_owned(),
        ];
        let instructions = lines(&[
            "tensor.layernorm H0, H10",
            "tensor.layernorm H0, H11, H1",
            "tensor.layernorm H0, H12, H1, H2",
            "tensor.layernorm H0, H13, C0, H3",
            "tensor.layernorm H0, H14, H3, C1",
            "tensor.rmsnorm H0, H15",
            "tensor.rmsnorm H0, H16, H2",
            "tensor.rmsnorm H0, H17, C1",
            "tensor.rmsnorm H0, H18, C0",
            "copy_reg H20, H1",
            "tensor.layernorm H0, H20, H20, H2",
            "copy_reg H21, H1",
            "tensor.layernorm H0, H21, H2, H21",
            "copy_reg H22, H0",
            "tensor.layernorm H22, H22, H22, H22",
            "tensor.rmsnorm H0, H0",
        ]);
        agree(&program(&registers, &instructions));
    }
}

#[test]
fn matrices_by_row() {
    for shape in ["1,5", "5,1", "2,2", "3,4", "6,3", "4,7", "2,3,4", "9,0", "0,9", "17,5"] {
        let registers = [
            format!("H0: i32[{shape}]"),
            "H1: i32[4]".to_owned(),
            "H2: i32[9]".to_owned(),
            "C0: ternary[6]".to_owned(),
        ];
        let instructions = lines(&[
            "tensor.layernorm H0, H10",
            "tensor.layernorm H0, H11, H1, H2",
            "tensor.rmsnorm H0, H12, C0",
            "copy_reg H13, H2",
            "tensor.layernorm H0, H13, H13, H2",
            "tensor.layernorm H0, H0, C0, H1",
        ]);
        agree(&program(&registers, &instructions));
    }
}

#[test]
fn what_follows_the_last_row_is_zero() {
    let registers = ["H0: i32[11]".to_owned(), "H1: i32[3]".to_owned()];
    let instructions =
        lines(&["tensor.kv_append H0, H1, 1", "tensor.layernorm H0, H2", "tensor.rmsnorm H0, H0"]);
    agree(&program(&registers, &instructions));
}

/// Sixteen elements whose squares add up to 16 (k² − 1) and a rest below 16.
fn below_square(k: u64) -> Vec<i32> {
    let mut left = 16 * (u128::from(k).pow(2) - 1);
    let elements = (0..16).map(|at| {
        let most = if at < 9 { k } else { (left.isqrt() as u64).min((1 << 31) - 1) };
        left -= u128::from(most).pow(2);
        most as i32
    });
    let elements = elements.collect();
    assert!(left < 16, "{k}: {left}");
    elements
}

#[test]
fn roots_next_to_squares() {
    let source = program(&["H0: i32[16]".to_owned()], &lines(&["tensor.rmsnorm H0, H1"]));
    let mut random = Random::new(3);
    let ks = (2..300).chain(
        (0..300).map(|_| u64::from(random.next().unsigned_abs() >> random.next().rem_euclid(24)) / 2 + 2),
    );
    let rounds = ks.flat_map(|k| {
        let mut next = below_square(k);
        let exact = next.clone();
        next[15] += 1;
        [exact, next].map(|data| vec![(0, Shape::vector(16), data)])
    });
    agree_on(&source, rounds.collect());
    let one = program(&["H0: i32[1]".to_owned()], &lines(&["tensor.rmsnorm H0, H1"]));
    let values = (0..100).chain([i32::MIN, i32::MAX, -46341, 46341, i32::MIN + 1]);
    agree_on(&one, values.map(|x| vec![(0, Shape::vector(1), vec![x])]).collect());
}
