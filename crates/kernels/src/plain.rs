//! Weights without temperatures.

mod learned;
mod product;

pub use learned::PlainFollower;
pub use product::{Job, PlainOperand, ProductFunction, Then, has_product_functions, product_function};

use crate::lanes::{Lanes16, Lanes32};
use crate::layout::{Layout, RowPath};
use crate::limits::{LARGEST_WEIGHT, is_affordable, row_of};
use std::ops::Range;

/// The widest inputs of a single plane, in bits below the sign.
const PLANE_BITS: u32 = 15;

/// The widest inputs of two planes whose sums may wrap around, in bits below the sign.
const WRAPPING_BITS: u32 = 30;

/// A packed matrix of plain weights.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlainWeights {
    layout: Layout,
    rows: Vec<Row>,
    weights: Lanes16,
    row_sums: Lanes32,
    largest_row: u32,
    forbidden_bits: u32,
    wrapping_forbidden_bits: u32,
}

/// A row of a packed matrix.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Row {
    /// Where its weights lie.
    path: RowPath,
    sums: Sums,
}

/// The sum of some weights and that of their magnitudes, which is never below 0: in one number, because adding to a number
/// that was only just stored takes long.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
struct Sums(i64);

impl Sums {
    /// Both for a single weight.
    fn of(weight: i16) -> Sums {
        Sums::new(weight.into(), weight.unsigned_abs().into())
    }

    fn new(sum: i32, norm: u32) -> Sums {
        Sums((i64::from(sum) << 32) + i64::from(norm))
    }

    /// Another weight in place of one of them.
    fn replace(&mut self, old: i16, new: i16) {
        self.0 += Sums::of(new).0 - Sums::of(old).0;
    }

    /// The sum of the weights.
    fn sum(self) -> i32 {
        (self.0 >> 32) as i32
    }

    /// The sum of their magnitudes.
    fn norm(self) -> u32 {
        self.0 as u32
    }
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
            rows: (0..outputs)
                .filter_map(|output| Some(Row { path: layout.row(output)?, sums: Sums::default() }))
                .collect(),
            weights: Lanes16::zeroed(layout.len()),
            row_sums: Lanes32::zeroed(sums),
            largest_row: 0,
            forbidden_bits: forbidden_bits(0, PLANE_BITS),
            wrapping_forbidden_bits: forbidden_bits(0, WRAPPING_BITS),
        };
        packed.repack_rows(values, 0..outputs);
        Some(packed)
    }

    /// Packs some rows anew from the values of the whole matrix. Rows beyond the matrix are ignored. The addresses stay.
    pub fn repack_rows(&mut self, values: &[i16], rows: Range<usize>) {
        for output in rows.start..rows.end.min(self.layout.outputs()) {
            self.repack_row(row_of(values, output, self.layout.inputs()), output);
        }
        self.conclude();
    }

    /// What follows from the rows.
    fn conclude(&mut self) {
        let mut largest = 0;
        for (sum, row) in self.row_sums.as_mut_slice().iter_mut().zip(&self.rows) {
            *sum = row.sums.sum();
            largest = largest.max(row.sums.norm());
        }
        if largest != self.largest_row {
            self.largest_row = largest;
            self.forbidden_bits = forbidden_bits(largest, PLANE_BITS);
            self.wrapping_forbidden_bits = forbidden_bits(largest, WRAPPING_BITS);
        }
    }

    fn repack_row(&mut self, values: &[i16], output: usize) {
        let Some(row) = self.rows.get_mut(output) else { return };
        row.sums = sums(values);
        let path = row.path;
        let elements = self.weights.as_mut_slice().get_mut(path.first..).unwrap_or_default();
        let mut places = elements.chunks_mut(path.pair_stride).filter_map(|pair| pair.first_chunk_mut());
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

    /// The same for two planes: which bits of an input must equal its sign bit for every output to fit 32 bits.
    ///
    /// Then sums may be computed modulo 2³², in any number of parts: what comes out is the output. With `m` bits allowed,
    /// at most 30, every output is in magnitude at most `largest_row` · 2ᵐ < 2³¹.
    #[must_use]
    pub const fn wrapping_forbidden_bits(&self) -> u32 {
        self.wrapping_forbidden_bits
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

/// The sums of weights.
fn sums(values: &[i16]) -> Sums {
    // 128 · 255 fits 16 bits, and as many lanes again as for sums of 32 bits.
    let parts = values.chunks(128).map(|part| {
        let weights = part.iter().map(|&value| clamped(value));
        weights.fold((0_i16, 0_i16), |(sum, norm), weight| (sum + weight, norm + weight.abs()))
    });
    parts.fold(Sums::default(), |Sums(all), (sum, norm)| {
        Sums(all + Sums::new(sum.into(), norm.unsigned_abs().into()).0)
    })
}

/// See [`PlainWeights::forbidden_bits`]. A row of [`MAX_INPUTS`](crate::MAX_INPUTS) still allows 0 bits, the inputs −1 and 0.
fn forbidden_bits(largest_row: u32, most: u32) -> u32 {
    let room = i32::MAX.unsigned_abs() / largest_row.max(1);
    let allowed = room.max(1).ilog2().min(most);
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
        assert_eq!(forbidden_bits(0, 15), 0xFFFF_8000);
        assert_eq!(forbidden_bits(65535, 15), 0xFFFF_8000);
        assert_eq!(forbidden_bits(65536, 15), 0xFFFF_C000);
        assert_eq!(forbidden_bits(1 << 30, 15), 0xFFFF_FFFF);
        assert_eq!(forbidden_bits((1 << 30) - 1, 15), 0xFFFF_FFFE);
        assert_eq!(forbidden_bits(255 << 23, 15), 0xFFFF_FFFF);
        assert_eq!(forbidden_bits(0, 30), 0xC000_0000);
        assert_eq!(forbidden_bits(1, 30), 0xC000_0000);
        assert_eq!(forbidden_bits(2, 30), 0xE000_0000);
        assert_eq!(forbidden_bits(3, 30), 0xE000_0000);
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
