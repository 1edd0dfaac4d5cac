//! Diagnostics as text: the message, the line with the token underlined, and what would be right.

use crate::diagnostic::{Diagnostic, Label, Severity};
use crate::source::{LineIndex, Span};
use annotate_snippets::{AnnotationKind, Level, Renderer, Snippet};

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
        Some(primary) => title.element(snippet(diagnostic, primary, path, index)),
        None => title.element(annotate_snippets::Origin::path(path)),
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

/// The lines from the first to the last label. Only these are handed over, so that a long file with many diagnostics is
/// not searched from its beginning for each of them.
fn snippet<'a>(
    diagnostic: &'a Diagnostic,
    primary: &'a Label,
    path: &'a str,
    index: &LineIndex<'a>,
) -> Annotated<'a> {
    let labels = || std::iter::once(primary).chain(&diagnostic.secondary);
    let covered = labels().fold(primary.span, |all, label| all.to(label.span));
    let window = index.line_span(covered.start).to(index.line_span(covered.end));
    let first_line = index.position(window.start).line as usize;
    let text = index.source().get(window.range()).unwrap_or_default();
    let annotations = labels().enumerate().map(|(i, label)| {
        let kind = if i == 0 { AnnotationKind::Primary } else { AnnotationKind::Context };
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
