//! Places in a source text.

use std::ops::Range;

/// A range of bytes of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Span {
    /// The first byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// From `start` up to, not including, `end`.
    #[must_use]
    pub const fn new(start: usize, end: usize) -> Span {
        Span { start, end }
    }

    /// The empty span at a byte, e.g. for an insertion.
    #[must_use]
    pub const fn at(offset: usize) -> Span {
        Span { start: offset, end: offset }
    }

    /// The smallest span that covers both.
    #[must_use]
    pub fn to(self, other: Span) -> Span {
        Span { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// As a range, for indexing.
    #[must_use]
    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// How many bytes it covers.
    #[must_use]
    pub const fn len(self) -> usize {
        self.end.saturating_sub(self.start)
    }

    /// Whether it covers no byte.
    #[must_use]
    pub const fn is_empty(self) -> bool {
        self.len() == 0
    }
}

/// A place as people count it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    /// The line, from 1.
    pub line: u32,
    /// The character within the line, from 1.
    pub column: u32,
}

/// Turns byte offsets into lines and columns.
#[derive(Debug, Clone)]
pub struct LineIndex<'s> {
    source: &'s str,
    starts: Vec<usize>,
}

impl<'s> LineIndex<'s> {
    /// Indexes a source.
    #[must_use]
    pub fn new(source: &'s str) -> LineIndex<'s> {
        let ends = source.bytes().enumerate().filter(|&(_, byte)| byte == b'\n').map(|(i, _)| i + 1);
        LineIndex { source, starts: std::iter::once(0).chain(ends).collect() }
    }

    /// The index of the line that holds a byte, from 0.
    fn line_of(&self, offset: usize) -> usize {
        self.starts.partition_point(|&start| start <= offset).saturating_sub(1)
    }

    /// Where a byte stands. Offsets behind the end, or within a character, are taken as the nearest place before.
    #[must_use]
    pub fn position(&self, offset: usize) -> Position {
        let mut offset = offset.min(self.source.len());
        while !self.source.is_char_boundary(offset) {
            offset -= 1;
        }
        let line = self.line_of(offset);
        let before = self.source[self.starts[line]..offset].trim_start_matches(BYTE_ORDER_MARK);
        Position { line: number(line), column: number(before.chars().count()) }
    }

    /// The bytes of the line that holds an offset, without its line break.
    #[must_use]
    pub fn line_span(&self, offset: usize) -> Span {
        let line = self.line_of(offset.min(self.source.len()));
        let start = self.starts[line];
        let end = self.starts.get(line + 1).map_or(self.source.len(), |&next| next - 1);
        let returns = self.source[start..end].ends_with('\r');
        Span::new(start, end - usize::from(returns))
    }

    /// The source that is indexed.
    #[must_use]
    pub const fn source(&self) -> &'s str {
        self.source
    }
}

/// A mark that some editors put in front of a text; it is not part of it.
pub(crate) const BYTE_ORDER_MARK: char = '\u{FEFF}';

/// Counted from 1, as far as 32 bits reach.
fn number(index: usize) -> u32 {
    u32::try_from(index).unwrap_or(u32::MAX).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_skip_the_byte_order_mark() {
        let source = "\u{FEFF}näme\r\nx";
        let index = LineIndex::new(source);
        let place = |needle: char| {
            let position = index.position(source.find(needle).unwrap());
            (position.line, position.column)
        };
        assert_eq!(place('n'), (1, 1));
        assert_eq!(place('m'), (1, 3));
        assert_eq!(place('x'), (2, 1));
        assert_eq!(index.position(source.len()), Position { line: 2, column: 2 });
        assert_eq!(index.position(usize::MAX), Position { line: 2, column: 2 });
    }

    #[test]
    fn an_offset_within_a_character_is_taken_as_its_beginning() {
        assert_eq!(LineIndex::new("ä").position(1), Position { line: 1, column: 1 });
    }

    #[test]
    fn lines_end_before_their_break() {
        let index = LineIndex::new("ab\ncd\n\r\n");
        assert_eq!(index.line_span(4), Span::new(3, 5));
        assert_eq!(index.line_span(6), Span::new(6, 6));
        assert_eq!(index.line_span(8), Span::new(8, 8));
    }
}
