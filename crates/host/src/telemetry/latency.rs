//! How long things take.

use hdrhistogram::Histogram;
use std::time::Duration;

/// The quantiles that are told; the last is the longest of all.
pub const QUANTILES: [f64; 4] = [0.5, 0.99, 0.999, 1.0];

/// Longer takes count as this long, in nanoseconds: a minute.
const LONGEST: u64 = 60_000_000_000;

/// The distribution of durations in fixed space.
#[derive(Debug, Clone)]
pub(crate) struct Latency {
    /// There always is one: its bounds and digits are constants that it accepts.
    histogram: Option<Histogram<u64>>,
    sum: u64,
}

/// How long something took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// How often it was done.
    pub count: u64,
    /// All of it, in nanoseconds.
    pub sum_ns: u64,
    /// In nanoseconds, for each of [`QUANTILES`], rounded up to the precision that is kept; 0 if it was never done.
    pub quantiles_ns: [u64; QUANTILES.len()],
}

impl Latency {
    /// Keeps so many significant decimal digits, 1 to 5.
    pub(crate) fn new(digits: u8) -> Latency {
        Latency { histogram: Histogram::new_with_bounds(1, LONGEST, digits).ok(), sum: 0 }
    }

    pub(crate) fn record(&mut self, took: Duration) {
        let ns = u64::try_from(took.as_nanos()).unwrap_or(u64::MAX);
        if let Some(histogram) = &mut self.histogram {
            histogram.saturating_record(ns.min(LONGEST));
        }
        self.sum = self.sum.saturating_add(ns);
    }

    pub(crate) fn summary(&self) -> Summary {
        let Some(histogram) = &self.histogram else { return Summary::default() };
        let at = |quantile| histogram.value_at_quantile(quantile);
        Summary { count: histogram.len(), sum_ns: self.sum, quantiles_ns: QUANTILES.map(at) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_right_to_the_digits_that_are_kept() {
        for (digits, precision) in [(1, 0.1), (3, 0.001)] {
            let mut latency = Latency::new(digits);
            assert_eq!(latency.summary(), Summary::default());
            (1..=10_000).for_each(|us| latency.record(Duration::from_micros(us)));
            let Summary { count, sum_ns, quantiles_ns } = latency.summary();
            assert_eq!((count, sum_ns), (10_000, 50_005_000_000));
            for (found, expected) in quantiles_ns.into_iter().zip([5.0e6, 9.9e6, 9.99e6, 1.0e7]) {
                assert!((found as f64 / expected - 1.0).abs() <= precision, "{found} is not {expected}");
            }
        }
    }

    #[test]
    fn what_takes_no_time_or_too_much_is_counted() {
        let mut latency = Latency::new(1);
        latency.record(Duration::ZERO);
        latency.record(Duration::MAX);
        let Summary { count, sum_ns, quantiles_ns } = latency.summary();
        assert_eq!((count, sum_ns), (2, u64::MAX));
        assert!(quantiles_ns[0] <= 1 && quantiles_ns[3] >= LONGEST, "{quantiles_ns:?}");
    }
}
