//! The lines of the picture.

use crate::run::{RunReport, Score, SeedReport};

/// Points: how many samples were learned, and how many per cent of the answers were right.
pub(super) type Line = Vec<(f64, f64)>;

/// A line for each seed, and that of their mean.
#[derive(Debug)]
pub(super) struct Series {
    pub(super) seeds: Vec<Line>,
    pub(super) mean: Line,
}

impl Series {
    /// The accuracy while learning.
    pub(super) fn learning(report: &RunReport) -> Series {
        Series::of(report, |seed| line(seed.online.iter().map(|point| (point.learned, point.recent))))
    }

    /// The accuracy on held-out samples after every epoch.
    pub(super) fn holdout(report: &RunReport) -> Series {
        Series::of(report, |seed| line(seed.epochs.iter().map(|epoch| (epoch.learned, epoch.holdout))))
    }

    fn of(report: &RunReport, line: impl Fn(&SeedReport) -> Line) -> Series {
        let seeds: Vec<Line> = report.seeds.iter().map(line).collect();
        let mean = mean(&seeds);
        Series { seeds, mean }
    }
}

fn line(points: impl Iterator<Item = (u64, Score)>) -> Line {
    points.filter_map(|(learned, score)| Some((learned as f64, score.accuracy()? * 100.0))).collect()
}

/// The mean of lines whose points stand at the same places.
fn mean(lines: &[Line]) -> Line {
    let Some(first) = lines.first() else { return Line::new() };
    let mean_at = |(i, &(learned, _)): (usize, &(f64, f64))| {
        let here: Vec<f64> =
            lines.iter().filter_map(|line| line.get(i)).map(|&(_, accuracy)| accuracy).collect();
        (learned, here.iter().sum::<f64>() / here.len() as f64)
    };
    first.iter().enumerate().map(mean_at).collect()
}
