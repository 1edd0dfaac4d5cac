use super::*;
use crate::run::{Confusion, CurvePoint, EpochReport, Score, SeedReport};
use std::time::Duration;

fn seed(seed: u64, scores: &[usize], holdout: usize) -> SeedReport {
    let learned = |i: usize| 50 * (i as u64 + 1);
    SeedReport {
        loaded: None,
        seed,
        epochs: vec![EpochReport {
            epoch: 1,
            learned: learned(scores.len() - 1),
            holdout: Score { right: holdout, of: 20 },
        }],
        online: scores
            .iter()
            .enumerate()
            .map(|(i, &right)| CurvePoint { learned: learned(i), recent: Score { right, of: 50 } })
            .collect(),
        confusion: Confusion::new(2),
        learned: 50 * scores.len() as u64,
        elapsed: Duration::ZERO,
        native: None,
        native_holdout: None,
    }
}

fn report(seeds: Vec<SeedReport>) -> RunReport {
    let (region, engine) = ("a < b".to_owned(), crate::Engine::Interpreter);
    RunReport { region, engine, classes: Vec::new(), training: 100, holdout: 20, seeds }
}

#[test]
fn the_mean_and_the_axes_follow_the_points() {
    let report = report(vec![seed(1, &[20, 45], 18), seed(2, &[24, 50], 19)]);
    let learning = Series::learning(&report);
    assert_eq!(learning.seeds[0], [(50.0, 40.0), (100.0, 90.0)]);
    assert_eq!(learning.mean, [(50.0, 44.0), (100.0, 95.0)]);
    let holdout = Series::holdout(&report);
    assert_eq!(holdout.mean, [(100.0, 92.5)]);
    let axes = Axes::around(&learning, &holdout).unwrap();
    assert_eq!((axes.learned, axes.least, axes.most), (100.0, 80.0, 100.0));
    assert_eq!(axes.clip(&learning.seeds[0]), [(90.0, 80.0), (100.0, 90.0)]);
    assert_eq!(axes.clip(&vec![(1.0, 85.0), (2.0, 10.0)]), [(1.0, 85.0), (2.0, 80.0)]);
    assert!(axes.clip(&vec![(1.0, 79.0)]).is_empty());
}

#[test]
fn the_picture_is_well_formed_and_always_the_same() {
    let report = report(vec![seed(1, &[20, 45], 18), seed(2, &[24, 50], 19)]);
    let picture = svg(&report).unwrap();
    assert!(picture.starts_with("<svg ") && picture.trim_end().ends_with("</svg>"));
    assert!(
        picture.contains("samples learned") && picture.contains("on the 20 samples that are never learned")
    );
    assert!(picture.contains("a &lt; b"), "names are escaped");
    assert_eq!(picture, svg(&report).unwrap());
}

#[test]
fn without_points_there_is_no_picture() {
    assert!(matches!(svg(&report(Vec::new())), Err(CurveError::NoPoints)));
}

#[test]
fn a_run_without_a_holdout_is_drawn_too() {
    let mut only = seed(1, &[25, 25], 0);
    only.epochs[0].holdout = Score { right: 0, of: 0 };
    let picture = svg(&report(vec![only])).unwrap();
    assert!(!picture.contains("never learned"));
}
