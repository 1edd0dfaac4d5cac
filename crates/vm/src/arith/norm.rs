//! Normalisation.

use super::sat;

/// The square root by Newton's method from n/2, as the instruction set defines it: rounded down, except that some
/// n = k² − 1 give k.
#[must_use]
pub fn root(n: u64) -> u64 {
    if n <= 1 {
        return n;
    }
    let step = |x: u64| (x + n / x) / 2;
    let mut x = n / 2;
    let mut y = step(x);
    while y.abs_diff(x) > 1 {
        x = y;
        y = step(x);
    }
    y.max(1)
}

/// The root of the mean square distance from a centre that lies within the range of the elements or is 0; at least 1.
#[must_use]
pub fn deviation(row: &[i32], centre: i32) -> i64 {
    // A distance is below 2³², its square below 2⁶⁴.
    let square = |&x: &i32| u128::from(u64::from(x.abs_diff(centre)).pow(2));
    let mean_square = row.iter().map(square).sum::<u128>() / (row.len() as u128).max(1);
    root((mean_square as u64).max(1)) as i64
}

/// An element relative to the centre of its row in 256ths of its deviation (at least 1), times scale/255, plus bias.
#[must_use]
pub fn normalised(x: i32, centre: i32, deviation: i64, scale: i32, bias: i32) -> i32 {
    let relative = (i64::from(x) - i64::from(centre)) * 256 / deviation.max(1);
    // A product that leaves 64 bits is far beyond what the result can hold.
    sat(relative.saturating_mul(i64::from(scale)) / 255 + i64::from(bias))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn roots_are_rounded_down_but_for_some_below_a_square() {
        for (n, r) in [(0, 0), (1, 1), (2, 1), (3, 2), (8, 3), (15, 3), (24, 4), (35, 5)] {
            assert_eq!(root(n), r, "{n}");
        }
        for (n, r) in
            [(48, 7), (63, 8), (120, 11), (143, 12), (125, 11), (750, 27), (u64::MAX, u64::from(u32::MAX))]
        {
            assert_eq!(root(n), r, "{n}");
        }
        for n in 0..100_000u64 {
            let (r, floor) = (root(n), n.isqrt());
            assert!(r == floor || r == floor + 1 && r * r == n + 1, "{n}");
        }
    }

    #[test]
    fn squares_are_exact_at_the_ends_of_the_range() {
        assert_eq!(deviation(&[i32::MIN; 8], 0), 1 << 31);
        assert_eq!(deviation(&[i32::MIN, i32::MAX], i32::MAX), 3_037_000_499);
        assert_eq!(deviation(&[], 0), 1);
    }

    #[test]
    fn normalising_is_defined_for_every_input() {
        assert_eq!(normalised(40, 25, 11, 255, -2), 347);
        assert_eq!(normalised(i32::MAX, i32::MIN, 1, i32::MAX, i32::MAX), i32::MAX);
        assert_eq!(normalised(i32::MAX, i32::MIN, 0, i32::MIN, 0), i32::MIN);
        assert_eq!(normalised(5, 5, 0, i32::MAX, -7), -7);
    }
}
