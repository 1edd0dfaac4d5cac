//! The `.requires` section.

use crate::diagnostic::Diagnostic;
use crate::report::Report;
use crate::source::Span;
use crate::suggest::did_you_mean;
use crate::syntax::number::integer;
use crate::syntax::{File, LineKind, Require, Text};
use std::collections::BTreeMap;
use ternsig_isa::InstructionSet;
use ternsig_program::Requirement;

/// The name of an extension without the prefix `tvmr.`, which is optional everywhere.
pub(crate) fn short_name(name: &str) -> &str {
    match name.get(..5) {
        Some(prefix) if prefix.eq_ignore_ascii_case("tvmr.") => &name[5..],
        _ => name,
    }
}

/// Reads all `.requires` sections.
pub(super) fn read(
    file: &File<'_>,
    set: &InstructionSet,
    report: &mut Report,
) -> (Vec<Requirement>, Vec<Span>) {
    let mut requires: Vec<Requirement> = Vec::new();
    let mut places = Vec::new();
    let mut first: BTreeMap<u16, Span> = BTreeMap::new();
    for node in &file.nodes {
        let LineKind::Require(require) = node.kind else { continue };
        let requirement = match requirement(require, set) {
            Ok(requirement) => requirement,
            Err(diagnostic) => {
                report.push(diagnostic);
                continue;
            }
        };
        let place = node.line.content.span();
        match first.get(&requirement.ext) {
            Some(&first) => report.push(
                Diagnostic::error(
                    "duplicate-requirement",
                    format!("{:#06x} is required twice", requirement.ext),
                )
                .labelled(place, "required again")
                .also(first, "first required here")
                .help("remove one of the lines"),
            ),
            None => {
                first.insert(requirement.ext, place);
                requires.push(requirement);
                places.push(place);
            }
        }
    }
    (requires, places)
}

fn requirement(
    Require { name, id, .. }: Require<'_>,
    set: &InstructionSet,
) -> Result<Requirement, Diagnostic> {
    let known = set.by_name(name.text);
    let Some(id) = id else {
        let Some(known) = known else { return Err(unknown(name, set)) };
        check_id(known.id(), name)?;
        return Ok(Requirement { ext: known.id(), name: known.name().to_owned() });
    };
    let ext = integer(id.text).ok().and_then(|number| u16::try_from(number).ok()).ok_or_else(|| {
        Diagnostic::error("bad-extension-id", format!("\"{}\" is not an extension id", id.text))
            .labelled(id.span(), "expected a number from 1 to 65534")
    })?;
    check_id(ext, id)?;
    let owner = set.extension(ext);
    if known.map(|known| known.id()) != owner.map(|owner| owner.id()) {
        return Err(contradiction(name, id, known.map(|known| known.id()), owner.map(|owner| owner.name())));
    }
    let name = owner.map_or_else(|| short_name(name.text), |owner| owner.name());
    Ok(Requirement { ext, name: name.to_owned() })
}

fn unknown(name: Text<'_>, set: &InstructionSet) -> Diagnostic {
    let names = set.extensions().filter(|ext| ext.id() != 0).map(|ext| ext.name());
    let diagnostic = Diagnostic::error("unknown-extension", format!("unknown extension {}", name.text))
        .labelled(name.span(), "not a known extension");
    let help = did_you_mean(short_name(name.text), names);
    diagnostic.help("an extension of a host needs its id: name 0x0100").maybe_help(help)
}

fn check_id(ext: u16, place: Text<'_>) -> Result<(), Diagnostic> {
    let why = match ext {
        0 => "id 0 is the core, which every program has",
        u16::MAX => "id 0xFFFF is reserved",
        _ => return Ok(()),
    };
    Err(Diagnostic::error("bad-extension-id", why)
        .labelled(place.span(), "cannot be required")
        .help("remove the line; the ids of a host's extensions are 0x0100 to 0xFFFE"))
}

fn contradiction(name: Text<'_>, id: Text<'_>, known: Option<u16>, owner: Option<&str>) -> Diagnostic {
    let diagnostic = Diagnostic::error(
        "contradictory-requirement",
        format!("the name {} and the id {} do not belong together", name.text, id.text),
    );
    match (known, owner) {
        (Some(known), _) => diagnostic
            .labelled(id.span(), "not the id of this extension")
            .help(format!("{} has the id 0x{known:04X}", name.text))
            .fix(id.span(), format!("0x{known:04X}")),
        (None, owner) => diagnostic.labelled(name.span(), "not the name of this extension").help(format!(
            "{} is {}",
            id.text,
            owner.unwrap_or("free")
        )),
    }
}
