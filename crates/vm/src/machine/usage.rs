//! Usage counts: how often each weight takes part in a product. They are kept only where the host asks for them.

use super::cold::ColdRegister;

/// How often each weight took part in a product.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Usage {
    /// One count a weight.
    pub counts: Vec<u32>,
    /// The tick of the last recording.
    pub last_tick: u64,
}

impl Usage {
    /// Counts of 0 for this many weights.
    #[must_use]
    pub fn zeros(weights: usize) -> Usage {
        Usage { counts: vec![0; weights], last_tick: 0 }
    }

    fn record(&mut self, index: usize) {
        if let Some(count) = self.counts.get_mut(index) {
            *count = count.saturating_add(1);
        }
    }
}

/// Usage counts. None of these changes the version or the dirty flag: the weights stay as they are.
impl ColdRegister {
    /// Begins to count, from 0; a register that counts already goes on.
    pub fn enable_usage(&mut self) {
        if self.usage().is_none() {
            self.set_usage(Some(Usage::zeros(self.len())));
        }
    }

    /// Stops counting and drops the counts.
    pub fn disable_usage(&mut self) {
        self.set_usage(None);
    }

    /// Counts each of these weights once, saturating, and keeps the tick. Indices out of range are ignored, and so is
    /// everything while usage is not tracked.
    pub fn record_usage(&mut self, indices: impl IntoIterator<Item = usize>, tick: u64) {
        if let Some(usage) = self.usage_mut() {
            indices.into_iter().for_each(|index| usage.record(index));
            usage.last_tick = tick;
        }
    }

    /// Counts one weight; the tick of the last recording stays.
    pub fn record_one_usage(&mut self, index: usize) {
        if let Some(usage) = self.usage_mut() {
            usage.record(index);
        }
    }

    /// Scales every count by `factor`/255, rounded down.
    pub fn decay_usage(&mut self, factor: u8) {
        let counts = self.usage_mut().into_iter().flat_map(|usage| &mut usage.counts);
        counts.for_each(|count| *count = (u64::from(*count) * u64::from(factor) / 255) as u32);
    }

    /// Sets every count to 0.
    pub fn reset_usage(&mut self) {
        if let Some(usage) = self.usage_mut() {
            usage.counts.fill(0);
        }
    }

    /// The weights that were counted at least `threshold` times; none while usage is not tracked.
    #[must_use]
    pub fn frequently_used(&self, threshold: u32) -> Vec<usize> {
        self.used(|count| count >= threshold)
    }

    /// The weights that were counted less than `threshold` times; none while usage is not tracked.
    #[must_use]
    pub fn rarely_used(&self, threshold: u32) -> Vec<usize> {
        self.used(|count| count < threshold)
    }

    /// How often a weight was counted; 0 out of range and while usage is not tracked.
    #[must_use]
    pub fn usage_count(&self, index: usize) -> u32 {
        self.usage().and_then(|usage| usage.counts.get(index)).copied().unwrap_or(0)
    }

    fn used(&self, wanted: impl Fn(u32) -> bool) -> Vec<usize> {
        let counts = self.usage().into_iter().flat_map(|usage| usage.counts.iter().enumerate());
        counts.filter(|&(_, &count)| wanted(count)).map(|(index, _)| index).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ternsig_isa::{Shape, Signal};

    fn tracking(len: usize) -> ColdRegister {
        let mut register = ColdRegister::zeros(Shape::vector(len));
        register.enable_usage();
        register
    }

    #[test]
    fn nothing_is_counted_until_asked_for() {
        let mut register = ColdRegister::zeros(Shape::vector(2));
        register.record_usage([0], 5);
        register.record_one_usage(0);
        assert_eq!((register.usage(), register.usage_count(0)), (None, 0));
        assert!(register.frequently_used(0).is_empty() && register.rarely_used(9).is_empty());
        register.enable_usage();
        assert_eq!(register.usage(), Some(&Usage::zeros(2)));
        register.record_usage([0], 5);
        register.enable_usage();
        assert_eq!(register.usage_count(0), 1);
        register.disable_usage();
        assert_eq!(register.usage(), None);
    }

    #[test]
    fn recording_counts_saturating_and_ignores_what_is_out_of_range() {
        let mut register = tracking(3);
        let version = register.version();
        register.record_usage([0, 2, 2, 3, usize::MAX], 7);
        register.record_one_usage(1);
        register.record_one_usage(3);
        assert_eq!(register.usage(), Some(&Usage { counts: vec![1, 1, 2], last_tick: 7 }));
        register.set_usage(Some(Usage { counts: vec![u32::MAX, 0, 0], last_tick: 7 }));
        register.record_one_usage(0);
        assert_eq!(register.usage_count(0), u32::MAX);
        assert_eq!((register.version(), register.is_dirty()), (version, false));
    }

    #[test]
    fn counts_decay_and_split_at_a_threshold() {
        let mut register = tracking(3);
        register.set_usage(Some(Usage { counts: vec![u32::MAX, 100, 1], last_tick: 7 }));
        register.decay_usage(128);
        assert_eq!(register.usage().map(|usage| usage.counts.clone()), Some(vec![2_155_905_152, 50, 0]));
        assert_eq!((register.frequently_used(50), register.rarely_used(50)), (vec![0, 1], vec![2]));
        register.decay_usage(255);
        assert_eq!(register.usage_count(1), 50);
        register.reset_usage();
        assert_eq!(register.usage(), Some(&Usage { counts: vec![0; 3], last_tick: 7 }));
    }

    #[test]
    fn replaced_weights_begin_at_zero() {
        let mut register = tracking(1);
        register.record_one_usage(0);
        register.replace(vec![Signal::ZERO; 2], Shape::vector(2)).unwrap();
        assert_eq!(register.usage().map(|usage| usage.counts.clone()), Some(vec![0; 2]));
    }
}
