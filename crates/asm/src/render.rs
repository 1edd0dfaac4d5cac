//! Diagnostics as text: the message, the line with the token underlined, and what would be right.

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::source::{LineIndex, Span};
use annotate_snippets::{AnnotationKind, Group, Level, Origin, Renderer, Snippet};

/// Whether a terminal's colours are used.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Text only.
    Plain,
    /// ANSI colours.
    Ansi,
}

/// Renders one diagnostic of the source that `index` holds. `path` is the name to show. The text has no line break at
/// its end.
#[must_use]
pub fn render(diagnostic: &Diagnostic, path: &str, index: &LineIndex<'_>, colour: Colour) -> String {
    let level = match diagnostic.severity {
        Severity::Info => Level::INFO,
        Severity::Warning => Level::WARNING,
        Severity::Error => Level::ERROR,
    };
    let title = level.primary_title(diagnostic.message.as_str()).id(diagnostic.code);
    let mut group = match &diagnostic.primary {
        Some(primary) => places(Group::with_title(title), diagnostic, primary, path, index),
        None => title.element(Origin::path(path)),
    };
    if let Some(help) = &diagnostic.help {
        group = group.element(Level::HELP.message(help.as_str()));
    }
    let renderer = match colour {
        Colour::Plain => Renderer::plain(),
        Colour::Ansi => Renderer::styled(),
    };
    renderer.render(&[group])
}

/// Renders several diagnostics, one after the other, with an empty line between them.
#[must_use]
pub fn render_all(diagnostics: &[Diagnostic], path: &str, source: &str, colour: Colour) -> String {
    let index = LineIndex::new(source);
    let texts: Vec<_> = diagnostics.iter().map(|d| render(d, path, &index, colour)).collect();
    texts.join("\n\n")
}

type Annotated<'a> = Snippet<'a, annotate_snippets::Annotation<'a>>;

/// More bytes of a source are not handed to the renderer for one diagnostic: it searches all of them.
const MOST_SHOWN: usize = 1 << 14;

/// The places of a diagnostic in the text: in one piece, each by itself where they stand far apart, and by its numbers
/// where the line is too long to be shown.
fn places<'a>(
    mut group: Group<'a>,
    diagnostic: &'a Diagnostic,
    primary: &'a Label,
    path: &'a str,
    index: &LineIndex<'a>,
) -> Group<'a> {
    let labels: Vec<_> = std::iter::once(primary).chain(&diagnostic.secondary).collect();
    let pieces = match window(&labels, index).len() {
        0..=MOST_SHOWN => vec![labels.as_slice()],
        _ => labels.chunks(1).collect(),
    };
    for (i, piece) in pieces.into_iter().enumerate() {
        let kind = if i == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
        group = if window(piece, index).len() <= MOST_SHOWN {
            group.element(snippet(piece, kind, path, index))
        } else {
            let start = index.position(piece[0].span.start);
            group.element(Origin::path(path).line(start.line as usize).char_column(start.column as usize))
        };
    }
    group
}

/// The lines from the first to the last label.
fn window(labels: &[&Label], index: &LineIndex<'_>) -> Span {
    let covered = labels.iter().map(|label| label.span).reduce(Span::to).unwrap_or_default();
    index.line_span(covered.start).to(index.line_span(covered.end))
}

/// Labels with the lines around them, and no others, so that a long file is not searched from its beginning. The first
/// is of the given kind.
fn snippet<'a>(
    labels: &[&'a Label],
    kind: AnnotationKind,
    path: &'a str,
    index: &LineIndex<'a>,
) -> Annotated<'a> {
    let window = window(labels, index);
    let first_line = index.position(window.start).line as usize;
    let text = index.source().get(window.range()).unwrap_or_default();
    let annotations = labels.iter().enumerate().map(|(i, label)| {
        let kind = if i == 0 { kind } else { AnnotationKind::Context };
        let annotation = kind.span(within(label.span, window, text).range());
        if label.text.is_empty() { annotation } else { annotation.label(label.text.as_str()) }
    });
    Snippet::source(text).line_start(first_line).path(path).annotations(annotations)
}

/// A span of the source as a span of the window, on character boundaries.
fn within(span: Span, window: Span, text: &str) -> Span {
    let local = |offset: usize| {
        let mut offset = offset.saturating_sub(window.start).min(text.len());
        while !text.is_char_boundary(offset) {
            offset -= 1;
        }
        offset
    };
    Span::new(local(span.start), local(span.end))
}
