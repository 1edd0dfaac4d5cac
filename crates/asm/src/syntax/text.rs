//! A piece of the source that knows where it stands.

use crate::source::Span;

/// A piece of the source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Text<'s> {
    /// The piece.
    pub(crate) text: &'s str,
    /// The byte of the source at which it begins.
    pub(crate) start: usize,
}

impl<'s> Text<'s> {
    pub(crate) const fn new(text: &'s str, start: usize) -> Text<'s> {
        Text { text, start }
    }

    /// Its place.
    pub(crate) const fn span(self) -> Span {
        Span::new(self.start, self.start + self.text.len())
    }

    pub(crate) const fn is_empty(self) -> bool {
        self.text.is_empty()
    }

    /// The pieces before and from byte `at`, which must be a character boundary of the piece.
    pub(crate) fn split_at(self, at: usize) -> (Text<'s>, Text<'s>) {
        let (before, behind) = self.text.split_at(at);
        (Text::new(before, self.start), Text::new(behind, self.start + at))
    }

    /// The piece behind byte `at`.
    pub(crate) fn from(self, at: usize) -> Text<'s> {
        self.split_at(at).1
    }

    /// Without white space at the beginning.
    pub(crate) fn trim_start(self) -> Text<'s> {
        self.from(self.text.len() - self.text.trim_start().len())
    }

    /// Without white space at the end.
    pub(crate) fn trim_end(self) -> Text<'s> {
        self.split_at(self.text.trim_end().len()).0
    }

    /// Without white space at either end.
    pub(crate) fn trim(self) -> Text<'s> {
        self.trim_end().trim_start()
    }

    /// The first word and what follows it, without the white space between them.
    pub(crate) fn split_word(self) -> (Text<'s>, Text<'s>) {
        let (word, rest) = self.split_at(self.text.find(char::is_whitespace).unwrap_or(self.text.len()));
        (word, rest.trim_start())
    }

    /// The pieces around the first occurrence of an ASCII character.
    pub(crate) fn split_once(self, separator: u8) -> Option<(Text<'s>, Text<'s>)> {
        let at = self.text.bytes().position(|byte| byte == separator)?;
        let (before, behind) = self.split_at(at);
        Some((before, behind.from(1)))
    }

    /// The longest beginning whose characters all satisfy the test, and the rest.
    pub(crate) fn split_while(self, test: impl Fn(char) -> bool) -> (Text<'s>, Text<'s>) {
        self.split_at(self.text.find(|c| !test(c)).unwrap_or(self.text.len()))
    }

    /// What stands between double quotes at the beginning, and what follows; `None` without quotes there.
    pub(crate) fn split_string(self) -> Option<(Text<'s>, Text<'s>)> {
        self.text.starts_with('"').then(|| self.from(1))?.split_once(b'"')
    }

    /// Separated by commas that do not stand in a string, without white space around the pieces. Nothing if empty.
    pub(crate) fn split_commas(self) -> Vec<Text<'s>> {
        let mut pieces = Vec::new();
        if self.trim().is_empty() {
            return pieces;
        }
        let (mut begin, mut in_string) = (0, false);
        for (i, byte) in self.text.bytes().enumerate() {
            match byte {
                b'"' => in_string = !in_string,
                b',' if !in_string => {
                    pieces.push(self.split_at(i).0.from(begin).trim());
                    begin = i + 1;
                }
                _ => {}
            }
        }
        pieces.push(self.from(begin).trim());
        pieces
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pieces_keep_their_place() {
        let source = "  key \"a, b\" , c ";
        let (word, rest) = Text::new(source, 10).trim().split_word();
        assert_eq!((word.text, word.start), ("key", 12));
        let pieces = rest.split_commas();
        assert_eq!(
            pieces.iter().map(|p| (p.text, p.start)).collect::<Vec<_>>(),
            [("\"a, b\"", 16), ("c", 25)]
        );
        let (string, rest) = pieces[0].split_string().unwrap();
        assert_eq!((string.text, string.start, rest.text), ("a, b", 17, ""));
    }

    #[test]
    fn an_empty_list_has_no_pieces_and_a_comma_has_two() {
        assert!(Text::new("  ", 0).split_commas().is_empty());
        assert_eq!(Text::new(",", 0).split_commas().len(), 2);
    }
}
