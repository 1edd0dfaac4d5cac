//! The product of any inputs in wide vectors, as a function that generated code calls.

use super::PlainWeights;
use crate::arch;
use crate::layout::Layout;
use crate::portable;

/// Packed weights by address.
#[repr(C)]
#[derive(Debug, Clone, Copy)]
pub struct PlainOperand {
    /// See [`PlainWeights::weights_ptr`].
    pub weights: *const i16,
    /// See [`PlainWeights::row_sums_ptr`].
    pub row_sums: *const i32,
    /// See [`PlainWeights::forbidden_bits`].
    pub forbidden_bits: u32,
}

/// A product and what becomes of it: of the exact sum of each row's products, saturated to 32 bits.
///
/// The arguments are the weights, the inputs, the outputs, the two [words](Job::words) of the job, and a weight for each
/// row, if they are added.
///
/// # Safety
/// The operand is that of weights with so many rows and columns. There are as many inputs as are used, and room for an
/// output for each row, none of which is an input.
pub type ProductFunction =
    unsafe extern "C" fn(*const PlainOperand, *const i32, *mut i32, u64, u64, *const i16);

/// What a [`ProductFunction`] does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Job {
    /// The inputs that there are, at most the columns. Missing ones are 0.
    pub used: usize,
    /// The columns of the matrix.
    pub columns: usize,
    /// Its rows.
    pub rows: usize,
    /// What becomes of the results.
    pub then: Then,
}

/// What becomes of results, one after the other. By default nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Then {
    /// Not 0: so many times a weight is added, and the sum saturated. Below 512.
    pub factor: u16,
    /// Negative results become 0.
    pub is_rectified: bool,
    /// How far they are shifted down, at most 31.
    pub shift: u8,
    /// Not 0: the gain of the sigmoid `clamp(((y · gain) >> 10) + 128, 0, 255)`.
    pub gain: u8,
}

impl Job {
    /// As the function takes it. Both sides of a matrix are below 2³².
    #[must_use]
    pub const fn words(self) -> [u64; 2] {
        let Then { factor, is_rectified, shift, gain } = self.then;
        let then = factor as u64 | (gain as u64) << 9 | (shift as u64) << 17 | (is_rectified as u64) << 22;
        [self.columns as u64 | (self.used as u64) << 32, self.rows as u64 | then << 32]
    }

    /// The job of these words.
    #[inline(always)]
    pub(crate) const fn of_words([columns, rows]: [u64; 2]) -> Job {
        let then = (rows >> 32) as u32;
        Job {
            used: (columns >> 32) as usize,
            columns: columns as u32 as usize,
            rows: rows as u32 as usize,
            then: Then {
                factor: (then & 511) as u16,
                gain: (then >> 9) as u8,
                shift: (then >> 17 & 31) as u8,
                is_rectified: then >> 22 & 1 == 1,
            },
        }
    }
}

/// The product with a matrix for this processor, if it has vectors of 512 bits: only then it is worth a call.
#[must_use]
pub fn product_function(layout: &Layout) -> Option<ProductFunction> {
    arch::product_function(layout)
}

/// Whether there is a function for every matrix.
#[must_use]
pub fn has_product_functions() -> bool {
    Layout::new(1, 1).is_some_and(|layout| product_function(&layout).is_some())
}

impl PlainWeights {
    /// What a [`ProductFunction`] needs of the weights, as long as they are not changed.
    #[must_use]
    pub fn operand(&self) -> PlainOperand {
        PlainOperand {
            weights: self.weights_ptr(),
            row_sums: self.row_sums_ptr(),
            forbidden_bits: self.forbidden_bits,
        }
    }

    /// Fills `y` with the product of `x` as fast as this processor can. Missing inputs are 0.
    ///
    /// # Panics
    /// If there are fewer elements than rows.
    pub fn product(&self, x: &[i32], y: &mut [i32]) {
        match product_function(&self.layout) {
            Some(function) => arch::product(function, self, (x, &[]), y, Then::default()),
            None => portable::plain_product(self, x, y),
        }
    }
}

#[cfg(test)]
#[path = "product_tests.rs"]
mod tests;
