//! The binary formats: TVMR version 1 is read and written, legacy TERN is read.
//!
//! The first four bytes choose the format. A reader never panics, and the memory it allocates is bounded by the size of
//! its input, as stated at [`read()`].

mod error;
mod fields;
mod header;
mod legacy;
mod legacy_banks;
mod legacy_words;
mod metadata;
mod registers;
mod tables;
mod tvmr;
mod warning;
mod writer;

pub use error::{BinaryError, BinaryErrorKind, Part};
pub use warning::{BinaryWarning, BinaryWarningKind};
pub use writer::{WriteError, WriteOptions, write};

use crate::program::AssembledProgram;

/// A binary format, by its first four bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Format {
    /// `TVMR`, version 1: what [`write()`] produces.
    Tvmr,
    /// `TERN`: legacy, read only.
    Tern,
    /// `TISA`: older still, recognised only to be refused.
    Tisa,
}

impl Format {
    /// The format whose magic the bytes begin with.
    ///
    /// ```
    /// use ternsig_program::binary::Format;
    /// assert_eq!(Format::of(b"TVMR\x01\x00"), Some(Format::Tvmr));
    /// assert_eq!(Format::of(b".program\n"), None);
    /// ```
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Format> {
        match bytes.first_chunk()? {
            b"TVMR" => Some(Format::Tvmr),
            b"TERN" => Some(Format::Tern),
            b"TISA" => Some(Format::Tisa),
            _ => None,
        }
    }

    /// The four bytes.
    #[must_use]
    pub const fn magic(self) -> [u8; 4] {
        match self {
            Format::Tvmr => *b"TVMR",
            Format::Tern => *b"TERN",
            Format::Tisa => *b"TISA",
        }
    }
}

/// A program that was read, and what was odd about its file.
#[derive(Debug, Clone, PartialEq)]
pub struct Loaded {
    /// The program. It has no labels and no source lines, and without a metadata block no name.
    pub program: AssembledProgram,
    /// What a reader tolerates but a writer would not produce.
    pub warnings: Vec<BinaryWarning>,
    /// The format it was read from.
    pub format: Format,
}

/// Reads a program from TVMR or legacy TERN. Allocates at most sixteen times the size of the input and 64 KiB, whatever
/// the counts in the file claim.
///
/// ```
/// use ternsig_program::{AssembledProgram, binary};
/// let bytes = binary::write(&AssembledProgram::default(), binary::WriteOptions::default()).unwrap();
/// assert_eq!(bytes.len(), 48);
/// assert!(binary::read(&bytes).unwrap().program.instructions.is_empty());
/// ```
///
/// # Errors
/// The bytes are not a program, or are damaged; the error says where and why.
pub fn read(bytes: &[u8]) -> Result<Loaded, BinaryError> {
    let Some(&magic) = bytes.first_chunk::<4>() else {
        return Err(BinaryErrorKind::TooShort { needed: 4, found: bytes.len() }.at(0));
    };
    match Format::of(bytes) {
        Some(Format::Tvmr) => tvmr::read(bytes),
        Some(Format::Tern) => legacy::read(bytes),
        Some(Format::Tisa) => Err(BinaryErrorKind::Tisa.at(0)),
        None => Err(BinaryErrorKind::UnknownMagic(magic).at(0)),
    }
}
