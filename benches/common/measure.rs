//! Measuring by turns, so that whatever else the machine does meets everything that is compared.

use std::time::{Duration, Instant};

/// How many turns each gets.
pub(crate) const ROUNDS: usize = 301;
/// About how long a turn takes, in nanoseconds.
const TURN: f64 = 50_000.0;

/// Something that can be done a number of times.
pub(crate) struct Work<'w>(Box<dyn FnMut(u64) + 'w>);

impl<'w> Work<'w> {
    /// Repeats this. The loop is compiled around it, so that a turn has no calls but its own.
    pub(crate) fn new(mut run: impl FnMut() + 'w) -> Work<'w> {
        Work(Box::new(move |count| (0..count).for_each(|_| run())))
    }

    /// How long a number of repetitions takes.
    pub(crate) fn time(&mut self, count: u64) -> Duration {
        let start = Instant::now();
        (self.0)(count);
        start.elapsed()
    }

    /// ns per repetition over a number of them.
    fn turn(&mut self, count: u64) -> f64 {
        self.time(count).as_nanos() as f64 / count as f64
    }

    fn count_per_turn(&mut self) -> u64 {
        let single = self.quickest_turn(1);
        let ns = if single < TURN { self.quickest_turn(100) } else { single };
        (TURN / ns.max(1.0)).clamp(1.0, 50_000.0) as u64
    }

    /// The quickest of a few turns: the first may compile, any may be interrupted.
    fn quickest_turn(&mut self, count: u64) -> f64 {
        (0..5).map(|_| self.turn(count)).fold(f64::INFINITY, f64::min)
    }
}

/// The medians of all, in ns per repetition.
pub(crate) fn medians<const N: usize>(mut works: [Work<'_>; N]) -> [f64; N] {
    let counts = works.each_mut().map(Work::count_per_turn);
    let mut turns = [(); N].map(|()| Vec::with_capacity(ROUNDS));
    for _ in 0..ROUNDS {
        for ((work, count), turns) in works.iter_mut().zip(counts).zip(&mut turns) {
            turns.push(work.turn(count));
        }
    }
    turns.map(median)
}

/// The value in the middle.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values[values.len() / 2]
}
