//! What the axes of the picture span.

use super::points::{Line, Series};

/// What the axes span, in samples and per cent.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Axes {
    pub(super) learned: f64,
    pub(super) least: f64,
    pub(super) most: f64,
}

/// What the lower end is rounded to, in per cent.
const ROUND: f64 = 10.0;
/// How many lines run across the picture.
const LINES: usize = 10;

impl Axes {
    /// From 0 to the last point, and to 100 per cent from 10 to 20 below where the run ends, so that the picture shows
    /// how it gets there rather than the steep beginning. `None` without points.
    pub(super) fn around(learning: &Series, holdout: &Series) -> Option<Axes> {
        let ends = || learning.mean.last().into_iter().chain(holdout.mean.last()).copied();
        let learned = ends().map(|(learned, _)| learned).max_by(f64::total_cmp)?;
        let end = ends().map(|(_, accuracy)| accuracy).min_by(f64::total_cmp)?;
        let least = ((end / ROUND).floor() * ROUND - ROUND).clamp(0.0, 100.0 - 2.0 * ROUND);
        Some(Axes { learned, least, most: 100.0 })
    }

    /// How many labels the upright axis has.
    pub(super) const fn labels() -> usize {
        LINES + 1
    }

    /// The part of a line that lies within the picture, from where it first enters it; what dips below later runs along
    /// the edge.
    pub(super) fn clip(&self, line: &Line) -> Line {
        let Some(first) = line.iter().position(|&(_, accuracy)| accuracy >= self.least) else {
            return Line::new();
        };
        let entry = first.checked_sub(1).map(|before| {
            let ((x0, y0), (x1, y1)) = (line[before], line[first]);
            (x0 + (x1 - x0) * (self.least - y0) / (y1 - y0), self.least)
        });
        let inside = line[first..].iter().map(|&(learned, accuracy)| (learned, accuracy.max(self.least)));
        entry.into_iter().chain(inside).collect()
    }
}
