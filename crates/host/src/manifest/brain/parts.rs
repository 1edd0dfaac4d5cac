//! What regions share: the stream, fields, banks and barriers.

use super::super::input::{self, Format, Order};
use super::super::items::Item;
use super::super::tree::Section;
use super::inside;
use super::region::BrainRegion;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use ternsig_asm::Diagnostic;
use ternsig_bank::Config;
use ternsig_isa::limits::MAX_ELEMENTS;

/// What the brain senses: a data set whose samples come one each tick, again and again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamEntry {
    /// What the file holds.
    pub format: Format,
    /// The file.
    pub path: PathBuf,
    /// In which order samples come; a shuffled order is another one in each pass.
    pub order: Order,
}

/// A field. Every region has a slice of it, in ascending order of their ids.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldEntry {
    /// What programs know it by.
    pub id: u8,
    /// The elements of a slice.
    pub width: usize,
    /// What aging by a tick leaves of each element, in 255ths.
    pub retention: u8,
}

/// A bank, which is made if the store has none of this name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BankEntry {
    /// Its name.
    pub name: String,
    /// How it is made.
    pub config: Config,
}

/// A barrier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BarrierEntry {
    /// What programs know it by.
    pub id: u8,
    /// The ids of the regions that meet there.
    pub parties: BTreeSet<u8>,
}

pub(super) fn stream(mut section: Section<'_>, base: &Path) -> Option<StreamEntry> {
    let kind = section.required("kind").and_then(|item| item.word(&[("csv", ())]));
    let path = section.required("path").and_then(|item| inside(item, base));
    let csv = input::csv(&mut section);
    let order = input::order(&mut section);
    section.finish();
    kind?;
    Some(StreamEntry { format: Format::Csv(csv?), path: path?, order: order? })
}

/// Mistakes are complained about; what is returned then is not used.
pub(super) fn fields(root: &mut Section<'_>) -> Vec<FieldEntry> {
    let sections = root.sections("field", "[[field]]");
    let mut fields: Vec<FieldEntry> = Vec::new();
    for mut section in sections {
        let place = section.span();
        let id = section.required("id").and_then(|item| item.integer(0, u8::MAX));
        let width = section.required("width").and_then(|item| item.integer(1, MAX_ELEMENTS));
        let retention = section.optional("retention").map_or(Some(u8::MAX), |item| item.integer(0, u8::MAX));
        let complaints = section.complaints();
        section.finish();
        let (Some(id), Some(width), Some(retention)) = (id, width, retention) else { continue };
        if fields.iter().any(|field| field.id == id) {
            complaints
                .push(Diagnostic::error("duplicate", format!("there is already a field {id}")).at(place));
        }
        fields.push(FieldEntry { id, width, retention });
    }
    fields
}

/// Mistakes are complained about; what is returned then is not used.
pub(super) fn banks(root: &mut Section<'_>) -> Vec<BankEntry> {
    let sections = root.sections("bank", "[[bank]]");
    let mut banks: Vec<BankEntry> = Vec::new();
    for mut section in sections {
        let place = section.span();
        let name = section.required("name").and_then(|item| item.text());
        let config = config(&mut section);
        let complaints = section.complaints();
        section.finish();
        let (Some(name), Some(config)) = (name, config) else { continue };
        if banks.iter().any(|bank| bank.name == name) {
            let message = format!("there is already a bank \"{name}\"");
            complaints.push(Diagnostic::error("duplicate", message).at(place));
        }
        if let Err(error) = config.check() {
            complaints.push(Diagnostic::error("bad-bank", error.to_string()).at(place));
        }
        banks.push(BankEntry { name: name.to_owned(), config });
    }
    banks
}

fn config(section: &mut Section<'_>) -> Option<Config> {
    let default = Config::default();
    let mut number = |key, default: u32| {
        section.optional(key).map_or(Some(default), |item: Item<'_>| item.integer(0, u32::MAX))
    };
    let width = number("width", default.width)?;
    let max_entries = number("max_entries", default.max_entries)?;
    let max_edges = number("max_edges", default.max_edges)?;
    let promote_accesses = number("promote_accesses", default.promote_accesses)?;
    let promote_age = section
        .optional("promote_age")
        .map_or(Some(default.promote_age), |item| item.integer(0, u64::MAX))?;
    let demote_below = section
        .optional("demote_below")
        .map_or(Some(default.demote_below), |item| item.integer(0, u8::MAX))?;
    let protect_cold =
        section.optional("protect_cold").map_or(Some(default.protect_cold), |item| item.flag())?;
    Some(Config {
        width,
        max_entries,
        max_edges,
        promote_accesses,
        promote_age,
        demote_below,
        protect_cold,
        ..default
    })
}

/// Mistakes are complained about; what is returned then is not used.
pub(super) fn barriers(root: &mut Section<'_>, regions: &[BrainRegion]) -> Vec<BarrierEntry> {
    let sections = root.sections("barrier", "[[barrier]]");
    let barrier = |mut section: Section<'_>| {
        let id = section.required("id").and_then(|item| item.integer(0, u8::MAX));
        let parties = section.required("parties").map_or_else(Vec::new, Item::each);
        let parties = parties.into_iter().filter_map(|item| super::region::named(item, regions)).collect();
        section.finish();
        Some(BarrierEntry { id: id?, parties })
    };
    sections.into_iter().filter_map(barrier).collect()
}
