//! Data sets in CSV, plain or compressed with gzip.

use super::dataset::{Dataset, Labels};
use super::error::{SourceError, SourceErrorKind};
use csv::{ErrorKind, ReaderBuilder, StringRecord, Trim};
use flate2::bufread::MultiGzDecoder;
use std::fs::File;
use std::io::{BufRead, BufReader, Read};
use std::path::Path;

/// As many bytes, after decompression, are too many.
const LIMIT: u64 = 1 << 30;
/// As many different labels are too many: they are values rather than classes, and every two of them are counted.
const MAX_CLASSES: usize = 4096;
/// The first bytes of a gzip file.
const GZIP: [u8; 2] = [0x1F, 0x8B];

/// Which column holds the label.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum LabelColumn {
    /// The last.
    #[default]
    Last,
    /// The one with this number, counted from 0.
    Index(usize),
    /// The one that the header calls so.
    Name(String),
}

/// How a CSV file is read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CsvOptions {
    /// Which column holds the label; all others are features.
    pub label: LabelColumn,
    /// Whether the first row names the columns.
    pub header: bool,
    /// What every feature is multiplied by.
    pub scale: i32,
    /// What is added to every feature after that.
    pub offset: i32,
}

impl Default for CsvOptions {
    fn default() -> CsvOptions {
        CsvOptions { label: LabelColumn::Last, header: false, scale: 1, offset: 0 }
    }
}

/// Reads a data set from a file. A file that begins like gzip is decompressed.
///
/// # Errors
/// The file cannot be read, or does not hold labelled rows of integers; the error names the line.
pub fn read(path: &Path, options: &CsvOptions) -> Result<Dataset, SourceError> {
    let result = File::open(path)
        .map_err(Failure::from)
        .and_then(|file| read_from(BufReader::new(file), options, LIMIT));
    result.map_err(|Failure { line, kind }| SourceError { path: path.to_owned(), line, kind })
}

/// What went wrong and in which line; the path is added at the end.
#[derive(Debug)]
struct Failure {
    line: Option<u64>,
    kind: SourceErrorKind,
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Failure {
        Failure { line: None, kind: SourceErrorKind::Io(error) }
    }
}

impl From<SourceErrorKind> for Failure {
    fn from(kind: SourceErrorKind) -> Failure {
        Failure { line: None, kind }
    }
}

fn read_from(mut input: impl BufRead, options: &CsvOptions, limit: u64) -> Result<Dataset, Failure> {
    let mut bytes = Vec::new();
    let compressed = input.fill_buf()?.starts_with(&GZIP);
    let size = if compressed {
        MultiGzDecoder::new(input).take(limit).read_to_end(&mut bytes)?
    } else {
        input.take(limit).read_to_end(&mut bytes)?
    };
    if size as u64 == limit {
        return Err(SourceErrorKind::TooLarge.into());
    }
    read_rows(&bytes, options)
}

fn read_rows(bytes: &[u8], options: &CsvOptions) -> Result<Dataset, Failure> {
    let mut reader = ReaderBuilder::new().has_headers(options.header).trim(Trim::All).from_reader(bytes);
    let failure = |error| csv_failure(error, bytes);
    let header = if options.header { Some(reader.headers().map_err(failure)?.clone()) } else { None };
    let mut rows = Rows { options, width: 0, label: 0, features: Vec::new(), labels: Labels::default() };
    let mut record = StringRecord::new();
    while reader.read_record(&mut record).map_err(failure)? {
        if rows.labels.is_empty() {
            rows.begin(header.as_ref(), record.len())?;
        }
        let line = || record.position().map(|position| line_at(bytes, position));
        rows.push(&record).map_err(|kind| Failure { line: line(), kind })?;
    }
    if rows.labels.is_empty() {
        return Err(SourceErrorKind::Empty.into());
    }
    Ok(Dataset::new(rows.width, rows.features, &rows.labels))
}

fn csv_failure(error: csv::Error, bytes: &[u8]) -> Failure {
    let line = error.position().map(|position| line_at(bytes, position));
    let message = error.to_string();
    let kind = match error.into_kind() {
        ErrorKind::Io(error) => SourceErrorKind::Io(error),
        ErrorKind::Utf8 { .. } => SourceErrorKind::NotUtf8,
        ErrorKind::UnequalLengths { expected_len, len, .. } => {
            SourceErrorKind::Columns { found: len, expected: expected_len }
        }
        _ => SourceErrorKind::Malformed(message),
    };
    Failure { line, kind }
}

/// The line of a row, counted from 1. The position is where the row before it ended, so there may be empty lines in
/// between, which the position's own line does not count.
fn line_at(bytes: &[u8], position: &csv::Position) -> u64 {
    let before = usize::try_from(position.byte()).unwrap_or(usize::MAX).min(bytes.len());
    let skipped = bytes[before..].iter().take_while(|byte| byte.is_ascii_whitespace()).count();
    1 + bytes[..before + skipped].iter().filter(|&&byte| byte == b'\n').count() as u64
}

/// The rows that have been read.
struct Rows<'o> {
    options: &'o CsvOptions,
    width: usize,
    label: usize,
    features: Vec<i32>,
    labels: Labels,
}

impl Rows<'_> {
    /// Finds the label column, now that the number of columns is known.
    fn begin(&mut self, header: Option<&StringRecord>, columns: usize) -> Result<(), SourceErrorKind> {
        if columns < 2 {
            return Err(SourceErrorKind::NoFeatures);
        }
        self.width = columns - 1;
        self.label = match &self.options.label {
            LabelColumn::Last => columns - 1,
            LabelColumn::Index(index) if *index < columns => *index,
            LabelColumn::Index(index) => return Err(SourceErrorKind::NoColumn { index: *index, columns }),
            LabelColumn::Name(name) => {
                let names = || header.into_iter().flat_map(StringRecord::iter);
                names().position(|column| column == name).ok_or_else(|| SourceErrorKind::NoColumnNamed {
                    name: name.clone(),
                    header: names().map(str::to_owned).collect(),
                })?
            }
        };
        Ok(())
    }

    fn push(&mut self, record: &StringRecord) -> Result<(), SourceErrorKind> {
        for (column, text) in record.iter().enumerate() {
            if column != self.label {
                self.features.push(self.feature(column, text)?);
            } else if text.is_empty() {
                return Err(SourceErrorKind::NoLabel);
            } else {
                self.labels.push(text);
                if self.labels.classes() > MAX_CLASSES {
                    return Err(SourceErrorKind::TooManyClasses { limit: MAX_CLASSES });
                }
            }
        }
        Ok(())
    }

    fn feature(&self, column: usize, text: &str) -> Result<i32, SourceErrorKind> {
        let value: i32 =
            text.parse().map_err(|_| SourceErrorKind::NotAnInteger { column, text: text.to_owned() })?;
        let scaled = i64::from(value) * i64::from(self.options.scale) + i64::from(self.options.offset);
        i32::try_from(scaled).map_err(|_| SourceErrorKind::ScaledOutOfRange { column, value })
    }
}

#[cfg(test)]
mod tests;
