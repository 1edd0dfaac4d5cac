//! Weights made of activations.

use crate::arch;

/// Sets as many weights as there are elements, or as the lists hold: polarity and magnitude of each, and their product. The
/// polarity is the sign, the magnitude the strength in 256ths, at most 255.
pub fn quantise(elements: &[i32], signals: &mut [[u8; 2]], values: &mut [i16]) {
    arch::quantise(elements, signals, values);
}

/// For every processor.
#[inline(always)]
pub(crate) fn portable(elements: &[i32], signals: &mut [[u8; 2]], values: &mut [i16]) {
    for ((signal, value), &x) in signals.iter_mut().zip(values).zip(elements) {
        let sign = i32::from(x > 0) - i32::from(x < 0);
        let magnitude = (x.unsigned_abs() >> 8).min(255).cast_signed();
        *signal = ((sign & 0xFF | magnitude << 8) as u16).to_le_bytes();
        *value = (sign * magnitude) as i16;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sign_stays_where_the_strength_is_lost() {
        let elements = [0, 1, -255, 256, -65_535, 65_536, i32::MIN, i32::MAX, 9];
        let (mut signals, mut values) = ([[7, 7]; 8], [7; 9]);
        quantise(&elements, &mut signals, &mut values);
        let minus = 0xFF;
        assert_eq!(
            signals,
            [[0, 0], [1, 0], [minus, 0], [1, 1], [minus, 255], [1, 255], [minus, 255], [1, 255]]
        );
        assert_eq!(values, [0, 0, 0, 1, -255, 255, -255, 255, 7]);
    }
}
