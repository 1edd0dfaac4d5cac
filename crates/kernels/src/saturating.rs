//! Products of inputs of any size.

/// Fills `y` with the product of a matrix, given row by row, and `x`: exact sums, saturated to 32 bits. Rows have `inputs`
/// weights; inputs beyond that are ignored, and missing ones are 0, as weights beyond `values` are. A row must not have
/// more than [`MAX_INPUTS`](crate::MAX_INPUTS) weights.
pub fn saturating_product(values: &[i16], inputs: usize, x: &[i32], y: &mut [i32]) {
    let mut rows = values.chunks(inputs.max(1));
    for output in y {
        let row = rows.next().unwrap_or_default();
        let sum: i64 = row.iter().zip(x).map(|(&w, &x)| i64::from(w) * i64::from(x)).sum();
        *output = sum.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_are_exact_and_saturate_at_their_end() {
        let values = [255, 255, -255, 1, -1, 0, 0, 0, 7];
        let mut y = [9; 4];
        saturating_product(&values, 3, &[i32::MAX, i32::MAX, i32::MAX], &mut y);
        assert_eq!(y, [i32::MAX, 0, i32::MAX, 0]);
        saturating_product(&values, 3, &[i32::MIN, 5], &mut y);
        assert_eq!(y, [i32::MIN, i32::MIN, 0, 0]);
        saturating_product(&[], 0, &[1], &mut y);
        assert_eq!(y, [0; 4]);
    }
}
