//! The `[[program]]` sections: programs that run on the machine of a region.

use super::region::{RegionEntry, roles};
use super::tree::Section;
use std::path::{Path, PathBuf};
use ternsig_asm::Diagnostic;
use ternsig_asm::suggest::did_you_mean;
use ternsig_isa::RoleSet;

/// A program without registers of its own, which runs on the machine of a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attached {
    /// Its name, which no other program has.
    pub name: String,
    /// The program's file.
    pub program: PathBuf,
    /// The name of the region.
    pub on: String,
    /// When it runs.
    pub at: Moment,
    /// What it may do.
    pub granted: RoleSet,
}

/// When an attached program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Moment {
    /// In place of the region's own program when the held-out samples are answered, on a copy of its machine.
    Holdout,
}

/// Reads all attached programs. Each mistake is complained about; none is returned then.
pub(super) fn read_all(
    root: &mut Section<'_>,
    base: &Path,
    regions: Option<&[RegionEntry]>,
) -> Option<Vec<Attached>> {
    let sections = root.sections("program", "[[program]]");
    let places: Vec<_> = sections.iter().map(Section::span).collect();
    let programs: Vec<_> = sections.into_iter().map(|section| read(section, base, regions)).collect();
    let programs: Vec<_> = programs.into_iter().collect::<Option<_>>()?;
    for (i, (program, &place)) in programs.iter().zip(&places).enumerate() {
        if let Some(message) = conflict(program, &programs[..i]) {
            root.complaints().push(Diagnostic::error("duplicate", message).at(place));
        }
    }
    Some(programs)
}

/// Why a program cannot be there beside earlier ones.
fn conflict(program: &Attached, earlier: &[Attached]) -> Option<String> {
    let Attached { name, on, at, .. } = program;
    if earlier.iter().any(|other| other.name == *name) {
        Some(format!("there is already a program \"{name}\""))
    } else if earlier.iter().any(|other| other.on == *on && other.at == *at) {
        Some(format!("there is already a program that answers the held-out samples of \"{on}\""))
    } else {
        None
    }
}

fn read(mut section: Section<'_>, base: &Path, regions: Option<&[RegionEntry]>) -> Option<Attached> {
    let name = section.required("name").and_then(|item| item.text());
    let program = section.required("program").and_then(|item| item.text());
    let on = section.required("on");
    let on = on.and_then(|item| {
        let name = item.text()?;
        // Regions that could not be read have been complained about.
        let Some(regions) = regions else { return Some(name) };
        let names = || regions.iter().map(|region| region.name.as_str());
        if names().any(|region| region == name) {
            return Some(name);
        }
        item.complain(
            "unknown-region",
            format!("there is no region \"{name}\""),
            did_you_mean(name, names()),
        );
        None
    });
    let at = section.required("at").and_then(|item| item.word(&[("holdout", Moment::Holdout)]));
    let granted = section.optional("role").map_or(Some(RoleSet::UNRESTRICTED), roles);
    section.finish();
    Some(Attached {
        name: name?.to_owned(),
        program: base.join(program?),
        on: on?.to_owned(),
        at: at?,
        granted: granted?,
    })
}
