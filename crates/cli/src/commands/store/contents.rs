//! What a store holds, in short.

use crate::problem::Problem;
use crate::stored::hex;
use serde::Serialize;
use ternsig_host::store::{Blobs, Layer, ModelContent};
use ternsig_host::{Memory, Store};

/// What a store holds; every list is in the order of its names.
#[derive(Debug, Serialize)]
pub(super) struct Contents {
    pub(super) file: String,
    pub(super) tick: u64,
    pub(super) commits: u64,
    pub(super) records: u64,
    pub(super) keys: Vec<Key>,
    pub(super) architecture: Vec<Architecture>,
    pub(super) checkpoints: Vec<Checkpoint>,
    pub(super) models: Vec<Model>,
    pub(super) snapshots: Vec<Snapshot>,
    pub(super) banks: Vec<Bank>,
}

#[derive(Debug, Serialize)]
pub(super) struct Key {
    pub(super) key: String,
    pub(super) shape: Vec<u32>,
    pub(super) weights: usize,
    pub(super) layer: Layer,
    pub(super) strength: u8,
    pub(super) updates: u64,
    pub(super) tick: u64,
}

#[derive(Debug, Serialize)]
pub(super) struct Architecture {
    pub(super) key: String,
    pub(super) shape: Vec<u32>,
    pub(super) tick: u64,
}

#[derive(Debug, Serialize)]
pub(super) struct Checkpoint {
    pub(super) key: String,
    pub(super) shape: Vec<u32>,
    pub(super) weights: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct Model {
    pub(super) name: String,
    /// Text or binary.
    pub(super) kind: &'static str,
    pub(super) bytes: usize,
    pub(super) path: Option<String>,
}

#[derive(Debug, Serialize)]
pub(super) struct Snapshot {
    pub(super) name: String,
    pub(super) bytes: usize,
}

#[derive(Debug, Serialize)]
pub(super) struct Bank {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) entries: usize,
}

impl Contents {
    pub(super) fn read(memory: &Memory) -> Result<Contents, Problem> {
        let banks = memory.banks().read(|cluster| cluster.banks().map(Bank::of).collect());
        let store = memory.store();
        Ok(Contents {
            file: store.place().to_owned(),
            tick: store.tick(),
            commits: store.commits(),
            records: store.chain_len()?,
            keys: keys(&store)?,
            architecture: architecture(&store)?,
            checkpoints: checkpoints(&store)?,
            models: models(&store)?,
            snapshots: snapshots(&store)?,
            banks,
        })
    }
}

fn keys(store: &Store) -> Result<Vec<Key>, Problem> {
    let mut keys = Vec::new();
    for key in store.keys()? {
        if let Some(stored) = store.load(&key)? {
            let (shape, standing) = (stored.weights.shape(), stored.standing);
            keys.push(Key {
                key,
                shape: shape.dims().to_vec(),
                weights: shape.elements(),
                layer: standing.layer,
                strength: standing.strength,
                updates: standing.updates,
                tick: standing.tick,
            });
        }
    }
    Ok(keys)
}

fn architecture(store: &Store) -> Result<Vec<Architecture>, Problem> {
    let mut records = Vec::new();
    for key in store.architecture_keys()? {
        if let Some(record) = store.architecture(&key)? {
            records.push(Architecture { key, shape: record.shape.dims().to_vec(), tick: record.tick });
        }
    }
    Ok(records)
}

fn checkpoints(store: &Store) -> Result<Vec<Checkpoint>, Problem> {
    let mut checkpoints = Vec::new();
    for key in store.checkpoint_keys()? {
        let shape = store.checkpoint_restore(&key)?.shape();
        checkpoints.push(Checkpoint { key, shape: shape.dims().to_vec(), weights: shape.elements() });
    }
    Ok(checkpoints)
}

fn models(store: &Store) -> Result<Vec<Model>, Problem> {
    let mut models = Vec::new();
    for name in store.model_names()? {
        if let Some(source) = store.model(&name)? {
            let (kind, bytes) = match &source.content {
                ModelContent::Text(text) => ("text", text.len()),
                ModelContent::Binary(bytes) => ("binary", bytes.len()),
            };
            models.push(Model { name, kind, bytes, path: source.path });
        }
    }
    Ok(models)
}

fn snapshots(store: &Store) -> Result<Vec<Snapshot>, Problem> {
    let rows = store.blobs(Blobs::Snapshots, &[])?;
    let snapshots = rows.into_iter().map(|(name, content)| {
        // Nothing keeps hosts from names that are no text.
        let name = String::from_utf8(name).unwrap_or_else(|error| format!("0x{}", hex(error.as_bytes())));
        Snapshot { name, bytes: content.len() }
    });
    Ok(snapshots.collect())
}

impl Bank {
    fn of(bank: &ternsig_bank::Bank) -> Bank {
        let head = bank.head();
        Bank { id: head.id.to_string(), name: head.name.clone(), entries: bank.len() }
    }
}
