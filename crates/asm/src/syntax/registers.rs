//! The lines of `.registers`.

use super::{Attribute, RegisterLine, Text};
use crate::diagnostic::Diagnostic;

/// Reads `register: type[dims] attributes`.
pub(crate) fn register_line(line: Text<'_>) -> Result<RegisterLine<'_>, Diagnostic> {
    let (register, rest) = line.split_once(b':').ok_or_else(|| missing_colon(line))?;
    let (ty, rest) = rest.trim_start().split_while(|c| c.is_alphanumeric() || c == '_');
    if ty.is_empty() {
        let place = if rest.is_empty() { line.from(line.text.len()) } else { rest.split_word().0 };
        return Err(Diagnostic::error("bad-type", "the register has no type")
            .labelled(place.span(), "a type belongs here")
            .help("write the type behind the colon: H0: i32[12]"));
    }
    let (dims, rest) = dimensions(rest.trim_start())?;
    let (attributes, trailing) = attributes(rest)?;
    Ok(RegisterLine { register: register.trim_end(), ty, dims, attributes, trailing })
}

fn missing_colon(line: Text<'_>) -> Diagnostic {
    let (word, rest) = line.split_word();
    let found =
        Diagnostic::error("missing-colon", "a register declaration needs a colon behind the register")
            .labelled(word.span(), "expected a colon behind this");
    if rest.is_empty() {
        found.help("write H0: i32[12]")
    } else {
        found.fix(word.span(), format!("{}:", word.text))
    }
}

type Dimensions<'s> = Option<Vec<Text<'s>>>;

fn dimensions(rest: Text<'_>) -> Result<(Dimensions<'_>, Text<'_>), Diagnostic> {
    if !rest.text.starts_with('[') {
        return Ok((None, rest));
    }
    let inside = rest.from(1);
    let unclosed = || {
        Diagnostic::error("bad-shape", "the bracket is not closed")
            .labelled(rest.split_at(1).0.span(), "opened here")
            .help("write the dimensions between brackets: [32, 12]")
    };
    let (list, behind) = inside.split_once(b']').ok_or_else(unclosed)?;
    if list.text.contains(['[', '"']) {
        return Err(unclosed());
    }
    let dims = list.split_commas();
    if dims.is_empty() {
        return Err(Diagnostic::error("bad-shape", "the shape has no dimension")
            .labelled(rest.split_at(list.text.len() + 2).0.span(), "at least one is needed")
            .help("leave the brackets out for a single element"));
    }
    Ok((Some(dims), behind))
}

type Attributes<'s> = (Vec<Attribute<'s>>, Option<Text<'s>>);

fn attributes(rest: Text<'_>) -> Result<Attributes<'_>, Diagnostic> {
    let mut found = Vec::new();
    let mut rest = rest.trim_start();
    while !rest.is_empty() {
        let (name, behind) = rest.split_while(|c| c.is_alphanumeric() || c == '_');
        let value = behind.trim_start();
        if name.is_empty() || !value.text.starts_with('=') {
            check_brackets(rest)?;
            return Ok((found, Some(rest)));
        }
        let value = value.from(1).trim_start();
        let (value, behind, quoted) = match value.split_string() {
            Some((value, behind)) => (value, behind, true),
            None => {
                let (word, behind) = value.split_word();
                (word, behind, false)
            }
        };
        found.push(Attribute { name, value, quoted });
        rest = behind.trim_start();
    }
    Ok((found, None))
}

/// A bracket among the trailing text is a misplaced shape, which must not be dropped.
fn check_brackets(rest: Text<'_>) -> Result<(), Diagnostic> {
    let Some(at) = rest.text.find(['[', ']']) else { return Ok(()) };
    Err(Diagnostic::error("bad-shape", "a bracket stands in the wrong place")
        .labelled(rest.from(at).split_at(1).0.span(), "unexpected bracket")
        .help("the dimensions follow the type: H0: i32[12] key=\"...\""))
}
