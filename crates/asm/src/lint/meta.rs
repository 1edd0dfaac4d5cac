//! Programs without a name.

use super::Subject;
use crate::diagnostic::Diagnostic;
use crate::report::Report;

/// A host shows the name, and derives storage keys from it.
pub(super) fn missing_name(subject: &Subject<'_>, report: &mut Report) {
    if subject.program.meta.name.is_empty() {
        report.push(
            Diagnostic::info("missing-name", "the program has no name")
                .help("add a section .meta with a line such as: name \"region\""),
        );
    }
}
