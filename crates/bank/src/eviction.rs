//! In which order entries are evicted: by score, the lowest first, and of equal ones the smallest id.
//!
//! The score is `T + R + A + C`: 10, 50, 200 or 1000 for Hot, Warm, Cool or Cold; 500 less the ticks since the last access,
//! at least 0; the number of accesses, at most 500; the confidence. Only R changes as time goes by, and by the same amount
//! for all that were accessed less than 500 ticks ago. So these keep their order among each other, as do those of longer
//! ago: an entry moves once from the one to the other after each access.

use crate::entry::Record;
use crate::id::EntryId;
use std::collections::BTreeSet;
use ternsig_isa::Temperature;

/// Ticks after which an access counts no more, and what it counts at first.
const RECENCY: u64 = 500;
/// Most accesses that count.
const MOST_ACCESSES: u32 = 500;

/// The score at this tick.
#[must_use]
pub fn eviction_score(record: &Record, now: u64) -> u64 {
    lasting(record) + RECENCY - now.saturating_sub(record.last_accessed).min(RECENCY)
}

/// What of the score does not depend on the tick.
fn lasting(record: &Record) -> u64 {
    let temperature = match record.temperature {
        Temperature::Hot => 10,
        Temperature::Warm => 50,
        Temperature::Cool => 200,
        Temperature::Cold => 1000,
    };
    temperature + u64::from(record.access_count.min(MOST_ACCESSES)) + u64::from(record.confidence)
}

/// Entries by their score.
#[derive(Debug, Clone, Default)]
pub(crate) struct EvictionOrder {
    /// The tick for which the rest is right.
    now: u64,
    /// Accessed at this tick or later, by what lasts.
    fresh: BTreeSet<(u64, EntryId)>,
    /// Accessed before, but less than 500 ticks ago, by what lasts and the tick of the access.
    recent: BTreeSet<(u64, EntryId)>,
    /// Accessed longer ago, by what lasts.
    idle: BTreeSet<(u64, EntryId)>,
    /// The fresh and the recent, by the tick of the access; and what lasts.
    by_access: BTreeSet<(u64, EntryId, u64)>,
}

impl EvictionOrder {
    /// The order of these entries.
    pub(crate) fn of<'a>(records: impl IntoIterator<Item = &'a Record>) -> EvictionOrder {
        let mut order = EvictionOrder::default();
        records.into_iter().for_each(|record| order.insert(record));
        order
    }

    pub(crate) fn insert(&mut self, record: &Record) {
        self.put(record.last_accessed, record.id, lasting(record));
    }

    /// Removes an entry that is as it was when it was inserted.
    pub(crate) fn remove(&mut self, record: &Record) {
        let (accessed, id, lasting) = (record.last_accessed, record.id, lasting(record));
        if !self.by_access.remove(&(accessed, id, lasting)) {
            self.idle.remove(&(lasting, id));
        } else if !self.recent.remove(&(lasting.saturating_add(accessed), id)) {
            self.fresh.remove(&(lasting, id));
        }
    }

    /// Whether the order can be asked for this tick: not for one that is past.
    pub(crate) const fn reaches(&self, now: u64) -> bool {
        now >= self.now
    }

    /// The score and the id of the first to go at a tick that it reaches.
    pub(crate) fn lowest(&mut self, now: u64) -> Option<(u64, EntryId)> {
        self.advance(now);
        let fresh = self.fresh.first().map(|&(lasting, id)| (lasting + RECENCY, id));
        let recent = self.recent.first().map(|&(sum, id)| (sum.saturating_add(RECENCY) - now, id));
        let idle = self.idle.first().copied();
        [fresh, recent, idle].into_iter().flatten().min()
    }

    fn put(&mut self, accessed: u64, id: EntryId, lasting: u64) {
        if accessed >= self.now {
            self.fresh.insert((lasting, id));
        } else if self.now - accessed < RECENCY {
            self.recent.insert((lasting.saturating_add(accessed), id));
        } else {
            self.idle.insert((lasting, id));
            return;
        }
        self.by_access.insert((accessed, id, lasting));
    }

    /// Moves what has another place at this tick.
    fn advance(&mut self, now: u64) {
        let before = self.now;
        self.now = now;
        let first = EntryId(0);
        let idle = ..(now.saturating_sub(RECENCY - 1), first, 0);
        let mut moved: Vec<_> = self.by_access.range(idle).copied().collect();
        let passed = (before.max(now.saturating_sub(RECENCY - 1)).min(now), first, 0)..(now, first, 0);
        moved.extend(self.by_access.range(passed).copied());
        for (accessed, id, lasting) in moved {
            self.by_access.remove(&(accessed, id, lasting));
            if accessed < before {
                self.recent.remove(&(lasting.saturating_add(accessed), id));
            } else {
                self.fresh.remove(&(lasting, id));
            }
            self.put(accessed, id, lasting);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::BankId;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    fn record(id: u64, accessed: u64, (temperature, count, confidence): (u8, u32, u8)) -> Record {
        let temperature = Temperature::from_code(temperature);
        let mut record = Record::new(EntryId(id), BankId(0), temperature, accessed);
        (record.access_count, record.confidence) = (count, confidence);
        record
    }

    #[test]
    fn scores_are_those_of_the_formula() {
        assert_eq!(eviction_score(&record(1, 100, (0, 0, 128)), 100), 10 + 500 + 128);
        assert_eq!(eviction_score(&record(1, 100, (0, 0, 128)), 7), 10 + 500 + 128);
        assert_eq!(eviction_score(&record(1, 100, (1, 7, 0)), 350), 50 + 250 + 7);
        assert_eq!(eviction_score(&record(1, 100, (2, 501, 1)), 600), 200 + 500 + 1);
        assert_eq!(eviction_score(&record(1, 100, (3, 0, 0)), u64::MAX), 1000);
        // A busy Hot entry outranks an idle Cold one.
        assert_eq!(eviction_score(&record(1, 0, (0, 900, 255)), 0), 1265);
    }

    proptest! {
        #[test]
        fn the_lowest_is_that_of_all_scores(
            steps in prop::collection::vec((0_u64..40, 0_u64..1500, (0_u8..4, 0_u32..600, any::<u8>()), 0_u64..300), 1..120),
        ) {
            let (mut order, mut all, mut now) = (EvictionOrder::default(), BTreeMap::new(), 0);
            for (id, accessed, what, passed) in steps {
                let record = record(id, accessed, what);
                if let Some(old) = all.insert(id, record.clone()) {
                    order.remove(&old);
                }
                order.insert(&record);
                now += passed;
                prop_assert!(order.reaches(now));
                let expected = all.values().map(|record| (eviction_score(record, now), record.id)).min();
                prop_assert_eq!(order.lowest(now), expected);
                if id % 3 == 0 {
                    order.remove(&all.remove(&id).unwrap());
                }
            }
        }
    }
}
