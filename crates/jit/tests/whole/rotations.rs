//! Pairs rotated by position.

use super::support::{agree, program};

#[test]
fn rows_of_every_width() {
    for shape in ["0", "1", "2", "6", "1,6", "5,7", "3,8", "4,1", "2,300", "2,3,5", "7,0"] {
        let mut instructions = Vec::new();
        for (at, (dim, position)) in
            [(0, 0), (1, 100), (2, 255), (3, 9), (4, 200), (7, 31), (255, 250)].iter().enumerate()
        {
            for by_row in [0, 1] {
                let index = 1 + 2 * at + by_row;
                instructions.push(format!("copy_reg H{index}, H0"));
                instructions.push(format!("tensor.rope_apply H{index}, {dim}, {position}, {by_row}"));
            }
        }
        instructions.push("tensor.rope_apply H0, 5, 77".to_owned());
        agree(&program(&[format!("H0: i32[{shape}]")], &instructions));
    }
}

#[test]
fn positions_begin_anew() {
    let instructions = ["tensor.rope_apply H0, 9, 250, 1".to_owned()];
    agree(&program(&["H0: i32[1900,9]".to_owned()], &instructions));
}
