//! The file: sealed rows in the engine's tables, written by one engine transaction a commit.

use super::codec::{Reader, Writer};
use super::error::StoreErrorKind;
use super::frame::{Frame, Header, Image};
use super::guard::Guarded;
use super::overlay::Changes;
use super::rows::{
    Census, Censuses, META_COMMITS, META_TICK, census_key, for_each_stored, open_for_reading,
    refuse_unknown_tables, take_census, write,
};
use super::table::{Table, unsealed};
use redb::{Database, ReadTransaction, ReadableDatabase, StorageBackend};
use std::collections::BTreeMap;
use std::sync::Arc;

/// What a file must say it is.
const PRODUCT: &[u8] = b"ternsig store";
/// The format of the rows that this release writes. A file of a newer one is refused and left as it is; one of an older one is
/// upgraded when it is opened.
pub(super) const FORMAT: u32 = UPGRADES.len() as u32 + 1;
/// The changes that make a file of format i + 1 one of format i + 2. Each step is one transaction, and none reaches the file
/// before the upgraded store has been found whole.
const UPGRADES: &[Upgrade] = &[];
type Upgrade = fn(&Engine) -> Outcome<Changes>;

const META_PRODUCT: &[u8] = b"product";
const META_FORMAT: &[u8] = b"format";
/// In [`Table::Meta`]: how long the chain is, and its last hash.
pub(super) const META_HEAD: &[u8] = b"chain";

pub(super) type Rows = BTreeMap<Vec<u8>, Vec<u8>>;
type Outcome<T> = Result<T, StoreErrorKind>;

#[derive(Debug)]
pub(super) struct Engine {
    database: Guarded,
    frame: Arc<Frame>,
    censuses: Censuses,
    commits: u64,
    tick: u64,
}

/// Opening checks every page, since it panics on some broken ones otherwise and believes others.
fn database(doing: &'static str, frame: &Arc<Frame>, cache_bytes: usize) -> Outcome<Guarded> {
    Guarded::open(|| {
        let mut builder = Database::builder();
        builder.set_cache_size(cache_bytes).set_check_integrity_on_open(true);
        let database = builder.create_with_backend(Image(Arc::clone(frame)));
        database.map_err(|error| StoreErrorKind::engine(doing, error))
    })
}

impl Engine {
    /// Opens what is there. Until `check` has found it whole, nothing is written.
    pub(super) fn open(
        backend: Box<dyn StorageBackend>,
        cache_bytes: usize,
        check: impl FnOnce(&Engine) -> Outcome<()>,
    ) -> Outcome<Engine> {
        let frame = Arc::new(Frame::new(backend));
        let durable = match frame.header()? {
            Header::Commits(commits) => commits,
            Header::Newer(found) => return Err(StoreErrorKind::Newer { found, known: FORMAT }),
            Header::Damaged => return Err(StoreErrorKind::damaged("neither copy of the header is whole")),
            Header::Unfinished | Header::Foreign => return Err(StoreErrorKind::NotAStore),
        };
        if !frame.has_image()? {
            return Err(StoreErrorKind::damaged("the file ends behind its header"));
        }
        frame.hold();
        let database = database("opening the file", &frame, cache_bytes)?;
        let mut engine = Engine { database, frame, censuses: Censuses::new(), commits: 0, tick: 0 };
        let format = engine.load_meta()?;
        if engine.commits < durable {
            let what = format!("it holds {} commits of {durable}", engine.commits);
            return Err(StoreErrorKind::damaged(what));
        }
        engine.verify_rows()?;
        engine.upgrade(format, UPGRADES)?;
        check(&engine)?;
        engine.frame.release()?;
        Ok(engine)
    }

    /// Makes a new store, empty.
    pub(super) fn create(backend: Box<dyn StorageBackend>, cache_bytes: usize) -> Outcome<Engine> {
        let frame = Arc::new(Frame::new(backend));
        frame.begin()?;
        let database = database("creating the file", &frame, cache_bytes)?;
        let mut engine = Engine { database, frame, censuses: Censuses::new(), commits: 0, tick: 0 };
        let product = ((Table::Meta, META_PRODUCT.to_vec()), Some(PRODUCT.to_vec()));
        let meta = Changes::from([product, format_row(FORMAT)]);
        engine.censuses = Table::ALL.into_iter().map(|table| (table, Census::default())).collect();
        engine.commit(&meta, 0)?;
        // Only now is it a store: whoever finds it unfinished starts afresh.
        engine.frame.mark_created(engine.commits)?;
        Ok(engine)
    }

    /// Whether nothing has been begun here, or creating a store, and that was never finished.
    pub(super) fn is_unfinished(
        backend: Box<dyn StorageBackend>,
    ) -> Outcome<(bool, Box<dyn StorageBackend>)> {
        let frame = Frame::new(backend);
        let unfinished = frame.header()? == Header::Unfinished;
        Ok((unfinished, frame.into_inner()))
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

    fn read<T>(&self, work: impl FnOnce(&ReadTransaction) -> Outcome<T>) -> Outcome<T> {
        self.database.with(|database| {
            let transaction = database.begin_read();
            work(&transaction.map_err(|error| StoreErrorKind::engine("beginning to read", error))?)
        })
    }

    /// Takes a file of an older format to the newest.
    fn upgrade(&mut self, from: u32, steps: &[Upgrade]) -> Outcome<()> {
        for (step, to) in steps.iter().zip(2..).skip_while(|&(_, to)| to <= from) {
            let mut changes = step(self)?;
            changes.extend([format_row(to)]);
            self.commit(&changes, self.tick)?;
        }
        Ok(())
    }

    /// The value of a row.
    pub(super) fn get(&self, table: Table, key: &[u8]) -> Outcome<Option<Vec<u8>>> {
        self.read(|transaction| {
            let Some(rows) = open_for_reading(transaction, table)? else {
                return Ok(None);
            };
            let stored = rows.get(key).map_err(|error| StoreErrorKind::engine("reading a row", error))?;
            let value = stored.map(|stored| unsealed(table, key, stored.value()).map(<[u8]>::to_vec));
            value.transpose()
        })
    }

    /// Shows every row of a table, in the order of the keys.
    pub(super) fn for_each(
        &self,
        table: Table,
        mut show: impl FnMut(&[u8], &[u8]) -> Outcome<()>,
    ) -> Outcome<()> {
        self.read(|transaction| {
            for_each_stored(transaction, table, &[], |key, stored| show(key, unsealed(table, key, stored)?))
        })
    }

    /// The rows whose key begins with `prefix`. A whole table is counted on the way.
    pub(super) fn scan(&self, table: Table, prefix: &[u8]) -> Outcome<Rows> {
        let mut found = Rows::new();
        let mut census = Census::default();
        self.read(|transaction| {
            for_each_stored(transaction, table, prefix, |key, stored| {
                census.add(stored);
                found.insert(key.to_vec(), unsealed(table, key, stored)?.to_vec());
                Ok(())
            })
        })?;
        if prefix.is_empty() {
            self.compare(table, census)?;
        }
        Ok(found)
    }

    fn compare(&self, table: Table, census: Census) -> Outcome<()> {
        if table == Table::Meta || self.censuses.get(&table) == Some(&census) {
            return Ok(());
        }
        Err(StoreErrorKind::damaged(format!("table {} lacks rows or has others", table.name())))
    }

    /// Writes all changes and the tick, durably, or nothing.
    pub(super) fn commit(&mut self, changes: &Changes, tick: u64) -> Outcome<()> {
        let commits = self.commits + 1;
        let censuses = self.database.with(|database| {
            let written = write(database, self.censuses.clone(), changes, commits, tick);
            written.map_err(|error| StoreErrorKind::engine("writing a transaction", error))
        })?;
        (self.censuses, self.commits, self.tick) = (censuses, commits, tick);
        // The commit is durable whether or not its count is: a count that lags is not missed.
        let _ = self.frame.mark(commits);
        Ok(())
    }

    /// Reads what the file says of itself; gives its format version.
    fn load_meta(&mut self) -> Outcome<u32> {
        if self.get(Table::Meta, META_PRODUCT)?.as_deref() != Some(PRODUCT) {
            return Err(StoreErrorKind::damaged("it does not say that it is a Ternsig store"));
        }
        let found = Reader::new(&self.meta(META_FORMAT)?, "the format version").u32()?;
        match found {
            0 => return Err(StoreErrorKind::damaged("there has never been a format 0")),
            1..=FORMAT => {}
            _ => return Err(StoreErrorKind::Newer { found, known: FORMAT }),
        }
        self.commits = self.meta_number(META_COMMITS)?;
        self.tick = self.meta_number(META_TICK)?;
        for table in Table::ALL.into_iter().filter(|&table| table != Table::Meta) {
            let census = self.meta(&census_key(table))?;
            let mut reader = Reader::new(&census, "the census of a table");
            self.censuses.insert(table, Census { rows: reader.u64()?, seals: reader.u64()? });
        }
        Ok(found)
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
        self.read(|transaction| {
            refuse_unknown_tables(transaction)?;
            Table::ALL.into_iter().try_for_each(|table| self.compare(table, take_census(transaction, table)?))
        })
    }

    /// That every page of the file is as written.
    pub(super) fn verify_pages(&mut self) -> Outcome<()> {
        let whole = self.database.with_mut(|database| {
            database.check_integrity().map_err(|error| StoreErrorKind::engine("checking the file", error))
        })?;
        if !whole {
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

fn format_row(format: u32) -> ((Table, Vec<u8>), Option<Vec<u8>>) {
    ((Table::Meta, META_FORMAT.to_vec()), Some(Writer::default().u32(format).finish()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use redb::backends::InMemoryBackend;

    #[test]
    fn an_older_format_is_upgraded_by_one_transaction_a_step() {
        let mut engine = Engine::create(Box::new(InMemoryBackend::new()), 1 << 20).unwrap();
        let steps: [Upgrade; 3] = [
            |_| panic!("the file has format 2 already"),
            |_| Ok(Changes::from([((Table::Banks, vec![3]), Some(vec![1]))])),
            |engine| {
                assert_eq!(engine.get(Table::Banks, &[3])?, Some(vec![1]));
                Ok(Changes::from([((Table::Banks, vec![3]), None)]))
            },
        ];
        engine.upgrade(2, &steps).unwrap();
        assert_eq!((engine.commits(), engine.rows()), (3, 0));
        assert!(matches!(engine.load_meta(), Err(StoreErrorKind::Newer { found: 4, known: FORMAT })));
    }
}
