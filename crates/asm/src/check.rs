//! Everything that can be said about a source without running it: the assembler, the validator and the lints.

use crate::assemble::{Assembly, Parts, assemble_file};
use crate::diagnostic::Diagnostic;
use crate::lint::{self, Subject};
use crate::report::Report;
use crate::source::Span;
use crate::syntax;
use std::collections::BTreeMap;
use ternsig_isa::InstructionSet;
use ternsig_program::{Checks, validate};

/// Kinds of findings that the lints report at a better place, or with a fix.
const LINTED: [&str; 2] = ["missing-requirement", "unused-requirement"];

/// Assembles a source, validates the program and, if `checks` asks for advice, lints it.
///
/// Allocates at most 256 times the size of the source and 4 MiB.
///
/// There is a program in the result unless the assembler or the validator found an error.
#[must_use]
pub fn check(source: &str, set: &InstructionSet, checks: Checks) -> Assembly {
    let mut report = Report::default();
    let file = syntax::parse(source, &mut report);
    let Parts { program, places, words } = assemble_file(&file, set, &mut report);
    if report.errors() > 0 {
        return Assembly::of(program, places, report);
    }
    if checks.advice {
        let (program, places) = (&program, &places);
        let subject = Subject { source, file: &file, program, places, words: &words, set };
        lint::run(&subject, &mut report);
    }
    let known = places_by_code(report.kept());
    let validation = validate(&program, set, checks);
    report.omit(validation.omitted);
    for finding in validation.findings {
        let linted = checks.advice && LINTED.contains(&finding.code);
        let diagnostic = places.diagnose(&finding, &program);
        if !linted && !is_known(&diagnostic, &known) {
            report.push(diagnostic);
        }
    }
    Assembly::of(program, places, report)
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
