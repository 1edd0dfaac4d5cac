//! Axes that change places.

use super::support::{agree, program};

#[test]
fn any_two_axes_of_any_rank() {
    let shapes: [&[usize]; 24] = [
        &[7],
        &[1, 1],
        &[2, 3],
        &[3, 5],
        &[4, 4],
        &[4, 7],
        &[8, 12],
        &[17, 33],
        &[1, 9],
        &[9, 1],
        &[5, 0],
        &[2, 3, 4],
        &[5, 4, 6],
        &[6, 2, 5],
        &[2, 1, 3],
        &[3, 0, 2],
        &[2, 7, 9],
        &[4, 4, 4, 4],
        &[3, 5, 2, 6],
        &[5, 3, 4, 1],
        &[2, 3, 2, 3, 2],
        &[1, 2, 3, 2, 1, 2],
        &[2, 1, 2, 3, 1, 2, 2],
        &[1, 2, 1, 2, 3, 2, 1, 2],
    ];
    for shape in shapes {
        let text = shape.iter().map(ToString::to_string).collect::<Vec<_>>().join(",");
        let axes: Vec<(usize, usize)> =
            (0..shape.len()).flat_map(|first| (0..shape.len()).map(move |second| (first, second))).collect();
        for some in axes.chunks(16) {
            let mut instructions = vec!["tensor.transpose H63, H0".to_owned()];
            for (at, (first, second)) in some.iter().enumerate() {
                let (there, here) = (2 * at + 1, 2 * at + 2);
                instructions.push(format!("transpose H{there}, H0, {first}, {second}"));
                instructions.push(format!("copy_reg H{here}, H0"));
                instructions.push(format!("tensor.transpose H{here}, H{here}, {first}, {second}"));
            }
            agree(&program(&[format!("H0: i32[{text}]")], &instructions));
        }
    }
}
