//! Architecture records: the shape that a grown or pruned register has now, in place of the declared one.

use super::Store;
use super::codec::{Reader, Writer};
use super::error::{Result, StoreErrorKind};
use super::table::Table;
use super::value::{decode_shape, encode_shape};
use ternsig_isa::Shape;

/// The shape of a key's register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Architecture {
    /// The dimensions.
    pub shape: Shape,
    /// The tick at which it got them.
    pub tick: u64,
}

impl Architecture {
    pub(super) fn encode(self) -> Vec<u8> {
        encode_shape(Writer::default().u64(self.tick), self.shape).finish()
    }

    pub(super) fn decode(key: &[u8], bytes: &[u8]) -> std::result::Result<Architecture, StoreErrorKind> {
        let what = Table::Architecture.row(key);
        let mut reader = Reader::new(bytes, &what);
        let tick = reader.u64()?;
        let shape = decode_shape(&mut reader)?;
        reader.end()?;
        Ok(Architecture { shape, tick })
    }
}

impl Store {
    /// The architecture record of a key.
    ///
    /// # Errors
    /// Reading fails, or the record is damaged.
    pub fn architecture(&self, key: &str) -> Result<Option<Architecture>> {
        let bytes = self.get(Table::Architecture, key.as_bytes())?;
        let record = bytes.map(|bytes| Architecture::decode(key.as_bytes(), &bytes)).transpose();
        record.map_err(|kind| self.error(kind))
    }

    /// The keys that have an architecture record, ascending.
    ///
    /// # Errors
    /// Reading fails, or a record is damaged.
    pub fn architecture_keys(&self) -> Result<Vec<String>> {
        let rows = self.scan(Table::Architecture, &[])?;
        let keys: std::result::Result<_, _> = rows.into_keys().map(String::from_utf8).collect();
        keys.map_err(|_| {
            self.error(StoreErrorKind::damaged("the key of an architecture record is not UTF-8"))
        })
    }

    /// Records the shape that a key's register has now.
    ///
    /// # Errors
    /// The key is empty or longer than 255 bytes; writing fails. Nothing is changed then.
    pub fn set_architecture(&mut self, key: &str, shape: Shape, tick: u64) -> Result<()> {
        self.check_key(key)?;
        self.atomically(|store| {
            store.put_architecture(key, shape, tick);
            Ok(())
        })
    }

    /// Forgets the architecture record of a key, if there is one; says whether there was.
    ///
    /// # Errors
    /// Reading or writing fails. The record stays then.
    pub fn clear_architecture(&mut self, key: &str) -> Result<bool> {
        self.delete_row(Table::Architecture, key.as_bytes())
    }

    pub(super) fn put_architecture(&mut self, key: &str, shape: Shape, tick: u64) {
        self.put(Table::Architecture, key.as_bytes(), Architecture { shape, tick }.encode());
    }
}
