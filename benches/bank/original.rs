//! The bank of the original crate, which compares every entry.

use crate::top::TOP;
use databank_rs::ivf::IndexType;
use databank_rs::{BankConfig, BankId, DataBank, Temperature};
use ternary_signal::PackedSignal;

/// A bank of the crate.
pub(crate) struct Bank(DataBank);

impl Bank {
    /// A bank of these entries.
    pub(crate) fn new(entries: Vec<Vec<PackedSignal>>, width: usize) -> Bank {
        let config = BankConfig {
            max_entries: entries.len() as u32,
            vector_width: width as u16,
            index_type: IndexType::BruteForce,
            ..BankConfig::default()
        };
        let mut bank = DataBank::new(BankId::from_raw(1), String::new(), config);
        for entry in entries {
            bank.insert(entry, Temperature::Hot, 0).unwrap_or_else(|error| panic!("the original: {error}"));
        }
        Bank(bank)
    }

    /// The best scores.
    pub(crate) fn scores(&self, cue: &[PackedSignal]) -> Vec<i32> {
        self.0.query_sparse(cue, TOP).iter().map(|found| found.score).collect()
    }
}
