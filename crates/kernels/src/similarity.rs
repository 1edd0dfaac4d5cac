//! The entries of a memory of vectors that are most similar to a cue.
//!
//! Cue and entries have the same width, up to [`MAX_WIDTH`] dimensions, and values in −255…255. Over the dimensions in which
//! the cue is not 0, with `dot` the sum of products and the norms the sums of squares of the cue and of the entry, the score is
//! `256·dot / ⌊√(cue norm · norm)⌋`, rounded toward zero, and 0 where a norm is 0. It lies in −256…256.
//!
//! [`scan`] sums exactly, and passes over an entry only if a bound in floats, which is never below the score, is less than
//! what is asked for.

mod columns;
mod cue;
pub(crate) mod sums;

pub use columns::Columns;
pub use cue::Cue;
pub(crate) use cue::Term;

use crate::arch;
use sums::Sums;

/// Most dimensions: sums of products of two vectors stay within i32.
pub const MAX_WIDTH: usize = 32_768;

/// The largest magnitude of a value. Values beyond it are clamped.
pub const LARGEST_VALUE: i16 = 255;

const _: () = assert!(MAX_WIDTH as i64 * LARGEST_VALUE as i64 * LARGEST_VALUE as i64 <= i32::MAX as i64);

/// Entries of a block, one in each lane.
pub(crate) const BLOCK: usize = 16;

/// Elements of a line, which has two dimensions of each entry of a block.
pub(crate) const LINE: usize = 2 * BLOCK;

/// An entry that may be similar enough.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// Which entry.
    pub slot: usize,
    /// The sum of its products with the cue.
    pub dot: i32,
    /// The sum of its squares over the dimensions in which the cue is not 0.
    pub norm: u32,
}

/// Shows every entry whose score may be at least the last `least` that `visit` returned (first: the given one), in
/// ascending slots. Others may be shown or skipped. A cue of another width than the entries finds nothing.
pub fn scan(columns: &Columns, cue: &Cue, least: i32, visit: &mut impl FnMut(Match) -> i32) {
    if cue.width() != columns.width() {
        return;
    }
    let mut least = least;
    let mut sums = Sums::new();
    for (number, group) in columns.groups(cue).enumerate() {
        let first = number * sums::GROUP;
        let entries = columns.len() - first;
        let mut lanes = arch::similarities(&group, least, &mut sums);
        if entries < sums::GROUP {
            lanes &= (1 << entries) - 1;
        }
        while lanes != 0 {
            let lane = lanes.trailing_zeros() as usize;
            lanes &= lanes - 1;
            if sums::may_be(sums.bounds[lane], least) {
                let (dot, norm) = (sums.dots[lane], sums.norms[lane].cast_unsigned());
                least = visit(Match { slot: first + lane, dot, norm });
            }
        }
    }
}

/// The exact score.
#[must_use]
#[inline]
pub fn score(dot: i32, cue_norm: u64, norm: u32) -> i32 {
    let product = u128::from(cue_norm) * u128::from(norm);
    match i64::try_from(product).map_or_else(|_| product.isqrt() as i64, root) {
        0 => 0,
        root => (256 * i64::from(dot) / root).clamp(-256, 256) as i32,
    }
}

/// ⌊√n⌋ of a number that is not negative, from a root in doubles, which is off by less than 1.
fn root(n: i64) -> i64 {
    let root = (n as f64).sqrt() as i64;
    let square = root * root;
    root - i64::from(square > n) + i64::from(n - square > 2 * root)
}

#[cfg(test)]
mod tests;
