//! The formatter: one way to write every program.

mod layout;
mod words;

use crate::diagnostic::Diagnostic;
use crate::report::Report;
use crate::syntax::{self, File, LineKind, Node};
use layout::Layout;
use std::collections::BTreeSet;

/// Rewrites a source in the canonical layout.
///
/// Directives stand at the margin with an empty line before them, content is indented by four spaces, labels stand at
/// the margin on lines of their own. Directives and mnemonics become lower case, registers upper case. Comments stay;
/// those behind code are aligned. Formatting twice is formatting once, and the program stays the same.
/// Allocates at most 256 times the size of the source and 4 MiB.
///
/// # Errors
/// What keeps the lines from being read. Mistakes in what they say, such as an unknown mnemonic, are no obstacle.
///
/// ```
/// let text = ternsig_asm::format(".PROGRAM\nRELU h1,h0;positive part\nhalt").unwrap();
/// assert_eq!(text, ".program\n    relu H1, H0  ;positive part\n    halt\n");
/// ```
pub fn format(source: &str) -> Result<String, Vec<Diagnostic>> {
    let mut report = Report::default();
    let file = syntax::parse(source, &mut report);
    if report.errors() == 0 {
        return Ok(write(&file));
    }
    let mut diagnostics = report.finish();
    diagnostics.retain(Diagnostic::is_error);
    Err(diagnostics)
}

fn write(file: &File<'_>) -> String {
    let labels: BTreeSet<&str> = file.label_names().collect();
    let mut layout = Layout::default();
    let mut in_section = false;
    for (node, is_heading) in file.nodes.iter().zip(headings(&file.nodes)) {
        let comment = node.line.comment.map(|comment| comment.text);
        match (&node.kind, comment) {
            (LineKind::Blank, None) => layout.blank(),
            (LineKind::Blank, Some(comment)) if is_heading => layout.heading(comment),
            (LineKind::Blank, Some(comment)) => layout.remark(comment, in_section),
            (LineKind::Directive(_), comment) => {
                in_section = true;
                layout.directive(&node.line.content.text.to_ascii_lowercase(), comment);
            }
            (LineKind::Code(code), comment) => words::code(code, comment, &labels, &mut layout),
            (kind, comment) => layout.content(&words::line(kind, node.line.content.text), comment),
        }
    }
    layout.finish()
}

/// For every line, whether it is a comment directly above a directive, or above other such comments.
fn headings(nodes: &[Node<'_>]) -> Vec<bool> {
    let mut leads = false;
    let mut headings = vec![false; nodes.len()];
    for (node, heading) in nodes.iter().zip(&mut headings).rev() {
        let is_comment = matches!(node.kind, LineKind::Blank) && node.line.comment.is_some();
        *heading = is_comment && leads;
        leads = *heading || matches!(node.kind, LineKind::Directive(_));
    }
    headings
}
