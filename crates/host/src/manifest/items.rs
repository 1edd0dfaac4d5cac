//! A value of the TOML tree, read as what it should be.

use super::tree::{Complaints, Section, span};
use std::fmt::Display;
use ternsig_asm::suggest::did_you_mean;
use ternsig_asm::{Diagnostic, Span};
use toml::de::DeValue;

/// A value that is being read. Every method that returns an option complains if it returns none.
#[derive(Clone, Copy)]
pub(super) struct Item<'t> {
    key: &'static str,
    span: Span,
    value: &'t DeValue<'t>,
    complaints: &'t Complaints,
}

impl<'t> Item<'t> {
    pub(super) const fn new(
        key: &'static str,
        span: Span,
        value: &'t DeValue<'t>,
        complaints: &'t Complaints,
    ) -> Item<'t> {
        Item { key, span, value, complaints }
    }

    /// Complains about this value.
    pub(super) fn complain(&self, code: &'static str, message: impl Into<String>, help: Option<String>) {
        self.complaints.push(Diagnostic::error(code, message).at(self.span).maybe_help(help));
    }

    /// A text that is not empty.
    pub(super) fn text(&self) -> Option<&'t str> {
        match self.value {
            DeValue::String(text) if text.is_empty() => {
                self.complain("empty-text", format!("`{}` is empty", self.key), None);
                None
            }
            DeValue::String(text) => Some(text),
            _ => self.wrong_type("a text in quotes"),
        }
    }

    pub(super) fn flag(&self) -> Option<bool> {
        match self.value {
            DeValue::Boolean(flag) => Some(*flag),
            _ => self.wrong_type("true or false"),
        }
    }

    /// An integer from `least` to `most`.
    pub(super) fn integer<T>(&self, least: T, most: T) -> Option<T>
    where
        T: TryFrom<i128> + PartialOrd + Display,
    {
        let DeValue::Integer(integer) = self.value else { return self.wrong_type("an integer") };
        let number = i128::from_str_radix(integer.as_str(), integer.radix()).ok();
        let number = number.and_then(|number| T::try_from(number).ok());
        let number = number.filter(|number| (&least..=&most).contains(&number));
        if number.is_none() {
            let message = format!("`{}` is {integer}, it may be {least} to {most}", self.key);
            self.complain("out-of-range", message, None);
        }
        number
    }

    /// One of several words.
    pub(super) fn word<T: Copy>(&self, words: &[(&'static str, T)]) -> Option<T> {
        let text = self.text()?;
        let known = words.iter().find(|(word, _)| *word == text);
        if known.is_none() {
            let names: Vec<_> = words.iter().map(|&(word, _)| word).collect();
            let help = did_you_mean(text, &names).unwrap_or_else(|| match names.as_slice() {
                [only] => format!("it can only be \"{only}\""),
                names => format!("one of {}", names.join(", ")),
            });
            self.complain("unknown-word", format!("`{}` cannot be \"{text}\"", self.key), Some(help));
        }
        known.map(|&(_, value)| value)
    }

    /// A table.
    pub(super) fn section(self, title: &'static str) -> Option<Section<'t>> {
        match self.value {
            DeValue::Table(table) => Some(Section::new(title, self.span, table, self.complaints)),
            _ => self.wrong_type("a table"),
        }
    }

    /// The elements of an array, or the value itself if it is none.
    pub(super) fn each(self) -> Vec<Item<'t>> {
        match self.value {
            DeValue::Array(items) => items
                .iter()
                .map(|item| Item { span: span(item.span()), value: item.get_ref(), ..self })
                .collect(),
            _ => vec![self],
        }
    }

    /// Whether the value is an integer.
    pub(super) const fn is_integer(&self) -> bool {
        matches!(self.value, DeValue::Integer(_))
    }

    fn wrong_type<T>(&self, needed: &str) -> Option<T> {
        let found = match self.value {
            DeValue::String(_) => "a text",
            DeValue::Integer(_) => "an integer",
            DeValue::Float(_) => "a fraction",
            DeValue::Boolean(_) => "true or false",
            DeValue::Datetime(_) => "a date or time",
            DeValue::Array(_) => "a list",
            DeValue::Table(_) => "a table",
        };
        self.complain("wrong-type", format!("`{}` is {found}, it must be {needed}", self.key), None);
        None
    }
}
