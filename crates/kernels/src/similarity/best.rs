//! What the best of the entries seen so far have at least.

use super::sums::{GROUP, Group, Lowers, Sums};
use crate::arch;

/// The largest lower bound in each lane of all groups so far. If so many of them are at least a score, so are the scores of as many
/// entries.
pub(super) struct Best {
    count: usize,
    lowers: Lowers,
}

/// Below all scores.
const NONE: i32 = -257;

impl Best {
    /// Of so many.
    pub(super) fn new(count: usize) -> Best {
        Best { count, lowers: Lowers([NONE as f32; GROUP]) }
    }

    /// Adds the first entries of a group, and sums it; the upper bounds of other lanes are below everything.
    pub(super) fn add(&mut self, group: &Group<'_>, sums: &mut Sums, entries: usize) {
        if entries >= GROUP {
            arch::sums(group, sums, &mut self.lowers);
            return;
        }
        let mut own = Lowers([NONE as f32; GROUP]);
        arch::sums(group, sums, &mut own);
        for (lower, own) in self.lowers.0.iter_mut().zip(&own.0[..entries]) {
            *lower = lower.max(*own);
        }
        sums.uppers[entries..].fill(f32::NEG_INFINITY);
    }

    /// What each of the best has at least.
    pub(super) fn least(&self) -> f32 {
        let (mut known, mut above) = (NONE, 257);
        while above - known > 1 {
            let middle = (known + above).div_euclid(2);
            let reached = arch::lanes_reaching(&self.lowers.0, middle as f32).count_ones() as usize;
            if reached >= self.count { known = middle } else { above = middle }
        }
        known as f32
    }
}
