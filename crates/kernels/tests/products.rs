//! Every product agrees with a plain sum in 128 bits, for random matrices and inputs.
#![expect(clippy::unwrap_used, reason = "a matrix that cannot be packed fails the test")]

use proptest::collection::vec;
use proptest::prelude::*;
use std::ops::Range;
use ternsig_kernels::{GateClass, GatedWeights, PlainWeights, Rounding, portable};

const CLASSES: [GateClass; 4] = [
    GateClass { threshold: 0, conductance: 255 },
    GateClass { threshold: 15, conductance: 200 },
    GateClass { threshold: 60, conductance: 100 },
    GateClass { threshold: 120, conductance: 30 },
];

/// A matrix, row by row, whose lists may be shorter or longer than its shape asks for.
#[derive(Debug, Clone)]
struct Matrix {
    outputs: usize,
    inputs: usize,
    values: Vec<i16>,
    codes: Vec<u8>,
}

impl Matrix {
    fn value(&self, output: usize, input: usize) -> i128 {
        self.values.get(output * self.inputs + input).map_or(0, |&w| i128::from(w))
    }

    fn class(&self, output: usize, input: usize) -> GateClass {
        CLASSES[self.codes.get(output * self.inputs + input).map_or(0, |&code| usize::from(code))]
    }

    fn plain(&self) -> PlainWeights {
        PlainWeights::pack(&self.values, self.outputs, self.inputs).unwrap()
    }

    fn gated(&self, rounding: Rounding) -> GatedWeights {
        let shape = (self.outputs, self.inputs);
        GatedWeights::pack(&self.values, &self.codes, shape, CLASSES, rounding).unwrap()
    }

    /// The saturated sum of each row's terms.
    fn product(&self, x: &[i32], term: impl Fn(i128, GateClass, i128) -> i128) -> Vec<i32> {
        let row = |o| {
            let inputs = x.iter().take(self.inputs).enumerate();
            let sum: i128 =
                inputs.map(|(k, &x)| term(self.value(o, k), self.class(o, k), i128::from(x))).sum();
            sum.clamp(i128::from(i32::MIN), i128::from(i32::MAX)) as i32
        };
        (0..self.outputs).map(row).collect()
    }

    fn plain_product(&self, x: &[i32]) -> Vec<i32> {
        self.product(x, |w, _, x| w * x)
    }

    fn gated_product(&self, rounding: Rounding, x: &[i32]) -> Vec<i32> {
        self.product(x, |w, class, x| {
            let conductance = i128::from(class.conductance);
            match rounding {
                _ if x.abs().min(255) < i128::from(class.threshold) => 0,
                Rounding::PerProduct => w * x * conductance / 255,
                Rounding::PerWeight => w * conductance / 255 * x,
            }
        })
    }
}

/// The extremes are more likely than what lies between.
fn weight() -> impl Strategy<Value = i16> {
    (-300_i16..=300).prop_map(|weight| weight.clamp(-255, 255))
}

/// Inputs of one kind: a matrix meets the limits of the single plane only if all of them are narrow.
fn inputs(len: Range<usize>) -> impl Strategy<Value = Vec<i32>> {
    let extreme = prop::sample::select(vec![i32::MIN, i32::MAX, -32769, -32768, 32767, 32768, -1, 0, 65535]);
    let narrow = prop::sample::select(vec![-32768, 32767, -16384, 16383, -8192, 8191]);
    let strength = prop::sample::select(vec![-15, 14, 15, 59, -60, 119, 120, 255, -255, 256]);
    prop_oneof![
        vec(any::<i32>(), len.clone()),
        vec(extreme, len.clone()),
        vec(-4096..4096, len.clone()),
        vec(narrow, len.clone()),
        vec(strength, len.clone()),
        (any::<i32>(), len.clone()).prop_map(|(x, len)| vec![x; len]),
        (prop::sample::select(vec![i32::MIN, i32::MAX, -32768, 32767]), len)
            .prop_map(|(x, len)| vec![x; len]),
    ]
}

fn matrix_of(outputs: usize, inputs: usize) -> impl Strategy<Value = Matrix> {
    let len = outputs * inputs;
    let values = prop_oneof![
        6 => vec(weight(), len),
        2 => prop::sample::select(vec![255, -255]).prop_map(move |w| vec![w; len]),
        1 => vec(weight(), 0..=len),
    ];
    (values, vec(0..4_u8, 0..=len + 3)).prop_map(move |(values, mut codes)| {
        // Most matrices have all their codes; the rest test what a missing one means.
        if codes.len() % 4 != 0 {
            codes = codes.iter().copied().cycle().take(if codes.is_empty() { 0 } else { len }).collect();
        }
        Matrix { outputs, inputs, values, codes }
    })
}

fn matrix() -> impl Strategy<Value = Matrix> {
    let width = prop_oneof![0..20_usize, 0..600_usize];
    (0..40_usize, width).prop_flat_map(|(outputs, inputs)| matrix_of(outputs, inputs))
}

/// Two matrices of one shape.
fn two_matrices() -> impl Strategy<Value = (Matrix, Matrix)> {
    (0..40_usize, 0..40_usize)
        .prop_flat_map(|(outputs, inputs)| (matrix_of(outputs, inputs), matrix_of(outputs, inputs)))
}

/// What a product makes of outputs that were something else before.
fn outputs_of(outputs: usize, product: impl FnOnce(&mut [i32])) -> Vec<i32> {
    let mut y = vec![-77; outputs + 2];
    product(&mut y);
    assert_eq!(y[outputs..], [-77, -77]);
    y.truncate(outputs);
    y
}

/// The list with some rows taken from another one.
fn with_rows<T: Copy + Default>(
    list: &[T],
    other: &[T],
    inputs: usize,
    rows: &Range<usize>,
    len: usize,
) -> Vec<T> {
    let at = |list: &[T], i: usize| list.get(i).copied().unwrap_or_default();
    let is_new = |i| rows.contains(&(i / inputs.max(1)));
    (0..len).map(|i| if is_new(i) { at(other, i) } else { at(list, i) }).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn plain_products_are_exact(matrix in matrix(), x in inputs(0..620)) {
        let (weights, expected) = (matrix.plain(), matrix.plain_product(&x));
        let defined = outputs_of(matrix.outputs, |y| portable::plain_product(&weights, &x, y));
        prop_assert_eq!(&defined, &expected);
        let planes = outputs_of(matrix.outputs, |y| portable::plain_product_two_plane(&weights, &x, y));
        prop_assert_eq!(&planes, &expected);
        let mut y = vec![-77; matrix.outputs];
        let fits = portable::plain_product_single_plane(&weights, &x, &mut y);
        prop_assert_eq!(&y, &if fits { expected } else { vec![-77; matrix.outputs] });
        prop_assert_eq!(fits, portable::fits_single_plane(&weights, &x));
    }

    #[test]
    fn the_single_plane_takes_every_input_up_to_its_limit(matrix in matrix(), low in any::<bool>()) {
        let weights = matrix.plain();
        let most = (!weights.forbidden_bits()).cast_signed();
        let x = vec![if low { -most - 1 } else { most }; matrix.inputs];
        let mut y = vec![-77; matrix.outputs];
        prop_assert!(portable::plain_product_single_plane(&weights, &x, &mut y));
        prop_assert_eq!(y, matrix.plain_product(&x));
    }

    #[test]
    fn gated_products_are_exact(matrix in matrix(), x in inputs(0..620)) {
        for rounding in [Rounding::PerProduct, Rounding::PerWeight] {
            let weights = matrix.gated(rounding);
            let y = outputs_of(matrix.outputs, |y| portable::gated_product(&weights, &x, y));
            prop_assert_eq!(y, matrix.gated_product(rounding, &x));
        }
    }

    #[test]
    fn rows_packed_anew_equal_a_fresh_pack((old, new) in two_matrices(), start in 0..45_usize, count in 0..45_usize) {
        let (rows, len) = (start..start + count, old.outputs * old.inputs);
        let mut mixed = old.clone();
        mixed.values = with_rows(&old.values, &new.values, old.inputs, &rows, len);
        mixed.codes = with_rows(&old.codes, &new.codes, old.inputs, &rows, len);
        let mut plain = old.plain();
        plain.repack_rows(&mixed.values, rows.clone());
        prop_assert_eq!(plain, mixed.plain());
        for rounding in [Rounding::PerProduct, Rounding::PerWeight] {
            let mut gated = old.gated(rounding);
            gated.repack_rows(&mixed.values, &mixed.codes, rows.clone());
            prop_assert_eq!(gated, mixed.gated(rounding));
        }
    }
}
