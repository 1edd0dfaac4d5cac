//! Making the changes that diagnostics propose.

use crate::diagnostic::{Diagnostic, Fix};

/// The source with every proposed change made, and how many were made.
///
/// Of two changes that overlap, only the first in the text is made; the other's diagnostic comes up again when the
/// result is checked.
#[must_use]
pub fn apply_fixes(source: &str, diagnostics: &[Diagnostic]) -> (String, usize) {
    let mut fixes: Vec<&Fix> = diagnostics.iter().filter_map(|d| d.fix.as_ref()).collect();
    fixes.sort_by_key(|fix| (fix.span.start, fix.span.end));
    fixes.dedup();
    let mut text = String::with_capacity(source.len());
    let (mut copied, mut made) = (0, 0);
    for fix in fixes {
        let between = source.get(copied..fix.span.start);
        let (Some(between), Some(_)) = (between, source.get(fix.span.range())) else { continue };
        text.push_str(between);
        text.push_str(&fix.replacement);
        copied = fix.span.end;
        made += 1;
    }
    text.push_str(source.get(copied..).unwrap_or_default());
    (text, made)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::Span;

    fn fixing(start: usize, end: usize, replacement: &str) -> Diagnostic {
        Diagnostic::warning("test", "").fix(Span::new(start, end), replacement)
    }

    #[test]
    fn changes_are_made_in_the_order_of_the_text() {
        let (text, made) = apply_fixes("abcdef", &[fixing(4, 5, "E"), fixing(0, 1, "A"), fixing(2, 2, "-")]);
        assert_eq!((text.as_str(), made), ("Ab-cdEf", 3));
    }

    #[test]
    fn of_overlapping_changes_the_first_is_made() {
        let (text, made) = apply_fixes("abcdef", &[fixing(1, 4, "x"), fixing(2, 3, "y"), fixing(4, 9, "z")]);
        assert_eq!((text.as_str(), made), ("axef", 1));
    }
}
