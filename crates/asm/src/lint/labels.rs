//! Labels that nothing leads to.

use super::Subject;
use crate::diagnostic::Diagnostic;
use crate::report::Report;
use std::collections::BTreeSet;

pub(super) fn unused(subject: &Subject<'_>, report: &mut Report) {
    let used: BTreeSet<&str> =
        subject.words.iter().flat_map(|word| word.labels.iter().map(|label| label.text)).collect();
    for label in subject.file.code().flat_map(|(_, code)| &code.labels) {
        if !used.contains(label.name.text) {
            report.push(
                Diagnostic::info("unused-label", format!("the label {} is not used", label.name.text))
                    .labelled(label.name.span(), "nothing leads here"),
            );
        }
    }
}
