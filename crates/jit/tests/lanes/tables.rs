//! Instructions that read weights.

use crate::run::{LENGTHS, State, agree, numbers};

#[test]
fn biases_agree() {
    for len in LENGTHS {
        for bias in [0, 1, 3, 4, 5, 8, 17, 64, 301] {
            let state = State::default().hot(0, numbers(len, 3)).cold(0, &[bias], 4);
            for instruction in ["add D, H0, C0", "ternary_add_bias D, H0, C0", "tensor.add D, H0, C0"] {
                agree(&instruction.replace('D', "H1"), &state);
                agree(&instruction.replace('D', "H0"), &state);
            }
            agree("ternary.ternary_add_bias H0, H0, C0\nrelu H0, H0\nstore_output H0", &state);
        }
    }
}

#[test]
fn embeddings_agree() {
    let shapes: [&[u32]; 10] =
        [&[5], &[1], &[3, 4], &[7, 1], &[4, 7], &[2, 3, 2], &[2, 3, 0], &[0, 4], &[3, 0], &[300, 9]];
    for dims in shapes {
        for len in [0, 1, 2, 4, 5, 9, 40] {
            let indices = numbers(len, 4).iter().map(|x| if x % 3 == 0 { *x } else { x & 7 }).collect();
            let state = State::default().hot(0, indices).cold(0, dims, 6);
            agree("embed_lookup H1, C0, H0", &state);
            agree("ternary.embed_lookup H0, C0, H0", &state);
        }
        for count in [0, 1, 2, 5, 255] {
            let state = State::default().cold(0, dims, 7).hot(0, numbers(3, 1));
            agree(&format!("embed_sequence H1, C0, {count}\nrelu H0, H1"), &state);
            agree(&format!("ternary.embed_sequence H0, C0, {count}"), &state);
        }
    }
    agree("embed_lookup H1, C0, H0", &State::default().cold(0, &[], 1).hot(0, vec![0]));
}

#[test]
fn packed_polarities_agree() {
    for len in LENGTHS.into_iter().chain([2, 6, 14, 18, 19, 21]) {
        agree("ternary.pack_ternary H0, C0", &State::default().cold(0, &[len as u32], 3));
    }
}
