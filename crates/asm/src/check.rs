//! Everything that can be said about a source without running it: the assembler, the validator and the lints.

use crate::assemble::{Assembly, assemble_file};
use crate::diagnostic::Diagnostic;
use crate::lint::{self, Subject};
use crate::source::Span;
use crate::syntax;
use std::collections::BTreeMap;
use ternsig_isa::InstructionSet;
use ternsig_program::{Checks, validate};

/// Kinds of findings that the lints report at a better place, or with a fix.
const LINTED: [&str; 2] = ["missing-requirement", "unused-requirement"];

/// Assembles a source, validates the program and, if `checks` asks for advice, lints it.
///
/// There is a program in the result unless the assembler or the validator found an error.
#[must_use]
pub fn check(source: &str, set: &InstructionSet, checks: Checks) -> Assembly {
    let mut diagnostics = Vec::new();
    let file = syntax::parse(source, &mut diagnostics);
    let (mut assembly, encoded) = assemble_file(&file, set, diagnostics);
    let Some(program) = &assembly.program else { return assembly };
    if checks.advice {
        let subject =
            Subject { source, file: &file, program, places: &assembly.places, words: &encoded, set };
        assembly.diagnostics.extend(lint::run(&subject));
    }
    let known = places_by_code(&assembly.diagnostics);
    let report = validate(program, set, checks);
    let found = report.findings.iter().map(|finding| assembly.places.diagnose(finding, program));
    let new = found.filter(|diagnostic| {
        let linted = checks.advice && LINTED.contains(&diagnostic.code);
        !linted && !is_known(diagnostic, &known)
    });
    let new: Vec<_> = new.collect();
    assembly.diagnostics.extend(new);
    if assembly.errors().next().is_some() {
        assembly.program = None;
    }
    assembly.sort();
    assembly
}

type PlacesByCode = BTreeMap<&'static str, Vec<Span>>;

fn places_by_code(diagnostics: &[Diagnostic]) -> PlacesByCode {
    let mut places = PlacesByCode::new();
    for diagnostic in diagnostics {
        let span = diagnostic.primary.as_ref().map(|label| label.span);
        places.entry(diagnostic.code).or_default().extend(span);
    }
    places
}

/// Whether the same has been said of the same place, or of a part of it.
fn is_known(diagnostic: &Diagnostic, known: &PlacesByCode) -> bool {
    let (Some(place), Some(known)) = (&diagnostic.primary, known.get(diagnostic.code)) else { return false };
    known.iter().any(|span| span.start < place.span.end && place.span.start < span.end)
}
