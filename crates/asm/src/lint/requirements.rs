//! The `.requires` section against the extensions that the program uses.

use super::Subject;
use crate::diagnostic::Diagnostic;
use crate::report::Report;
use crate::source::{LineIndex, Span};
use crate::syntax::{LineKind, Node, Section};
use std::collections::{BTreeMap, BTreeSet};

/// Extensions that are used but not required. Each missing line can be added; where the whole section is missing, the
/// first report adds it with all its lines.
pub(super) fn missing(subject: &Subject<'_>, report: &mut Report) {
    let requires = &subject.program.requires;
    let missing: Vec<(u16, usize)> =
        first_uses(subject).into_iter().filter(|(ext, _)| requires.iter().all(|r| r.ext != *ext)).collect();
    let line = |ext: u16| format!("    {} 0x{ext:04X}", subject.set.extension_name(ext));
    let after = last_line(subject);
    let mut section = after.is_none().then(|| missing.iter().map(|&(ext, _)| line(ext)).collect::<Vec<_>>());
    for (ext, at) in missing {
        let name = subject.set.extension_name(ext);
        let mut diagnostic =
            Diagnostic::warning("missing-requirement", format!("{name} is used but not required"))
                .labelled(subject.words[at].place.span, "first used here")
                .help(format!("add \"{name} 0x{ext:04X}\" to .requires"));
        if let Some(after) = after {
            diagnostic = diagnostic.fix(after, format!("{}{}", line_break(subject.source), line(ext)));
        } else if let Some(lines) = section.take() {
            let (place, text) = new_section(subject, &lines);
            diagnostic = diagnostic.fix(place, text);
        }
        report.push(diagnostic);
    }
}

/// The first instruction of each extension that is known to the assembler.
fn first_uses(subject: &Subject<'_>) -> BTreeMap<u16, usize> {
    let mut first = BTreeMap::new();
    for (i, word) in subject.words.iter().enumerate() {
        if word.instruction.ext != 0 && subject.set.extension(word.instruction.ext).is_some() {
            first.entry(word.instruction.ext).or_insert(i);
        }
    }
    first
}

/// Behind the last line that belongs to `.requires`, be it only the directive.
fn last_line(subject: &Subject<'_>) -> Option<Span> {
    let of_requires =
        |node: &&Node<'_>| matches!(node.kind, LineKind::Require(_) | LineKind::Directive(Section::Requires));
    let node = subject.file.nodes.iter().rfind(of_requires)?;
    Some(Span::at(LineIndex::new(subject.source).line_span(node.line.content.start).end))
}

/// A whole section, placed before the first directive other than `.meta` and the comments directly above it.
fn new_section(subject: &Subject<'_>, lines: &[String]) -> (Span, String) {
    let nodes = &subject.file.nodes;
    let is_other =
        |node: &Node<'_>| matches!(node.kind, LineKind::Directive(section) if section != Section::Meta);
    let mut at = nodes.iter().position(is_other).unwrap_or(0);
    let is_comment = |node: &Node<'_>| matches!(node.kind, LineKind::Blank) && node.line.comment.is_some();
    while at > 0 && is_comment(&nodes[at - 1]) {
        at -= 1;
    }
    let index = LineIndex::new(subject.source);
    let line = nodes.get(at).map_or(Span::default(), |node| {
        let place = node.line.comment.map_or(node.line.content.start, |comment| comment.start);
        index.line_span(node.line.content.start.min(place))
    });
    let start = if line.start == 0 { line.start + byte_order_mark(subject.source) } else { line.start };
    let end = line_break(subject.source);
    let text = format!(".requires{end}{}{end}{end}", lines.join(end));
    (Span::at(start), text)
}

fn byte_order_mark(source: &str) -> usize {
    if source.starts_with(crate::source::BYTE_ORDER_MARK) {
        crate::source::BYTE_ORDER_MARK.len_utf8()
    } else {
        0
    }
}

/// The line break that the source uses.
fn line_break(source: &str) -> &'static str {
    if source.contains("\r\n") { "\r\n" } else { "\n" }
}

/// Requirements of which nothing is used. A core instruction with the name of one of the extension's counts as a use:
/// the requirement then tells what the program is about.
pub(super) fn unused(subject: &Subject<'_>, report: &mut Report) {
    let used = first_uses(subject);
    let rows = subject.words.iter().filter_map(|word| word.row);
    let core: BTreeSet<&str> = rows.filter(|row| row.ext == 0).map(|row| row.name).collect();
    for (requirement, &span) in subject.program.requires.iter().zip(&subject.places.requires) {
        let Some(ext) = subject.set.extension(requirement.ext) else { continue };
        let is_named = || ext.rows().iter().any(|row| core.contains(row.name));
        if !used.contains_key(&requirement.ext) && !is_named() {
            report.push(
                Diagnostic::info(
                    "unused-requirement",
                    format!("{} is required but not used", requirement.name),
                )
                .labelled(span, "no instruction of it is used"),
            );
        }
    }
}
