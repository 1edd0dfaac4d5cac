//! The `[[region]]` sections.

use super::input::{self, Input};
use super::items::Item;
use super::report::{self, ReportEntry};
use super::tree::Section;
use crate::engine::Engine;
use std::path::{Path, PathBuf};
use ternsig_asm::Diagnostic;
use ternsig_isa::{Bank, Register, Role, RoleSet};

/// A machine and its program.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegionEntry {
    /// Its name, which no other region has.
    pub name: String,
    /// The program's file.
    pub program: PathBuf,
    /// What runs the program.
    pub engine: Engine,
    /// What the program may do.
    pub granted: RoleSet,
    /// Param registers and their values.
    pub params: Vec<(usize, i32)>,
    /// What is put into cold registers at the beginning.
    pub fill: Vec<Fill>,
    /// Where the input comes from.
    pub source: Input,
    /// What to tell at the end.
    pub report: ReportEntry,
}

/// What is put into cold registers once, when a run begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fill {
    /// The indexes of the cold registers.
    pub registers: Vec<usize>,
    /// What is put there.
    pub with: FillWith,
}

/// What cold registers are filled with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum FillWith {
    /// The weight generator of `arch.init_random`, with the run's seed.
    InitRandom,
}

/// Reads all regions. Each mistake is complained about; none is returned then.
pub(super) fn read_all(root: &mut Section<'_>, base: &Path) -> Option<Vec<RegionEntry>> {
    let items = root.optional("region").map_or_else(Vec::new, Item::each);
    if items.is_empty() {
        let diagnostic = Diagnostic::error("missing-key", "the manifest has no [[region]]").at(root.span());
        root.complaints().push(diagnostic);
    }
    let sections: Vec<_> = items.into_iter().filter_map(|item| item.section("[[region]]")).collect();
    if let Some(second) = sections.get(1) {
        let message =
            "a data set is learned by one [[region]]; several make up a brain, which has a [brain] section";
        root.complaints().push(Diagnostic::error("several-regions", message).at(second.span()));
    }
    let regions: Vec<_> = sections.into_iter().map(|section| read(section, base)).collect();
    let regions: Option<Vec<_>> = regions.into_iter().collect();
    regions.filter(|regions| !regions.is_empty())
}

fn read(mut section: Section<'_>, base: &Path) -> Option<RegionEntry> {
    let name = section.required("name").and_then(|item| item.text());
    let program = section.required("program").and_then(|item| item.text());
    let engine = section.optional("engine").map_or(Some(Engine::default()), engine);
    let granted = section.optional("role").map_or(Some(RoleSet::UNRESTRICTED), roles);
    let params = section.optional("params").map_or(Some(Vec::new()), params);
    let fill = section.sections("fill", "`fill`").into_iter().map(fill).collect();
    let source =
        section.required("source").and_then(|item| input::read(item.section("[region.source]")?, base));
    let report = match section.optional("report") {
        Some(item) => item.section("[region.report]").map(|section| report::read(section, base)),
        None => Some(ReportEntry::default()),
    };
    section.finish();
    Some(RegionEntry {
        name: name?.to_owned(),
        program: base.join(program?),
        engine: engine?,
        granted: granted?,
        params: params?,
        fill,
        source: source?,
        report: report?,
    })
}

pub(super) fn engine(item: Item<'_>) -> Option<Engine> {
    item.word(&Engine::ALL.map(|engine| (engine.name(), engine)))
}

/// A role or a list of them.
pub(super) fn roles(item: Item<'_>) -> Option<RoleSet> {
    let words = Role::ALL.map(|role| (role.name(), role));
    item.each().iter().try_fold(RoleSet::NONE, |set, item| Some(set.with(item.word(&words)?)))
}

pub(super) fn params(item: Item<'_>) -> Option<Vec<(usize, i32)>> {
    let table = item.section("`params`")?;
    let entries = table.entries().map(|(name, span, value)| {
        let register = name.parse().ok().filter(|register: &Register| register.bank() == Bank::Param);
        if register.is_none() {
            let message = format!("`{name}` is no param register, which are P0 to P63");
            table.complaints().push(Diagnostic::error("unknown-register", message).at(span));
        }
        let value = value.integer(i32::MIN, i32::MAX);
        Some((register?.index(), value?))
    });
    // All entries are read before the first mistake is heeded.
    entries.collect::<Vec<_>>().into_iter().collect()
}

/// Mistakes are complained about; what is returned then is not used.
pub(super) fn fill(mut section: Section<'_>) -> Fill {
    let registers = section.required("registers").map_or_else(Vec::new, Item::each);
    let registers = registers.iter().filter_map(cold_register).collect();
    let with = section.required("with").and_then(|item| item.word(&[("init_random", FillWith::InitRandom)]));
    section.finish();
    Fill { registers, with: with.unwrap_or(FillWith::InitRandom) }
}

fn cold_register(item: &Item<'_>) -> Option<usize> {
    let name = item.text()?;
    let register = name.parse().ok().filter(|register: &Register| register.bank() == Bank::Cold);
    if register.is_none() {
        let message = format!("\"{name}\" is no cold register, which are C0 to C63");
        item.complain("unknown-register", message, None);
    }
    register.map(Register::index)
}
