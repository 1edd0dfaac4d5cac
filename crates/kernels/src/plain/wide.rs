//! The product of a single plane in wide vectors, for matrices that are worth a call.

use super::PlainWeights;
use crate::arch;
use crate::layout::Arrangement;

/// Whether this processor has vectors of 512 bits, and [`PlainWeights::wide_product`] is worth a call.
#[must_use]
pub fn has_wide_vectors() -> bool {
    arch::is_wide()
}

impl PlainWeights {
    /// The sums of all rows, modulo 2³²: see [`PlainWeights::forbidden_bits`] for when they are exact. The plane has an
    /// input for each column, rounded up to an even number, and padding is ignored because its weight is 0. `outputs` has a
    /// multiple of 4 elements and is filled as far as there are rows.
    ///
    /// Returns whether there was such a product: not if lanes hold inputs, or if a list is too short.
    pub fn wide_product(&self, plane: &[i16], outputs: &mut [i32]) -> bool {
        let layout = &self.layout;
        let (pairs, blocks) = (plane.as_chunks::<2>().0, outputs.as_chunks_mut::<4>().0);
        if layout.arrangement() != Arrangement::Blocks {
            return false;
        }
        let (Some(pairs), Some(mut blocks)) =
            (pairs.get(..layout.pairs()), blocks.get_mut(..layout.blocks()))
        else {
            return false;
        };
        let mut weights = self.weights.as_slice().as_chunks::<8>().0;
        for group in 0..layout.groups() {
            let count = layout.blocks_in(group);
            let (Some((own, rest)), true) =
                (weights.split_at_checked(count * pairs.len()), count <= blocks.len())
            else {
                return false;
            };
            let (sums, others) = std::mem::take(&mut blocks).split_at_mut(count);
            arch::group_product(own, pairs, sums);
            (weights, blocks) = (rest, others);
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mastery::tests::numbers;
    use crate::portable::plain_product_single_plane;

    #[test]
    fn it_is_the_product_of_a_single_plane() {
        let mut next = numbers(8);
        for (rows, columns) in
            [(5, 1), (8, 2), (16, 64), (19, 7), (33, 40), (70, 3), (1024, 64), (6, 0), (10, 300)]
        {
            let values: Vec<i16> = (0..rows * columns).map(|_| (next() % 511) as i16 - 255).collect();
            let packed = PlainWeights::pack(&values, rows, columns).unwrap();
            let inputs: Vec<i32> = (0..columns).map(|_| (next() % 4096).cast_signed() - 2048).collect();
            let mut expected = vec![0; rows];
            assert!(plain_product_single_plane(&packed, &inputs, &mut expected));
            let mut plane: Vec<i16> = inputs.iter().map(|&x| x as i16).collect();
            plane.resize(columns.next_multiple_of(2), i16::MAX);
            let mut found = vec![-1; rows.next_multiple_of(4)];
            assert!(packed.wide_product(&plane, &mut found));
            assert_eq!(found[..rows], expected, "{rows} by {columns}");
            if columns > 0 {
                assert!(!packed.wide_product(&plane[2..], &mut found));
            }
            assert!(!packed.wide_product(&plane, &mut found[4..]));
        }
        assert!(!PlainWeights::pack(&[1; 12], 4, 3).unwrap().wide_product(&[1; 4], &mut [0; 4]));
    }
}
