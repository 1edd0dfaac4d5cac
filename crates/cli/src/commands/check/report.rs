//! What was found.

use super::file::Checked;
use crate::arguments::Format;
use crate::problem::Problem;
use crate::terminal::{colour, complain};
use crate::text::counted;
use serde_json::{Value, json};
use std::io::Write;
use ternsig_asm::{Diagnostic, LineIndex, Position, Severity, render_all};

/// What was found in all files.
#[derive(Debug, Default)]
pub(super) struct Summary {
    checked: usize,
    pub(super) failed: usize,
    fixed: usize,
    errors: usize,
    warnings: usize,
    /// The reports of the files, where those are not shown at once.
    files: Vec<Value>,
}

impl Summary {
    /// Counts a file, and shows or keeps what was found in it.
    pub(super) fn add(&mut self, checked: &Checked, format: Format) {
        self.checked += 1;
        self.failed += usize::from(!checked.passed());
        self.fixed += checked.fixed;
        self.errors += checked.count(Severity::Error);
        self.warnings += checked.count(Severity::Warning);
        match format {
            Format::Json => self.files.push(file(checked)),
            Format::Text if checked.diagnostics.is_empty() => {}
            Format::Text => {
                let path = checked.path.to_string_lossy();
                let text = render_all(&checked.diagnostics, &path, &checked.source, colour());
                complain(format_args!("{text}\n"));
            }
        }
    }

    /// Writes the summary, and the reports that were kept.
    pub(super) fn write(&self, format: Format, out: &mut dyn Write) -> Result<(), Problem> {
        let Summary { checked, failed, fixed, errors, warnings, files } = self;
        match format {
            Format::Text => {
                let counts = [counted(*errors, "error"), counted(*warnings, "warning")].join(", ");
                let fixed =
                    if *fixed > 0 { format!(", {} made", counted(*fixed, "change")) } else { String::new() };
                let passed = checked - failed;
                writeln!(
                    out,
                    "{} checked: {passed} passed, {failed} failed; {counts}{fixed}",
                    counted(*checked, "file")
                )?;
            }
            Format::Json => {
                let report = json!({
                    "files": files, "checked": checked, "failed": failed, "fixed": fixed,
                    "errors": errors, "warnings": warnings,
                });
                writeln!(out, "{report}")?;
            }
        }
        Ok(())
    }
}

fn file(checked: &Checked) -> Value {
    let index = LineIndex::new(&checked.source);
    let diagnostics = checked.diagnostics.iter().map(|d| diagnostic(d, &index));
    json!({
        "path": checked.path.to_string_lossy(),
        "passed": checked.passed(),
        "fixed": checked.fixed,
        "diagnostics": diagnostics.collect::<Vec<_>>(),
    })
}

fn diagnostic(diagnostic: &Diagnostic, index: &LineIndex<'_>) -> Value {
    let place = |position: Position| json!({ "line": position.line, "column": position.column });
    let fix = diagnostic
        .fix
        .as_ref()
        .map(|fix| json!({ "start": fix.span.start, "end": fix.span.end, "replacement": fix.replacement }));
    json!({
        "severity": diagnostic.severity.name(),
        "code": diagnostic.code,
        "message": diagnostic.message,
        "start": diagnostic.start(index).map(place),
        "end": diagnostic.end(index).map(place),
        "help": diagnostic.help,
        "fix": fix,
    })
}
