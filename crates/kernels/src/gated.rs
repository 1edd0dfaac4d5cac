//! Weights under temperatures: what a weight contributes depends on its class and on the input's strength.

mod learned;

pub use learned::GatedFollower;

use crate::lanes::Lanes32;
use crate::limits::{LARGEST_WEIGHT, is_addressable, is_affordable, row_of};
use std::ops::Range;

/// What the length of a row is rounded up to, in elements.
const ROW_MULTIPLE: usize = 4;

/// The largest strength of an input, the scale of conductance, and the largest conductance.
pub(crate) const FULL: i32 = 255;

/// What padding demands of an input: more than any can have.
const NEVER: i32 = i32::MAX;

/// How the weights of one temperature conduct.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct GateClass {
    /// The least strength, min(|x|, 255), of an input that is conducted.
    pub threshold: i32,
    /// What is conducted of it, in 255ths: 0…255, values beyond that are clamped.
    pub conductance: i32,
}

/// Where the conducted share of a product is rounded, toward zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Rounding {
    /// w · x · conductance / 255 is rounded.
    PerProduct,
    /// w · conductance / 255 is rounded, then multiplied by x.
    PerWeight,
}

/// A packed matrix of weights under temperatures, row by row.
///
/// A row is padded to a multiple of 4 elements with factors of 0 and thresholds of `i32::MAX`, so that padding conducts
/// nothing. A factor's magnitude is at most 255² if rounded per product, and at most 255 if rounded per weight.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GatedWeights {
    outputs: usize,
    inputs: usize,
    classes: [GateClass; 4],
    rounding: Rounding,
    factors: Lanes32,
    thresholds: Lanes32,
}

impl GatedWeights {
    /// Packs a matrix. `values` holds −255…255 for each weight and `codes` its class 0…3, both row by row; values and codes
    /// beyond that are clamped. Where a list is shorter than the matrix, weights are 0 and codes are 0.
    ///
    /// `None` if the matrix is too wide ([`MAX_INPUTS`](crate::MAX_INPUTS)), or is large and `values` is much shorter.
    #[must_use]
    pub fn pack(
        values: &[i16],
        codes: &[u8],
        (outputs, inputs): (usize, usize),
        classes: [GateClass; 4],
        rounding: Rounding,
    ) -> Option<GatedWeights> {
        if !is_addressable(outputs, inputs) {
            return None;
        }
        let len = outputs * inputs.next_multiple_of(ROW_MULTIPLE);
        // A matrix without inputs stores nothing, but its rows are walked.
        if !is_affordable(len.max(outputs), values.len()) {
            return None;
        }
        let (factors, thresholds) = (Lanes32::zeroed(len), Lanes32::zeroed(len));
        let mut packed = GatedWeights { outputs, inputs, classes, rounding, factors, thresholds };
        packed.repack_rows(values, codes, 0..outputs);
        Some(packed)
    }

    /// Packs some rows anew from the values and codes of the whole matrix. Rows beyond the matrix are ignored. The
    /// addresses stay.
    pub fn repack_rows(&mut self, values: &[i16], codes: &[u8], rows: Range<usize>) {
        for output in rows.start..rows.end.min(self.outputs) {
            let row = (row_of(values, output, self.inputs), row_of(codes, output, self.inputs));
            self.repack_row(row, output * self.row_stride());
        }
    }

    fn repack_row(&mut self, (values, codes): (&[i16], &[u8]), first: usize) {
        let end = first + self.row_stride();
        let thresholds = &mut self.thresholds.as_mut_slice()[first..end];
        let (used, padding) = thresholds.split_at_mut(self.inputs);
        padding.fill(NEVER);
        fill_by_class(used, codes, self.classes.map(|class| class.threshold));

        // One simple loop for each step, because the compiler makes vectors of those.
        let factors = &mut self.factors.as_mut_slice()[first..end];
        fill_by_class(factors, codes, self.classes.map(|class| class.conductance.clamp(0, FULL)));
        for (factor, &value) in factors.iter_mut().zip(values) {
            *factor *= i32::from(value.clamp(-LARGEST_WEIGHT, LARGEST_WEIGHT));
        }
        factors[values.len()..].fill(0);
        if self.rounding == Rounding::PerWeight {
            factors.iter_mut().for_each(|factor| *factor /= FULL);
        }
    }

    /// The rows of the matrix.
    #[must_use]
    pub const fn outputs(&self) -> usize {
        self.outputs
    }

    /// The columns of the matrix.
    #[must_use]
    pub const fn inputs(&self) -> usize {
        self.inputs
    }

    /// The distance from one row to the next, in elements: `inputs` rounded up to a multiple of 4.
    #[must_use]
    pub const fn row_stride(&self) -> usize {
        self.inputs.next_multiple_of(ROW_MULTIPLE)
    }

    /// Where products are rounded, which decides what the factors are.
    #[must_use]
    pub const fn rounding(&self) -> Rounding {
        self.rounding
    }

    /// What an input that is conducted is multiplied by: w · conductance, not yet divided by 255, if rounded per product;
    /// w · conductance / 255 if rounded per weight.
    #[must_use]
    pub const fn factors(&self) -> &Lanes32 {
        &self.factors
    }

    /// The least strength of an input that is conducted.
    #[must_use]
    pub const fn thresholds(&self) -> &Lanes32 {
        &self.thresholds
    }

    /// The address of the factors, a multiple of 64.
    #[must_use]
    pub fn factors_ptr(&self) -> *const i32 {
        self.factors.as_ptr()
    }

    /// The address of the thresholds, a multiple of 64.
    #[must_use]
    pub fn thresholds_ptr(&self) -> *const i32 {
        self.thresholds.as_ptr()
    }
}

/// Sets each element to what its class has; without a code it is class 0.
fn fill_by_class(list: &mut [i32], codes: &[u8], of_class: [i32; 4]) {
    for (element, &code) in list.iter_mut().zip(codes) {
        *element = of_class[usize::from(code.min(3))];
    }
    list[codes.len()..].fill(of_class[0]);
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// The classes of all tests.
    pub(crate) const CLASSES: [GateClass; 4] = [
        GateClass { threshold: 0, conductance: 255 },
        GateClass { threshold: 15, conductance: 200 },
        GateClass { threshold: 60, conductance: 100 },
        GateClass { threshold: 120, conductance: 30 },
    ];

    fn list(lanes: &Lanes32) -> Vec<i32> {
        lanes.as_slice().to_vec()
    }

    #[test]
    fn factors_and_thresholds_follow_the_class() {
        let (values, codes) = ([100, -77, 9, -400, 5], [1, 3, 2, 9, 0]);
        let packed = GatedWeights::pack(&values, &codes, (1, 5), CLASSES, Rounding::PerProduct).unwrap();
        assert_eq!(packed.row_stride(), 8);
        assert_eq!(list(packed.factors()), [20_000, -2310, 900, -7650, 1275, 0, 0, 0]);
        assert_eq!(list(packed.thresholds()), [15, 120, 60, 120, 0, NEVER, NEVER, NEVER]);
        let packed = GatedWeights::pack(&values, &codes, (1, 5), CLASSES, Rounding::PerWeight).unwrap();
        assert_eq!(list(packed.factors()), [78, -9, 3, -30, 5, 0, 0, 0]);
    }

    #[test]
    fn missing_values_are_zeros_and_missing_codes_are_class_0() {
        let packed = GatedWeights::pack(&[3, 4], &[1], (2, 2), CLASSES, Rounding::PerWeight).unwrap();
        assert_eq!(list(packed.factors()), [2, 4, 0, 0, 0, 0, 0, 0]);
        assert_eq!(list(packed.thresholds()), [15, 0, NEVER, NEVER, 0, 0, NEVER, NEVER]);
    }

    #[test]
    fn shapes_without_values_take_no_memory() {
        let pack = |shape| GatedWeights::pack(&[], &[], shape, CLASSES, Rounding::PerProduct);
        assert!(pack((2, 3)).is_some() && pack((0, 9)).is_some() && pack((9, 0)).is_some());
        for shape in [(1 << 20, 1 << 10), (1 << 30, 0), (usize::MAX, usize::MAX), (1, 1 << 22)] {
            assert_eq!(pack(shape), None, "{shape:?}");
        }
    }
}
