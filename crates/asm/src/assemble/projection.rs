//! The `.projection` sections.

use super::meta::{bad_value, unknown_key};
use crate::diagnostic::Diagnostic;
use crate::report::Report;
use crate::source::Span;
use crate::syntax::{File, LineKind, Section};
use ternsig_program::Projection;
use ternsig_program::meta_text::ProjectionDraft;

const KEYS: [&str; 7] = ["target", "bundle", "weight", "delay", "density", "mapping", "modulator"];

/// Reads all projections; each directive begins one.
pub(super) fn read(file: &File<'_>, report: &mut Report) -> Vec<Projection> {
    let mut done = Vec::new();
    let mut open: Option<(Span, ProjectionDraft)> = None;
    for node in &file.nodes {
        match &node.kind {
            LineKind::Directive(section) => {
                done.extend(finish(open.take(), report));
                let directive = node.line.content.span();
                open = (*section == Section::Projection).then(|| (directive, ProjectionDraft::default()));
            }
            LineKind::Projection(pair) => {
                let Some((_, draft)) = &mut open else { continue };
                match draft.set(pair.key.text, pair.value.text) {
                    Ok(true) => {}
                    Ok(false) => report.push(unknown_key(pair.key, ".projection", &KEYS)),
                    Err(error) => report.push(bad_value(pair, &error)),
                }
            }
            _ => {}
        }
    }
    done.extend(finish(open, report));
    done
}

/// The projection, if it says where it leads.
fn finish(open: Option<(Span, ProjectionDraft)>, report: &mut Report) -> Option<Projection> {
    let (directive, draft) = open?;
    let incomplete = |error: ternsig_program::meta_text::MetaTextError| {
        Diagnostic::error("incomplete-projection", error.to_string())
            .labelled(directive, "this projection")
            .help("give both: target \"region\" and bundle \"name\"")
    };
    draft.finish().map_err(|error| report.push(incomplete(error))).ok()
}
