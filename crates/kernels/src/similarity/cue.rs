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
    /// Three lists with room for all pairs each: of the terms that count for products only, for both, and for squares only.
    terms: Vec<Term>,
    counts: [usize; LISTS],
}

const LISTS: usize = 3;

/// What a pair of dimensions has to do with the sums of an entry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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
        let terms = vec![Term::default(); LISTS * width.div_ceil(2)];
        let mut cue = Cue { width, norm: 0, sums_squares, terms, counts: [0; LISTS] };
        let (pairs, last) = values.as_chunks::<2>();
        pairs.iter().enumerate().for_each(|(pair, values)| cue.add(pair, *values));
        last.iter().for_each(|value| cue.add(pairs.len(), [*value, 0]));
        (values.len().div_ceil(2)..width.div_ceil(2)).for_each(|pair| cue.add(pair, [0; 2]));
        cue
    }

    /// Adds the term of a pair. Which list it belongs to is not guessed, since zeros may lie anywhere.
    #[inline]
    fn add(&mut self, pair: usize, values: [i16; 2]) {
        let values = values.map(|value| value.clamp(-LARGEST_VALUE, LARGEST_VALUE));
        let squares = values.map(|value| i32::from(value) * i32::from(value));
        self.norm += u64::from((squares[0] + squares[1]).cast_unsigned());
        let counts = values.map(|value| -i16::from((value != 0) == self.sums_squares));
        let term = Term { pair: pair as u32, values: joined(values), mask: joined(counts) };
        let has = [term.values != 0, term.mask != 0].map(usize::from);
        let list = has[1] * (2 - has[0]);
        let place = list * (self.terms.len() / LISTS) + self.counts[list];
        self.terms[place] = term;
        self.counts[list] += has[0] | has[1];
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
    pub(crate) fn terms(&self) -> [&[Term]; LISTS] {
        let room = self.terms.len() / LISTS;
        [0, 1, 2].map(|list| &self.terms[list * room..][..self.counts[list]])
    }
}

/// Two numbers in one, the first in the lower half.
fn joined([low, high]: [i16; 2]) -> i32 {
    i32::from(high) << 16 | i32::from(low.cast_unsigned())
}
