//! The `[[region]]` sections of a brain.

use super::super::items::Item;
use super::super::region::{Fill, engine, fill, params, roles};
use super::super::tree::Section;
use super::inside;
use super::parts::BankEntry;
use crate::engine::Engine;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use ternsig_asm::Diagnostic;
use ternsig_asm::suggest::did_you_mean;
use ternsig_isa::RoleSet;

/// A region: a machine and the programs that it calls.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrainRegion {
    /// What programs know it by; no other region has it.
    pub id: u8,
    /// Its name, which no other region has.
    pub name: String,
    /// The program's file.
    pub program: PathBuf,
    /// What runs the programs.
    pub engine: Engine,
    /// What the programs may do.
    pub granted: RoleSet,
    /// Param registers and their values.
    pub params: Vec<(usize, i32)>,
    /// What is put into cold registers at the beginning.
    pub fill: Vec<Fill>,
    /// What its input buffer holds when it runs, one after the other.
    pub inputs: Vec<Wire>,
    /// Whether its target buffer holds the right class of the sample: 255 for it and 0 for the others.
    pub target: bool,
    /// Whether its output is the brain's answer: the class with the greatest element.
    pub answers: bool,
    /// Whether it may set and inject chemicals.
    pub chemicals: bool,
    /// Whether it rests when the brain rests.
    pub rests: bool,
    /// Whether it runs only when another region fires it.
    pub fired: bool,
    /// The programs that are bound to its model slots.
    pub models: BTreeMap<u8, PathBuf>,
    /// The names of the banks that are bound to its bank slots.
    pub banks: BTreeMap<u8, String>,
    /// The keys that its programs know by number.
    pub keys: BTreeMap<i32, String>,
}

/// Where a part of a region's input comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wire {
    /// The sample of this tick; nothing while the brain rests.
    Stream,
    /// The last output of the region with this id: that of this tick if the id is lower than the region's own.
    Region(u8),
}

/// Reads all regions by ascending id. Mistakes are complained about; what is returned then is not used.
pub(super) fn read_all(root: &mut Section<'_>, base: &Path, banks: &[BankEntry]) -> Vec<BrainRegion> {
    let sections = root.sections("region", "[[region]]");
    if sections.is_empty() {
        let diagnostic = Diagnostic::error("missing-key", "the manifest has no [[region]]").at(root.span());
        root.complaints().push(diagnostic);
    }
    let mut regions: Vec<BrainRegion> = Vec::new();
    let mut wires = Vec::new();
    for section in sections {
        let (place, complaints) = (section.span(), section.complaints());
        let Some((region, inputs)) = read(section, base, banks) else { continue };
        if regions.iter().any(|other| other.id == region.id || other.name == region.name) {
            let message = format!("there is already a region {} or \"{}\"", region.id, region.name);
            complaints.push(Diagnostic::error("duplicate", message).at(place));
            continue;
        }
        wires.push((region.id, inputs));
        regions.push(region);
    }
    for (id, items) in wires {
        let inputs = items.into_iter().filter_map(|item| wire(item, &regions)).collect();
        if let Some(region) = regions.iter_mut().find(|region| region.id == id) {
            region.inputs = inputs;
        }
    }
    regions.sort_by_key(|region| region.id);
    regions
}

fn read<'t>(
    mut section: Section<'t>,
    base: &Path,
    banks: &[BankEntry],
) -> Option<(BrainRegion, Vec<Item<'t>>)> {
    let id = section.required("id").and_then(|item| item.integer(0, u8::MAX));
    let name = section.required("name").and_then(|item| item.text());
    let program = section.required("program").and_then(|item| inside(item, base));
    let engine = section.optional("engine").map_or(Some(Engine::default()), engine);
    let granted = section.optional("role").map_or(Some(RoleSet::UNRESTRICTED), roles);
    let params = section.optional("params").map_or(Some(Vec::new()), params);
    let fill = section.sections("fill", "`fill`").into_iter().map(fill).collect();
    let inputs = section.optional("input").map_or_else(Vec::new, Item::each);
    let mut flag = |key, default| section.optional(key).map_or(Some(default), |item| item.flag());
    let (target, answers, chemicals) =
        (flag("target", false), flag("answers", false), flag("chemicals", false));
    let (rests, fired) = (flag("rests", true), flag("fired", false));
    let models = numbered(&mut section, "models", |item| inside(item, base));
    let names = banks.iter().map(|bank| bank.name.as_str());
    let bank = |item: Item<'_>| known(item, "bank", names.clone()).map(str::to_owned);
    let banks = numbered(&mut section, "banks", bank);
    let keys = numbered(&mut section, "keys", |item| item.text().map(str::to_owned));
    section.finish();
    let region = BrainRegion {
        id: id?,
        name: name?.to_owned(),
        program: program?,
        engine: engine?,
        granted: granted?,
        params: params?,
        fill,
        inputs: Vec::new(),
        target: target?,
        answers: answers?,
        chemicals: chemicals?,
        rests: rests?,
        fired: fired?,
        models: models?,
        banks: banks?,
        keys: keys?,
    };
    Some((region, inputs))
}

/// A table whose keys are numbers.
fn numbered<'t, N: FromStr + Ord, T>(
    section: &mut Section<'t>,
    key: &'static str,
    read: impl Fn(Item<'t>) -> Option<T>,
) -> Option<BTreeMap<N, T>> {
    let Some(item) = section.optional(key) else { return Some(BTreeMap::new()) };
    let table = item.section("the table")?;
    let entries = table.entries().map(|(name, span, item)| {
        let number = name.parse().ok();
        if number.is_none() {
            let message = format!("`{name}` is no number that `{key}` can have");
            table.complaints().push(Diagnostic::error("wrong-key", message).at(span));
        }
        Some((number?, read(item)?))
    });
    // All entries are read before the first mistake is heeded.
    entries.collect::<Vec<_>>().into_iter().collect()
}

/// A name out of several.
fn known<'t, 'n>(
    item: Item<'t>,
    what: &str,
    names: impl Iterator<Item = &'n str> + Clone,
) -> Option<&'t str> {
    let name = item.text()?;
    if !names.clone().any(|known| known == name) {
        item.complain("unknown-name", format!("there is no {what} \"{name}\""), did_you_mean(name, names));
        return None;
    }
    Some(name)
}

fn wire(item: Item<'_>, regions: &[BrainRegion]) -> Option<Wire> {
    if item.text()? == "stream" {
        return Some(Wire::Stream);
    }
    named(item, regions).map(Wire::Region)
}

/// The id of a region by its name.
pub(super) fn named(item: Item<'_>, regions: &[BrainRegion]) -> Option<u8> {
    let name = known(item, "region", regions.iter().map(|region| region.name.as_str()))?;
    regions.iter().find(|region| region.name == name).map(|region| region.id)
}
