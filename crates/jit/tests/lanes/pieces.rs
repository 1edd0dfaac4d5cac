//! Several instructions in a row, whose registers meet in the processor or in memory.

use crate::run::{LENGTHS, State, agree, numbers};

#[test]
fn sequences_agree() {
    for len in LENGTHS {
        let state = State::default().hot(0, numbers(len, 1)).hot(1, numbers(len, 2)).hot(2, numbers(5, 3));
        let state = State { input: numbers(len, 9), ..state };
        agree(
            "add H3, H0, H1\nmul H3, H3, H0\nslice H4, H3, 2, 9\nadd H4, H4, H2\nconcat H3, H4, H3",
            &state,
        );
        agree(
            "load_input H0\nconcat H5, H0, H2\nwire_skip H5, H5, H2\nslice H5, H5, 1, 30\nstore_output H5",
            &state,
        );
        agree("tensor.sub H0, H2, H0\ntensor.sub H2, H2, H0\ntensor.mul H0, H0, H2\nzero_reg H2", &state);
        agree("loop 3\nadd H0, H0, H1\nsub H1, H1, H0\nadd H0, H0, H2\nend_loop\nstore_output H1", &state);
    }
}
