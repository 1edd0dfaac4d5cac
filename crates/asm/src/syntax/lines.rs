//! Lines, with their comments taken off.

use super::Text;
use crate::source::BYTE_ORDER_MARK;

/// One line of the source.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Line<'s> {
    /// Counted from 1.
    pub(crate) number: u32,
    /// What stands before the comment, without white space around it.
    pub(crate) content: Text<'s>,
    /// The comment, from its semicolon, without white space behind it.
    pub(crate) comment: Option<Text<'s>>,
    /// A string that is still open at the end of the line, from its quote. Then there is no comment.
    pub(crate) open_string: Option<Text<'s>>,
}

/// The lines of a source.
pub(crate) fn lines(source: &str) -> impl Iterator<Item = Line<'_>> {
    let skipped = if source.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len_utf8() } else { 0 };
    let text = Text::new(source, 0).from(skipped);
    let mut start = text.start;
    text.text.split('\n').zip(1u32..).map(move |(line, number)| {
        let piece = Text::new(line, start);
        start += line.len() + 1;
        split_comment(piece, number)
    })
}

fn split_comment(line: Text<'_>, number: u32) -> Line<'_> {
    let mut open = None;
    for (i, byte) in line.text.bytes().enumerate() {
        match (byte, open) {
            (b'"', None) => open = Some(i),
            (b'"', Some(_)) => open = None,
            (b';', None) => {
                let (content, comment) = line.split_at(i);
                let comment = Some(comment.trim_end());
                return Line { number, content: content.trim(), comment, open_string: None };
            }
            _ => {}
        }
    }
    let open_string = open.map(|at| line.from(at).trim_end());
    Line { number, content: line.trim(), comment: None, open_string }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_semicolon_in_a_string_begins_no_comment() {
        let line = lines(" a \"x;y\" ; b; c \r\n").next().unwrap();
        assert_eq!(line.content.text, "a \"x;y\"");
        assert_eq!(line.comment.unwrap().text, "; b; c");
    }

    #[test]
    fn a_string_that_stays_open_is_reported_where_it_begins() {
        let line = lines("key=\"a;b").next().unwrap();
        assert_eq!(line.open_string.map(|t| (t.text, t.start)), Some(("\"a;b", 4)));
    }

    #[test]
    fn places_count_the_byte_order_mark_and_line_breaks() {
        let source = "\u{FEFF}a\r\n\n b";
        let places: Vec<_> = lines(source).map(|l| (l.number, l.content.text, l.content.start)).collect();
        assert_eq!(places, [(1, "a", 3), (2, "", 6), (3, "b", 8)]);
    }
}
