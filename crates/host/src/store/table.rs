//! The tables of a store: rows of a key's bytes and a value's bytes.

use super::error::StoreErrorKind;
use redb::TableDefinition;
use sha2::{Digest, Sha256};

/// A table. Every one takes part in the same transactions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Table {
    /// What the store says of itself: name → number or digest.
    Meta,
    /// Key → shape, signals and temperatures.
    Weights,
    /// Key → layer, strength, updates and tick.
    Standing,
    /// Sequence number, big-endian → record.
    Chain,
    /// Key → the shape that a grown or pruned register has.
    Architecture,
    /// Checkpoint id → key and weights.
    Checkpoints,
    /// Slot or name → path and content.
    Models,
    /// Name → bytes.
    Snapshots,
    /// Bank id, big-endian → bytes.
    Banks,
    /// Bank id and entry id, big-endian → bytes.
    BankEntries,
}

/// Bytes of the seal behind each value.
const SEAL_BYTES: usize = 8;

impl Table {
    pub(super) const ALL: [Table; 10] = [
        Table::Meta,
        Table::Weights,
        Table::Standing,
        Table::Chain,
        Table::Architecture,
        Table::Checkpoints,
        Table::Models,
        Table::Snapshots,
        Table::Banks,
        Table::BankEntries,
    ];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Table::Meta => "meta",
            Table::Weights => "weights",
            Table::Standing => "standing",
            Table::Chain => "chain",
            Table::Architecture => "architecture",
            Table::Checkpoints => "checkpoints",
            Table::Models => "models",
            Table::Snapshots => "snapshots",
            Table::Banks => "banks",
            Table::BankEntries => "bank_entries",
        }
    }

    pub(super) const fn definition(self) -> TableDefinition<'static, &'static [u8], &'static [u8]> {
        TableDefinition::new(self.name())
    }

    /// A row's name in messages.
    pub(super) fn row(self, key: &[u8]) -> String {
        match (self, key.first_chunk()) {
            (Table::Chain, Some(sequence)) => {
                format!("record {} of the chain", u64::from_be_bytes(*sequence))
            }
            (Table::Banks | Table::BankEntries, _) => {
                format!("row {} of table {}", super::codec::hex(key), self.name())
            }
            _ => format!("row \"{}\" of table {}", String::from_utf8_lossy(key), self.name()),
        }
    }
}

/// The seal binds a value to its table and key, so that a row which turns up elsewhere is noticed too.
pub(super) fn seal_of(table: Table, key: &[u8], value: &[u8]) -> u64 {
    let mut hash = Sha256::new();
    for field in [table.name().as_bytes(), key, value] {
        hash.update((field.len() as u64).to_le_bytes());
        hash.update(field);
    }
    hash.finalize().first_chunk().copied().map_or(0, u64::from_le_bytes)
}

/// A value as it stands in the file: with its seal behind it.
pub(super) fn sealed(table: Table, key: &[u8], value: &[u8]) -> Vec<u8> {
    let mut stored = Vec::with_capacity(value.len() + SEAL_BYTES);
    stored.extend_from_slice(value);
    stored.extend_from_slice(&seal_of(table, key, value).to_le_bytes());
    stored
}

/// The seal that a stored value carries; 0 for one too short to carry any.
pub(super) fn carried_seal(stored: &[u8]) -> u64 {
    stored.last_chunk().copied().map_or(0, u64::from_le_bytes)
}

/// The value without its seal.
pub(super) fn unsealed<'a>(table: Table, key: &[u8], stored: &'a [u8]) -> Result<&'a [u8], StoreErrorKind> {
    let Some((value, seal)) = stored.split_last_chunk::<SEAL_BYTES>() else {
        return Err(StoreErrorKind::damaged(format!("{} is cut off", table.row(key))));
    };
    if u64::from_le_bytes(*seal) != seal_of(table, key, value) {
        return Err(StoreErrorKind::damaged(format!("{} has a wrong checksum", table.row(key))));
    }
    Ok(value)
}
