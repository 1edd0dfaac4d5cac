//! The `[region.source]` section.

use super::items::Item;
use super::tree::Section;
use crate::source::{CsvOptions, LabelColumn};
use std::path::{Path, PathBuf};
use ternsig_isa::limits::MAX_ELEMENTS;

/// Where the input of a region comes from: a data set that is streamed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Input {
    /// What the file holds.
    pub format: Format,
    /// The file.
    pub path: PathBuf,
    /// In which order samples are learned.
    pub order: Order,
    /// How many samples are held out.
    pub holdout: usize,
    /// How often every sample that is not held out is learned.
    pub epochs: u32,
}

/// What a data file holds.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// Rows of integers with a label.
    Csv(CsvOptions),
}

/// In which order samples are learned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Order {
    /// In a new random order in every epoch, from the run's seed.
    #[default]
    Shuffled,
    /// As they stand in the file.
    File,
}

pub(super) fn read(mut section: Section<'_>, base: &Path) -> Option<Input> {
    let kind = section.required("kind").and_then(|item| item.word(&[("csv", ())]));
    let path = section.required("path").and_then(|item| item.text());
    let csv = csv(&mut section);
    let order = order(&mut section);
    let holdout = section.optional("holdout").map_or(Some(0), |item| item.integer(0, MAX_ELEMENTS));
    let epochs = section.optional("epochs").map_or(Some(1), |item| item.integer(1, u32::MAX));
    section.finish();
    kind?;
    Some(Input {
        format: Format::Csv(csv?),
        path: base.join(path?),
        order: order?,
        holdout: holdout?,
        epochs: epochs?,
    })
}

pub(super) fn order(section: &mut Section<'_>) -> Option<Order> {
    match section.optional("order") {
        Some(item) => item.word(&[("shuffled", Order::Shuffled), ("file", Order::File)]),
        None => Some(Order::default()),
    }
}

pub(super) fn csv(section: &mut Section<'_>) -> Option<CsvOptions> {
    let header = section.optional("header").map_or(Some(false), |item| item.flag());
    let label = section.optional("label");
    let label = label.map_or(Some(LabelColumn::Last), |item| label_column(item, header == Some(true)));
    let scale = section.optional("scale").map_or(Some(1), |item| item.integer(i32::MIN, i32::MAX));
    let offset = section.optional("offset").map_or(Some(0), |item| item.integer(i32::MIN, i32::MAX));
    Some(CsvOptions { label: label?, header: header?, scale: scale?, offset: offset? })
}

/// `"last"`, a column's number, or its name in the header.
fn label_column(item: Item<'_>, header: bool) -> Option<LabelColumn> {
    if item.is_integer() {
        return item.integer(0, MAX_ELEMENTS).map(LabelColumn::Index);
    }
    match item.text()? {
        "last" => Some(LabelColumn::Last),
        name if header => Some(LabelColumn::Name(name.to_owned())),
        name => {
            let message = format!("\"{name}\" names a column, but the file is said to have no header");
            let help = "add header = true, or give the column's number, counted from 0, or \"last\"";
            item.complain("no-header", message, Some(help.to_owned()));
            None
        }
    }
}
