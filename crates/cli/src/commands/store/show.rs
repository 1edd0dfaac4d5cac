//! `ternsig store show`: what a store has under a key.

use crate::arguments::Format;
use crate::problem::{Problem, Status};
use crate::stored::{TEMPERATURES, Temperatures, hex, write_json};
use crate::text::Column::{Left, Right};
use crate::text::{Table, field, listed, shown};
use clap::Args;
use serde_json::{Value, json};
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use ternsig_host::Store;
use ternsig_host::store::{Architecture, ExportedRecord, StoredWeights, Weights};
use ternsig_isa::{Signal, Temperature};

/// How many weights are shown of either end.
const END: usize = 8;
/// How many weights stand in one line.
const IN_A_LINE: usize = 16;

/// Shows what a store has under a key: weights, architecture record, checkpoint and the key's records in the chain.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The store.
    file: PathBuf,
    /// The key, as `ternsig store ls` lists it.
    key: String,
    /// Show all weights, not only the first and the last 8.
    #[arg(long)]
    all: bool,
    /// How it is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// What a store has under a key. Checkpoints and records outlive the weights.
struct Entry {
    stored: Option<StoredWeights>,
    architecture: Option<Architecture>,
    checkpoint: Option<Weights>,
    chain: Vec<ExportedRecord>,
}

impl Show {
    pub(crate) fn execute(&self, out: &mut dyn Write) -> Result<Status, Problem> {
        let store = Store::open(&self.file)?;
        let entry = Entry::read(&store, &self.key)?;
        if entry.is_empty() {
            return Err(unknown(&self.file, &self.key, &store.keys()?));
        }
        match self.format {
            Format::Text => self.text(&entry, out)?,
            Format::Json => write_json(&self.json(&entry), out)?,
        }
        Ok(Status::Success)
    }

    fn text(&self, entry: &Entry, out: &mut dyn Write) -> io::Result<()> {
        field("key", shown(&self.key), out)?;
        match &entry.stored {
            Some(stored) => {
                standing(stored, out)?;
                weights(&stored.weights, self.all, out)?;
            }
            None => field("weights", "none", out)?,
        }
        let architecture =
            entry.architecture.map(|record| format!("{} at tick {}", record.shape, record.tick));
        field("architecture", architecture.as_deref().unwrap_or("none"), out)?;
        match &entry.checkpoint {
            Some(checkpoint) => {
                let (shape, digest) = (checkpoint.shape(), hex(&checkpoint.digest()));
                field("checkpoint", format!("{shape}, digest {digest}"), out)?;
            }
            None => field("checkpoint", "none", out)?,
        }
        chain(&entry.chain, out)
    }

    fn json(&self, entry: &Entry) -> Value {
        let architecture =
            entry.architecture.map(|record| json!({ "shape": record.shape.dims(), "tick": record.tick }));
        let checkpoint = entry.checkpoint.as_ref().map(|weights| self.json_of(weights));
        let stored = entry.stored.as_ref().map(|stored| {
            let standing = stored.standing;
            let mut value = self.json_of(&stored.weights);
            value["layer"] = json!(standing.layer);
            value["strength"] = json!(standing.strength);
            value["updates"] = json!(standing.updates);
            value["tick"] = json!(standing.tick);
            value
        });
        json!({
            "key": self.key,
            "weights": stored,
            "architecture": architecture,
            "checkpoint": checkpoint,
            "chain": entry.chain,
        })
    }

    /// Weights; all of them only if that is asked for.
    fn json_of(&self, weights: &Weights) -> Value {
        let pairs = |signals: &[Signal]| -> Vec<Value> {
            signals.iter().map(|signal| json!([signal.polarity(), signal.magnitude()])).collect()
        };
        let (first, last) = ends(weights.signals());
        json!({
            "shape": weights.shape().dims(),
            "count": weights.signals().len(),
            "temperatures": temperatures(weights),
            "digest": hex(&weights.digest()),
            "first": pairs(first),
            "last": pairs(last),
            "value": self.all.then(|| weights.to_state()),
        })
    }
}

impl Entry {
    fn read(store: &Store, key: &str) -> Result<Entry, Problem> {
        let has_checkpoint = store.checkpoint_keys()?.iter().any(|saved| saved == key);
        let records = store.chain(0)?;
        Ok(Entry {
            stored: store.load(key)?,
            architecture: store.architecture(key)?,
            checkpoint: has_checkpoint.then(|| store.checkpoint_restore(key)).transpose()?,
            // Records without a key are of consolidations, which are about all keys.
            chain: records
                .iter()
                .filter(|record| !key.is_empty() && record.key == key)
                .map(ExportedRecord::of)
                .collect(),
        })
    }

    fn is_empty(&self) -> bool {
        let Entry { stored, architecture, checkpoint, chain } = self;
        stored.is_none() && architecture.is_none() && checkpoint.is_none() && chain.is_empty()
    }
}

fn unknown(file: &Path, key: &str, keys: &[String]) -> Problem {
    let keys = listed("key", keys);
    Problem::file(file, format_args!("there is no key \"{}\" in the store; {keys}", shown(key)))
}

fn temperatures(weights: &Weights) -> Temperatures {
    match weights.temperatures() {
        Some(temperatures) => temperatures.iter().copied().collect(),
        None => std::iter::repeat_n(Temperature::Hot, weights.signals().len()).collect(),
    }
}

/// The first and the last weights; none of the last if the first are all.
fn ends(signals: &[Signal]) -> (&[Signal], &[Signal]) {
    let (first, rest) = signals.split_at(signals.len().min(END));
    (first, &rest[rest.len().saturating_sub(END)..])
}

fn standing(stored: &StoredWeights, out: &mut dyn Write) -> io::Result<()> {
    let (weights, standing) = (&stored.weights, stored.standing);
    field("shape", weights.shape().to_string(), out)?;
    field("weights", weights.signals().len().to_string(), out)?;
    field("layer", TEMPERATURES[usize::from(standing.layer.code())], out)?;
    field("strength", format!("{} of 255", standing.strength), out)?;
    field("updates", standing.updates.to_string(), out)?;
    field("tick", standing.tick.to_string(), out)?;
    let Temperatures { hot, warm, cool, cold } = temperatures(weights);
    field("temperatures", format!("{hot} hot, {warm} warm, {cool} cool, {cold} cold"), out)?;
    field("digest", hex(&weights.digest()), out)
}

fn weights(weights: &Weights, all: bool, out: &mut dyn Write) -> io::Result<()> {
    // As `Debug` writes it, which shows the magnitude of a polarity 0 too.
    let line =
        |signals: &[Signal]| signals.iter().map(|signal| format!("{signal:?}")).collect::<Vec<_>>().join(" ");
    if all {
        let lines = weights.signals().chunks(IN_A_LINE).enumerate();
        return lines
            .map(|(at, signals)| (at * IN_A_LINE, signals))
            .try_for_each(|(from, signals)| field(&format!("from {from}"), line(signals), out));
    }
    let (first, last) = ends(weights.signals());
    field("first", line(first), out)?;
    if last.is_empty() { Ok(()) } else { field("last", line(last), out) }
}

fn chain(records: &[ExportedRecord], out: &mut dyn Write) -> io::Result<()> {
    let columns = [
        Right("record"),
        Left("kind"),
        Right("tick"),
        Right("strength"),
        Right("observations"),
        Left("source"),
        Left("own bytes"),
        Left("digest"),
        Left("hash"),
    ];
    let rows = records.iter().map(|record| {
        [
            record.sequence.to_string(),
            format!("{:?}", record.kind).to_lowercase(),
            record.tick.to_string(),
            record.strength.to_string(),
            record.observations.map(|count| count.to_string()).unwrap_or_default(),
            shown(&record.source),
            record.custom.clone().unwrap_or_default(),
            record.digest.clone(),
            record.hash.clone(),
        ]
    });
    Table::new(columns, rows).write("chain", out)
}
