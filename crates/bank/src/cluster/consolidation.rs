//! What sleep does to a bank.

use super::Cluster;
use crate::config::Config;
use crate::entry::Record;
use crate::error::BankError;
use crate::id::{BankId, EntryRef};
use ternsig_isa::Temperature;

/// What a consolidation did to one bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Consolidated {
    /// So many entries became one step colder.
    pub promoted: usize,
    /// So many became one step hotter.
    pub demoted: usize,
    /// So many were evicted.
    pub evicted: usize,
    /// So many links that led nowhere were dropped.
    pub dropped: usize,
}

impl Consolidated {
    /// What was done to this bank and another.
    #[must_use]
    pub const fn with(self, other: Consolidated) -> Consolidated {
        Consolidated {
            promoted: self.promoted + other.promoted,
            demoted: self.demoted + other.demoted,
            evicted: self.evicted + other.evicted,
            dropped: self.dropped + other.dropped,
        }
    }
}

impl Cluster {
    /// Consolidates a bank: promotes what proved itself, demotes what the host is not sure of, evicts, the more the more
    /// urgent it is, and compacts the bank if anything was evicted. Evicted is `urgency/255` of the entries above 7/8 of what
    /// the bank may hold, truncated. An entry that is eligible for both is promoted.
    ///
    /// # Errors
    /// There is no such bank.
    pub fn consolidate(&mut self, bank: BankId, urgency: u8, now: u64) -> Result<Consolidated, BankError> {
        let found = self.bank(bank)?;
        let config = found.head().config;
        let records = || found.ids().filter_map(|id| found.record(id));
        let refs = |record: &Record| EntryRef { bank, entry: record.id };
        let promoted: Vec<_> =
            records().filter(|record| earns_promotion(record, &config, now)).map(refs).collect();
        let demoted = records().filter(|record| !earns_promotion(record, &config, now));
        let demoted: Vec<_> = demoted.filter(|record| earns_demotion(record, &config)).map(refs).collect();
        let overfull = found.len().saturating_sub(config.max_entries as usize * 7 / 8);
        for &entry in &promoted {
            self.promote(entry, now)?;
        }
        for &entry in &demoted {
            self.demote(entry, now)?;
        }
        let evicted = self.evict(bank, overfull * usize::from(urgency) / 255, now)?;
        let dropped = if evicted > 0 { self.compact(bank)? } else { 0 };
        Ok(Consolidated { promoted: promoted.len(), demoted: demoted.len(), evicted, dropped })
    }
}

/// Not Cold, and accessed often enough for long enough since its temperature changed.
fn earns_promotion(record: &Record, config: &Config, now: u64) -> bool {
    record.temperature != Temperature::Cold
        && record.accesses_since >= config.promote_accesses
        && now.saturating_sub(record.settled) >= config.promote_age
}

/// Not Hot, and the host is not sure of it.
fn earns_demotion(record: &Record, config: &Config) -> bool {
    record.temperature != Temperature::Hot && record.confidence < config.demote_below
}
