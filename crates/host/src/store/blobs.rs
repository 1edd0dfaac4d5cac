//! Rows of bytes that the store keeps and does not look into: snapshots and banks. Model sources, too, which have a path.

use super::Store;
use super::codec::{Reader, Writer};
use super::error::{Result, StoreErrorKind};
use super::table::Table;
use std::collections::BTreeMap;

/// A table of bytes. Its rows take part in transactions like all others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Blobs {
    /// Machine snapshots: the key is a name.
    Snapshots,
    /// Banks: the key is [`bank_key`].
    Banks,
    /// Entries of banks: the key is [`bank_entry_key`].
    BankEntries,
}

impl Blobs {
    const fn table(self) -> Table {
        match self {
            Blobs::Snapshots => Table::Snapshots,
            Blobs::Banks => Table::Banks,
            Blobs::BankEntries => Table::BankEntries,
        }
    }
}

/// The key of a bank, and the prefix of the keys of its entries. Keys ascend as ids do.
#[must_use]
pub const fn bank_key(bank: u64) -> [u8; 8] {
    bank.to_be_bytes()
}

/// The key of an entry of a bank. Keys ascend as ids do, bank first.
#[must_use]
pub fn bank_entry_key(bank: u64, entry: u64) -> [u8; 16] {
    (u128::from(bank) << 64 | u128::from(entry)).to_be_bytes()
}

/// The content of a model's source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelContent {
    /// Assembly text.
    Text(String),
    /// A binary program.
    Binary(Vec<u8>),
}

/// Where a model's program comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelSource {
    /// The file that it was read from.
    pub path: Option<String>,
    /// What stood there.
    pub content: ModelContent,
}

impl ModelSource {
    pub(super) fn encode(&self) -> Vec<u8> {
        let out = Writer::default().option(self.path.as_deref().map(str::as_bytes));
        match &self.content {
            ModelContent::Text(text) => out.u8(0).bytes(text.as_bytes()),
            ModelContent::Binary(bytes) => out.u8(1).bytes(bytes),
        }
        .finish()
    }

    pub(super) fn decode(name: &[u8], bytes: &[u8]) -> std::result::Result<ModelSource, StoreErrorKind> {
        let what = Table::Models.row(name);
        let mut reader = Reader::new(bytes, &what);
        let path = reader.option()?.map(|path| String::from_utf8(path.to_vec())).transpose();
        let path = path.map_err(|_| reader.wrong("holds a path that is not UTF-8"))?;
        let content = match reader.u8()? {
            0 => ModelContent::Text(reader.text()?),
            1 => ModelContent::Binary(reader.bytes()?.to_vec()),
            _ => return Err(reader.wrong("is neither text nor binary")),
        };
        reader.end()?;
        Ok(ModelSource { path, content })
    }
}

impl Store {
    /// Writes a row of bytes, in place of one that is there.
    ///
    /// # Errors
    /// Writing fails. Nothing is changed then.
    pub fn put_blob(&mut self, table: Blobs, key: &[u8], bytes: &[u8]) -> Result<()> {
        self.atomically(|store| {
            store.put(table.table(), key, bytes.to_vec());
            Ok(())
        })
    }

    /// Writes or deletes rows of bytes, as one.
    ///
    /// # Errors
    /// Writing fails. Nothing is changed then.
    pub fn put_blobs(
        &mut self,
        rows: impl IntoIterator<Item = (Blobs, Vec<u8>, Option<Vec<u8>>)>,
    ) -> Result<()> {
        self.atomically(|store| {
            for (table, key, bytes) in rows {
                match bytes {
                    Some(bytes) => store.put(table.table(), &key, bytes),
                    None => store.remove(table.table(), &key),
                }
            }
            Ok(())
        })
    }

    /// The same, durably, whatever transaction is open. What an open transaction wrote in the same rows stands over it.
    ///
    /// # Errors
    /// Writing fails. Nothing is changed then.
    pub fn put_blobs_at_once(
        &mut self,
        rows: impl IntoIterator<Item = (Blobs, Vec<u8>, Option<Vec<u8>>)>,
    ) -> Result<()> {
        let open = std::mem::take(&mut self.levels);
        let result = self.put_blobs(rows);
        self.levels = open;
        result
    }

    /// The bytes of a row.
    ///
    /// # Errors
    /// Reading fails, or the row is damaged.
    pub fn blob(&self, table: Blobs, key: &[u8]) -> Result<Option<Vec<u8>>> {
        self.get(table.table(), key)
    }

    /// Deletes a row, if there is one; says whether there was.
    ///
    /// # Errors
    /// Reading or writing fails. The row stays then.
    pub fn delete_blob(&mut self, table: Blobs, key: &[u8]) -> Result<bool> {
        self.delete_row(table.table(), key)
    }

    /// The rows whose key begins with `prefix`, ascending by key.
    ///
    /// # Errors
    /// Reading fails, or a row is damaged.
    pub fn blobs(&self, table: Blobs, prefix: &[u8]) -> Result<BTreeMap<Vec<u8>, Vec<u8>>> {
        self.scan(table.table(), prefix)
    }

    /// Writes the source of the model in a slot or under a name, in place of one that is there.
    ///
    /// # Errors
    /// Writing fails. Nothing is changed then.
    pub fn put_model(&mut self, name: &str, source: &ModelSource) -> Result<()> {
        self.atomically(|store| {
            store.put(Table::Models, name.as_bytes(), source.encode());
            Ok(())
        })
    }

    /// The source of a model.
    ///
    /// # Errors
    /// Reading fails, or the row is damaged.
    pub fn model(&self, name: &str) -> Result<Option<ModelSource>> {
        let bytes = self.get(Table::Models, name.as_bytes())?;
        let source = bytes.map(|bytes| ModelSource::decode(name.as_bytes(), &bytes)).transpose();
        source.map_err(|kind| self.error(kind))
    }

    /// Deletes the source of a model, if there is one; says whether there was.
    ///
    /// # Errors
    /// Reading or writing fails. It stays then.
    pub fn delete_model(&mut self, name: &str) -> Result<bool> {
        self.delete_row(Table::Models, name.as_bytes())
    }

    /// The slots and names that have a model's source, ascending.
    ///
    /// # Errors
    /// Reading fails, or a row is damaged.
    pub fn model_names(&self) -> Result<Vec<String>> {
        let rows = self.scan(Table::Models, &[])?;
        let names: std::result::Result<_, _> = rows.into_keys().map(String::from_utf8).collect();
        names.map_err(|_| self.error(StoreErrorKind::damaged("a model's name is not UTF-8")))
    }

    pub(super) fn delete_row(&mut self, table: Table, key: &[u8]) -> Result<bool> {
        self.atomically(|store| {
            let there = store.get(table, key)?.is_some();
            if there {
                store.remove(table, key);
            }
            Ok(there)
        })
    }
}
