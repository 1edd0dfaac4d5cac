//! Products without temperatures.

use super::{input_at, sat};
use crate::layout::RowPath;
use crate::limits::FLUSH_INTERVAL;
use crate::plain::PlainWeights;

/// The product as it is defined: y = sat(Σ w·x) for any inputs.
///
/// At most 2²³ terms below 2³⁹ each: a 64-bit sum is exact.
pub fn plain_product(weights: &PlainWeights, x: &[i32], y: &mut [i32]) {
    each_output(weights, y, |row, _| {
        let terms = (0..weights.layout().inputs())
            .map(|input| i64::from(weight_at(weights, row, input)) * i64::from(input_at(x, input)));
        sat(terms.sum())
    });
}

/// Whether every input is narrow enough for [`plain_product_single_plane`].
#[must_use]
pub fn fits_single_plane(weights: &PlainWeights, x: &[i32]) -> bool {
    let used = &x[..x.len().min(weights.layout().inputs())];
    let spread = used.iter().fold(0, |bits, &x| bits | (x ^ (x >> 31)).cast_unsigned());
    spread & weights.forbidden_bits() == 0
}

/// The same product from 16-bit inputs and 32-bit sums; `false`, with `y` as it was, unless [`fits_single_plane`].
///
/// [`PlainWeights::forbidden_bits`] says why it is exact. No sum leaves 32 bits, so there is nothing to saturate.
#[must_use]
pub fn plain_product_single_plane(weights: &PlainWeights, x: &[i32], y: &mut [i32]) -> bool {
    if !fits_single_plane(weights, x) {
        return false;
    }
    each_output(weights, y, |row, _| {
        let terms = (0..weights.layout().inputs())
            .map(|input| i32::from(weight_at(weights, row, input)) * i32::from(input_at(x, input) as i16));
        terms.sum()
    });
    true
}

/// The same product from two planes of 16-bit inputs, for any inputs.
///
/// x = 2¹⁶·hi + lo + 2¹⁵ with hi = x >> 16 and lo = (x mod 2¹⁶) − 2¹⁵, both in −2¹⁵…2¹⁵−1. Hence
///
/// Σ w·x = 2¹⁶ · Σ w·hi + Σ w·lo + 2¹⁵ · Σ w,
///
/// where the last sum, over all columns, is the row sum; a missing input is 0, which has a `lo` like any other. A plane's
/// sum moves from 32 to 64 bits after 256 terms of at most 255·2¹⁵ each, which is less than 2³¹. The three parts are below
/// 2⁶², 2⁴⁶ and 2⁴⁶ for 2²³ columns, so the whole is exact in 64 bits and saturated once.
pub fn plain_product_two_plane(weights: &PlainWeights, x: &[i32], y: &mut [i32]) {
    each_output(weights, y, |row, row_sum| {
        let high = plane_sum(weights, row, |input| input_at(x, input) >> 16);
        let low = plane_sum(weights, row, |input| (input_at(x, input) & 0xFFFF) - (1 << 15));
        sat((high << 16) + low + (i64::from(row_sum) << 15))
    });
}

/// The sum of a row's products with inputs that fit 16 bits.
fn plane_sum(weights: &PlainWeights, row: RowPath, plane: impl Fn(usize) -> i32) -> i64 {
    let inputs = weights.layout().inputs();
    let parts = (0..inputs).step_by(FLUSH_INTERVAL).map(|start| {
        let part = start..inputs.min(start + FLUSH_INTERVAL);
        part.map(|input| i32::from(weight_at(weights, row, input)) * plane(input)).sum::<i32>()
    });
    parts.map(i64::from).sum()
}

fn weight_at(weights: &PlainWeights, row: RowPath, input: usize) -> i16 {
    weights.weights().as_slice()[row.position(input)]
}

/// Sets each output from where its weights lie and their sum.
fn each_output(weights: &PlainWeights, y: &mut [i32], product: impl Fn(RowPath, i32) -> i32) {
    let layout = weights.layout();
    let outputs = y.iter_mut().zip(weights.row_sums().as_slice()).take(layout.outputs());
    for (output, (y, &row_sum)) in outputs.enumerate() {
        if let Some(row) = layout.row(output) {
            *y = product(row, row_sum);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack(values: &[i16], outputs: usize, inputs: usize) -> PlainWeights {
        PlainWeights::pack(values, outputs, inputs).unwrap()
    }

    /// What the general product and the two planes agree on.
    fn product<const N: usize>(weights: &PlainWeights, x: &[i32]) -> [i32; N] {
        let (mut defined, mut planes) = ([99; N], [99; N]);
        plain_product(weights, x, &mut defined);
        plain_product_two_plane(weights, x, &mut planes);
        assert_eq!(defined, planes);
        defined
    }

    #[test]
    fn a_small_product_is_what_it_is_by_hand() {
        let weights = pack(&[1, 2, 3, -4, 5, -6], 2, 3);
        assert_eq!(product(&weights, &[10, 100, 1000]), [3210, -5540]);
        let mut y = [99; 2];
        assert!(plain_product_single_plane(&weights, &[10, 100, 1000], &mut y));
        assert_eq!(y, [3210, -5540]);
    }

    #[test]
    fn missing_inputs_outputs_and_columns_are_no_matter() {
        let weights = pack(&[1, 2, 3, -4, 5, -6], 2, 3);
        assert_eq!(product(&weights, &[10, 100, 1000, i32::MAX]), [3210, -5540]);
        assert_eq!(product(&weights, &[10]), [10, -40]);
        assert_eq!(product(&weights, &[]), [0, 0]);
        assert_eq!(product(&weights, &[7]), [7]);
        assert_eq!(product(&weights, &[7]), [7, -28, 99]);
        assert_eq!(product(&pack(&[], 2, 0), &[7]), [0, 0, 99]);
        assert_eq!(product(&pack(&[], 0, 2), &[7]), [99]);
        // The input beyond the columns does not stand in the way of the single plane, either.
        assert!(plain_product_single_plane(&weights, &[10, 100, 1000, i32::MAX], &mut [0; 2]));
    }

    #[test]
    fn sums_saturate_once_at_the_end() {
        let weights = pack(&[255, -255, 1, 255, 255, 0], 2, 3);
        assert_eq!(product(&weights, &[i32::MAX, i32::MAX, -5]), [-5, i32::MAX]);
        assert_eq!(product(&weights, &[i32::MIN, i32::MIN, 6]), [6, i32::MIN]);
    }

    #[test]
    fn the_single_plane_refuses_what_it_cannot_hold() {
        let weights = pack(&[255; 257], 1, 257);
        let mut y = [99];
        for (x, sum) in [(32767, 65535 * 32767), (-32768, 65535 * -32768), (0, 0), (-1, -65535)] {
            assert!(plain_product_single_plane(&weights, &[x; 257], &mut y), "{x}");
            assert_eq!(y, [sum]);
        }
        let heavier = pack(&[255; 258], 1, 258);
        y = [99];
        for (weights, x) in [(&weights, 32768), (&weights, -32769), (&heavier, 16384), (&heavier, i32::MIN)] {
            assert!(!plain_product_single_plane(weights, &[0, x], &mut y), "{x}");
            assert_eq!(y, [99]);
        }
        assert!(plain_product_single_plane(&heavier, &[-16384; 258], &mut y));
        assert_eq!(y, [-16384 * 255 * 258]);
    }
}
