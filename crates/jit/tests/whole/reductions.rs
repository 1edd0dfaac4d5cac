//! Maxima, means and shares.

use super::support::{LENGTHS, agree, agree_on, lines, program};
use ternsig_isa::Shape;

#[test]
fn vectors_of_every_length() {
    let instructions = lines(&[
        "max_reduce H1, H0",
        "tensor.max_reduce H2, H0",
        "argmax H3, H0",
        "tensor.argmax H4, H0",
        "reduce_avg H5, H0, 0, 255",
        "tensor.reduce_avg H6, H0, 1, 3",
        "reduce_avg H7, H0, 5, 11",
        "reduce_avg H8, H0, 200, 1",
        "reduce_mean H9, H0, 0",
        "tensor.reduce_mean_dim H10, H0, 1",
        "softmax H11, H0",
        "activation.softmax H12, H0",
        "activation.softmax H13, H0, 1, 0",
        "copy_reg H14, H0",
        "argmax H14, H14",
        "copy_reg H15, H0",
        "reduce_avg H15, H15, 2, 4",
        "copy_reg H16, H0",
        "max_reduce H16, H16",
        "softmax H0, H0",
    ]);
    for len in LENGTHS {
        agree(&program(&[format!("H0: i32[{len}]")], &instructions));
    }
}

#[test]
fn matrices() {
    let instructions = lines(&[
        "reduce_mean H1, H0, 0",
        "reduce_mean H2, H0, 1",
        "tensor.reduce_mean_dim H3, H0, 0",
        "tensor.reduce_mean_dim H4, H0, 7",
        "activation.softmax H5, H0, 1, 0",
        "copy_reg H6, H0",
        "reduce_mean H6, H6, 0",
        "copy_reg H7, H0",
        "reduce_mean H7, H7, 1",
        "activation.softmax H0, H0, 1, 0",
    ]);
    let shapes =
        ["1,1", "1,5", "5,1", "2,3", "3,4", "4,4", "4,5", "6,2", "7,9", "8,8", "16,33", "3,0", "0,3", "0,0"];
    for shape in shapes.into_iter().chain(["2,3,4", "5,1,3", "2,3,0", "2,2,2,2"]) {
        agree(&program(&[format!("H0: i32[{shape}]")], &instructions));
    }
}

#[test]
fn shares_of_very_many() {
    let source =
        |len: usize| program(&[format!("H0: i32[{len}]")], &lines(&["softmax H1, H0", "argmax H2, H0"]));
    for len in [65_279, 65_280, 65_281] {
        let mut data = vec![-5000; len];
        let one = data.clone();
        data[len - 1] = 7;
        let equal = vec![0; len];
        let rounds = [data, one, equal].into_iter().map(|data| vec![(0, Shape::vector(len), data)]);
        agree_on(&source(len), rounds.collect());
    }
}

#[test]
fn spare_capacity_of_a_cache_counts() {
    let instructions = lines(&[
        "tensor.kv_append H0, H1, 1",
        "activation.softmax H2, H0, 1, 0",
        "activation.softmax H3, H0",
        "reduce_mean H4, H0, 0",
        "argmax H5, H0",
        "transpose H6, H0",
    ]);
    for rows in [2, 3, 5] {
        agree(&program(&[format!("H0: i32[{rows},3]"), "H1: i32[3]".to_owned()], &instructions));
        agree(&program(&[format!("H0: i32[{}]", 3 * rows + 1), "H1: i32[3]".to_owned()], &instructions));
    }
}

#[test]
fn lengths_that_change_between_runs() {
    let instructions = lines(&[
        "reduce_avg H1, H0, 200, 1",
        "max_reduce H2, H0",
        "reduce_mean H3, H0, 1",
        "reduce_mean H4, H0, 0",
        "softmax H5, H0",
        "tensor.layernorm H0, H6",
        "tensor.kv_read H0, 3, H7, 2",
        "tensor.rope_apply H0, 1, 9",
    ]);
    let shapes =
        [Shape::vector(0), Shape::vector(1), Shape::matrix(0, 3), Shape::vector(300), Shape::vector(2000)];
    let rounds = [0, 1, 2, 3, 4, 0, 3, 1].map(|at| vec![(0, shapes[at], vec![7; shapes[at].elements()])]);
    agree_on(&program(&["H0: i32[0]".to_owned()], &instructions), rounds.to_vec());
}
