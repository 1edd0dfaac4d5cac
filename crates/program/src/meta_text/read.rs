//! The reader of metadata text as it stands in a binary.

use super::error::MetaTextError;
use super::meta::MetaDraft;
use super::projection::ProjectionDraft;
use crate::program::{Meta, Projection};
use std::fmt;

/// Text of nothing but unknown keys must not fill the memory.
const MOST_UNKNOWN: usize = 16;

/// Metadata text that was read.
#[derive(Debug, Clone, PartialEq)]
pub struct MetaText {
    /// The `.meta` section.
    pub meta: Meta,
    /// The `.projection` sections, in their order.
    pub projections: Vec<Projection>,
    /// Keys without a meaning, which were ignored; at most sixteen of them.
    pub unknown: Vec<String>,
}

/// Why text is not metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlockError {
    /// The line, counted from 1.
    pub line: usize,
    /// What is wrong there; `None` for a line that belongs to no section or to one that does not exist.
    pub error: Option<MetaTextError>,
}

impl fmt::Display for BlockError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.error {
            Some(error) => write!(f, "line {}: {error}", self.line),
            None => write!(f, "line {}: neither .meta nor .projection", self.line),
        }
    }
}

impl std::error::Error for BlockError {}

/// Reads `.meta` and `.projection` sections. Allocates at most sixteen times the size of the text and 64 KiB.
///
/// ```
/// use ternsig_program::meta_text;
/// let text = meta_text::read(".meta\n    name \"relay\"\n    version 3 ; a comment\n").unwrap();
/// assert_eq!((text.meta.name.as_str(), text.meta.version), ("relay", 3));
/// ```
///
/// # Errors
/// The first line that does not read.
pub fn read(text: &str) -> Result<MetaText, BlockError> {
    let mut reader = Reader::default();
    let mut last = 0;
    for (i, line) in text.lines().enumerate() {
        last = i + 1;
        let line = without_comment(line).trim();
        if !line.is_empty() {
            reader.line(line).map_err(|error| BlockError { line: last, error })?;
        }
    }
    reader.finish().map_err(|error| BlockError { line: last, error: Some(error) })
}

/// The text between the quotes, or the text itself if it has none.
///
/// # Errors
/// A quote without its partner, or text before or behind the quoted one.
pub fn unquote(value: &str) -> Result<&str, MetaTextError> {
    let inner = match value.strip_prefix('"') {
        Some(rest) => rest.strip_suffix('"').ok_or_else(|| MetaTextError::Unquotable(value.to_owned()))?,
        None => value,
    };
    if inner.contains('"') { Err(MetaTextError::Unquotable(value.to_owned())) } else { Ok(inner) }
}

/// The line up to a semicolon that does not stand between quotes.
fn without_comment(line: &str) -> &str {
    let mut inside = false;
    let end = line.find(|c| {
        inside ^= c == '"';
        c == ';' && !inside
    });
    &line[..end.unwrap_or(line.len())]
}

#[derive(Default)]
enum Section {
    #[default]
    None,
    Meta,
    Projection(Box<ProjectionDraft>),
}

#[derive(Default)]
struct Reader {
    section: Section,
    meta: MetaDraft,
    projections: Vec<Projection>,
    unknown: Vec<String>,
}

impl Reader {
    fn line(&mut self, line: &str) -> Result<(), Option<MetaTextError>> {
        if line.eq_ignore_ascii_case(".meta") {
            self.close().map_err(Some)?;
            self.section = Section::Meta;
            return Ok(());
        }
        if line.eq_ignore_ascii_case(".projection") {
            self.close().map_err(Some)?;
            self.section = Section::Projection(Box::default());
            return Ok(());
        }
        let (key, value) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let value = unquote(value.trim())?;
        let known = match &mut self.section {
            Section::None => return Err(None),
            _ if key.starts_with('.') => return Err(None),
            Section::Meta => self.meta.set(key, value)?,
            Section::Projection(draft) => draft.set(key, value)?,
        };
        if !known && self.unknown.len() < MOST_UNKNOWN {
            self.unknown.push(key.to_owned());
        }
        Ok(())
    }

    fn close(&mut self) -> Result<(), MetaTextError> {
        if let Section::Projection(draft) = std::mem::take(&mut self.section) {
            self.projections.push(draft.finish()?);
        }
        Ok(())
    }

    fn finish(mut self) -> Result<MetaText, MetaTextError> {
        self.close()?;
        Ok(MetaText { meta: self.meta.finish()?, projections: self.projections, unknown: self.unknown })
    }
}
