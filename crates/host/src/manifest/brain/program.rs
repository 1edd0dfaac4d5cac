//! The `[[program]]` sections of a brain: programs that run on a region's machine between two ticks.

use super::super::items::Item;
use super::super::region::roles;
use super::super::tree::Section;
use super::inside;
use super::region::{BrainRegion, named};
use std::path::{Path, PathBuf};
use ternsig_asm::Diagnostic;
use ternsig_asm::suggest::did_you_mean;
use ternsig_isa::RoleSet;

/// A program that runs on a region's machine between two ticks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BrainProgram {
    /// Its name, which no other program has.
    pub name: String,
    /// The program's file.
    pub program: PathBuf,
    /// The id of the region.
    pub on: u8,
    /// When it runs.
    pub when: When,
    /// What it may do.
    pub granted: RoleSet,
}

/// When a program runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum When {
    /// After each tick whose number this divides.
    Every(u64),
    /// After each tick in which the brain rests.
    Rest,
    /// Once, when the boot phase with this number begins.
    Phase(u8),
}

/// Reads all programs. Mistakes are complained about; what is returned then is not used.
pub(super) fn read_all(
    root: &mut Section<'_>,
    base: &Path,
    regions: &[BrainRegion],
    phases: &[String],
) -> Vec<BrainProgram> {
    let mut programs: Vec<BrainProgram> = Vec::new();
    for section in root.sections("program", "[[program]]") {
        let (place, complaints) = (section.span(), section.complaints());
        let Some(program) = read(section, base, regions, phases) else { continue };
        if programs.iter().any(|other| other.name == program.name) {
            let message = format!("there is already a program \"{}\"", program.name);
            complaints.push(Diagnostic::error("duplicate", message).at(place));
        }
        programs.push(program);
    }
    programs
}

fn read(
    mut section: Section<'_>,
    base: &Path,
    regions: &[BrainRegion],
    phases: &[String],
) -> Option<BrainProgram> {
    let name = section.required("name").and_then(|item| item.text());
    let program = section.required("program").and_then(|item| inside(item, base));
    let on = section.required("on").and_then(|item| named(item, regions));
    let (every, at) = (section.optional("every"), section.optional("at"));
    let when = match (every, at) {
        (Some(every), None) => every.integer(1, u64::MAX).map(When::Every),
        (None, Some(at)) => moment(at, phases),
        _ => {
            let message = "a [[program]] has either `every` or `at`";
            section.complaints().push(Diagnostic::error("missing-key", message).at(section.span()));
            None
        }
    };
    let granted = section.optional("role").map_or(Some(RoleSet::UNRESTRICTED), roles);
    section.finish();
    Some(BrainProgram { name: name?.to_owned(), program: program?, on: on?, when: when?, granted: granted? })
}

/// `rest`, or the name of a phase.
fn moment(item: Item<'_>, phases: &[String]) -> Option<When> {
    let name = item.text()?;
    if name == "rest" {
        return Some(When::Rest);
    }
    let phase = phases.iter().position(|phase| phase == name).and_then(|phase| u8::try_from(phase).ok());
    if phase.is_none() {
        let names = phases.iter().map(String::as_str).chain(["rest"]);
        item.complain("unknown-name", format!("there is no phase \"{name}\""), did_you_mean(name, names));
    }
    phase.map(When::Phase)
}
