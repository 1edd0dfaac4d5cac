//! Whether rows say what they can say, and agree with each other.

use super::architecture::Architecture;
use super::blobs::ModelSource;
use super::chain::Audit;
use super::checkpoint;
use super::engine::{Engine, META_HEAD};
use super::error::StoreErrorKind;
use super::export::Tables;
use super::table::Table;
use super::value::Weights;
use super::weights::Standing;
use std::collections::BTreeSet;

type Outcome = Result<(), StoreErrorKind>;

/// What shows the rows of a table in the order of their keys.
type Show<'a> = &'a dyn Fn(Table, &mut dyn FnMut(&[u8], &[u8]) -> Outcome) -> Outcome;

/// Verifies what is committed.
pub(super) fn verify(engine: &Engine) -> Outcome {
    let mut audit = Audit::default();
    engine.for_each(Table::Chain, |_, bytes| audit.record(bytes))?;
    audit.end(engine.get(Table::Meta, META_HEAD)?.as_deref())?;
    verify_rows(audit, &|table, show| engine.for_each(table, show))
}

/// Verifies rows that are not in a store yet.
pub(super) fn verify_tables(tables: &Tables) -> Outcome {
    let for_each = |table, show: &mut dyn FnMut(&[u8], &[u8]) -> Outcome| {
        tables.get(&table).into_iter().flatten().try_for_each(|(key, value)| show(key, value))
    };
    let mut audit = Audit::default();
    for_each(Table::Chain, &mut |_, bytes| audit.record(bytes))?;
    verify_rows(audit, &for_each)
}

fn verify_rows(mut audit: Audit, for_each: Show<'_>) -> Outcome {
    let mut standing = BTreeSet::new();
    for_each(Table::Standing, &mut |key, bytes| {
        standing.insert(key.to_vec());
        row(Table::Standing, key, bytes)
    })?;
    for_each(Table::Weights, &mut |key, bytes| {
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
        for_each(table, &mut |key, bytes| row(table, key, bytes))?;
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
