//! What entries are compared with.

use super::LARGEST_VALUE;

/// A vector that entries are compared with, made ready for entries of one width.
///
/// The norm of an entry over the dimensions in which the cue is not 0 is what is stored for all dimensions, less the squares
/// in the others. If these are more than half, the squares that count are summed instead.
#[derive(Debug, Clone)]
pub struct Cue {
    width: usize,
    norm: u64,
    sums_squares: bool,
    terms: [Vec<Term>; 3],
}

/// What a pair of dimensions has to do with the sums of an entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Term {
    /// Which pair, below half the width, rounded up.
    pub(crate) pair: u32,
    /// The two values of the cue, the first in the lower half.
    pub(crate) values: i32,
    /// All bits of the dimensions whose squares count.
    pub(crate) mask: i32,
}

impl Cue {
    /// A cue for entries of `width` dimensions. Missing elements are 0, others are ignored, and values are clamped to
    /// −255…255.
    #[must_use]
    pub fn new(values: &[i16], width: usize) -> Cue {
        let values = &values[..values.len().min(width)];
        let nonzero = values.iter().filter(|&&value| value != 0).count();
        let sums_squares = 2 * nonzero < width;
        let mut cue = Cue { width, norm: 0, sums_squares, terms: Default::default() };
        for pair in 0..width.div_ceil(2) {
            let pair_values = [2 * pair, 2 * pair + 1].map(|at| values.get(at).copied().unwrap_or(0));
            cue.add(pair as u32, pair_values.map(|value| value.clamp(-LARGEST_VALUE, LARGEST_VALUE)));
        }
        cue
    }

    fn add(&mut self, pair: u32, values: [i16; 2]) {
        let squares = values.map(|value| i32::from(value) * i32::from(value));
        self.norm += u64::from((squares[0] + squares[1]).cast_unsigned());
        let counts = values.map(|value| if (value != 0) == self.sums_squares { -1 } else { 0 });
        let term = Term { pair, values: joined(values), mask: joined(counts) };
        let list = match (term.values != 0, term.mask != 0) {
            (true, false) => 0,
            (true, true) => 1,
            (false, true) => 2,
            (false, false) => return,
        };
        self.terms[list].push(term);
    }

    /// The dimensions of the entries that it is for.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// The sum of its squares, below 2³¹. If it is 0, so are the norms of all entries.
    #[must_use]
    pub fn norm(&self) -> u64 {
        self.norm
    }

    /// Whether the squares of the terms are the norm of an entry; otherwise they are what its norm is too large by.
    pub(crate) fn sums_squares(&self) -> bool {
        self.sums_squares
    }

    /// The terms that count for products only, for both, and for squares only.
    pub(crate) fn terms(&self) -> [&[Term]; 3] {
        self.terms.each_ref().map(Vec::as_slice)
    }
}

/// Two numbers in one, the first in the lower half.
fn joined([low, high]: [i16; 2]) -> i32 {
    i32::from(high) << 16 | i32::from(low.cast_unsigned())
}
