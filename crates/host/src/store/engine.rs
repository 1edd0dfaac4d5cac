//! The file: sealed rows in the engine's tables, written by one engine transaction a commit.

use super::codec::{Reader, Writer};
use super::error::StoreErrorKind;
use super::frame::{Frame, Header, Image};
use super::overlay::Changes;
use super::table::{Table, carried_seal, sealed, unsealed};
use redb::{
    Database, Durability, ReadTransaction, ReadableDatabase, ReadableTable, StorageBackend, TableError,
    TableHandle, WriteTransaction,
};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a file must say it is.
const PRODUCT: &[u8] = b"ternsig store";
/// The format of the rows that this release writes.
///
/// A file of an older format is upgraded in one transaction when it is opened: `upgrade` takes it from each version to the
/// next. A file of a newer one is refused and left as it is.
pub(super) const FORMAT: u32 = 1;
/// Memory for pages that have been read or are to be written.
const CACHE_BYTES: usize = 64 << 20;

const META_PRODUCT: &[u8] = b"product";
const META_FORMAT: &[u8] = b"format";
const META_COMMITS: &[u8] = b"commits";
const META_TICK: &[u8] = b"tick";
/// In [`Table::Meta`]: how long the chain is, and its last hash.
pub(super) const META_HEAD: &[u8] = b"chain";

/// How many rows a table has, and the sum of their seals: a row that is missing, or there without having been written,
/// changes both.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Census {
    rows: u64,
    seals: u64,
}

impl Census {
    fn add(&mut self, stored: &[u8]) {
        self.rows = self.rows.wrapping_add(1);
        self.seals = self.seals.wrapping_add(carried_seal(stored));
    }

    fn remove(&mut self, stored: &[u8]) {
        self.rows = self.rows.wrapping_sub(1);
        self.seals = self.seals.wrapping_sub(carried_seal(stored));
    }
}

type Censuses = BTreeMap<Table, Census>;
pub(super) type Rows = BTreeMap<Vec<u8>, Vec<u8>>;
type Outcome<T> = Result<T, StoreErrorKind>;

#[derive(Debug)]
pub(super) struct Engine {
    database: Database,
    frame: Arc<Frame>,
    censuses: Censuses,
    commits: u64,
    tick: u64,
}

fn builder() -> redb::Builder {
    let mut builder = Database::builder();
    builder.set_cache_size(CACHE_BYTES).set_check_integrity_on_open(true);
    builder
}

impl Engine {
    /// Opens what is there. Until `check` has found it whole, nothing is written.
    pub(super) fn open(
        backend: Box<dyn StorageBackend>,
        check: impl FnOnce(&Engine) -> Outcome<()>,
    ) -> Outcome<Engine> {
        let frame = Arc::new(Frame::new(backend));
        let durable = match frame.header()? {
            Header::Commits(commits) => commits,
            Header::Newer(found) => return Err(StoreErrorKind::Newer { found, known: FORMAT }),
            Header::Damaged => return Err(StoreErrorKind::damaged("neither copy of the header is whole")),
            Header::Blank | Header::Foreign => return Err(StoreErrorKind::NotAStore),
        };
        if !frame.has_image()? {
            return Err(StoreErrorKind::damaged("the file ends behind its header"));
        }
        frame.hold();
        let opening = |error| StoreErrorKind::engine("opening the file", error);
        let database = builder().create_with_backend(Image(Arc::clone(&frame))).map_err(opening)?;
        let mut engine = Engine { database, frame, censuses: Censuses::new(), commits: 0, tick: 0 };
        engine.load_meta()?;
        if engine.commits < durable {
            let what = format!("it holds {} commits of {durable}", engine.commits);
            return Err(StoreErrorKind::damaged(what));
        }
        engine.verify_rows()?;
        check(&engine)?;
        engine.frame.release()?;
        Ok(engine)
    }

    /// Makes a new store, empty.
    pub(super) fn create(backend: Box<dyn StorageBackend>) -> Outcome<Engine> {
        let frame = Arc::new(Frame::new(backend));
        frame.clear()?;
        let creating = |error| StoreErrorKind::engine("creating the file", error);
        let database = builder().create_with_backend(Image(Arc::clone(&frame))).map_err(creating)?;
        let mut engine = Engine { database, frame, censuses: Censuses::new(), commits: 0, tick: 0 };
        let meta = BTreeMap::from([
            ((Table::Meta, META_PRODUCT.to_vec()), Some(PRODUCT.to_vec())),
            ((Table::Meta, META_FORMAT.to_vec()), Some(Writer::default().u32(FORMAT).finish())),
        ]);
        engine.censuses = Table::ALL.into_iter().map(|table| (table, Census::default())).collect();
        engine.commit(&meta, 0)?;
        // Only now is it a store: whoever finds no header starts afresh.
        engine.frame.mark_created(engine.commits)?;
        Ok(engine)
    }

    /// Whether creating was begun here at most, and never finished.
    pub(super) fn is_blank(backend: Box<dyn StorageBackend>) -> Outcome<(bool, Box<dyn StorageBackend>)> {
        let frame = Frame::new(backend);
        let blank = frame.header()? == Header::Blank;
        Ok((blank, frame.into_inner()))
    }

    /// How many rows all tables have together.
    pub(super) fn rows(&self) -> u64 {
        self.censuses.iter().filter(|&(&table, _)| table != Table::Meta).map(|(_, census)| census.rows).sum()
    }

    /// Commits of the file, over all sessions.
    pub(super) fn commits(&self) -> u64 {
        self.commits
    }

    /// The tick that the last commit recorded.
    pub(super) fn tick(&self) -> u64 {
        self.tick
    }

    fn read(&self) -> Outcome<ReadTransaction> {
        self.database.begin_read().map_err(|error| StoreErrorKind::engine("beginning to read", error))
    }

    /// The value of a row.
    pub(super) fn get(&self, table: Table, key: &[u8]) -> Outcome<Option<Vec<u8>>> {
        let reading = "reading a row";
        let Some(rows) = open_for_reading(&self.read()?, table)? else {
            return Ok(None);
        };
        let Some(stored) = rows.get(key).map_err(|error| StoreErrorKind::engine(reading, error))? else {
            return Ok(None);
        };
        unsealed(table, key, stored.value()).map(|value| Some(value.to_vec()))
    }

    /// Shows every row of a table, in the order of the keys.
    pub(super) fn for_each(
        &self,
        table: Table,
        mut show: impl FnMut(&[u8], &[u8]) -> Outcome<()>,
    ) -> Outcome<()> {
        let Some(rows) = open_for_reading(&self.read()?, table)? else {
            return Ok(());
        };
        let failed = |error| StoreErrorKind::engine("reading rows", error);
        for row in rows.iter().map_err(failed)? {
            let (key, stored) = row.map_err(failed)?;
            show(key.value(), unsealed(table, key.value(), stored.value())?)?;
        }
        Ok(())
    }

    /// The rows whose key begins with `prefix`.
    pub(super) fn scan(&self, table: Table, prefix: &[u8]) -> Outcome<Rows> {
        let mut found = Rows::new();
        let transaction = self.read()?;
        let Some(rows) = open_for_reading(&transaction, table)? else {
            return Ok(found);
        };
        let failed = |error| StoreErrorKind::engine("reading rows", error);
        for row in rows.range(prefix..).map_err(failed)? {
            let (key, stored) = row.map_err(failed)?;
            if !key.value().starts_with(prefix) {
                break;
            }
            found.insert(key.value().to_vec(), unsealed(table, key.value(), stored.value())?.to_vec());
        }
        Ok(found)
    }

    /// Writes all changes and the tick, durably, or nothing.
    pub(super) fn commit(&mut self, changes: &Changes, tick: u64) -> Outcome<()> {
        let failed = |error: redb::Error| StoreErrorKind::engine("writing a transaction", error);
        let commits = self.commits + 1;
        let censuses = self.write(changes, commits, tick).map_err(failed)?;
        (self.censuses, self.commits, self.tick) = (censuses, commits, tick);
        // The commit is durable whether or not its count is: a count that lags is not missed.
        let _ = self.frame.mark(commits);
        Ok(())
    }

    fn write(&self, changes: &Changes, commits: u64, tick: u64) -> Result<Censuses, redb::Error> {
        let mut transaction = self.database.begin_write()?;
        transaction.set_durability(Durability::Immediate)?;
        transaction.set_two_phase_commit(true);
        let mut censuses = self.censuses.clone();
        for table in Table::ALL {
            let census = censuses.entry(table).or_default();
            write_table(&transaction, table, changes, census)?;
        }
        write_meta(&transaction, &censuses, commits, tick)?;
        transaction.commit()?;
        Ok(censuses)
    }

    fn load_meta(&mut self) -> Outcome<()> {
        if self.get(Table::Meta, META_PRODUCT)?.as_deref() != Some(PRODUCT) {
            return Err(StoreErrorKind::damaged("it does not say that it is a Ternsig store"));
        }
        let format = self.meta(META_FORMAT)?;
        match Reader::new(&format, "the format version").u32()? {
            FORMAT => {}
            found if found > FORMAT => return Err(StoreErrorKind::Newer { found, known: FORMAT }),
            found => return Err(StoreErrorKind::damaged(format!("there has never been a format {found}"))),
        }
        self.commits = self.meta_number(META_COMMITS)?;
        self.tick = self.meta_number(META_TICK)?;
        for table in Table::ALL.into_iter().filter(|&table| table != Table::Meta) {
            let census = self.meta(&census_key(table))?;
            let mut reader = Reader::new(&census, "the census of a table");
            self.censuses.insert(table, Census { rows: reader.u64()?, seals: reader.u64()? });
        }
        Ok(())
    }

    fn meta(&self, key: &[u8]) -> Outcome<Vec<u8>> {
        let missing = || StoreErrorKind::damaged(format!("{} is missing", Table::Meta.row(key)));
        self.get(Table::Meta, key)?.ok_or_else(missing)
    }

    fn meta_number(&self, key: &[u8]) -> Outcome<u64> {
        Reader::new(&self.meta(key)?, "a number of the store").u64()
    }

    /// That every row is as written, and that none is missing or too many.
    pub(super) fn verify_rows(&self) -> Outcome<()> {
        let transaction = self.read()?;
        let tables =
            transaction.list_tables().map_err(|error| StoreErrorKind::engine("listing tables", error))?;
        for unknown in tables.filter(|found| Table::ALL.iter().all(|table| table.name() != found.name())) {
            return Err(StoreErrorKind::damaged(format!("it holds a table \"{}\"", unknown.name())));
        }
        for table in Table::ALL {
            let census = take_census(&transaction, table)?;
            if table != Table::Meta && self.censuses.get(&table) != Some(&census) {
                return Err(StoreErrorKind::damaged(format!(
                    "table {} lacks rows or has others",
                    table.name()
                )));
            }
        }
        Ok(())
    }

    /// That every page of the file is as written.
    pub(super) fn verify_pages(&mut self) -> Outcome<()> {
        let checking = |error| StoreErrorKind::engine("checking the file", error);
        if !self.database.check_integrity().map_err(checking)? {
            return Err(StoreErrorKind::damaged("a page of the file is not as it was written"));
        }
        let (commits, censuses) = (self.commits, self.censuses.clone());
        self.load_meta()?;
        if (commits, &censuses) != (self.commits, &self.censuses) {
            return Err(StoreErrorKind::damaged("it no longer holds the last commit"));
        }
        Ok(())
    }
}

fn open_for_reading(
    transaction: &ReadTransaction,
    table: Table,
) -> Outcome<Option<redb::ReadOnlyTable<&'static [u8], &'static [u8]>>> {
    match transaction.open_table(table.definition()) {
        Ok(rows) => Ok(Some(rows)),
        Err(TableError::TableDoesNotExist(_)) => Ok(None),
        Err(error) => Err(StoreErrorKind::engine("opening a table", error)),
    }
}

fn take_census(transaction: &ReadTransaction, table: Table) -> Outcome<Census> {
    let mut census = Census::default();
    let Some(rows) = open_for_reading(transaction, table)? else {
        return Ok(census);
    };
    let failed = |error| StoreErrorKind::engine("reading rows", error);
    for row in rows.iter().map_err(failed)? {
        let (key, stored) = row.map_err(failed)?;
        unsealed(table, key.value(), stored.value())?;
        census.add(stored.value());
    }
    Ok(census)
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

fn census_key(table: Table) -> Vec<u8> {
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
