//! Why bytes are not a program.

use std::fmt;
use ternsig_isa::limits::{MAX_ELEMENTS, MAX_RANK};
use ternsig_isa::{Register, Shape};

/// Why bytes are not a program: where, what is wrong, and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct BinaryError {
    /// The offset in the file.
    pub offset: usize,
    /// What is wrong there.
    pub kind: BinaryErrorKind,
}

/// A part of a binary.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum Part {
    /// The extension table.
    Extensions,
    /// The register definitions.
    Registers,
    /// The instructions.
    Instructions,
}

impl Part {
    /// The part's name in messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Part::Extensions => "extension table",
            Part::Registers => "register definitions",
            Part::Instructions => "instructions",
        }
    }
}

/// What is wrong with a binary.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum BinaryErrorKind {
    /// The input ends before the header does.
    TooShort {
        /// Bytes that are needed.
        needed: usize,
        /// Bytes that there are.
        found: usize,
    },
    /// The first four bytes are no known format.
    UnknownMagic([u8; 4]),
    /// A TISA file.
    Tisa,
    /// A format version that this reader does not know.
    Version {
        /// The version in the file.
        found: u16,
        /// The version that is read.
        supported: u16,
    },
    /// The flags say that the content is compressed or encrypted.
    Transformed(u16),
    /// Flag bits that have no meaning.
    UnknownFlags(u16),
    /// A part begins before the one that must precede it has begun.
    OutOfOrder {
        /// The part.
        part: Part,
        /// Its offset in the header.
        offset: u32,
        /// The least offset that it may have.
        least: u32,
    },
    /// A part does not begin where the one before it ends.
    Misplaced {
        /// The part.
        part: Part,
        /// Its offset in the header.
        offset: u32,
        /// Where the part before it ends.
        expected: u64,
    },
    /// A part ends behind the end of the file.
    BeyondEnd {
        /// The part.
        part: Part,
        /// Where it would end.
        end: u64,
        /// The file's size.
        size: usize,
    },
    /// The content does not have the checksum of the header.
    Checksum {
        /// The checksum in the header.
        stored: u64,
        /// The checksum of the content.
        computed: u64,
    },
    /// More register definitions are claimed than fit the bytes reserved for them.
    RegisterCount {
        /// The number claimed.
        claimed: u64,
        /// The most that could fit.
        most: usize,
    },
    /// The bytes of the register definitions end before the claimed number of them.
    RegistersMissing {
        /// How many were read.
        found: usize,
        /// The number claimed.
        claimed: usize,
    },
    /// The bytes of the register definitions end inside one.
    Truncated {
        /// The register.
        register: Register,
        /// The field that is cut.
        field: &'static str,
    },
    /// Bytes are left over behind the claimed number of register definitions.
    LeftOver(usize),
    /// A type id that no register can have.
    UnknownType(Register, u16),
    /// A legacy type code above 7.
    UnknownTypeCode(Register, u8),
    /// A storage key that is not UTF-8.
    KeyNotUtf8(Register),
    /// A register that is defined twice.
    DuplicateRegister(Register),
    /// A definition of the byte that means "no register".
    NullRegister,
    /// Flag bits of a register definition that have no meaning.
    UnknownRegisterFlags(Register, u8),
    /// More than eight dimensions.
    RankTooHigh(Register, u8),
    /// More elements than a register can hold.
    TooManyElements(Register, Shape),
    /// The core in the extension table.
    CoreListed,
    /// An extension that is listed twice.
    DuplicateExtension(u16),
    /// A TERN file of the variant that holds no checksum.
    FormB,
    /// A TERN file whose register bytes fit neither of the two encodings.
    LegacyBanks,
    /// A register byte that the 4-bit encoding does not have.
    LegacyRegister(u8),
    /// A TERN file whose words are of neither layout.
    LegacyLayout,
    /// An old word whose seed does not fit into one byte.
    LegacySeed(u32),
    /// An old word whose threshold divisor is neither 0 nor 4.
    LegacyDivisor(u8),
}

impl BinaryErrorKind {
    pub(super) const fn at(self, offset: usize) -> BinaryError {
        BinaryError { offset, kind: self }
    }

    /// What to do about it.
    #[must_use]
    pub const fn help(&self) -> &'static str {
        use BinaryErrorKind as K;
        match self {
            K::UnknownMagic(_) => {
                "a program begins with \"TVMR\" or \"TERN\"; source text needs the assembler"
            }
            K::Tisa => "TISA files come from the releases before TERN files; assemble the source again",
            K::Version { .. } => "read it with the release that wrote it, or assemble the source again",
            K::Transformed(_) => "decompress or decrypt the file first",
            K::FormB => "this variant carries no checksum; assemble the source again",
            K::LegacySeed(_) | K::LegacyDivisor(_) => {
                "the present word has no room for it; assemble the source again"
            }
            K::UnknownType(..) | K::UnknownTypeCode(..) => {
                "registers are f32, i32, ternary, packed, f16, i16, i8 or i64"
            }
            K::TooShort { .. }
            | K::BeyondEnd { .. }
            | K::Truncated { .. }
            | K::RegistersMissing { .. }
            | K::Checksum { .. } => {
                "the file is incomplete or damaged; copy it again or assemble the source again"
            }
            _ => "the file is damaged or its writer is faulty; assemble the source again",
        }
    }
}

impl fmt::Display for BinaryErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use BinaryErrorKind as K;
        match self {
            K::TooShort { needed, found } => {
                write!(f, "the file has {found} bytes, its header needs {needed}")
            }
            K::UnknownMagic(magic) => write!(f, "\"{}\" begins no program", magic.escape_ascii()),
            K::Tisa => f.write_str("TISA files are not supported"),
            K::Version { found, supported } => {
                write!(f, "format version {found} is not supported, only version {supported}")
            }
            K::Transformed(flags) => {
                let what = if flags & 1 != 0 { "compressed" } else { "encrypted" };
                write!(f, "the content is marked as {what}, which is not supported")
            }
            K::UnknownFlags(flags) => write!(f, "unknown header flags {flags:#06x}"),
            K::OutOfOrder { part, offset, least } => {
                write!(f, "the {} begin at byte {offset}, but cannot begin before byte {least}", part.name())
            }
            K::Misplaced { part, offset, expected } => {
                write!(
                    f,
                    "the {} begin at byte {offset}, but the part before them ends at byte {expected}",
                    part.name()
                )
            }
            K::BeyondEnd { part, end, size } => {
                write!(f, "the {} end at byte {end}, but the file has {size} bytes", part.name())
            }
            K::Checksum { stored, computed } => {
                write!(f, "the header has the checksum {stored:016x}, the content {computed:016x}")
            }
            K::RegisterCount { claimed, most } => {
                write!(f, "{claimed} register definitions are claimed, but at most {most} fit")
            }
            K::RegistersMissing { found, claimed } => {
                write!(f, "the register definitions end after {found} of {claimed}")
            }
            K::Truncated { register, field } => {
                write!(f, "the register definitions end inside the {field} of {register}")
            }
            K::LeftOver(bytes) => write!(f, "{bytes} bytes are left over behind the register definitions"),
            K::UnknownType(register, id) => write!(f, "type id {id:#06x} of {register} is no register type"),
            K::UnknownTypeCode(register, code) => write!(f, "type code {code} of {register} is not 0 to 7"),
            K::KeyNotUtf8(register) => write!(f, "the key of {register} is not UTF-8"),
            K::DuplicateRegister(register) => write!(f, "{register} is defined twice"),
            K::NullRegister => {
                f.write_str("byte 0xff, which means \"no register\", is defined as a register")
            }
            K::UnknownRegisterFlags(register, flags) => write!(f, "unknown flags {flags:#04x} of {register}"),
            K::RankTooHigh(register, rank) => {
                write!(f, "{register} has {rank} dimensions, a shape has at most {MAX_RANK}")
            }
            K::TooManyElements(register, shape) => {
                write!(
                    f,
                    "{register} has the shape {shape}, a register holds at most {MAX_ELEMENTS} elements"
                )
            }
            K::CoreListed => f.write_str("the core, id 0, stands in the extension table"),
            K::DuplicateExtension(id) => write!(f, "extension {id:#06x} is listed twice"),
            K::FormB => {
                f.write_str("this is the TERN variant of the program exporter, which is not supported")
            }
            K::LegacyBanks => f.write_str(
                "the register counts of the header fit the definitions in neither register encoding",
            ),
            K::LegacyRegister(byte) => write!(f, "{byte:#04x} is no register of the 4-bit encoding"),
            K::LegacyLayout => f.write_str("the words are neither of the present nor of the old layout"),
            K::LegacySeed(seed) => write!(f, "the seed {seed} is above 255"),
            K::LegacyDivisor(divisor) => write!(f, "the threshold divisor is {divisor}, only 4 exists"),
        }
    }
}

impl fmt::Display for BinaryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {:#x}: {} ({})", self.offset, self.kind, self.kind.help())
    }
}

impl std::error::Error for BinaryError {}
