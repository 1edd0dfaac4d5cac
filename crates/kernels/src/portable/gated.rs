//! Products under temperatures.

use super::sat;
use crate::gated::{FULL, GatedWeights, Rounding};

/// The product y = sat(Σ term), where an input of strength min(|x|, 255) below the weight's threshold has the term 0, and
/// any other has factor · x, divided by 255 and rounded toward zero if the matrix is rounded per product.
///
/// A product is below 2⁴⁸ and a term at most 255 · 2³¹, of which a 64-bit sum holds 2²³ exactly.
pub fn gated_product(weights: &GatedWeights, x: &[i32], y: &mut [i32]) {
    for (output, y) in y.iter_mut().enumerate().take(weights.outputs()) {
        let first = output * weights.row_stride();
        let row = first..first + weights.inputs();
        let (factors, thresholds) =
            (&weights.factors().as_slice()[row.clone()], &weights.thresholds().as_slice()[row]);
        let terms = factors.iter().zip(thresholds).zip(x);
        *y = sat(terms
            .map(|((&factor, &threshold), &x)| term(factor, threshold, x, weights.rounding()))
            .sum());
    }
}

fn term(factor: i32, threshold: i32, x: i32, rounding: Rounding) -> i64 {
    let strength = x.unsigned_abs().min(FULL.unsigned_abs()).cast_signed();
    if strength < threshold {
        return 0;
    }
    let product = i64::from(factor) * i64::from(x);
    match rounding {
        Rounding::PerProduct => product / i64::from(FULL),
        Rounding::PerWeight => product,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gated::tests::CLASSES;

    fn product(values: &[i16], codes: &[u8], rounding: Rounding, x: &[i32]) -> i32 {
        let weights = GatedWeights::pack(values, codes, (1, values.len()), CLASSES, rounding).unwrap();
        let mut y = [99; 2];
        gated_product(&weights, x, &mut y);
        assert_eq!(y[1], 99);
        y[0]
    }

    #[test]
    fn the_two_roundings_differ() {
        let (values, codes, x) = ([100, 100, 100, -77], [0, 1, 2, 3], [100, -50, 7, 300]);
        // 10 000 − 3921.56… + nothing − 2717.64…
        assert_eq!(product(&values, &codes, Rounding::PerProduct, &x), 10_000 - 3921 - 2717);
        // 10 000 − 78 · 50 + nothing − 9 · 300
        assert_eq!(product(&values, &codes, Rounding::PerWeight, &x), 10_000 - 3900 - 2700);
    }

    #[test]
    fn strength_ignores_the_sign_and_is_conducted_from_the_threshold_on() {
        for rounding in [Rounding::PerProduct, Rounding::PerWeight] {
            let at = |x| product(&[255], &[1], rounding, &[x]);
            assert_eq!([14, -14, 15, -15].map(at), [0, 0, 3000, -3000]);
            assert_eq!(
                product(&[1], &[1], rounding, &[i32::MIN]),
                match rounding {
                    Rounding::PerProduct => -1_684_300_900,
                    Rounding::PerWeight => 0,
                }
            );
        }
    }

    #[test]
    fn sums_saturate_once_at_the_end() {
        for rounding in [Rounding::PerProduct, Rounding::PerWeight] {
            let sum = |x: &[i32]| product(&[255, -255, 1], &[0, 0, 0], rounding, x);
            assert_eq!(sum(&[i32::MIN, i32::MIN, 5]), 5);
            assert_eq!((sum(&[i32::MIN]), sum(&[i32::MAX]), sum(&[])), (i32::MIN, i32::MAX, 0));
        }
    }

    #[test]
    fn a_matrix_without_inputs_gives_zeros() {
        let weights = GatedWeights::pack(&[], &[], (2, 0), CLASSES, Rounding::PerProduct).unwrap();
        let mut y = [99; 3];
        gated_product(&weights, &[1, 2], &mut y);
        assert_eq!(y, [0, 0, 99]);
    }
}
