//! From lines to the tree. Every line is read by itself, so that one mistake does not hide another.

use super::lines::{Line, lines};
use super::registers::register_line;
use super::{Code, File, Instr, LabelDef, LineKind, Node, Pair, Require, Section, Text};
use crate::diagnostic::Diagnostic;
use crate::report::Report;
use crate::suggest::{nearest, question};

/// Reads a source, adding what is wrong with its form to the report.
pub(crate) fn parse<'s>(source: &'s str, report: &mut Report) -> File<'s> {
    let mut parser = Parser { report, place: Place::Outside };
    // A list that grows needs room for itself thrice; there may be as many lines as bytes.
    let mut nodes = Vec::with_capacity(source.bytes().filter(|&byte| byte == b'\n').count() + 1);
    nodes.extend(lines(source).map(|line| parser.node(line)));
    File { nodes }
}

/// Where the parser is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Place {
    /// Before the first directive.
    Outside,
    /// Outside, or behind a directive that is unknown; that has been said.
    Lost,
    /// In a section that is read.
    In(Section),
    /// In a section that is not read, whose content has been remarked on.
    Remarked,
}

struct Parser<'d> {
    report: &'d mut Report,
    place: Place,
}

impl Parser<'_> {
    fn node<'s>(&mut self, line: Line<'s>) -> Node<'s> {
        Node { line, kind: self.kind(line) }
    }

    fn kind<'s>(&mut self, line: Line<'s>) -> LineKind<'s> {
        let content = line.content;
        if content.is_empty() {
            return LineKind::Blank;
        }
        if content.text.starts_with('.') {
            return self.directive(content);
        }
        let section = match self.place {
            Place::In(section) => section,
            Place::Remarked | Place::Lost => return LineKind::Skipped,
            Place::Outside => return self.outside(content),
        };
        if section == Section::Skipped {
            return self.skipped(content);
        }
        if let Some(open) = line.open_string {
            return self.bad(
                Diagnostic::error("unterminated-string", "the string is not closed")
                    .labelled(open.span(), "opened here")
                    .help("a string ends with a double quote on the same line; it cannot contain one"),
            );
        }
        match section {
            Section::Meta => LineKind::Meta(self.pair(content)),
            Section::Projection => LineKind::Projection(self.pair(content)),
            Section::Requires => LineKind::Require(self.require(content)),
            Section::Registers => match register_line(content) {
                Ok(declaration) => LineKind::Register(declaration),
                Err(diagnostic) => self.bad(diagnostic),
            },
            Section::Program => self.code(content),
            Section::Skipped => LineKind::Skipped,
        }
    }

    fn bad<'s>(&mut self, diagnostic: Diagnostic) -> LineKind<'s> {
        self.report.push(diagnostic);
        LineKind::Bad
    }

    fn directive<'s>(&mut self, content: Text<'s>) -> LineKind<'s> {
        let (word, rest) = content.split_word();
        let Some(section) = Section::of_directive(word.text) else {
            return self.unknown_directive(word);
        };
        self.place = Place::In(section);
        if !rest.is_empty() {
            return self.bad(
                Diagnostic::error(
                    "directive-trailing-text",
                    format!("{} stands alone on its line", word.text),
                )
                .labelled(rest.span(), "unexpected text")
                .help("move this to a line of its own"),
            );
        }
        LineKind::Directive(section)
    }

    /// A slip of a known directive begins its section all the same; anything else, e.g. a label with a point, leaves
    /// the section as it is.
    fn unknown_directive<'s>(&mut self, word: Text<'s>) -> LineKind<'s> {
        let mut diagnostic =
            Diagnostic::error("unknown-directive", format!("unknown directive {}", word.text))
                .labelled(word.span(), "not a directive");
        if let Some(name) = nearest(word.text, Section::directives()) {
            self.place = Section::of_directive(name).map_or(self.place, Place::In);
            diagnostic = diagnostic.help(question(name)).fix(word.span(), name);
        } else {
            let names: Vec<_> = Section::directives().collect();
            diagnostic = diagnostic.help(format!("the directives are {}", names.join(", ")));
            if self.place == Place::Outside {
                self.place = Place::Lost;
            }
        }
        self.bad(diagnostic)
    }

    fn outside<'s>(&mut self, content: Text<'s>) -> LineKind<'s> {
        self.place = Place::Lost;
        self.bad(
            Diagnostic::error("outside-section", "there is content before the first directive")
                .labelled(content.span(), "belongs to no section")
                .help("begin with a directive, such as .program"),
        )
    }

    fn skipped<'s>(&mut self, content: Text<'s>) -> LineKind<'s> {
        self.place = Place::Remarked;
        self.report.push(
            Diagnostic::warning("skipped-section", "the content of this section is not read")
                .labelled(content.span(), "has no effect, like all of the section"),
        );
        LineKind::Skipped
    }

    fn trailing(&mut self, rest: Text<'_>) {
        if !rest.is_empty() {
            self.report.push(
                Diagnostic::warning("trailing-text", "text at the end of the line is ignored")
                    .labelled(rest.span(), "ignored"),
            );
        }
    }

    fn pair<'s>(&mut self, content: Text<'s>) -> Pair<'s> {
        let (key, rest) = content.split_word();
        let Some((value, behind)) = rest.split_string() else {
            return Pair { key, value: rest, quoted: false, trailing: rest.from(rest.text.len()) };
        };
        let trailing = behind.trim_start();
        self.trailing(trailing);
        Pair { key, value, quoted: true, trailing }
    }

    fn require<'s>(&mut self, content: Text<'s>) -> Require<'s> {
        let (name, rest) = content.split_word();
        let (id, trailing) = rest.split_word();
        self.trailing(trailing);
        Require { name, id: (!id.is_empty()).then_some(id), trailing }
    }

    fn code<'s>(&mut self, content: Text<'s>) -> LineKind<'s> {
        if content.split_word().0.text == "include" {
            self.report.push(
                Diagnostic::warning("include", "include has no effect")
                    .labelled(content.span(), "ignored")
                    .help("a program is one file"),
            );
            return LineKind::Skipped;
        }
        let mut labels = Vec::new();
        let mut rest = content;
        while let Some((label, behind)) = label(rest) {
            if !label.usual {
                self.report.push(unusual_label(label));
            }
            labels.push(label);
            rest = behind;
        }
        let instr = (!rest.is_empty()).then(|| {
            let (mnemonic, operands) = rest.split_word();
            Instr { mnemonic, operands: operands.split_commas() }
        });
        LineKind::Code(Code { labels, instr })
    }
}

/// The label at the beginning of a line, and what follows it.
fn label(content: Text<'_>) -> Option<(LabelDef<'_>, Text<'_>)> {
    let (name, rest) = content.split_while(is_label_character);
    let usual = !name.text.starts_with(|c: char| !c.is_ascii_alphabetic() && c != '_');
    if usual && !name.is_empty() && rest.trim_start().text.starts_with(':') {
        return Some((LabelDef { name, usual: true }, rest.trim_start().from(1).trim_start()));
    }
    let name = content.text.strip_suffix(':')?;
    let (name, colon) = content.split_at(name.len());
    let name = name.trim_end();
    (!name.is_empty()).then(|| (LabelDef { name, usual: false }, colon.from(1)))
}

fn is_label_character(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '$' | '-')
}

/// Whether a text is a label name of the usual form: a letter or `_`, then letters, digits and `_ . $ -`.
pub(crate) fn is_usual_label(name: &str) -> bool {
    name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_') && name.chars().all(is_label_character)
}

fn unusual_label(label: LabelDef<'_>) -> Diagnostic {
    Diagnostic::warning("unusual-label", format!("\"{}\" is an unusual name for a label", label.name.text))
        .labelled(label.name.span(), "taken as a label")
        .help("a label is a letter or _, then letters, digits and the characters _ . $ -")
}
