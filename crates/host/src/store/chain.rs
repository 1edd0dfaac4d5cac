//! The audit trail of weights: a chain of records, each with the hash of the one before it. It is never shortened.

use super::Store;
use super::codec::{Reader, Writer, hex};
use super::engine::META_HEAD;
use super::error::{Result, StoreErrorKind};
use super::table::Table;
use super::value::{self, Digest};
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;

/// What a record is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
#[repr(u8)]
pub enum RecordKind {
    /// Weights under a new key.
    Create = 0,
    /// New weights under a known key.
    Update = 1,
    /// Weights deleted; the digest is that of the weights that were there.
    Delete = 2,
    /// Weights that joined those under a known key.
    Merge = 3,
    /// A consolidation; the key is empty and the digest that of the state it left.
    Consolidation = 4,
}

impl RecordKind {
    const ALL: [RecordKind; 5] = [
        RecordKind::Create,
        RecordKind::Update,
        RecordKind::Delete,
        RecordKind::Merge,
        RecordKind::Consolidation,
    ];
}

/// A record of the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainRecord {
    /// Its number, counted from 0.
    pub sequence: u64,
    /// What it is about.
    pub kind: RecordKind,
    /// The key of the weights; empty for a consolidation.
    pub key: String,
    /// The SHA-256 of the encoded weights.
    pub digest: Digest,
    /// The tick.
    pub tick: u64,
    /// Who did it.
    pub source: String,
    /// The strength that came with it, 0–255.
    pub strength: u8,
    /// How many observations are behind it.
    pub observations: Option<u32>,
    /// Bytes of the host's own.
    pub custom: Option<Vec<u8>>,
    /// The hash of the record before it; `None` in the first.
    pub previous: Option<Digest>,
    /// The SHA-256 of all the above.
    pub hash: Digest,
}

/// How long the chain is, and the hash of its last record.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) len: u64,
    pub(super) hash: Option<Digest>,
}

/// What a change of weights leaves in the chain beside the weights.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Change<'a> {
    /// How strongly it holds, 0–255.
    pub strength: u8,
    /// Who makes it.
    pub source: &'a str,
    /// When.
    pub tick: u64,
    /// How many observations are behind it.
    pub observations: Option<u32>,
    /// Bytes of the host's own.
    pub custom: Option<&'a [u8]>,
}

impl<'a> Change<'a> {
    /// A change without observations and bytes of the host's own.
    #[must_use]
    pub const fn new(strength: u8, source: &'a str, tick: u64) -> Change<'a> {
        Change { strength, source, tick, observations: None, custom: None }
    }
}

impl ChainRecord {
    /// Every field behind its length, in the order of the declaration, so that no two records are hashed alike.
    #[must_use]
    pub fn computed_hash(&self) -> Digest {
        let previous = self.previous.as_ref().map(Digest::as_slice);
        let observations = self.observations.map(u32::to_le_bytes);
        let fields = Writer::default()
            .bytes(b"ternsig chain 1")
            .bytes(&self.sequence.to_le_bytes())
            .bytes(&[self.kind as u8])
            .bytes(self.key.as_bytes())
            .bytes(&self.digest)
            .bytes(&self.tick.to_le_bytes())
            .bytes(self.source.as_bytes())
            .bytes(&[self.strength])
            .option(observations.as_ref().map(<[u8; 4]>::as_slice))
            .option(self.custom.as_deref())
            .option(previous);
        Sha256::digest(fields.finish()).into()
    }

    /// Whether this record may follow `before`.
    ///
    /// # Errors
    /// Its number, its link or its hash is wrong.
    pub fn verify(&self, before: Option<&ChainRecord>) -> Result<()> {
        let head = before
            .map_or(Head::default(), |record| Head { len: record.sequence + 1, hash: Some(record.hash) });
        self.verify_after(head).map_err(|kind| kind.at("the chain"))
    }

    fn verify_after(&self, head: Head) -> std::result::Result<(), StoreErrorKind> {
        let wrong = |what: String| {
            Err(StoreErrorKind::damaged(format!("record {} of the chain {what}", self.sequence)))
        };
        if self.sequence != head.len {
            return wrong(format!("stands where record {} belongs", head.len));
        }
        if self.previous != head.hash {
            return wrong("does not name the hash of the record before it".to_owned());
        }
        let computed = self.computed_hash();
        if self.hash != computed {
            return wrong(format!("has the hash {}, but {} belongs to it", hex(&self.hash), hex(&computed)));
        }
        Ok(())
    }

    pub(super) fn encode(&self) -> Vec<u8> {
        let observations = self.observations.map(u32::to_le_bytes);
        Writer::default()
            .u64(self.sequence)
            .u8(self.kind as u8)
            .bytes(self.key.as_bytes())
            .raw(&self.digest)
            .u64(self.tick)
            .bytes(self.source.as_bytes())
            .u8(self.strength)
            .option(observations.as_ref().map(<[u8; 4]>::as_slice))
            .option(self.custom.as_deref())
            .option(self.previous.as_ref().map(Digest::as_slice))
            .raw(&self.hash)
            .finish()
    }

    pub(super) fn decode(bytes: &[u8]) -> std::result::Result<ChainRecord, StoreErrorKind> {
        let mut reader = Reader::new(bytes, "a record of the chain");
        let sequence = reader.u64()?;
        let kind = usize::from(reader.u8()?);
        let kind = RecordKind::ALL.get(kind).copied().ok_or_else(|| reader.wrong("is of an unknown kind"))?;
        let record = ChainRecord {
            sequence,
            kind,
            key: reader.text()?,
            digest: reader.array()?,
            tick: reader.u64()?,
            source: reader.text()?,
            strength: reader.u8()?,
            observations: fixed(&mut reader)?.map(u32::from_le_bytes),
            custom: reader.option()?.map(<[u8]>::to_vec),
            previous: fixed(&mut reader)?,
            hash: reader.array()?,
        };
        reader.end()?;
        Ok(record)
    }
}

fn fixed<const N: usize>(reader: &mut Reader<'_>) -> std::result::Result<Option<[u8; N]>, StoreErrorKind> {
    let bytes = reader.option()?.map(<[u8; N]>::try_from);
    bytes.transpose().map_err(|_| reader.wrong("holds a field of a wrong length"))
}

impl Head {
    fn decode(bytes: &[u8]) -> std::result::Result<Head, StoreErrorKind> {
        let mut reader = Reader::new(bytes, "the head of the chain");
        Ok(Head { len: reader.u64()?, hash: fixed(&mut reader)? })
    }

    fn encode(self) -> Vec<u8> {
        Writer::default().u64(self.len).option(self.hash.as_ref().map(Digest::as_slice)).finish()
    }
}

impl Store {
    /// The records from number `first` on, oldest first, as the innermost transaction sees them.
    ///
    /// # Errors
    /// Reading fails, or a record does not read.
    pub fn chain(&self, first: u64) -> Result<Vec<ChainRecord>> {
        let len = self.chain_head()?.len;
        (first..len).map(|sequence| self.chain_record(sequence)).collect()
    }

    fn chain_record(&self, sequence: u64) -> Result<ChainRecord> {
        let missing = || StoreErrorKind::damaged(format!("record {sequence} of the chain is missing"));
        let bytes = self.get(Table::Chain, &sequence.to_be_bytes())?;
        let record = bytes.ok_or_else(missing).and_then(|bytes| ChainRecord::decode(&bytes));
        record.map_err(|kind| self.error(kind))
    }

    /// How many records the chain has.
    ///
    /// # Errors
    /// Reading fails.
    pub fn chain_len(&self) -> Result<u64> {
        self.chain_head().map(|head| head.len)
    }

    pub(super) fn chain_head(&self) -> Result<Head> {
        let Some(bytes) = self.get(Table::Meta, META_HEAD)? else {
            return Ok(Head::default());
        };
        Head::decode(&bytes).map_err(|kind| self.error(kind))
    }

    /// Appends a record of a change. Only inside [`Store::atomically`].
    pub(super) fn append(
        &mut self,
        kind: RecordKind,
        key: &str,
        digest: Digest,
        change: &Change<'_>,
    ) -> Result<()> {
        let head = self.chain_head()?;
        let mut record = ChainRecord {
            sequence: head.len,
            kind,
            key: key.to_owned(),
            digest,
            tick: change.tick,
            source: change.source.to_owned(),
            strength: change.strength,
            observations: change.observations,
            custom: change.custom.map(<[u8]>::to_vec),
            previous: head.hash,
            hash: Digest::default(),
        };
        record.hash = record.computed_hash();
        self.append_record(&record)
    }

    /// Appends a record that has its hash already. Only inside [`Store::atomically`].
    pub(super) fn append_record(&mut self, record: &ChainRecord) -> Result<()> {
        let head = self.chain_head()?;
        record.verify_after(head).map_err(|kind| self.error(kind))?;
        self.put(Table::Chain, &record.sequence.to_be_bytes(), record.encode());
        let head = Head { len: record.sequence + 1, hash: Some(record.hash) };
        self.put(Table::Meta, META_HEAD, head.encode());
        Ok(())
    }
}

/// Goes over the chain and then over the weights, and compares what they say.
#[derive(Debug, Default)]
pub(super) struct Audit {
    head: Head,
    digests: BTreeMap<Vec<u8>, Digest>,
}

impl Audit {
    /// The next record.
    pub(super) fn record(&mut self, bytes: &[u8]) -> std::result::Result<(), StoreErrorKind> {
        let record = ChainRecord::decode(bytes)?;
        record.verify_after(self.head)?;
        self.head = Head { len: record.sequence + 1, hash: Some(record.hash) };
        match record.kind {
            RecordKind::Consolidation => None,
            RecordKind::Delete => self.digests.remove(record.key.as_bytes()),
            _ => self.digests.insert(record.key.into_bytes(), record.digest),
        };
        Ok(())
    }

    /// That the chain ends where the store says.
    pub(super) fn end(&self, head: Option<&[u8]>) -> std::result::Result<(), StoreErrorKind> {
        if self.head == head.map_or(Ok(Head::default()), Head::decode)? {
            return Ok(());
        }
        Err(StoreErrorKind::damaged("the chain does not end where it should"))
    }

    /// Weights, once the chain is through.
    pub(super) fn weights(&mut self, key: &[u8], weights: &[u8]) -> std::result::Result<(), StoreErrorKind> {
        if self.digests.remove(key) == Some(value::digest(weights)) {
            return Ok(());
        }
        Err(StoreErrorKind::damaged(format!("{} is not what the chain records", Table::Weights.row(key))))
    }

    /// That no weights are missing.
    pub(super) fn finish(self) -> std::result::Result<(), StoreErrorKind> {
        match self.digests.into_keys().next() {
            None => Ok(()),
            Some(key) => Err(StoreErrorKind::damaged(format!("{} is missing", Table::Weights.row(&key)))),
        }
    }
}
