//! Why a data set cannot be read.

use std::fmt;
use std::io;
use std::path::PathBuf;

/// Why a data set cannot be read.
#[derive(Debug)]
pub struct SourceError {
    /// The file.
    pub path: PathBuf,
    /// The line, counted from 1, if it is about one.
    pub line: Option<u64>,
    /// What is wrong.
    pub kind: SourceErrorKind,
}

/// What is wrong with a data set.
#[derive(Debug)]
#[non_exhaustive]
pub enum SourceErrorKind {
    /// The file cannot be opened or read; a damaged gzip file counts here too.
    Io(io::Error),
    /// A row has another number of columns than the first.
    Columns {
        /// How many it has.
        found: u64,
        /// How many the first has.
        expected: u64,
    },
    /// A row is not UTF-8.
    NotUtf8,
    /// The CSV reader refuses the file for another reason.
    Malformed(String),
    /// The label column is given by a name that the header does not have.
    NoColumnNamed {
        /// The name.
        name: String,
        /// The header.
        header: Vec<String>,
    },
    /// The label column is given by a number that the file does not have.
    NoColumn {
        /// The number, counted from 0.
        index: usize,
        /// How many columns the file has.
        columns: usize,
    },
    /// There is no column beside the label.
    NoFeatures,
    /// A value is not an integer of 32 bits.
    NotAnInteger {
        /// The column, counted from 0.
        column: usize,
        /// The text.
        text: String,
    },
    /// A value leaves 32 bits when it is scaled.
    ScaledOutOfRange {
        /// The column, counted from 0.
        column: usize,
        /// The value in the file.
        value: i32,
    },
    /// A label is empty.
    NoLabel,
    /// There are more different labels than classes can be told apart.
    TooManyClasses {
        /// How many there may be.
        limit: usize,
    },
    /// There is no sample.
    Empty,
    /// The file is larger than this reader takes.
    TooLarge,
}

impl fmt::Display for SourceErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use SourceErrorKind as K;
        match self {
            K::Io(error) => error.fmt(f),
            K::Columns { found, expected } => write!(f, "{found} columns, but the first row has {expected}"),
            K::NotUtf8 => f.write_str("the row is not UTF-8"),
            K::Malformed(why) => f.write_str(why),
            K::NoColumnNamed { name, header } => {
                write!(f, "the header has no column \"{name}\" (it has {})", header.join(", "))
            }
            K::NoColumn { index, columns } => {
                write!(f, "there is no column {index} for the label (there are {columns}, counted from 0)")
            }
            K::NoFeatures => f.write_str("there is no column beside the label"),
            K::NotAnInteger { column, text } => {
                write!(
                    f,
                    "column {column}: \"{text}\" is not an integer (does the file begin with a header?)"
                )
            }
            K::ScaledOutOfRange { column, value } => {
                write!(f, "column {column}: {value} leaves 32 bits when it is scaled")
            }
            K::TooManyClasses { limit } => {
                write!(f, "there are more than {limit} different labels (is the label in another column?)")
            }
            K::NoLabel => f.write_str("the label is empty"),
            K::Empty => f.write_str("there is no sample"),
            K::TooLarge => f.write_str("the file is too large"),
        }
    }
}

impl fmt::Display for SourceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.path.display())?;
        if let Some(line) = self.line {
            write!(f, ":{line}")?;
        }
        write!(f, ": {}", self.kind)
    }
}

impl std::error::Error for SourceError {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        match &self.kind {
            SourceErrorKind::Io(error) => Some(error),
            _ => None,
        }
    }
}
