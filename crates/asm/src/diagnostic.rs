//! What the assembler, the validator and the lints have to say about a source.

use crate::source::{LineIndex, Position, Span};
use std::fmt;
use ternsig_program::Level;

/// How serious a diagnostic is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// Probably a mistake.
    Warning,
    /// There is no program.
    Error,
}

impl Severity {
    /// `info`, `warning` or `error`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Severity::Info => "info",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

impl From<Level> for Severity {
    fn from(level: Level) -> Severity {
        match level {
            Level::Info => Severity::Info,
            Level::Warning => Severity::Warning,
            Level::Error => Severity::Error,
        }
    }
}

/// A place in the source and what to say there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    /// The place.
    pub span: Span,
    /// The text beside the underline; may be empty.
    pub text: String,
}

/// A change of the source that settles a diagnostic and can be made without asking.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    /// The bytes that are replaced; empty for an insertion.
    pub span: Span,
    /// What takes their place.
    pub replacement: String,
}

/// One thing to say about a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Diagnostic {
    /// How serious it is.
    pub severity: Severity,
    /// A short name that stays the same when the wording changes, e.g. `unknown-mnemonic`.
    pub code: &'static str,
    /// What is wrong.
    pub message: String,
    /// Where; `None` if it is about the whole file.
    pub primary: Option<Label>,
    /// Other places that belong to it.
    pub secondary: Vec<Label>,
    /// What would be right.
    pub help: Option<String>,
    /// How to put it right.
    pub fix: Option<Fix>,
}

impl Diagnostic {
    fn new(severity: Severity, code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic {
            severity,
            code,
            message: message.into(),
            primary: None,
            secondary: Vec::new(),
            help: None,
            fix: None,
        }
    }

    /// An error.
    #[must_use]
    pub fn error(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Error, code, message)
    }

    /// A warning.
    #[must_use]
    pub fn warning(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Warning, code, message)
    }

    /// Advice.
    #[must_use]
    pub fn info(code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(Severity::Info, code, message)
    }

    /// A diagnostic of another severity.
    #[must_use]
    pub fn of(severity: Severity, code: &'static str, message: impl Into<String>) -> Diagnostic {
        Diagnostic::new(severity, code, message)
    }

    /// The place it is about.
    #[must_use]
    pub fn at(self, span: Span) -> Diagnostic {
        self.labelled(span, "")
    }

    /// The place it is about, with a text beside the underline.
    #[must_use]
    pub fn labelled(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.primary = Some(Label { span, text: text.into() });
        self
    }

    /// Another place that belongs to it.
    #[must_use]
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Diagnostic {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// What would be right.
    #[must_use]
    pub fn help(mut self, help: impl Into<String>) -> Diagnostic {
        self.help = Some(help.into());
        self
    }

    /// What would be right, if anything is known.
    #[must_use]
    pub fn maybe_help(mut self, help: Option<String>) -> Diagnostic {
        self.help = help.or(self.help);
        self
    }

    /// How to put it right.
    #[must_use]
    pub fn fix(mut self, span: Span, replacement: impl Into<String>) -> Diagnostic {
        self.fix = Some(Fix { span, replacement: replacement.into() });
        self
    }

    /// Whether there is no program because of it.
    #[must_use]
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }

    /// The line and column where it begins; `None` if it is about the whole file.
    #[must_use]
    pub fn start(&self, index: &LineIndex<'_>) -> Option<Position> {
        self.primary.as_ref().map(|label| index.position(label.span.start))
    }

    /// The line and column behind its last character; `None` if it is about the whole file.
    #[must_use]
    pub fn end(&self, index: &LineIndex<'_>) -> Option<Position> {
        self.primary.as_ref().map(|label| index.position(label.span.end))
    }

    /// The order of a listing: what is about the whole file first, the rest by place.
    pub(crate) fn order(&self) -> Option<usize> {
        self.primary.as_ref().map(|label| label.span.start)
    }
}

impl fmt::Display for Diagnostic {
    /// On one line, without a place.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}[{}]: {}", self.severity.name(), self.code, self.message)?;
        self.help.as_ref().map_or(Ok(()), |help| write!(f, " ({help})"))
    }
}
