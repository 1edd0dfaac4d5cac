//! `ternsig bank show`: an entry of a bank.

use super::named;
use crate::arguments::Format;
use crate::problem::{Problem, Status};
use crate::stored::{open, temperature_name, write_json};
use crate::text::Column::{Left, Right};
use crate::text::{Table, field, shown};
use clap::Args;
use serde::Serialize;
use std::io::{self, Write};
use std::path::PathBuf;
use ternsig_bank::{Bank, Cluster, Edge, Entry, EntryRef};

/// Shows an entry of a bank with its vector, its links, and the links that lead to it.
#[derive(Debug, Args)]
pub(crate) struct Show {
    /// The store.
    file: PathBuf,
    /// The bank: its name or its id.
    bank: String,
    /// The entry: its id, as `ternsig bank query` shows it.
    entry: String,
    /// How it is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Debug, Serialize)]
struct Shown {
    bank: String,
    bank_name: String,
    id: String,
    tag: Option<String>,
    temperature: &'static str,
    confidence: u8,
    created: u64,
    last_accessed: u64,
    access_count: u32,
    accesses_since: u32,
    settled: u64,
    origin: String,
    vector: Vec<i16>,
    links: Vec<Link>,
    linked_from: Vec<Link>,
}

/// A link, from the side of one of its ends: the other end is named.
#[derive(Debug, Serialize)]
struct Link {
    kind: String,
    bank: String,
    /// `None` if there is no such bank.
    bank_name: Option<String>,
    entry: String,
    /// Whether there is such an entry.
    there: bool,
    weight: u8,
    created: u64,
}

impl Show {
    pub(crate) fn execute(&self, out: &mut dyn Write) -> Result<Status, Problem> {
        let memory = open(&self.file)?;
        let shown = memory.banks().read(|cluster| self.find(cluster))?;
        match self.format {
            Format::Text => text(&shown, out)?,
            Format::Json => write_json(&shown, out)?,
        }
        Ok(Status::Success)
    }

    fn find(&self, cluster: &Cluster) -> Result<Shown, Problem> {
        let bank = named::bank(cluster, &self.file, &self.bank)?;
        let at = EntryRef { bank: bank.head().id, entry: named::entry(bank, &self.file, &self.entry)? };
        let entry = cluster.entry(at).map_err(|error| Problem::file(&self.file, error))?;
        Ok(Shown::new(cluster, bank, at, entry))
    }
}

impl Shown {
    fn new(cluster: &Cluster, bank: &Bank, at: EntryRef, Entry { record, vector }: Entry) -> Shown {
        let linked_from = cluster.linked_from(at).flat_map(|from| {
            let edges = cluster.record(from).map(|record| record.edges.as_slice()).unwrap_or_default();
            let edges = edges.iter().filter(|edge| edge.target == at);
            edges.map(move |edge| Link::new(cluster, edge, from)).collect::<Vec<_>>()
        });
        Shown {
            bank: at.bank.to_string(),
            bank_name: bank.head().name.clone(),
            id: at.entry.to_string(),
            temperature: temperature_name(record.temperature),
            confidence: record.confidence,
            created: record.created,
            last_accessed: record.last_accessed,
            access_count: record.access_count,
            accesses_since: record.accesses_since,
            settled: record.settled,
            origin: record.origin.to_string(),
            vector,
            links: record.edges.iter().map(|edge| Link::new(cluster, edge, edge.target)).collect(),
            linked_from: linked_from.collect(),
            tag: record.tag,
        }
    }
}

impl Link {
    fn new(cluster: &Cluster, edge: &Edge, end: EntryRef) -> Link {
        Link {
            kind: edge.kind.to_string(),
            bank: end.bank.to_string(),
            bank_name: cluster.bank(end.bank).ok().map(|bank| bank.head().name.clone()),
            entry: end.entry.to_string(),
            there: cluster.record(end).is_ok(),
            weight: edge.weight,
            created: edge.created,
        }
    }
}

fn text(entry: &Shown, out: &mut dyn Write) -> io::Result<()> {
    let vector: Vec<String> = entry.vector.iter().map(i16::to_string).collect();
    let accesses = format!("{}, {} of them since settled", entry.access_count, entry.accesses_since);
    field("bank", format!("{} ({})", shown(&entry.bank_name), entry.bank), out)?;
    field("entry", &entry.id, out)?;
    field("tag", entry.tag.as_deref().map_or("none".to_owned(), shown), out)?;
    field("temperature", entry.temperature, out)?;
    field("settled", format!("tick {}", entry.settled), out)?;
    field("confidence", format!("{} of 255", entry.confidence), out)?;
    field("created", format!("tick {}", entry.created), out)?;
    field("last accessed", format!("tick {}", entry.last_accessed), out)?;
    field("accesses", accesses, out)?;
    field("origin", format!("bank {}", entry.origin), out)?;
    field("vector", vector.join(" "), out)?;
    links("links", &entry.links, out)?;
    links("linked from", &entry.linked_from, out)
}

fn links(title: &str, links: &[Link], out: &mut dyn Write) -> io::Result<()> {
    let columns =
        [Left("type"), Left("bank"), Left("name"), Left("entry"), Right("weight"), Right("tick"), Left("")];
    let rows = links.iter().map(|link| {
        [
            link.kind.clone(),
            link.bank.clone(),
            link.bank_name.as_deref().map(shown).unwrap_or_default(),
            link.entry.clone(),
            link.weight.to_string(),
            link.created.to_string(),
            if link.there { String::new() } else { "is not there".to_owned() },
        ]
    });
    Table::new(columns, rows).write(title, out)
}
