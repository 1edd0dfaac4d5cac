//! Where everything that there is to say about a source is gathered.

use crate::diagnostic::Diagnostic;
use std::collections::BTreeMap;

/// A file whose every line is wrong must not fill the memory.
const MOST_PER_CODE: usize = 1000;

/// Diagnostics in the order in which they were found, at most a thousand of each code.
#[derive(Debug, Default)]
pub(crate) struct Report {
    kept: Vec<Diagnostic>,
    counts: BTreeMap<&'static str, usize>,
    errors: usize,
    omitted: usize,
}

impl Report {
    pub(crate) fn push(&mut self, diagnostic: Diagnostic) {
        let count = self.counts.entry(diagnostic.code).or_default();
        *count += 1;
        self.errors += usize::from(diagnostic.is_error());
        if *count <= MOST_PER_CODE {
            self.kept.push(diagnostic);
        } else {
            self.omitted += 1;
        }
    }

    pub(crate) fn extend(&mut self, diagnostics: impl IntoIterator<Item = Diagnostic>) {
        diagnostics.into_iter().for_each(|diagnostic| self.push(diagnostic));
    }

    /// Counts diagnostics that were found and not kept elsewhere.
    pub(crate) fn omit(&mut self, count: usize) {
        self.omitted += count;
    }

    /// How many there were, with those that were not kept.
    pub(crate) fn count(&self) -> usize {
        self.kept.len() + self.omitted
    }

    /// How many of them were errors.
    pub(crate) fn errors(&self) -> usize {
        self.errors
    }

    /// Those that were kept so far.
    pub(crate) fn kept(&self) -> &[Diagnostic] {
        &self.kept
    }

    /// All that were kept, in the order of the text, with a remark if there were more.
    pub(crate) fn finish(self) -> Vec<Diagnostic> {
        let mut diagnostics = self.kept;
        if self.omitted > 0 {
            let message = format!("{} more messages are not listed", self.omitted);
            let remark = Diagnostic::info("messages-omitted", message);
            diagnostics.push(remark.help(format!("of each kind the first {MOST_PER_CODE} are")));
        }
        diagnostics.sort_by_key(Diagnostic::order);
        diagnostics
    }
}
