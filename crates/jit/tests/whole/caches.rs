//! Key-value caches.

use super::support::{Random, agree, agree_except, agree_on, lines, program};
use ternsig_isa::Shape;

#[test]
fn caches_that_are_cleared() {
    for width in [1, 2, 3, 4, 5, 8, 13, 40] {
        let registers =
            [format!("H0: i32[1,{width}]"), format!("H1: i32[2,{width}]"), format!("H2: i32[3,{width}]")];
        let instructions = lines(&[
            "tensor.kv_clear H0",
            "tensor.kv_append H0, H1, 2",
            "tensor.kv_read H0, 2, H10",
            "tensor.kv_append H0, H2, 0",
            "tensor.kv_append H0, H0, 4",
            "tensor.kv_read H0, 1, H11",
            "tensor.kv_read H0, 4, H12, 2",
            "tensor.kv_read H0, 5, H13, 3",
            "tensor.kv_append H2, H2, 0",
            "tensor.kv_append H1, H1, 1, 1",
            "copy_reg H14, H0",
            "tensor.kv_read H14, 3, H14",
            "tensor.kv_clear H2",
            "tensor.kv_read H2, 3, H15",
        ]);
        // A row of another width is an error, which the interpreter raises: rows of one element have the same.
        let instructions: Vec<String> =
            instructions.into_iter().filter(|line| width == 1 || !line.ends_with("1, 1")).collect();
        agree(&program(&registers, &instructions));
    }
}

#[test]
fn a_vector_is_capacity_for_rows_of_any_width() {
    for len in [5, 6, 24, 29] {
        let registers = [format!("H0: i32[{len}]"), "H1: i32[6]".to_owned()];
        let instructions = lines(&[
            "tensor.kv_append H0, H1, 2",
            "tensor.kv_append H0, H1, 1, 9",
            "tensor.kv_read H0, 3, H2",
        ]);
        agree(&program(&registers, &instructions));
    }
}

#[test]
fn positions_that_the_run_knows() {
    for (rows, width) in [(4, 1), (4, 2), (3, 5), (6, 8), (0, 3), (5, 13)] {
        let registers =
            [format!("H0: i32[{rows},{width}]"), "H1: i32[2]".to_owned(), "C0: ternary[2]".to_owned()];
        let instructions = lines(&[
            "tensor.kv_read_pos H0, H1, H2",
            "tensor.kv_read_pos H0, H1, H3, 2",
            "tensor.kv_read_pos H0, C0, H4",
            "copy_reg H5, H1",
            "tensor.kv_read_pos H0, H5, H5",
            "copy_reg H6, H0",
            "tensor.kv_read_pos H6, H1, H6",
        ]);
        let mut random = Random::new(7);
        let positions = [0, 1, 2, 3, 4, 5, 6, -1, i32::MAX, i32::MIN, 1 << 30];
        let rounds = positions.map(|position| {
            let elements = (0..rows * width).map(|_| random.next()).collect();
            vec![(0, Shape::matrix(rows, width), elements), (1, Shape::vector(2), vec![position, 9])]
        });
        agree_on(&program(&registers, &instructions), rounds.to_vec());
    }
}

#[test]
fn a_cache_that_is_not_there_is_made_by_a_helper() {
    let source = program(
        &["H1: i32[2]".to_owned()],
        &lines(&["tensor.kv_append H0, H1, 1", "tensor.max_reduce H2, H1"]),
    );
    agree_except(&source, vec![vec![(1, Shape::vector(2), vec![3, 4])]], &[0]);
}
