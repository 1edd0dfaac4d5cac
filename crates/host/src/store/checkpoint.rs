//! Checkpoints: one earlier state of the weights of a key, kept until it is discarded.

use super::Store;
use super::codec::{Reader, Writer};
use super::error::{Result, StoreErrorKind};
use super::table::Table;
use super::value::{Weights, digest};
use ternsig_vm::ColdRegister;

/// What a checkpoint's id has behind the key.
const SUFFIX: &str = ".checkpoint";

pub(super) fn id(key: &str) -> String {
    format!("{key}{SUFFIX}")
}

/// Key and weights behind their lengths, and the SHA-256 of these bytes.
pub(super) fn encode(key: &str, weights: &Weights) -> Vec<u8> {
    let content = Writer::default().bytes(key.as_bytes()).bytes(&weights.encode()).finish();
    let checksum = digest(&content);
    Writer::default().bytes(&content).raw(&checksum).finish()
}

pub(super) fn decode(row: &[u8], bytes: &[u8]) -> std::result::Result<(String, Weights), StoreErrorKind> {
    let what = Table::Checkpoints.row(row);
    let mut reader = Reader::new(bytes, &what);
    let content = reader.bytes()?;
    if reader.array()? != digest(content) {
        return Err(reader.wrong("has a wrong checksum"));
    }
    reader.end()?;
    let mut reader = Reader::new(content, &what);
    let key = reader.text()?;
    if id(&key).as_bytes() != row {
        return Err(reader.wrong("is another key's checkpoint"));
    }
    let weights = Weights::decode(reader.bytes()?, &what)?;
    reader.end()?;
    Ok((key, weights))
}

impl Store {
    /// Saves a checkpoint of a key's register, in place of one that is there.
    ///
    /// # Errors
    /// The key is empty or longer than 255 bytes; writing fails. An earlier checkpoint stays then.
    pub fn checkpoint_save(&mut self, key: &str, register: &ColdRegister) -> Result<()> {
        self.check_key(key)?;
        self.check_elements(register.shape())?;
        let bytes = encode(key, &Weights::of(register));
        self.atomically(|store| {
            store.put(Table::Checkpoints, id(key).as_bytes(), bytes);
            Ok(())
        })
    }

    /// The weights that the checkpoint of a key holds. It stays.
    ///
    /// # Errors
    /// There is none (NotFound), or it is damaged (Storage).
    pub fn checkpoint_restore(&self, key: &str) -> Result<Weights> {
        let id = id(key);
        let Some(bytes) = self.get(Table::Checkpoints, id.as_bytes())? else {
            return Err(self.error(StoreErrorKind::not_found(format!("checkpoint \"{id}\""))));
        };
        decode(id.as_bytes(), &bytes).map(|(_, weights)| weights).map_err(|kind| self.error(kind))
    }

    /// Discards the checkpoint of a key, if there is one; says whether there was.
    ///
    /// # Errors
    /// Reading or writing fails. The checkpoint stays then.
    pub fn checkpoint_discard(&mut self, key: &str) -> Result<bool> {
        self.delete_row(Table::Checkpoints, id(key).as_bytes())
    }

    /// The keys that have a checkpoint, ascending by the checkpoint's id.
    ///
    /// # Errors
    /// Reading fails, or a checkpoint is damaged.
    pub fn checkpoint_keys(&self) -> Result<Vec<String>> {
        let rows = self.scan(Table::Checkpoints, &[])?;
        let keys = rows.iter().map(|(id, bytes)| decode(id, bytes).map(|(key, _)| key));
        keys.collect::<std::result::Result<_, _>>().map_err(|kind| self.error(kind))
    }
}
