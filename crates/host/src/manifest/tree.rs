//! The TOML tree, and complaints about it.
//!
//! A section is asked for its keys; those that nobody asked for are mistakes. So the keys that a section may have are
//! listed nowhere but where they are read.

use super::items::Item;
use std::cell::RefCell;
use std::ops::Range;
use ternsig_asm::suggest::did_you_mean;
use ternsig_asm::{Diagnostic, Span};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// Everything that is wrong with a manifest.
#[derive(Debug, Default)]
pub(super) struct Complaints(RefCell<Vec<Diagnostic>>);

impl Complaints {
    pub(super) fn push(&self, diagnostic: Diagnostic) {
        self.0.borrow_mut().push(diagnostic);
    }

    /// The complaints in the order of the text.
    pub(super) fn into_sorted(self) -> Vec<Diagnostic> {
        let mut diagnostics = self.0.into_inner();
        diagnostics.sort_by_key(|diagnostic| diagnostic.primary.as_ref().map(|label| label.span));
        diagnostics
    }
}

pub(super) fn span(range: Range<usize>) -> Span {
    Span::new(range.start, range.end)
}

/// A table that is being read.
pub(super) struct Section<'t> {
    /// What it is called in messages, such as `[run]`.
    title: &'static str,
    /// Its header, or the whole table if it is written inline.
    span: Span,
    table: &'t DeTable<'t>,
    complaints: &'t Complaints,
    asked: Vec<&'static str>,
}

impl<'t> Section<'t> {
    pub(super) const fn new(
        title: &'static str,
        span: Span,
        table: &'t DeTable<'t>,
        complaints: &'t Complaints,
    ) -> Section<'t> {
        Section { title, span, table, complaints, asked: Vec::new() }
    }

    /// The value of a key, if it is there.
    pub(super) fn optional(&mut self, key: &'static str) -> Option<Item<'t>> {
        self.asked.push(key);
        let value = self.table.get(key)?;
        Some(Item::new(key, span(value.span()), value.get_ref(), self.complaints))
    }

    /// The value of a key that must be there.
    pub(super) fn required(&mut self, key: &'static str) -> Option<Item<'t>> {
        let item = self.optional(key);
        if item.is_none() {
            let message = format!("{} has no `{key}`", self.title);
            self.complaints.push(Diagnostic::error("missing-key", message).at(self.span));
        }
        item
    }

    /// The items of an array of tables, or of a single table. There may be none.
    pub(super) fn sections(&mut self, key: &'static str, title: &'static str) -> Vec<Section<'t>> {
        let item = self.optional(key);
        item.into_iter().flat_map(Item::each).filter_map(|item| item.section(title)).collect()
    }

    /// The keys and values of a table whose keys are not fixed.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'t str, Span, Item<'t>)> + use<'t> {
        let complaints = self.complaints;
        self.table.iter().map(move |(key, value): (&Spanned<_>, &Spanned<DeValue<'t>>)| {
            let name: &'t str = key.get_ref();
            (name, span(key.span()), Item::new("value", span(value.span()), value.get_ref(), complaints))
        })
    }

    /// Where to complain about the section as a whole.
    pub(super) const fn span(&self) -> Span {
        self.span
    }

    pub(super) const fn complaints(&self) -> &'t Complaints {
        self.complaints
    }

    /// Complains about every key that nobody asked for.
    pub(super) fn finish(self) {
        for key in self.table.keys().filter(|key| !self.asked.contains(&key.get_ref().as_ref())) {
            let name = key.get_ref();
            let message = format!("{} has no key `{name}`", self.title);
            let help = did_you_mean(name, &self.asked);
            let help = help.unwrap_or_else(|| format!("its keys are {}", self.asked.join(", ")));
            let diagnostic = Diagnostic::error("unknown-key", message).at(span(key.span())).help(help);
            self.complaints.push(diagnostic);
        }
    }
}
