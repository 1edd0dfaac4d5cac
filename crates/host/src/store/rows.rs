//! Reading and writing sealed rows inside the engine's transactions.

use super::codec::Writer;
use super::error::StoreErrorKind;
use super::overlay::Changes;
use super::table::{Table, carried_seal, sealed, unsealed};
use redb::{Database, Durability, ReadOnlyTable, ReadTransaction, TableError, TableHandle, WriteTransaction};
use std::collections::BTreeMap;

type Outcome<T> = Result<T, StoreErrorKind>;

// In the meta table.
pub(super) const META_COMMITS: &[u8] = b"commits";
pub(super) const META_TICK: &[u8] = b"tick";

/// How many rows a table has, and the sum of their seals: a row that is missing, or there without having been written,
/// changes both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Census {
    pub(super) rows: u64,
    pub(super) seals: u64,
}

impl Census {
    pub(super) fn add(&mut self, stored: &[u8]) {
        self.rows = self.rows.wrapping_add(1);
        self.seals = self.seals.wrapping_add(carried_seal(stored));
    }

    fn remove(&mut self, stored: &[u8]) {
        self.rows = self.rows.wrapping_sub(1);
        self.seals = self.seals.wrapping_sub(carried_seal(stored));
    }
}

pub(super) type Censuses = BTreeMap<Table, Census>;

pub(super) fn open_for_reading(
    transaction: &ReadTransaction,
    table: Table,
) -> Outcome<Option<ReadOnlyTable<&'static [u8], &'static [u8]>>> {
    match transaction.open_table(table.definition()) {
        Ok(rows) => Ok(Some(rows)),
        Err(TableError::TableDoesNotExist(_)) => Ok(None),
        Err(error) => Err(StoreErrorKind::engine("opening a table", error)),
    }
}

pub(super) fn for_each_stored(
    transaction: &ReadTransaction,
    table: Table,
    prefix: &[u8],
    mut show: impl FnMut(&[u8], &[u8]) -> Outcome<()>,
) -> Outcome<()> {
    let Some(rows) = open_for_reading(transaction, table)? else {
        return Ok(());
    };
    let failed = |error| StoreErrorKind::engine("reading rows", error);
    for row in rows.range(prefix..).map_err(failed)? {
        let (key, stored) = row.map_err(failed)?;
        if !key.value().starts_with(prefix) {
            break;
        }
        show(key.value(), stored.value())?;
    }
    Ok(())
}

pub(super) fn refuse_unknown_tables(transaction: &ReadTransaction) -> Outcome<()> {
    let tables = transaction.list_tables();
    let mut tables = tables.map_err(|error| StoreErrorKind::engine("listing tables", error))?;
    match tables.find(|found| Table::ALL.iter().all(|table| table.name() != found.name())) {
        None => Ok(()),
        Some(unknown) => Err(StoreErrorKind::damaged(format!("it holds a table \"{}\"", unknown.name()))),
    }
}

pub(super) fn take_census(transaction: &ReadTransaction, table: Table) -> Outcome<Census> {
    let mut census = Census::default();
    for_each_stored(transaction, table, &[], |key, stored| {
        unsealed(table, key, stored)?;
        census.add(stored);
        Ok(())
    })?;
    Ok(census)
}

/// One durable transaction with all changes, and what the store says of itself after them.
pub(super) fn write(
    database: &Database,
    mut censuses: Censuses,
    changes: &Changes,
    commits: u64,
    tick: u64,
) -> Result<Censuses, redb::Error> {
    let mut transaction = database.begin_write()?;
    transaction.set_durability(Durability::Immediate)?;
    transaction.set_two_phase_commit(true);
    for table in Table::ALL {
        write_table(&transaction, table, changes, censuses.entry(table).or_default())?;
    }
    write_meta(&transaction, &censuses, commits, tick)?;
    transaction.commit()?;
    Ok(censuses)
}

fn write_table(
    transaction: &WriteTransaction,
    table: Table,
    changes: &Changes,
    census: &mut Census,
) -> Result<(), redb::Error> {
    let mut changes =
        changes.range((table, Vec::new())..).take_while(|((own, _), _)| *own == table).peekable();
    if changes.peek().is_none() {
        return Ok(());
    }
    let mut rows = transaction.open_table(table.definition())?;
    for ((_, key), change) in changes {
        let old = match change {
            Some(value) => {
                let stored = sealed(table, key, value);
                census.add(&stored);
                rows.insert(key.as_slice(), stored.as_slice())?
            }
            None => rows.remove(key.as_slice())?,
        };
        if let Some(old) = old {
            census.remove(old.value());
        }
    }
    Ok(())
}

pub(super) fn census_key(table: Table) -> Vec<u8> {
    format!("census:{}", table.name()).into_bytes()
}

fn write_meta(
    transaction: &WriteTransaction,
    censuses: &Censuses,
    commits: u64,
    tick: u64,
) -> Result<(), redb::Error> {
    let mut rows = transaction.open_table(Table::Meta.definition())?;
    let mut put = |key: &[u8], value: Vec<u8>| -> Result<(), redb::Error> {
        rows.insert(key, sealed(Table::Meta, key, &value).as_slice())?;
        Ok(())
    };
    put(META_COMMITS, Writer::default().u64(commits).finish())?;
    put(META_TICK, Writer::default().u64(tick).finish())?;
    for (&table, census) in censuses.iter().filter(|&(&table, _)| table != Table::Meta) {
        put(&census_key(table), Writer::default().u64(census.rows).u64(census.seals).finish())?;
    }
    Ok(())
}
