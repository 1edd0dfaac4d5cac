//! The sizes up to which sums are exact and memory is spent.

/// The largest magnitude of a weight. Packing clamps values beyond it, so that sums are exact whatever is packed.
pub const LARGEST_WEIGHT: i16 = 255;

/// The most inputs of a packed matrix.
///
/// A row's magnitudes sum to less than 2³¹, and its products with any 32-bit inputs to less than 2⁶².
pub const MAX_INPUTS: usize = 1 << 23;

/// How many products of a weight and a 16-bit input may be added in 32 bits before the sum must move to 64.
pub const FLUSH_INTERVAL: usize = 256;

const _: () = assert!(LARGEST_WEIGHT as i64 * (MAX_INPUTS as i64) < 1 << 31);
const _: () = assert!(FLUSH_INTERVAL as i64 * LARGEST_WEIGHT as i64 * (1 << 15) < 1 << 31);

/// What a small matrix may take however few values it has, in elements.
const FREE_ELEMENTS: usize = 1 << 16;

/// How many elements a stored value may take. Padding takes the most for rows of one weight, which are padded to 8.
const ELEMENTS_PER_VALUE: usize = 8;

/// Whether every index into a packed form of this shape, in bytes too, fits a pointer's offset.
pub(crate) fn is_addressable(outputs: usize, inputs: usize) -> bool {
    // Both sides are padded as far as any form does it; 16 leaves room for the 4 bytes of the widest element.
    let elements = outputs.saturating_add(3).saturating_mul(inputs.saturating_add(7));
    inputs <= MAX_INPUTS && elements <= isize::MAX.unsigned_abs() / 16
}

/// Whether a packed form of `elements` is in proportion to the values that it is made from.
///
/// A shape of rank 3 with an axis of 0 may claim any number of rows and columns without a single weight behind them.
pub(crate) fn is_affordable(elements: usize, values: usize) -> bool {
    elements <= values.saturating_mul(ELEMENTS_PER_VALUE).saturating_add(FREE_ELEMENTS)
}

/// The elements of one row that a row-major list holds: all of them, or fewer where the list is short.
pub(crate) fn row_of<T>(list: &[T], output: usize, inputs: usize) -> &[T] {
    let row = list.get(output * inputs..).unwrap_or_default();
    &row[..row.len().min(inputs)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_short_list_has_short_rows() {
        let list = [1, 2, 3, 4, 5];
        assert_eq!(row_of(&list, 0, 3), [1, 2, 3]);
        assert_eq!(row_of(&list, 1, 3), [4, 5]);
        assert!(row_of(&list, 2, 3).is_empty());
        assert!(row_of(&list, 7, 0).is_empty());
    }

    #[test]
    fn shapes_beyond_the_address_space_are_refused() {
        assert!(is_addressable(0, 0) && is_addressable(1, MAX_INPUTS));
        assert!(!is_addressable(1, MAX_INPUTS + 1));
        assert!(!is_addressable(usize::MAX, 0) && !is_addressable(usize::MAX, usize::MAX));
    }
}
