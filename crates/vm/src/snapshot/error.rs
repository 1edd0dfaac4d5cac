//! Why bytes cannot be restored.

use std::fmt;
use ternsig_isa::{DomainOp, Register, Shape};

/// Why bytes cannot be restored: where, in which part, and what is wrong there.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct SnapshotError {
    /// The offset in the snapshot.
    pub offset: usize,
    /// The part of the format that begins or is being read there.
    pub section: &'static str,
    /// What is wrong.
    pub kind: SnapshotErrorKind,
}

/// What is wrong with a snapshot, or why it does not fit the machine.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum SnapshotErrorKind {
    /// The first four bytes are not those of a snapshot.
    UnknownMagic([u8; 4]),
    /// A format version that this reader does not know.
    Version {
        /// The version of the snapshot.
        found: u16,
        /// The version that is read.
        supported: u16,
    },
    /// Flag bits that have no meaning.
    UnknownFlags(u16),
    /// The content does not have the checksum of the header.
    Checksum {
        /// The checksum in the header.
        stored: u64,
        /// The checksum of the content.
        computed: u64,
    },
    /// The bytes end before what is being read does.
    TooShort {
        /// Bytes that are needed at least.
        needed: u64,
        /// Bytes that are left.
        found: usize,
    },
    /// Bytes are left over behind the last part.
    LeftOver(usize),
    /// A number that its field cannot have.
    BadValue {
        /// What the number stands for.
        what: &'static str,
        /// The number.
        found: i64,
    },
    /// A text that is not UTF-8.
    NotUtf8,
    /// A name that stands for nothing.
    UnknownName {
        /// What it should name.
        what: &'static str,
        /// The name.
        found: String,
    },
    /// Lists or a list and a shape that belong together disagree.
    Length {
        /// What is listed.
        what: &'static str,
        /// How many there are.
        found: usize,
        /// How many there should be.
        expected: usize,
    },
    /// Numbered entries that do not ascend.
    NotAscending(u8),
    /// More elements than the machine's limits allow.
    Limit {
        /// Elements of one register, or of all.
        elements: usize,
        /// The limit.
        limit: usize,
    },
    /// A declared register is missing or has another shape, and the snapshot is of another program.
    DeclaredShape {
        /// The register.
        register: Register,
        /// The shape that the loaded program declares.
        declared: Shape,
        /// The shape in the snapshot; `None` if it has no such register.
        found: Option<Shape>,
    },
    /// A run of another program cannot be resumed.
    OtherProgram {
        /// The hash of the program that was running.
        found: u64,
        /// The hash of the loaded program.
        expected: u64,
    },
    /// A control stack that the loaded program cannot have.
    ControlStack(&'static str),
    /// An outstanding operation that this instruction does not yield.
    Operation {
        /// The operation.
        op: DomainOp,
        /// The instruction that is said to have yielded it.
        instruction: usize,
    },
}

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "byte {} ({}): {}", self.offset, self.section, self.kind)
    }
}

impl std::error::Error for SnapshotError {}

impl fmt::Display for SnapshotErrorKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        use SnapshotErrorKind as K;
        match self {
            K::UnknownMagic(magic) => write!(f, "\"{}\" begins no snapshot", magic.escape_ascii()),
            K::Version { found, supported } => {
                write!(f, "format version {found} is not supported, only version {supported}")
            }
            K::UnknownFlags(flags) => write!(f, "unknown header flags {flags:#06x}"),
            K::Checksum { stored, computed } => {
                write!(f, "the header has the checksum {stored:016x}, the content {computed:016x}")
            }
            K::TooShort { needed, found } => {
                write!(f, "at least {needed} bytes are needed, {found} are left")
            }
            K::LeftOver(bytes) => write!(f, "{bytes} bytes are left over"),
            K::BadValue { what, found } => write!(f, "{found} is no {what}"),
            K::NotUtf8 => f.write_str("the text is not UTF-8"),
            K::UnknownName { what, found } => write!(f, "\"{}\" is no {what}", found.escape_debug()),
            K::Length { what, found, expected } => {
                write!(f, "{found} {what} are given, {expected} are needed")
            }
            K::NotAscending(number) => write!(f, "number {number} does not follow in ascending order"),
            K::Limit { elements, limit } => {
                write!(f, "{elements} elements exceed the machine's limit of {limit}")
            }
            K::DeclaredShape { register, declared, found: Some(found) } => {
                write!(f, "{register} has shape {found}, the loaded program declares {declared}")
            }
            K::DeclaredShape { register, declared, found: None } => {
                write!(f, "{register}, which the loaded program declares as {declared}, is missing")
            }
            K::OtherProgram { found, expected } => {
                write!(f, "a run of program {found:016x} cannot be resumed in program {expected:016x}")
            }
            K::ControlStack(why) => f.write_str(why),
            K::Operation { op, instruction } => write!(f, "instruction {instruction} does not yield {op}"),
        }
    }
}
