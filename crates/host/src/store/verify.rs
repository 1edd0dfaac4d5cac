//! Whether rows say what they can say, and agree with each other.

use super::architecture::Architecture;
use super::blobs::ModelSource;
use super::chain::Audit;
use super::checkpoint;
use super::engine::{Engine, META_HEAD};
use super::error::StoreErrorKind;
use super::table::Table;
use super::value::Weights;
use super::weights::Standing;
use std::collections::BTreeSet;

type Outcome = Result<(), StoreErrorKind>;

/// Verifies what is committed.
pub(super) fn verify(engine: &Engine) -> Outcome {
    let mut audit = Audit::default();
    engine.for_each(Table::Chain, |_, bytes| audit.record(bytes))?;
    audit.end(engine.get(Table::Meta, META_HEAD)?.as_deref())?;

    let mut standing = BTreeSet::new();
    engine.for_each(Table::Standing, |key, bytes| {
        standing.insert(key.to_vec());
        row(Table::Standing, key, bytes)
    })?;
    engine.for_each(Table::Weights, |key, bytes| {
        if !standing.remove(key) {
            return Err(StoreErrorKind::damaged(format!("{} is missing", Table::Standing.row(key))));
        }
        audit.weights(key, bytes)?;
        row(Table::Weights, key, bytes)
    })?;
    audit.finish()?;
    if let Some(key) = standing.pop_first() {
        return Err(StoreErrorKind::damaged(format!("{} is missing", Table::Weights.row(&key))));
    }
    for table in [Table::Architecture, Table::Checkpoints, Table::Models] {
        engine.for_each(table, |key, bytes| row(table, key, bytes))?;
    }
    Ok(())
}

/// Verifies a row by itself.
pub(super) fn row(table: Table, key: &[u8], bytes: &[u8]) -> Outcome {
    let named = matches!(table, Table::Chain | Table::Banks | Table::BankEntries | Table::Snapshots);
    if !named && std::str::from_utf8(key).is_err() {
        return Err(StoreErrorKind::damaged(format!("the key of {} is not UTF-8", table.row(key))));
    }
    match table {
        Table::Weights => Weights::decode(bytes, &table.row(key)).map(drop),
        Table::Standing => Standing::decode(bytes, &table.row(key)).map(drop),
        Table::Architecture => Architecture::decode(key, bytes).map(drop),
        Table::Checkpoints => checkpoint::decode(key, bytes).map(drop),
        Table::Models => ModelSource::decode(key, bytes).map(drop),
        Table::Meta | Table::Chain | Table::Snapshots | Table::Banks | Table::BankEntries => Ok(()),
    }
}
