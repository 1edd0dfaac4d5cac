//! The best of what is shown.

/// How many are looked for.
pub(crate) const TOP: usize = 8;

/// The best entries so far, the best first, and of equal ones the first.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Top {
    scores: [i32; TOP],
    slots: [usize; TOP],
}

impl Top {
    /// None so far.
    pub(crate) fn new() -> Top {
        Top { scores: [i32::MIN; TOP], slots: [usize::MAX; TOP] }
    }

    /// Takes an entry in, if it is better than the last. The answer is the least score that would be.
    #[inline]
    pub(crate) fn offer(&mut self, slot: usize, score: i32) -> i32 {
        if score > self.scores[TOP - 1] {
            let mut place = TOP - 1;
            while place > 0 && score > self.scores[place - 1] {
                self.scores[place] = self.scores[place - 1];
                self.slots[place] = self.slots[place - 1];
                place -= 1;
            }
            self.scores[place] = score;
            self.slots[place] = slot;
        }
        self.scores[TOP - 1].saturating_add(1)
    }

    /// The scores, the best first.
    pub(crate) fn scores(&self) -> [i32; TOP] {
        self.scores
    }
}
