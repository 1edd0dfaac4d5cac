//! `ternsig bank query`: the entries that are most like a cue.

use super::named;
use crate::arguments::{Format, Numbers};
use crate::problem::{Problem, Status};
use crate::stored::{open, temperature_name, write_json};
use crate::text::Column::{Left, Right};
use crate::text::{Table, shown};
use clap::Args;
use serde::Serialize;
use std::io::{self, Write};
use std::num::NonZeroU32;
use std::path::PathBuf;
use ternsig_bank::{Bank, BankError, Cluster, EntryId, EntryRef};

/// Finds the entries of a bank that are most similar to a cue, best first; of equal ones the smallest id first.
///
/// The score is −256…256: 256 for the same direction in the dimensions in which the cue is not 0, 0 for nothing in common.
/// Across banks, entries are compared by how far they stand out in their bank: 256 is one standard deviation above its
/// mean score.
#[derive(Debug, Args)]
#[command(override_usage = "ternsig bank query [OPTIONS] <FILE> <BANK> <CUE>\n       \
                            ternsig bank query [OPTIONS] <FILE> --across <PREFIX> <CUE>")]
pub(crate) struct Query {
    /// The store.
    file: PathBuf,
    /// The bank: its name or its id. With --across there is none, and the cue stands here.
    #[arg(allow_hyphen_values = true)]
    bank: String,
    /// Whole numbers −255…255, e.g. 1,-2,3; larger ones are limited. At most as many as the bank is wide: those that are
    /// 0 or missing do not take part.
    #[arg(required_unless_present = "across", conflicts_with = "across", allow_hyphen_values = true)]
    cue: Option<Numbers>,
    /// How many entries, at least 1.
    #[arg(short = 'k', long, value_name = "N", default_value = "10")]
    count: NonZeroU32,
    /// All banks whose names begin so, with one cue for all of them; an empty prefix means every bank.
    #[arg(long, value_name = "PREFIX")]
    across: Option<String>,
    /// How the list is written.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// An entry that was found.
#[derive(Debug, Serialize)]
struct Found {
    bank: String,
    bank_name: String,
    id: String,
    score: i32,
    /// Only across banks.
    #[serde(skip_serializing_if = "Option::is_none")]
    standing: Option<i32>,
    temperature: &'static str,
    tag: Option<String>,
}

impl Query {
    pub(crate) fn execute(&self, out: &mut dyn Write) -> Result<Status, Problem> {
        let memory = open(&self.file)?;
        let found = memory.banks().read(|cluster| self.find(cluster))?;
        match (self.format, &self.across) {
            (Format::Json, _) => write_json(&found, out)?,
            (Format::Text, None) => text(&found, out)?,
            (Format::Text, Some(_)) => text_across(&found, out)?,
        }
        Ok(Status::Success)
    }

    fn find(&self, cluster: &Cluster) -> Result<Vec<Found>, Problem> {
        let count = usize::try_from(self.count.get()).unwrap_or(usize::MAX);
        if let Some(prefix) = &self.across {
            let wrong =
                |error| Problem::invocation(format!("invalid cue \"{}\": {error}", shown(&self.bank)));
            let cue: Numbers = self.bank.parse().map_err(wrong)?;
            return self.find_across(cluster, prefix, &cue.0, count);
        }
        let cue = self.cue.as_ref().map_or(&[][..], |cue| &cue.0);
        let bank = named::bank(cluster, &self.file, &self.bank)?;
        let found = bank.query(cue, count).map_err(|error| self.refused(bank, &error))?;
        Ok(found.into_iter().map(|found| Found::new(bank, found.id, found.score, None)).collect())
    }

    fn find_across(
        &self,
        cluster: &Cluster,
        prefix: &str,
        cue: &[i32],
        count: usize,
    ) -> Result<Vec<Found>, Problem> {
        let banks: Vec<&Bank> = cluster.banks().filter(|bank| bank.head().name.starts_with(prefix)).collect();
        if banks.is_empty() {
            let message = format!("no bank in the store has a name that begins with \"{}\"", shown(prefix));
            return Err(named::unknown(cluster, &self.file, &message));
        }
        if let Some(narrow) = banks.iter().find(|bank| bank.width() < cue.len()) {
            let error = BankError::Width { found: cue.len(), expected: narrow.width() };
            return Err(self.refused(narrow, &error));
        }
        let found = cluster.query_prefix(prefix, cue, count);
        let found = found.map_err(|error| Problem::file(&self.file, error))?;
        let found = found.into_iter().filter_map(|found| {
            let EntryRef { bank, entry } = found.entry;
            Some(Found::new(cluster.bank(bank).ok()?, entry, found.score, Some(found.standing)))
        });
        Ok(found.collect())
    }

    fn refused(&self, bank: &Bank, error: &BankError) -> Problem {
        let help = match error {
            BankError::Width { .. } => "; shorten the cue",
            _ => "",
        };
        Problem::file(&self.file, format_args!("bank {}: {error}{help}", named::title(bank)))
    }
}

impl Found {
    fn new(bank: &Bank, id: EntryId, score: i32, standing: Option<i32>) -> Found {
        let record = bank.record(id);
        Found {
            bank: bank.head().id.to_string(),
            bank_name: bank.head().name.clone(),
            id: id.to_string(),
            score,
            standing,
            temperature: record.map_or("", |record| temperature_name(record.temperature)),
            tag: record.and_then(|record| record.tag.clone()),
        }
    }
}

fn text(found: &[Found], out: &mut dyn Write) -> io::Result<()> {
    let columns = [Left("id"), Right("score"), Left("temperature"), Left("tag")];
    let rows = found.iter().map(|found| {
        let tag = found.tag.as_deref().map(shown).unwrap_or_default();
        [found.id.clone(), found.score.to_string(), found.temperature.to_owned(), tag]
    });
    Table::new(columns, rows).write("found", out)
}

fn text_across(found: &[Found], out: &mut dyn Write) -> io::Result<()> {
    let columns = [
        Left("bank"),
        Left("name"),
        Left("id"),
        Right("standing"),
        Right("score"),
        Left("temperature"),
        Left("tag"),
    ];
    let rows = found.iter().map(|found| {
        [
            found.bank.clone(),
            shown(&found.bank_name),
            found.id.clone(),
            found.standing.map(|standing| standing.to_string()).unwrap_or_default(),
            found.score.to_string(),
            found.temperature.to_owned(),
            found.tag.as_deref().map(shown).unwrap_or_default(),
        ]
    });
    Table::new(columns, rows).write("found", out)
}
