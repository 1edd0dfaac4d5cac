//! What is odd about a binary, and tolerated.

use std::fmt;
use ternsig_isa::Register;

/// Something that a reader tolerates and a writer would not produce.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BinaryWarning {
    /// The offset in the file.
    pub offset: usize,
    /// What is odd there.
    pub kind: BinaryWarningKind,
}

/// What is odd about a binary.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BinaryWarningKind {
    /// Reserved bytes of the header are not zero.
    ReservedBytes,
    /// A register is not marked as allocated; it is allocated all the same.
    NotAllocated(Register),
    /// Bytes behind the last part, which were not read.
    TrailingBytes(usize),
    /// The metadata block is missing or damaged; the program has no name and no projections.
    MetadataIgnored(String),
    /// A key of the metadata block that has no meaning.
    UnknownMetadataKey(String),
    /// Bytes of old words that the present words have no room for; they had no effect.
    LegacyBytesDropped {
        /// The index of the first such instruction.
        first: usize,
        /// How many there are.
        count: usize,
    },
}

impl BinaryWarningKind {
    pub(super) const fn at(self, offset: usize) -> BinaryWarning {
        BinaryWarning { offset, kind: self }
    }
}

impl fmt::Display for BinaryWarningKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use BinaryWarningKind as K;
        match self {
            K::ReservedBytes => f.write_str("reserved bytes of the header are not zero"),
            K::NotAllocated(register) => {
                write!(f, "{register} is not marked as allocated; it is allocated all the same")
            }
            K::TrailingBytes(bytes) => write!(f, "{bytes} bytes behind the program were not read"),
            K::MetadataIgnored(why) => write!(f, "the metadata block was ignored: {why}"),
            K::UnknownMetadataKey(key) => write!(f, "the metadata block has the unknown key \"{key}\""),
            K::LegacyBytesDropped { first, count } => {
                write!(f, "in {count} instructions, first in {first}, bytes without a meaning were dropped")
            }
        }
    }
}

impl fmt::Display for BinaryWarning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {:#x}: {}", self.offset, self.kind)
    }
}
