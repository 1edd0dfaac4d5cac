//! The entries that are most similar to a cue.

use crate::id::EntryId;
use std::cmp::Reverse;
use ternsig_kernels::similarity::{self, Columns, Cue};

/// An entry and its similarity to a cue.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Match {
    /// The entry.
    pub id: EntryId,
    /// Its similarity, −256…256: 256 for the same direction in the dimensions of the cue, 0 for none in common.
    pub score: i32,
}

impl Match {
    /// Smaller is better.
    const fn rank(&self) -> (Reverse<i32>, EntryId) {
        (Reverse(self.score), self.id)
    }
}

/// The best `count`, best first; of equal ones the smallest id first.
pub(crate) fn nearest(
    columns: &Columns,
    cue: &[i16],
    count: usize,
    id: impl Fn(usize) -> EntryId,
) -> Vec<Match> {
    let count = count.min(columns.len());
    if count == 0 {
        return Vec::new();
    }
    let cue = Cue::new(cue, columns.width());
    let mut best = Vec::with_capacity(if count > similarity::FEW { columns.len() } else { 2 * count });
    similarity::candidates(columns, &cue, count, &mut |found| best.push(scored(found, &cue, &id)));
    best.sort_unstable_by_key(Match::rank);
    best.truncate(count);
    best
}

fn scored(found: similarity::Match, cue: &Cue, id: impl Fn(usize) -> EntryId) -> Match {
    Match { id: id(found.slot), score: similarity::score(found.dot, cue.norm(), found.norm) }
}
