//! The accuracy while learning: the answers to the last samples, each given before it was learned.

use super::report::{CurvePoint, Score};
use std::collections::VecDeque;

/// How many of the last answers count.
const WINDOW: usize = 200;
/// After how many samples each a point is kept.
const STEP: u64 = 50;

/// The last answers, and the points kept so far.
#[derive(Debug, Default)]
pub(super) struct Online {
    last: VecDeque<bool>,
    right: usize,
    seen: u64,
    points: Vec<CurvePoint>,
}

impl Online {
    /// Counts an answer.
    pub(super) fn push(&mut self, right: bool) {
        if self.last.len() == WINDOW && self.last.pop_front() == Some(true) {
            self.right -= 1;
        }
        self.last.push_back(right);
        self.right += usize::from(right);
        self.seen += 1;
        if self.seen.is_multiple_of(STEP) {
            let recent = Score { right: self.right, of: self.last.len() };
            self.points.push(CurvePoint { learned: self.seen, recent });
        }
    }

    /// How many answers there were.
    pub(super) const fn seen(&self) -> u64 {
        self.seen
    }

    pub(super) fn into_points(self) -> Vec<CurvePoint> {
        self.points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_point_tells_of_the_last_answers_only() {
        let mut online = Online::default();
        (0..100).for_each(|_| online.push(false));
        (0..250).for_each(|_| online.push(true));
        let points = online.into_points();
        let scores: Vec<_> =
            points.iter().map(|point| (point.learned, point.recent.right, point.recent.of)).collect();
        let expected = [
            (50, 0, 50),
            (100, 0, 100),
            (150, 50, 150),
            (200, 100, 200),
            (250, 150, 200),
            (300, 200, 200),
            (350, 200, 200),
        ];
        assert_eq!(scores, expected);
    }
}
