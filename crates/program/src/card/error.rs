//! Why bytes are not a card.

use std::fmt;

/// Why bytes are not a card, or why a card cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum CardError {
    /// The input ends inside this part.
    TooShort(&'static str),
    /// The first four bytes are not `"TVMR"`.
    Magic([u8; 4]),
    /// A major version other than 1.
    Version(u8),
    /// Flags without a meaning.
    UnknownFlags(u16),
    /// Metadata above 65536 bytes.
    MetadataTooLong(usize),
    /// Metadata that is not the expected JSON.
    Metadata(String),
    /// A payload that begins neither with `"TVMR"` nor with `"TERN"`, or is shorter than 8 bytes.
    NotAProgram,
    /// The content does not have the CRC of the footer.
    Crc {
        /// The CRC in the footer.
        stored: u32,
        /// The CRC of the content.
        computed: u32,
    },
    /// Bytes behind the end of the card.
    TrailingBytes(usize),
}

impl fmt::Display for CardError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            CardError::TooShort(part) => {
                write!(f, "the card ends inside its {part} (it is incomplete; copy it again)")
            }
            CardError::Magic(magic) => write!(f, "\"{}\" begins no card", magic.escape_ascii()),
            CardError::Version(major) => write!(f, "card version {major} is not supported, only version 1"),
            CardError::UnknownFlags(flags) => {
                write!(f, "unknown card flags {flags:#06x} (is it a bare program? then read it as one)")
            }
            CardError::MetadataTooLong(len) => {
                write!(f, "the card's metadata has {len} bytes, at most 65536 are allowed")
            }
            CardError::Metadata(why) => write!(f, "the card's metadata does not read: {why}"),
            CardError::NotAProgram => f.write_str("the card's payload is neither a TVMR nor a TERN program"),
            CardError::Crc { stored, computed } => write!(
                f,
                "the card has the CRC {stored:08x}, its content {computed:08x} (it is damaged; copy it again)"
            ),
            CardError::TrailingBytes(bytes) => write!(f, "{bytes} bytes stand behind the end of the card"),
        }
    }
}

impl std::error::Error for CardError {}
