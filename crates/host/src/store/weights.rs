//! Persistent weights: saving, loading and deleting them.

use super::Store;
use super::chain::{Change, RecordKind};
use super::codec::{Reader, Writer};
use super::error::{Result, StoreErrorKind};
use super::layers::Layer;
use super::table::Table;
use super::value::{Weights, digest};
use ternsig_isa::Shape;
use ternsig_isa::limits::{MAX_ELEMENTS, MAX_KEY_BYTES};
use ternsig_vm::ColdRegister;

/// An update adds this part of its strength, of 255, to the strength that is there: the rate with which the thermogram
/// settings of Ternsig 1.x fold a delta into a known key.
const REINFORCEMENT: u16 = 26;
/// A merge keeps this part, of 10, of the old strength and takes the rest of the new one: 0.3 and 0.7 in Ternsig 1.x.
const MERGE_OLD: u16 = 3;

/// Where an entry stands among all: it changes by updates and by the passes, the weights do not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The layer of the entry, which is another thing than the temperatures of its weights.
    pub layer: Layer,
    /// 0–255.
    pub strength: u8,
    /// How often the weights have been written.
    pub updates: u64,
    /// The tick of the last time.
    pub tick: u64,
}

/// An entry: weights and where they stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredWeights {
    /// The weights.
    pub weights: Weights,
    /// Where they stand.
    pub standing: Standing,
}

impl Standing {
    fn new(change: &Change<'_>) -> Standing {
        Standing { layer: Layer::Hot, strength: change.strength, updates: 1, tick: change.tick }
    }

    fn updated(self, change: &Change<'_>, strength: u16) -> Standing {
        let strength = strength.min(255) as u8;
        Standing { strength, updates: self.updates.saturating_add(1), tick: change.tick, ..self }
    }

    pub(super) fn encode(self) -> Vec<u8> {
        Writer::default().u8(self.layer.code()).u8(self.strength).u64(self.updates).u64(self.tick).finish()
    }

    pub(super) fn decode(bytes: &[u8], what: &str) -> std::result::Result<Standing, StoreErrorKind> {
        let mut reader = Reader::new(bytes, what);
        let code = reader.u8()?;
        let layer = Layer::from_code(code).ok_or_else(|| reader.wrong("has a layer code above 3"))?;
        let standing =
            Standing { layer, strength: reader.u8()?, updates: reader.u64()?, tick: reader.u64()? };
        reader.end()?;
        Ok(standing)
    }
}

impl Store {
    /// The weights of a key and where they stand.
    ///
    /// # Errors
    /// Reading fails, or what is read is damaged.
    pub fn load(&self, key: &str) -> Result<Option<StoredWeights>> {
        let Some(bytes) = self.get(Table::Weights, key.as_bytes())? else {
            return Ok(None);
        };
        let weights = Weights::decode(&bytes, &Table::Weights.row(key.as_bytes()));
        let weights = weights.map_err(|kind| self.error(kind))?;
        match self.standing(key)? {
            Some(standing) => Ok(Some(StoredWeights { weights, standing })),
            None => {
                let what = format!("{} is missing", Table::Standing.row(key.as_bytes()));
                Err(self.error(StoreErrorKind::damaged(what)))
            }
        }
    }

    /// Where the weights of a key stand.
    ///
    /// # Errors
    /// Reading fails, or what is read is damaged.
    pub fn standing(&self, key: &str) -> Result<Option<Standing>> {
        let bytes = self.get(Table::Standing, key.as_bytes())?;
        let decode = |bytes: Vec<u8>| Standing::decode(&bytes, &Table::Standing.row(key.as_bytes()));
        bytes.map(decode).transpose().map_err(|kind| self.error(kind))
    }

    /// The keys that have weights, ascending.
    ///
    /// # Errors
    /// Reading fails, or what is read is damaged.
    pub fn keys(&self) -> Result<Vec<String>> {
        let rows = self.scan(Table::Standing, &[])?;
        let keys: std::result::Result<_, _> = rows.into_keys().map(String::from_utf8).collect();
        keys.map_err(|_| self.error(StoreErrorKind::damaged("a key is not UTF-8")))
    }

    /// Saves the weights of a register. A new key begins in Hot with the strength of the change. For a known one the weights
    /// are replaced, the layer stays, and strength grows by 26/255 of that of the change, up to 255; another shape than before
    /// becomes the key's architecture record.
    ///
    /// # Errors
    /// The key is empty or longer than 255 bytes; reading or writing fails. Nothing is changed then.
    pub fn save(&mut self, key: &str, register: &ColdRegister, change: &Change<'_>) -> Result<()> {
        self.write_weights(key, &Weights::of(register), change, RecordKind::Update)
    }

    /// Joins weights with those under a key: they take their place, and strength becomes 3/10 of the old and 7/10 of the new.
    /// Under a new key this is [`Store::save`].
    ///
    /// # Errors
    /// As for [`Store::save`].
    pub fn merge(&mut self, key: &str, register: &ColdRegister, change: &Change<'_>) -> Result<()> {
        self.write_weights(key, &Weights::of(register), change, RecordKind::Merge)
    }

    /// Makes an entry of zero weights unless the key has one; says whether it did.
    ///
    /// # Errors
    /// As for [`Store::save`].
    pub fn init(&mut self, key: &str, shape: Shape, change: &Change<'_>) -> Result<bool> {
        if self.standing(key)?.is_some() {
            return Ok(false);
        }
        self.check_elements(shape)?;
        self.save(key, &ColdRegister::zeros(shape), change)?;
        Ok(true)
    }

    /// Deletes the weights of a key, and its architecture record; says whether there were any. Its checkpoint stays.
    ///
    /// # Errors
    /// Reading or writing fails. Nothing is changed then.
    pub fn delete(&mut self, key: &str, source: &str, tick: u64) -> Result<bool> {
        self.atomically(|store| {
            let Some(bytes) = store.get(Table::Weights, key.as_bytes())? else {
                return Ok(false);
            };
            let strength = store.standing(key)?.map_or(0, |standing| standing.strength);
            let change = Change::new(strength, source, tick);
            store.append(RecordKind::Delete, key, digest(&bytes), &change)?;
            for table in [Table::Weights, Table::Standing, Table::Architecture] {
                store.remove(table, key.as_bytes());
            }
            Ok(true)
        })
    }

    fn write_weights(
        &mut self,
        key: &str,
        weights: &Weights,
        change: &Change<'_>,
        kind: RecordKind,
    ) -> Result<()> {
        self.check_key(key)?;
        self.check_elements(weights.shape())?;
        let bytes = weights.encode();
        self.atomically(|store| {
            let old = store.load(key)?;
            let new = u16::from(change.strength);
            let (kind, standing) = match &old {
                None => (RecordKind::Create, Standing::new(change)),
                Some(StoredWeights { standing, .. }) => {
                    let before = u16::from(standing.strength);
                    let strength = match kind {
                        RecordKind::Merge => (MERGE_OLD * before + (10 - MERGE_OLD) * new) / 10,
                        _ => before + REINFORCEMENT * new / 255,
                    };
                    (kind, standing.updated(change, strength))
                }
            };
            if old.is_some_and(|old| old.weights.shape() != weights.shape()) {
                store.put_architecture(key, weights.shape(), change.tick);
            }
            store.append(kind, key, digest(&bytes), change)?;
            store.put(Table::Weights, key.as_bytes(), bytes);
            store.put(Table::Standing, key.as_bytes(), standing.encode());
            Ok(())
        })
    }

    pub(super) fn check_elements(&self, shape: Shape) -> Result<()> {
        if shape.elements() <= MAX_ELEMENTS {
            return Ok(());
        }
        let what =
            format!("{} weights are not allowed; registers have up to {MAX_ELEMENTS}", shape.elements());
        Err(self.error(StoreErrorKind::invalid(what)))
    }

    pub(super) fn check_key(&self, key: &str) -> Result<()> {
        if (1..=MAX_KEY_BYTES).contains(&key.len()) {
            return Ok(());
        }
        let what = format!("a key of {} bytes is not allowed; keys have 1 to {MAX_KEY_BYTES}", key.len());
        Err(self.error(StoreErrorKind::invalid(what)))
    }
}
