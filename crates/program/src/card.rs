//! Cards: a small container around a binary program, with an id and a CRC.
//!
//! | part | content |
//! |---|---|
//! | header | `"TVMR"`, major 1, minor 0, flags (bit 0: a CRC follows) |
//! | metadata | its length, then JSON: `id`, `payload_size`, optionally `original_size` and `ext` |
//! | payload | a TVMR or TERN program |
//! | footer | CRC-32 (IEEE) of everything before it |
//!
//! A card begins with the same bytes as a TVMR program that is marked as compressed, so the caller says which of the two
//! it expects, usually by the file's extension; [`looks_like_card`] is a cross-check.

mod error;
mod metadata;

pub use error::CardError;

use crate::binary::{self, BinaryError, Format, Loaded};
use metadata::Metadata;
use serde_json::Value;

const MAJOR: u8 = 1;
const MINOR: u8 = 0;
const FLAG_CRC: u16 = 1;
const HEADER_SIZE: usize = 8;
/// The longest metadata, in bytes of JSON.
const MAX_METADATA: usize = 65536;
/// A payload begins with a magic and has at least this many bytes.
const MIN_PAYLOAD: usize = 8;

/// A card.
#[derive(Debug, Clone, PartialEq)]
pub struct Card {
    /// What the program is called where cards are kept.
    pub id: String,
    /// The size of the payload before a transformation that has been undone, if there was one.
    pub original_size: Option<u64>,
    /// Anything else, as JSON.
    pub ext: Option<Value>,
    /// The program, TVMR or TERN.
    pub payload: Vec<u8>,
}

impl Card {
    /// A card of a binary program.
    #[must_use]
    pub fn new(id: impl Into<String>, payload: Vec<u8>) -> Card {
        Card { id: id.into(), original_size: None, ext: None, payload }
    }

    /// Reads the program in the payload.
    ///
    /// # Errors
    /// The payload is not a program; offsets count from the payload's beginning.
    pub fn program(&self) -> Result<Loaded, BinaryError> {
        binary::read(&self.payload)
    }
}

/// Whether bytes that begin with `"TVMR"` are a card rather than a program: a card's metadata begins at byte 12 with
/// `{`.
#[must_use]
pub fn looks_like_card(bytes: &[u8]) -> bool {
    let header = Format::of(bytes) == Some(Format::Tvmr) && bytes.get(12) == Some(&b'{');
    let len = bytes.get(8..).and_then(<[u8]>::first_chunk).map(|&len| u32::from_le_bytes(len) as usize);
    header && len.is_some_and(|len| len <= bytes.len() - 12)
}

/// Reads a card. Sizes are checked against the input before anything is allocated: at most the size of the input, and
/// 12 MiB for the metadata, whose 64 KiB of JSON can be that much as values.
///
/// # Errors
/// The bytes are not a card, or are damaged.
pub fn read(bytes: &[u8]) -> Result<Card, CardError> {
    let (header, rest) = bytes.split_first_chunk::<HEADER_SIZE>().ok_or(CardError::TooShort("header"))?;
    let [magic @ .., major, _minor, flags_low, flags_high] = *header;
    if magic != Format::Tvmr.magic() {
        return Err(CardError::Magic(magic));
    }
    if major != MAJOR {
        return Err(CardError::Version(major));
    }
    let flags = u16::from_le_bytes([flags_low, flags_high]);
    if flags & !FLAG_CRC != 0 {
        return Err(CardError::UnknownFlags(flags));
    }
    let (len, rest) = rest.split_first_chunk::<4>().ok_or(CardError::TooShort("metadata length"))?;
    let len = u32::from_le_bytes(*len) as usize;
    if len > MAX_METADATA {
        return Err(CardError::MetadataTooLong(len));
    }
    let (json, rest) = rest.split_at_checked(len).ok_or(CardError::TooShort("metadata"))?;
    let metadata = Metadata::read(json)?;
    let size = usize::try_from(metadata.payload_size).map_err(|_| CardError::TooShort("payload"))?;
    let (payload, footer) = rest.split_at_checked(size).ok_or(CardError::TooShort("payload"))?;
    check_payload(payload)?;
    if flags & FLAG_CRC != 0 {
        check_crc(bytes, footer)?;
    } else if !footer.is_empty() {
        return Err(CardError::TrailingBytes(footer.len()));
    }
    let Metadata { id, original_size, ext, .. } = metadata;
    Ok(Card { id, original_size, ext, payload: payload.to_vec() })
}

/// Writes a card, always with its CRC.
///
/// # Errors
/// The payload is not a program, or the metadata is too long.
pub fn write(card: &Card) -> Result<Vec<u8>, CardError> {
    check_payload(&card.payload)?;
    let json = metadata::write(card);
    if json.len() > MAX_METADATA {
        return Err(CardError::MetadataTooLong(json.len()));
    }
    let mut bytes = Vec::with_capacity(HEADER_SIZE + 4 + json.len() + card.payload.len() + 4);
    bytes.extend(Format::Tvmr.magic());
    bytes.extend([MAJOR, MINOR]);
    bytes.extend(FLAG_CRC.to_le_bytes());
    bytes.extend((json.len() as u32).to_le_bytes());
    bytes.extend(json.as_bytes());
    bytes.extend(&card.payload);
    let crc = crc32fast::hash(&bytes);
    bytes.extend(crc.to_le_bytes());
    Ok(bytes)
}

fn check_payload(payload: &[u8]) -> Result<(), CardError> {
    let program = matches!(Format::of(payload), Some(Format::Tvmr | Format::Tern));
    if program && payload.len() >= MIN_PAYLOAD { Ok(()) } else { Err(CardError::NotAProgram) }
}

/// Checks the CRC, which is that of the bytes as they are stored.
fn check_crc(bytes: &[u8], footer: &[u8]) -> Result<(), CardError> {
    let (stored, rest) = footer.split_first_chunk::<4>().ok_or(CardError::TooShort("checksum"))?;
    if !rest.is_empty() {
        return Err(CardError::TrailingBytes(rest.len()));
    }
    let stored = u32::from_le_bytes(*stored);
    let computed = crc32fast::hash(&bytes[..bytes.len() - footer.len()]);
    if stored == computed { Ok(()) } else { Err(CardError::Crc { stored, computed }) }
}
