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

/// The lowest score there is.
const LEAST: i32 = -256;

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
    if count > FEW {
        return all(columns, &cue, count, id);
    }
    let mut best: Vec<Match> = Vec::with_capacity(count + 1);
    similarity::scan(columns, &cue, LEAST, &mut |found| {
        let found = scored(found, &cue, &id);
        let at = best.partition_point(|other| other.rank() < found.rank());
        if at < count {
            best.truncate(count - 1);
            best.insert(at, found);
        }
        // One that is as good as the last may have a smaller id.
        if best.len() < count { LEAST } else { best[count - 1].score }
    });
    best
}

/// Beyond, sorting all is better than keeping the best in order.
const FEW: usize = 256;

fn all(columns: &Columns, cue: &Cue, count: usize, id: impl Fn(usize) -> EntryId) -> Vec<Match> {
    let mut all = Vec::with_capacity(columns.len());
    similarity::scan(columns, cue, LEAST, &mut |found| {
        all.push(scored(found, cue, &id));
        LEAST
    });
    all.sort_unstable_by_key(Match::rank);
    all.truncate(count);
    all
}

fn scored(found: similarity::Match, cue: &Cue, id: impl Fn(usize) -> EntryId) -> Match {
    Match { id: id(found.slot), score: similarity::score(found.dot, cue.norm(), found.norm) }
}
