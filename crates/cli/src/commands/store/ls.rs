//! `ternsig store ls`: what a store holds.

use super::contents::Contents;
use crate::arguments::Format;
use crate::problem::{Problem, Status};
use crate::stored::{TEMPERATURES, open, write_json};
use crate::text::Column::{Left, Right};
use crate::text::{Table, counted, shown};
use clap::Args;
use std::io::{self, Write};
use std::path::PathBuf;

/// Lists what a store holds: keys, architecture records, checkpoints, models, snapshots and banks.
#[derive(Debug, Args)]
pub(crate) struct Ls {
    /// The store.
    file: PathBuf,
    /// How the list is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

impl Ls {
    pub(crate) fn execute(&self, out: &mut dyn Write) -> Result<Status, Problem> {
        let contents = Contents::read(&open(&self.file)?)?;
        match self.format {
            Format::Text => text(&contents, out)?,
            Format::Json => write_json(&contents, out)?,
        }
        Ok(Status::Success)
    }
}

fn text(contents: &Contents, out: &mut dyn Write) -> io::Result<()> {
    let Contents { file, tick, commits, records, .. } = contents;
    let (commits, records) = (counted(*commits, "commit"), counted(*records, "record"));
    writeln!(out, "{file}: tick {tick}, {commits}, {records} in the chain")?;
    weights(contents, out)?;
    rest(contents, out)
}

fn dimensions(shape: &[u32]) -> String {
    format!("{shape:?}")
}

/// What stands under keys.
fn weights(contents: &Contents, out: &mut dyn Write) -> io::Result<()> {
    let columns = [
        Left("key"),
        Left("shape"),
        Right("weights"),
        Left("layer"),
        Right("strength"),
        Right("updates"),
        Right("tick"),
    ];
    let keys = contents.keys.iter().map(|key| {
        [
            shown(&key.key),
            dimensions(&key.shape),
            key.weights.to_string(),
            TEMPERATURES[usize::from(key.layer.code())].to_owned(),
            key.strength.to_string(),
            key.updates.to_string(),
            key.tick.to_string(),
        ]
    });
    Table::new(columns, keys).write("keys", out)?;
    let records = contents.architecture.iter();
    let records =
        records.map(|record| [shown(&record.key), dimensions(&record.shape), record.tick.to_string()]);
    Table::new([Left("key"), Left("shape"), Right("tick")], records).write("architecture records", out)?;
    let checkpoints = contents.checkpoints.iter();
    let checkpoints =
        checkpoints.map(|saved| [shown(&saved.key), dimensions(&saved.shape), saved.weights.to_string()]);
    Table::new([Left("key"), Left("shape"), Right("weights")], checkpoints).write("checkpoints", out)
}

/// What stands under names and ids.
fn rest(contents: &Contents, out: &mut dyn Write) -> io::Result<()> {
    let models = contents.models.iter().map(|model| {
        let path = model.path.as_deref().map(shown).unwrap_or_default();
        [shown(&model.name), model.kind.to_owned(), model.bytes.to_string(), path]
    });
    let columns = [Left("name"), Left("kind"), Right("bytes"), Left("path")];
    Table::new(columns, models).write("models", out)?;
    let snapshots = contents.snapshots.iter();
    let snapshots = snapshots.map(|snapshot| [shown(&snapshot.name), snapshot.bytes.to_string()]);
    Table::new([Left("name"), Right("bytes")], snapshots).write("snapshots", out)?;
    let banks = contents.banks.iter();
    let banks = banks.map(|bank| [bank.id.clone(), shown(&bank.name), bank.entries.to_string()]);
    Table::new([Left("id"), Left("name"), Right("entries")], banks).write("banks", out)
}
