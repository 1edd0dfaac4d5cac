//! Why a bank refuses.

use crate::id::{BankId, EntryRef};
use std::fmt;

/// Why an operation had no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BankError {
    /// There is no such bank.
    NoBank(BankId),
    /// There is a bank with this id already.
    BankExists(BankId),
    /// There is no such entry.
    NoEntry(EntryRef),
    /// A vector does not have the width of the bank.
    Width {
        /// Of the vector.
        found: usize,
        /// Of the bank.
        expected: usize,
    },
    /// The entry has as many links as it may.
    EdgesFull {
        /// The entry.
        entry: EntryRef,
        /// So many.
        limit: u32,
    },
    /// The settings are those of no bank.
    Config(String),
    /// Bytes are those of no bank or entry.
    Damaged(&'static str),
}

impl fmt::Display for BankError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BankError::NoBank(bank) => write!(f, "there is no bank {bank}"),
            BankError::BankExists(bank) => write!(f, "there is a bank {bank} already"),
            BankError::NoEntry(EntryRef { bank, entry }) => {
                write!(f, "there is no entry {entry} in bank {bank}")
            }
            BankError::Width { found, expected } => {
                write!(f, "a vector of {found} elements does not fit a bank of width {expected}")
            }
            BankError::EdgesFull { entry, limit } => {
                write!(f, "entry {entry} has {limit} links already, as many as it may")
            }
            BankError::Config(why) => f.write_str(why),
            BankError::Damaged(why) => write!(f, "damaged: {why}"),
        }
    }
}

impl std::error::Error for BankError {}
