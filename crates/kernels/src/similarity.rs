//! The entries of a memory of vectors that are most similar to a cue.
//!
//! Cue and entries have the same width, up to [`MAX_WIDTH`] dimensions, and values in −255…255. Over the dimensions in which
//! the cue is not 0, with `dot` the sum of products and the norms the sums of squares of the cue and of the entry, the score is
//! `256·dot / ⌊√(cue norm · norm)⌋`, rounded toward zero, and 0 where a norm is 0. It lies in −256…256.
//!
//! [`candidates`] shows with exact sums what may be among the best, and passes over what cannot be: the score of an entry lies
//! between two bounds in floats, and there are enough entries whose lower bound is above its upper one.

mod best;
pub(crate) mod bounds;
mod columns;
mod cue;
pub(crate) mod sums;

pub use columns::Columns;
pub use cue::Cue;
pub(crate) use cue::Term;

use crate::arch;
use best::Best;
use sums::Chunk;
pub(crate) use sums::{GROUP, Group};

/// Most dimensions: sums of products of two vectors stay within i32.
pub const MAX_WIDTH: usize = 32_768;

/// The largest magnitude of a value. Values beyond it are clamped.
pub const LARGEST_VALUE: i16 = 255;

const _: () = assert!(MAX_WIDTH as i64 * LARGEST_VALUE as i64 * LARGEST_VALUE as i64 <= i32::MAX as i64);

/// Entries of a block, one in each lane.
pub(crate) const BLOCK: usize = 16;

/// Blocks of a group.
pub(crate) const BLOCKS: usize = GROUP / BLOCK;

/// Elements of a line, which has two dimensions of each entry of a block.
pub(crate) const LINE: usize = 2 * BLOCK;

/// Elements of the lines of a group that have the same two dimensions.
pub(crate) const GROUP_LINE: usize = 2 * GROUP;

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

/// Shows every entry that may be among the best `count`, however equal scores are ranked, in ascending slots. Others may be
/// shown, too; all are if `count` is above [`FEW`].
///
/// A cue of another width than the entries finds nothing.
pub fn candidates(columns: &Columns, cue: &Cue, count: usize, visit: &mut impl FnMut(Match)) {
    if cue.width() != columns.width() || count == 0 {
        return;
    }
    let (mut best, mut chunk) = (Best::new(count), Chunk::new());
    let groups = columns.len().div_ceil(GROUP);
    for first in (0..groups).step_by(Chunk::GROUPS) {
        let some = groups.min(first + Chunk::GROUPS) - first;
        for (number, sums) in chunk.groups(some) {
            let number = first + number;
            best.add(&columns.group(cue, number), sums, columns.len() - number * GROUP);
        }
        let least = best.least();
        for (number, sums) in chunk.groups(some) {
            let mut lanes = arch::lanes_reaching(&sums.uppers, least);
            while lanes != 0 {
                let lane = lanes.trailing_zeros() as usize;
                lanes &= lanes - 1;
                let slot = (first + number) * GROUP + lane;
                visit(Match { slot, dot: sums.dots[lane], norm: sums.norms[lane].cast_unsigned() });
            }
        }
    }
}

/// Beyond so many, all are candidates.
pub const FEW: usize = GROUP;

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
