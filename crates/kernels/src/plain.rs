//! Weights without temperatures.

use crate::lanes::{Lanes16, Lanes32};
use crate::layout::Layout;
use crate::limits::{LARGEST_WEIGHT, is_affordable, row_of};
use std::ops::Range;

/// The widest inputs of a single plane, in bits below the sign.
const PLANE_BITS: u32 = 15;

/// A packed matrix of plain weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainWeights {
    layout: Layout,
    weights: Lanes16,
    row_sums: Lanes32,
    /// The sum of the magnitudes of each row.
    row_norms: Vec<u32>,
    largest_row: u32,
    forbidden_bits: u32,
}

impl PlainWeights {
    /// Packs a matrix. `values` holds −255…255 for each weight, row by row, and values beyond that are clamped; where it is
    /// shorter than the matrix, as under a shape of rank 3 with an axis of 0, the weights are 0.
    ///
    /// `None` if the matrix is too wide ([`MAX_INPUTS`](crate::MAX_INPUTS)), or is large and `values` is much shorter.
    #[must_use]
    pub fn pack(values: &[i16], outputs: usize, inputs: usize) -> Option<PlainWeights> {
        let layout = Layout::new(outputs, inputs)?;
        let sums = layout.blocks() * 4;
        if !is_affordable(layout.len().max(sums), values.len()) {
            return None;
        }
        let mut packed = PlainWeights {
            layout,
            weights: Lanes16::zeroed(layout.len()),
            row_sums: Lanes32::zeroed(sums),
            row_norms: vec![0; outputs],
            largest_row: 0,
            forbidden_bits: 0,
        };
        packed.repack_rows(values, 0..outputs);
        Some(packed)
    }

    /// Packs some rows anew from the values of the whole matrix. Rows beyond the matrix are ignored. The addresses stay.
    pub fn repack_rows(&mut self, values: &[i16], rows: Range<usize>) {
        for output in rows.start..rows.end.min(self.layout.outputs()) {
            self.repack_row(row_of(values, output, self.layout.inputs()), output);
        }
        self.find_largest_row();
    }

    /// Takes over single weights from the values of the whole matrix: the row-major indexes of what changed, fastest in
    /// ascending order. Indexes beyond the matrix are ignored. The addresses stay.
    pub fn update(&mut self, values: &[i16], changed: impl IntoIterator<Item = usize>) {
        let inputs = self.layout.inputs();
        if inputs == 0 {
            return;
        }
        let (weights, row_sums) = (self.weights.as_mut_slice(), self.row_sums.as_mut_slice());
        let mut row = None;
        for index in changed {
            let (output, first, path) = match row {
                Some(row @ (_, first, _)) if (first..first + inputs).contains(&index) => row,
                _ => match self.layout.row(index / inputs).filter(|_| index / inputs < self.layout.outputs())
                {
                    Some(path) => (index / inputs, index / inputs * inputs, path),
                    None => continue,
                },
            };
            row = Some((output, first, path));
            let new = clamped(values.get(index).copied().unwrap_or(0));
            let old = std::mem::replace(&mut weights[path.position(index - first)], new);
            row_sums[output] += i32::from(new - old);
            self.row_norms[output] -= u32::from(old.unsigned_abs());
            self.row_norms[output] += u32::from(new.unsigned_abs());
        }
        self.find_largest_row();
    }

    fn find_largest_row(&mut self) {
        self.largest_row = self.row_norms.iter().copied().max().unwrap_or(0);
        self.forbidden_bits = forbidden_bits(self.largest_row);
    }

    fn repack_row(&mut self, values: &[i16], output: usize) {
        let (sum, norm) = sums(values);
        self.row_sums.as_mut_slice()[output] = sum;
        self.row_norms[output] = norm;
        let Some(row) = self.layout.row(output) else { return };
        let elements = self.weights.as_mut_slice().get_mut(row.first..).unwrap_or_default();
        let mut places = elements.chunks_mut(row.pair_stride).filter_map(|pair| pair.first_chunk_mut());
        let (pairs, last) = values.as_chunks();
        for (&[first, second], place) in pairs.iter().zip(places.by_ref()) {
            *place = [clamped(first), clamped(second)];
        }
        if let &[value] = last
            && let Some(place) = places.next()
        {
            *place = [clamped(value), 0];
        }
        let written = values.len().div_ceil(2);
        places.take(self.layout.pairs() - written).for_each(|place| *place = [0, 0]);
    }

    /// Where each weight lies.
    #[must_use]
    pub const fn layout(&self) -> &Layout {
        &self.layout
    }

    /// The weights in the order of the layout, padding 0.
    #[must_use]
    pub const fn weights(&self) -> &Lanes16 {
        &self.weights
    }

    /// The sum of each row's weights, followed by zeros up to a multiple of 4 outputs.
    #[must_use]
    pub const fn row_sums(&self) -> &Lanes32 {
        &self.row_sums
    }

    /// The largest sum of magnitudes of a row, below 2³¹.
    #[must_use]
    pub const fn largest_row(&self) -> u32 {
        self.largest_row
    }

    /// Which bits of an input must equal its sign bit for the single plane to be exact.
    ///
    /// The single plane adds products of 16-bit weights and inputs in 32-bit lanes. It may be used if
    /// `(x ^ (x >> 31)) & forbidden_bits == 0` for every input `x`.
    ///
    /// With `m` bits allowed this says −2ᵐ ≤ x < 2ᵐ. `m` is at most 15, so every input fits 16 bits; and it is the largest
    /// with `largest_row` · 2ᵐ < 2³¹. Every partial sum, whatever terms it has and in whatever order, is a sum of distinct
    /// products w·x of one row, hence in magnitude at most Σ|w|·2ᵐ ≤ `largest_row` · 2ᵐ: it fits 32 bits and nothing wraps.
    #[must_use]
    pub const fn forbidden_bits(&self) -> u32 {
        self.forbidden_bits
    }

    /// The address of the weights, a multiple of 64.
    #[must_use]
    pub fn weights_ptr(&self) -> *const i16 {
        self.weights.as_ptr()
    }

    /// The address of the row sums, a multiple of 64.
    #[must_use]
    pub fn row_sums_ptr(&self) -> *const i32 {
        self.row_sums.as_ptr()
    }
}

fn clamped(value: i16) -> i16 {
    value.clamp(-LARGEST_WEIGHT, LARGEST_WEIGHT)
}

/// The sums of the weights and of their magnitudes.
fn sums(values: &[i16]) -> (i32, u32) {
    // 128 · 255 fits 16 bits, and as many lanes again as for sums of 32 bits.
    let parts = values.chunks(128).map(|part| {
        let weights = part.iter().map(|&value| clamped(value));
        weights.fold((0_i16, 0_i16), |(sum, norm), weight| (sum + weight, norm + weight.abs()))
    });
    parts.fold((0, 0), |(sum, norm), part| (sum + i32::from(part.0), norm + u32::from(part.1.unsigned_abs())))
}

/// See [`PlainWeights::forbidden_bits`]. A row of [`MAX_INPUTS`](crate::MAX_INPUTS) still allows 0 bits, the inputs −1 and 0.
fn forbidden_bits(largest_row: u32) -> u32 {
    let room = i32::MAX.unsigned_abs() / largest_row.max(1);
    let allowed = room.max(1).ilog2().min(PLANE_BITS);
    !((1 << allowed) - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_and_row_facts_are_packed() {
        let packed = PlainWeights::pack(&[1, -2, 3, -255, 255, 300], 2, 3).unwrap();
        assert_eq!(packed.weights().as_slice(), [1, -2, 3, 0, 0, 0, 0, 0, -255, 255, 255, 0, 0, 0, 0, 0]);
        assert_eq!((packed.row_sums().as_slice(), packed.largest_row()), ([2, 255, 0, 0].as_slice(), 765));
    }

    #[test]
    fn the_heaviest_row_decides_the_width_of_the_inputs() {
        assert_eq!(forbidden_bits(0), 0xFFFF_8000);
        assert_eq!(forbidden_bits(65535), 0xFFFF_8000);
        assert_eq!(forbidden_bits(65536), 0xFFFF_C000);
        assert_eq!(forbidden_bits(1 << 30), 0xFFFF_FFFF);
        assert_eq!(forbidden_bits((1 << 30) - 1), 0xFFFF_FFFE);
        assert_eq!(forbidden_bits(255 << 23), 0xFFFF_FFFF);
    }

    #[test]
    fn a_lighter_row_frees_bits_again() {
        let mut values = vec![255; 258];
        let mut packed = PlainWeights::pack(&values, 1, 258).unwrap();
        assert_eq!((packed.largest_row(), packed.forbidden_bits()), (65790, 0xFFFF_C000));
        let address = packed.weights_ptr();
        values[0] = 0;
        packed.repack_rows(&values, 0..9);
        assert_eq!((packed.largest_row(), packed.forbidden_bits()), (65535, 0xFFFF_8000));
        assert_eq!(packed.weights_ptr(), address);
    }

    #[test]
    fn single_weights_are_taken_over_as_if_packed_anew() {
        for (outputs, inputs) in [(1, 1), (3, 17), (4, 8), (5, 1), (19, 33), (70, 2)] {
            let len = outputs * inputs;
            let mut values: Vec<i16> = (0..len).map(|index| (index * 37 % 511) as i16 - 255).collect();
            let mut packed = PlainWeights::pack(&values, outputs, inputs).unwrap();
            let address = packed.weights_ptr();
            for step in [1, 2, 3, 7, 50] {
                let changed = (0..len).step_by(step);
                changed
                    .clone()
                    .for_each(|index| values[index] = ((index * step + 11 * step) % 601) as i16 - 300);
                let beyond = [len, len + inputs, usize::MAX];
                packed.update(&values, changed.rev().chain(beyond));
                assert_eq!(
                    packed,
                    PlainWeights::pack(&values, outputs, inputs).unwrap(),
                    "{outputs} by {inputs}"
                );
            }
            assert_eq!(packed.weights_ptr(), address);
        }
        PlainWeights::pack(&[], 7, 0).unwrap().update(&[], [0, 1]);
    }

    #[test]
    fn missing_values_are_zeros() {
        let mut packed = PlainWeights::pack(&[7; 30], 6, 5).unwrap();
        packed.repack_rows(&[7; 8], 0..6);
        assert_eq!(packed, PlainWeights::pack(&[7, 7, 7, 7, 7, 7, 7, 7], 6, 5).unwrap());
        assert_eq!(packed.row_sums().as_slice()[1], 21);
    }

    #[test]
    fn shapes_without_values_take_no_memory() {
        assert!(PlainWeights::pack(&[], 2, 3).is_some());
        for (outputs, inputs) in [(1 << 20, 1 << 10), (1 << 30, 0), (usize::MAX, usize::MAX), (1, 1 << 22)] {
            assert_eq!(PlainWeights::pack(&[], outputs, inputs), None, "{outputs} by {inputs}");
        }
    }
}
