//! `ternsig bank ls`: the banks of a store.

use crate::arguments::Format;
use crate::problem::{Problem, Status};
use crate::stored::{Temperatures, open, write_json};
use crate::text::Column::{Left, Right};
use crate::text::{Table, shown};
use clap::Args;
use serde::Serialize;
use std::io::{self, Write};
use std::path::PathBuf;

/// Lists the banks of a store: width, entries, how many of them are of each temperature, and links from them.
#[derive(Debug, Args)]
pub(crate) struct Ls {
    /// The store.
    file: PathBuf,
    /// How the list is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

#[derive(Debug, Serialize)]
struct Listed {
    id: String,
    name: String,
    width: u32,
    entries: usize,
    max_entries: u32,
    temperatures: Temperatures,
    links: usize,
}

impl Listed {
    fn of(bank: &ternsig_bank::Bank) -> Listed {
        let (head, records) = (bank.head(), || bank.ids().filter_map(|id| bank.record(id)));
        Listed {
            id: head.id.to_string(),
            name: head.name.clone(),
            width: head.config.width,
            entries: bank.len(),
            max_entries: head.config.max_entries,
            temperatures: records().map(|record| record.temperature).collect(),
            links: records().map(|record| record.edges.len()).sum(),
        }
    }
}

impl Ls {
    pub(crate) fn execute(&self, out: &mut dyn Write) -> Result<Status, Problem> {
        let memory = open(&self.file)?;
        let banks: Vec<_> = memory.banks().read(|cluster| cluster.banks().map(Listed::of).collect());
        match self.format {
            Format::Text => text(&banks, out)?,
            Format::Json => write_json(&banks, out)?,
        }
        Ok(Status::Success)
    }
}

fn text(banks: &[Listed], out: &mut dyn Write) -> io::Result<()> {
    let columns = [
        Left("id"),
        Left("name"),
        Right("width"),
        Right("entries"),
        Right("hot"),
        Right("warm"),
        Right("cool"),
        Right("cold"),
        Right("links"),
    ];
    let rows = banks.iter().map(|bank| {
        let Temperatures { hot, warm, cool, cold } = bank.temperatures;
        [
            bank.id.clone(),
            shown(&bank.name),
            bank.width.to_string(),
            format!("{}/{}", bank.entries, bank.max_entries),
            hot.to_string(),
            warm.to_string(),
            cool.to_string(),
            cold.to_string(),
            bank.links.to_string(),
        ]
    });
    Table::new(columns, rows).write("banks", out)
}
