//! Rotation of pairs by position.

use super::sat;

/// Positions after which the angles begin anew.
pub const POSITIONS: usize = 1024;
/// What an angle of 1 radian is divided into.
const STEPS: i128 = 2000;
/// Fractional bits of the series below.
const PRECISION: u32 = 64;

/// ⌊256·sin(n/2000)⌋ for each n.
pub static SINES: [i16; POSITIONS] = table(1);
/// ⌊256·cos(n/2000)⌋ for each n.
pub static COSINES: [i16; POSITIONS] = table(0);

/// The odd (1) or even (0) terms of the exponential series with alternating signs, in integers: the same on every
/// platform. All angles are below 0.52, so that the terms vanish quickly.
const fn table(parity: i128) -> [i16; POSITIONS] {
    let mut values = [0; POSITIONS];
    let mut n = 0;
    while n < POSITIONS {
        let angle = n as i128;
        let mut term = if parity == 1 { (angle << PRECISION) / STEPS } else { 1 << PRECISION };
        let (mut sum, mut order) = (term, parity);
        while term != 0 {
            term = -term * angle * angle / (STEPS * STEPS * (order + 1) * (order + 2));
            order += 2;
            sum += term;
        }
        values[n] = (sum >> (PRECISION - 8)) as i16;
        n += 1;
    }
    values
}

/// A pair rotated by the angle of a position, rounded toward zero, saturating.
#[must_use]
pub fn rotated([x, y]: [i32; 2], position: usize) -> [i32; 2] {
    let (sin, cos) = (i64::from(SINES[position % POSITIONS]), i64::from(COSINES[position % POSITIONS]));
    let (x, y) = (i64::from(x), i64::from(y));
    [sat((x * cos - y * sin) / 256), sat((x * sin + y * cos) / 256)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tables_agree_with_floating_point() {
        for n in 0..POSITIONS {
            let angle = n as f64 / 2000.0;
            assert_eq!(f64::from(SINES[n]), (256.0 * angle.sin()).floor(), "sin {n}");
            assert_eq!(f64::from(COSINES[n]), (256.0 * angle.cos()).floor(), "cos {n}");
        }
    }

    #[test]
    fn tables_change_where_the_specification_says() {
        let changes = |table: &[i16]| {
            let changed = (1..383).filter(|&n| table[n] != table[n - 1]);
            changed.map(|n| (n, table[n])).collect::<Vec<_>>()
        };
        assert_eq!(changes(&COSINES), [(1, 255), (177, 254), (251, 253), (307, 252), (355, 251)]);
        let sines = changes(&SINES);
        assert_eq!(sines.len(), 48);
        for (n, value) in [(8, 1), (102, 13), (196, 25), (204, 26), (291, 37), (378, 48)] {
            assert!(sines.contains(&(n, value)), "{n}: {value}");
        }
    }

    #[test]
    fn rotation_saturates_and_wraps_around() {
        assert_eq!(rotated([1000, 0], 100), [996, 46]);
        assert_eq!(rotated([0, 1000], 101), [-46, 996]);
        assert_eq!(rotated([i32::MAX, i32::MIN], 255), [i32::MAX, -1_853_882_368]);
        assert_eq!(rotated([5, 7], 1024), [5, 7]);
    }
}
