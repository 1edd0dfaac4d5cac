//! A whole store as one value: for backups, for reading, and for moving to another file. Nothing is lost on the way.

use super::Store;
use super::architecture::Architecture;
use super::blobs::{ModelContent, ModelSource};
use super::chain::{ChainRecord, RecordKind};
use super::checkpoint;
use super::codec::{hex, unhex};
use super::engine::{FORMAT, Rows};
use super::error::{Result, StoreErrorKind};
use super::layers::Layer;
use super::table::Table;
use super::value::{Digest, Weights};
use super::verify;
use super::weights::Standing;
use crate::state::ColdState;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use ternsig_isa::Shape;

/// What a store holds. Bytes are lower-case hexadecimal digits.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StoreExport {
    /// The format version.
    pub format: u32,
    /// The tick counter.
    pub tick: u64,
    /// Entries by key.
    pub weights: BTreeMap<String, ExportedWeights>,
    /// The chain, oldest first.
    pub chain: Vec<ExportedRecord>,
    /// Architecture records by key.
    pub architecture: BTreeMap<String, ExportedArchitecture>,
    /// Checkpoints by the key of their weights.
    pub checkpoints: BTreeMap<String, ColdState>,
    /// Model sources by slot or name.
    pub models: BTreeMap<String, ExportedModel>,
    /// Snapshots by key.
    pub snapshots: BTreeMap<String, String>,
    /// Banks by key.
    pub banks: BTreeMap<String, String>,
    /// Entries of banks by key.
    pub bank_entries: BTreeMap<String, String>,
}

/// An entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportedWeights {
    /// The weights.
    pub value: ColdState,
    /// The layer.
    pub layer: Layer,
    /// 0–255.
    pub strength: u8,
    /// How often the weights have been written.
    pub updates: u64,
    /// The tick of the last time.
    pub tick: u64,
}

/// A record of the chain; see [`ChainRecord`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the fields are those of ChainRecord")]
pub struct ExportedRecord {
    pub sequence: u64,
    pub kind: RecordKind,
    pub key: String,
    pub digest: String,
    pub tick: u64,
    pub source: String,
    pub strength: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub observations: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom: Option<String>,
    pub previous: Option<String>,
    pub hash: String,
}

/// An architecture record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportedArchitecture {
    /// The dimensions.
    pub shape: Vec<u32>,
    /// The tick at which the register got them.
    pub tick: u64,
}

/// A model's source: text, or bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExportedModel {
    /// The file that it was read from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Assembly text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A binary program.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<String>,
}

/// Every row but those of [`Table::Meta`].
pub(super) type Tables = BTreeMap<Table, Rows>;
type Parsed<T> = std::result::Result<T, StoreErrorKind>;

impl Store {
    /// What the store holds, as the innermost transaction sees it.
    ///
    /// # Errors
    /// Reading fails, or what is read is damaged.
    pub fn export(&self) -> Result<StoreExport> {
        let tables = Table::ALL.into_iter().filter(|&table| table != Table::Meta);
        let tables: Result<Tables> = tables.map(|table| Ok((table, self.scan(table, &[])?))).collect();
        StoreExport::of(&tables?, self.tick()).map_err(|kind| self.error(kind))
    }

    /// Fills an empty store from an export, in one transaction. Hashes, links and digests are verified.
    ///
    /// # Errors
    /// The store is not empty, or a transaction is open (Conflict); the export is of a newer format, or does not agree with
    /// itself (Storage); writing fails. The store stays empty then.
    pub fn import(&mut self, export: &StoreExport) -> Result<()> {
        self.usable()?;
        if !self.levels.is_empty() || self.engine.rows() > 0 {
            let what = "an import needs an empty store without open transactions; create another one";
            return Err(self.error(StoreErrorKind::conflict(what)));
        }
        let tables = export.checked_tables().map_err(|kind| self.error(kind))?;
        let before = std::mem::replace(&mut self.tick, export.tick);
        let result = self.atomically(|store| {
            for record in &export.chain {
                let record = record.parse().map_err(|kind| store.error(kind))?;
                store.append_record(&record)?;
            }
            for (table, rows) in tables.into_iter().filter(|&(table, _)| table != Table::Chain) {
                rows.into_iter().for_each(|(key, value)| store.put(table, &key, value));
            }
            Ok(())
        });
        if result.is_err() {
            self.tick = before;
        }
        result
    }
}

impl StoreExport {
    /// What these rows say.
    pub(super) fn of(tables: &Tables, tick: u64) -> Parsed<StoreExport> {
        let mut export = StoreExport { format: FORMAT, tick, ..StoreExport::default() };
        for (&table, rows) in tables {
            for (key, value) in rows {
                export.add(tables, table, key, value)?;
            }
        }
        Ok(export)
    }

    fn add(&mut self, tables: &Tables, table: Table, key: &[u8], value: &[u8]) -> Parsed<()> {
        let name = || String::from_utf8_lossy(key).into_owned();
        match table {
            Table::Weights => {
                let standing = tables.get(&Table::Standing).and_then(|rows| rows.get(key));
                let standing = standing.map(Vec::as_slice).unwrap_or_default();
                self.weights.insert(name(), ExportedWeights::of(key, value, standing)?);
            }
            Table::Chain => self.chain.push(ExportedRecord::of(&ChainRecord::decode(value)?)),
            Table::Architecture => {
                let Architecture { shape, tick } = Architecture::decode(key, value)?;
                let shape = shape.dims().to_vec();
                self.architecture.insert(name(), ExportedArchitecture { shape, tick });
            }
            Table::Checkpoints => {
                let (key, weights) = checkpoint::decode(key, value)?;
                self.checkpoints.insert(key, weights.to_state());
            }
            Table::Models => {
                self.models.insert(name(), ExportedModel::of(ModelSource::decode(key, value)?));
            }
            Table::Snapshots => drop(self.snapshots.insert(hex(key), hex(value))),
            Table::Banks => drop(self.banks.insert(hex(key), hex(value))),
            Table::BankEntries => drop(self.bank_entries.insert(hex(key), hex(value))),
            Table::Meta | Table::Standing => {}
        }
        Ok(())
    }

    /// The rows, once they agree with each other.
    pub(super) fn checked_tables(&self) -> Parsed<Tables> {
        if self.format > FORMAT {
            return Err(StoreErrorKind::Newer { found: self.format, known: FORMAT });
        }
        let tables = self.tables()?;
        verify::verify_tables(&tables).map_err(|kind| StoreErrorKind::import(kind.to_string()))?;
        Ok(tables)
    }

    fn tables(&self) -> Parsed<Tables> {
        let mut tables = Tables::new();
        let mut put = |table, key: &[u8], value| {
            tables.entry(table).or_default().insert(key.to_vec(), value);
        };
        for (key, entry) in &self.weights {
            put(Table::Weights, key.as_bytes(), weights_of(key, &entry.value)?.encode());
            let ExportedWeights { layer, strength, updates, tick, .. } = *entry;
            put(Table::Standing, key.as_bytes(), Standing { layer, strength, updates, tick }.encode());
        }
        for record in &self.chain {
            let record = record.parse()?;
            put(Table::Chain, &record.sequence.to_be_bytes(), record.encode());
        }
        for (key, ExportedArchitecture { shape, tick }) in &self.architecture {
            let shape =
                Shape::new(shape).map_err(|error| StoreErrorKind::import(format!("{key}: {error}")))?;
            put(Table::Architecture, key.as_bytes(), Architecture { shape, tick: *tick }.encode());
        }
        for (key, state) in &self.checkpoints {
            put(
                Table::Checkpoints,
                checkpoint::id(key).as_bytes(),
                checkpoint::encode(key, &weights_of(key, state)?),
            );
        }
        for (name, model) in &self.models {
            put(Table::Models, name.as_bytes(), model.parse(name)?.encode());
        }
        for (table, rows) in [
            (Table::Snapshots, &self.snapshots),
            (Table::Banks, &self.banks),
            (Table::BankEntries, &self.bank_entries),
        ] {
            for (key, value) in rows {
                put(table, &bytes_of(key)?, bytes_of(value)?);
            }
        }
        Ok(tables)
    }
}

fn bytes_of(digits: &str) -> Parsed<Vec<u8>> {
    unhex(digits).ok_or_else(|| StoreErrorKind::import(format!("\"{digits}\" is not hexadecimal")))
}

fn digest_of(digits: &str) -> Parsed<Digest> {
    let wrong = |_| StoreErrorKind::import(format!("\"{digits}\" is not a SHA-256"));
    bytes_of(digits)?.try_into().map_err(wrong)
}

fn weights_of(key: &str, state: &ColdState) -> Parsed<Weights> {
    let elements = state.shape.iter().fold(1usize, |n, &dim| n.saturating_mul(dim as usize));
    if elements != state.polarity.len() {
        let found = state.polarity.len();
        return Err(StoreErrorKind::import(format!(
            "{key}: {found} weights do not fit a shape of {elements}"
        )));
    }
    let register = state.to_register(key, None).map_err(|error| StoreErrorKind::import(error.to_string()))?;
    Ok(Weights::of(&register))
}

impl ExportedWeights {
    fn of(key: &[u8], weights: &[u8], standing: &[u8]) -> Parsed<ExportedWeights> {
        let value = Weights::decode(weights, &Table::Weights.row(key))?.to_state();
        let Standing { layer, strength, updates, tick } =
            Standing::decode(standing, &Table::Standing.row(key))?;
        Ok(ExportedWeights { value, layer, strength, updates, tick })
    }
}

impl ExportedRecord {
    /// What a record says.
    #[must_use]
    pub fn of(record: &ChainRecord) -> ExportedRecord {
        ExportedRecord {
            sequence: record.sequence,
            kind: record.kind,
            key: record.key.clone(),
            digest: hex(&record.digest),
            tick: record.tick,
            source: record.source.clone(),
            strength: record.strength,
            observations: record.observations,
            custom: record.custom.as_deref().map(hex),
            previous: record.previous.as_ref().map(|hash| hex(hash)),
            hash: hex(&record.hash),
        }
    }

    fn parse(&self) -> Parsed<ChainRecord> {
        Ok(ChainRecord {
            sequence: self.sequence,
            kind: self.kind,
            key: self.key.clone(),
            digest: digest_of(&self.digest)?,
            tick: self.tick,
            source: self.source.clone(),
            strength: self.strength,
            observations: self.observations,
            custom: self.custom.as_deref().map(bytes_of).transpose()?,
            previous: self.previous.as_deref().map(digest_of).transpose()?,
            hash: digest_of(&self.hash)?,
        })
    }
}

impl ExportedModel {
    fn of(source: ModelSource) -> ExportedModel {
        let (text, bytes) = match source.content {
            ModelContent::Text(text) => (Some(text), None),
            ModelContent::Binary(bytes) => (None, Some(hex(&bytes))),
        };
        ExportedModel { path: source.path, text, bytes }
    }

    fn parse(&self, name: &str) -> Parsed<ModelSource> {
        let content = match (&self.text, &self.bytes) {
            (Some(text), None) => ModelContent::Text(text.clone()),
            (None, Some(bytes)) => ModelContent::Binary(bytes_of(bytes)?),
            _ => {
                let what = format!("model {name} needs either text or bytes");
                return Err(StoreErrorKind::import(what));
            }
        };
        Ok(ModelSource { path: self.path.clone(), content })
    }
}
