//! The whole file.

use super::tree::{Complaints, Section, span};
use super::{Manifest, ManifestFile, RunEntry, brain, directory, program, region};
use std::path::Path;
use ternsig_asm::{Diagnostic, Span};
use toml::de::DeTable;

/// Reads a manifest, or says everything that is wrong with it.
pub(super) fn parse(text: &str, path: &Path) -> Result<ManifestFile, Vec<Diagnostic>> {
    // Only the first mistake in the syntax is told: what follows it may have been meant otherwise.
    let tree = DeTable::parse(text).map_err(|error| {
        let diagnostic = Diagnostic::error("syntax", error.message());
        vec![match error.span() {
            Some(range) => diagnostic.at(span(range)),
            None => diagnostic,
        }]
    })?;
    let complaints = Complaints::default();
    let mut root = Section::new("the manifest", Span::at(0), tree.get_ref(), &complaints);
    let manifest = match root.optional("brain") {
        Some(brain) => brain::read(root, brain, path).map(ManifestFile::Brain),
        None => read(root, path).map(ManifestFile::Run),
    };
    let diagnostics = complaints.into_sorted();
    manifest.filter(|_| diagnostics.is_empty()).ok_or(diagnostics)
}

fn read(mut root: Section<'_>, path: &Path) -> Option<Manifest> {
    let base = directory(path);
    let run = match root.optional("run").map(|item| item.section("[run]")) {
        Some(section) => section.map(run_entry),
        None => Some(RunEntry::default()),
    };
    let regions = region::read_all(&mut root, base);
    let attached = program::read_all(&mut root, base, regions.as_deref());
    root.finish();
    Some(Manifest { path: path.to_owned(), run: run?, regions: regions?, attached: attached? })
}

/// Mistakes are complained about; what is returned then is not used.
fn run_entry(mut section: Section<'_>) -> RunEntry {
    let mut run = RunEntry::default();
    if let Some(item) = section.optional("seeds") {
        let seeds = item.each();
        if seeds.is_empty() {
            item.complain("empty-list", "`seeds` is empty, at least one is needed", None);
        }
        run.seeds = seeds.iter().filter_map(|seed| seed.integer(0, u64::MAX)).collect();
    }
    run.fuel = section.optional("fuel").and_then(|fuel| fuel.integer(1, u64::MAX));
    section.finish();
    run
}
