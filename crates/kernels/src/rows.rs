//! Which row and column of a matrix a row-major index means, without a division each time.

use std::ops::Range;

/// The rows of a matrix that are this long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Rows {
    columns: usize,
    /// (2⁶⁴ − 1) / columns.
    reciprocal: u64,
}

impl Rows {
    /// Rows without columns count as rows of one.
    pub(crate) fn of(columns: usize) -> Rows {
        let columns = columns.max(1);
        Rows { columns, reciprocal: u64::MAX / columns as u64 }
    }

    /// Row and column of an index; both it and the columns are below 2³².
    ///
    /// For c columns the reciprocal is (2⁶⁴ − 1 − r)/c with r < c, so that (i + 1) times it, over 2⁶⁴, is less than
    /// (i + 1)/c by (i + 1)(1 + r)/(c · 2⁶⁴): by more than 0 and, because (i + 1) · c ≤ 2⁶⁴, at most 1/c. With i = q·c + s it
    /// lies between q + s/c and q + (s + 1)/c, the latter excluded: q is its whole part.
    #[inline(always)]
    pub(crate) fn split(self, index: usize) -> (usize, usize) {
        let row = (((index as u128 + 1) * u128::from(self.reciprocal)) >> 64) as usize;
        (row, index.wrapping_sub(row.wrapping_mul(self.columns)))
    }

    /// The rows that hold the weights of a range.
    pub(crate) fn covering(self, range: Range<usize>) -> Range<usize> {
        range.start / self.columns..range.end.div_ceil(self.columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn indexes_are_split_as_by_division() {
        for columns in (1..70).chain([1000, 1 << 23, (1 << 23) - 1, 1 << 24]) {
            let rows = Rows::of(columns);
            let near = [0, 1, 7, 255, 1 << 20, (1 << 24) - 1, 1 << 31].into_iter();
            let multiples = near.clone().map(|n| n / columns * columns);
            for index in near.chain(multiples.clone()).chain(multiples.filter(|&n| n > 0).map(|n| n - 1)) {
                assert_eq!(rows.split(index), (index / columns, index % columns), "{index} of {columns}");
            }
        }
        assert_eq!((Rows::of(0).split(3), Rows::of(5).covering(4..11)), ((3, 0), 0..3));
    }
}
