use super::*;
use crate::mastery::tests::numbers;

const ROWS: [usize; 18] = [0, 1, 2, 3, 4, 5, 8, 12, 15, 16, 17, 24, 31, 32, 33, 40, 52, 70];
const COLUMNS: [usize; 16] = [0, 1, 2, 7, 8, 9, 16, 17, 31, 64, 100, 255, 256, 257, 300, 513];

/// What becomes of a result, by its definition.
fn after(then: Then, sum: i32, weight: i16) -> i32 {
    let y = i64::from(sum) + i64::from(then.factor) * i64::from(weight);
    let y = y.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) >> then.shift;
    let y = if then.is_rectified { y.max(0) } else { y };
    if then.gain == 0 { y as i32 } else { (((y * i64::from(then.gain)) >> 10) + 128).clamp(0, 255) as i32 }
}

/// Whether the product is as it is defined, and nothing behind it is written.
fn check(packed: &PlainWeights, x: &[i32], then: Then, what: &str) {
    let (rows, columns) = (packed.layout().outputs(), packed.layout().inputs());
    let bias: Vec<i16> = (0..rows).map(|row| [255, -255, 7, -31, 0][row % 5]).collect();
    let mut expected = vec![99; rows + 20];
    portable::plain_product(packed, x, &mut expected);
    expected.iter_mut().zip(&bias).for_each(|(y, &weight)| *y = after(then, *y, weight));
    let mut found = vec![99; rows + 20];
    match product_function(packed.layout()) {
        Some(function) => arch::product(function, packed, (x, &bias), &mut found, then),
        None => return,
    }
    assert_eq!(found, expected, "{rows} by {columns}, {what}, {then:?}");
}

#[test]
fn it_is_the_product_of_any_inputs() {
    let mut next = numbers(8);
    for (rows, columns) in ROWS.iter().flat_map(|&rows| COLUMNS.map(|columns| (rows, columns))) {
        let values: Vec<i16> = (0..rows * columns).map(|_| (next() % 511) as i16 - 255).collect();
        let packed = PlainWeights::pack(&values, rows, columns).unwrap();
        for bits in [0, 8, 14, 15, 16, 17, 20, 24, 31] {
            let x: Vec<i32> = (0..=columns).map(|_| (next() << 1).cast_signed() >> (31 - bits)).collect();
            let then = Then {
                factor: [0, 255, 256, 511][next() as usize % 4],
                is_rectified: next() > 1 << 30,
                shift: [0, 8, 31][next() as usize % 3],
                gain: [0, 1, 64, 255][next() as usize % 4],
            };
            check(&packed, &x[..columns], Then::default(), "all inputs");
            check(&packed, &x[..columns], then, "all inputs");
            check(&packed, &x, then, "one too many");
            check(&packed, &x[..columns.saturating_sub(3)], then, "some missing");
            check(&packed, &x[..columns.min(1)], then, "most missing");
        }
    }
}

#[test]
fn limits_of_inputs_and_sums_are_kept() {
    let extremes = [i32::MIN, i32::MAX, -32769, -32768, 32767, 32768, -65536, 65535, 0, -1, 1];
    for (rows, columns) in [
        (1, 3),
        (4, 258),
        (5, 1),
        (16, 257),
        (17, 300),
        (32, 256),
        (33, 1030),
        (10, 1024),
        (10, 1023),
        (12, 700),
        (24, 1025),
        (3, 1024),
    ] {
        for weight in [255, -255, 1] {
            let mut packed = PlainWeights::pack(&vec![weight; rows * columns], rows, columns).unwrap();
            for x in extremes {
                let then = Then { factor: 256, ..Then::default() };
                check(&packed, &vec![x; columns], then, "alike");
                let mut inputs = vec![7; columns];
                inputs[columns - 1] = x;
                check(&packed, &inputs, then, "the last one");
                // The extremes cancel out but for one.
                let mixed: Vec<i32> = (0..columns).map(|at| if at % 2 == 0 { x } else { !x }).collect();
                check(&packed, &mixed, then, "against each other");
            }
            packed.repack_rows(&vec![-weight; rows * columns], rows / 2..rows);
            check(&packed, &vec![i32::MAX; columns], Then::default(), "repacked");
        }
    }
}

#[test]
fn a_job_is_what_its_words_say() {
    let then = Then { factor: 511, is_rectified: true, shift: 31, gain: 255 };
    for then in
        [then, Then::default(), Then { shift: 9, ..then }, Then { is_rectified: false, gain: 1, ..then }]
    {
        let job = Job { used: 5, columns: 1 << 23, rows: 1 << 26, then };
        assert_eq!(Job::of_words(job.words()), job);
    }
}
