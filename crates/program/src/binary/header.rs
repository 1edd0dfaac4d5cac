//! The header of TVMR version 1.

use super::error::{BinaryError, BinaryErrorKind, Part};
use super::fields::Fields;
use super::warning::{BinaryWarning, BinaryWarningKind};
use crate::checksum::checksum;

/// Bytes of the header; the extension table follows at once.
pub(super) const SIZE: usize = 48;
/// The format version.
pub(super) const VERSION: u16 = 1;
/// Flag bit: a metadata block follows the instructions.
pub(super) const FLAG_METADATA: u16 = 4;
/// Flag bits: the content is compressed or encrypted.
const FLAGS_TRANSFORMED: u16 = 3;

/// Offsets of the fields.
pub(super) mod offset {
    pub(in super::super) const VERSION: usize = 0x04;
    pub(in super::super) const FLAGS: usize = 0x06;
    pub(in super::super) const EXTENSIONS: usize = 0x08;
    pub(in super::super) const REGISTERS: usize = 0x10;
    pub(in super::super) const INSTRUCTIONS: usize = 0x18;
    pub(in super::super) const CHECKSUM: usize = 0x20;
    pub(in super::super) const RESERVED: usize = 0x28;
}

/// A header that has been checked against the file: the parts follow each other without gaps, end within the file
/// and have the stated checksum.
pub(super) struct Header {
    /// Where the register definitions begin.
    pub(super) registers: usize,
    /// How many register definitions there are said to be; not checked.
    pub(super) register_count: u64,
    /// Where the instructions begin.
    pub(super) instructions: usize,
    /// Where the instructions end.
    pub(super) end: usize,
    /// Whether a metadata block should follow.
    pub(super) has_metadata: bool,
}

impl Header {
    pub(super) fn read(bytes: &[u8], warnings: &mut Vec<BinaryWarning>) -> Result<Header, BinaryError> {
        if bytes.len() < SIZE {
            return Err(BinaryErrorKind::TooShort { needed: SIZE, found: bytes.len() }.at(0));
        }
        let fields = Fields(bytes);
        let found = fields.u16(offset::VERSION);
        if found != VERSION {
            return Err(BinaryErrorKind::Version { found, supported: VERSION }.at(offset::VERSION));
        }
        let flags = fields.u16(offset::FLAGS);
        check_flags(flags)?;
        if bytes[offset::RESERVED..SIZE].iter().any(|&byte| byte != 0) {
            warnings.push(BinaryWarningKind::ReservedBytes.at(offset::RESERVED));
        }
        let end = check_layout(bytes)?;
        check_sum(fields.u64(offset::CHECKSUM), &bytes[SIZE..end], offset::CHECKSUM)?;
        Ok(Header {
            registers: fields.u32(offset::REGISTERS) as usize,
            register_count: u64::from(fields.u32(offset::REGISTERS + 4)),
            instructions: fields.u32(offset::INSTRUCTIONS) as usize,
            end,
            has_metadata: flags & FLAG_METADATA != 0,
        })
    }
}

fn check_flags(flags: u16) -> Result<(), BinaryError> {
    if flags & FLAGS_TRANSFORMED != 0 {
        return Err(BinaryErrorKind::Transformed(flags).at(offset::FLAGS));
    }
    match flags & !FLAG_METADATA {
        0 => Ok(()),
        unknown => Err(BinaryErrorKind::UnknownFlags(unknown).at(offset::FLAGS)),
    }
}

/// Checks that the three parts follow the header and each other in order, without gap or overlap, and end within the
/// file. Returns where the last one ends.
fn check_layout(bytes: &[u8]) -> Result<usize, BinaryError> {
    let fields = Fields(bytes);
    let [extensions, registers, instructions] =
        [offset::EXTENSIONS, offset::REGISTERS, offset::INSTRUCTIONS].map(|at| fields.u32(at));
    let [extension_count, instruction_count] =
        [offset::EXTENSIONS, offset::INSTRUCTIONS].map(|at| u64::from(fields.u32(at + 4)));

    in_order(Part::Extensions, extensions, SIZE as u32, offset::EXTENSIONS)?;
    in_order(Part::Registers, registers, extensions, offset::REGISTERS)?;
    in_order(Part::Instructions, instructions, registers, offset::INSTRUCTIONS)?;

    let extensions_end = u64::from(extensions) + 8 * extension_count;
    let end = u64::from(instructions) + 8 * instruction_count;
    within(Part::Extensions, extensions_end, bytes, offset::EXTENSIONS + 4)?;
    within(Part::Instructions, end, bytes, offset::INSTRUCTIONS + 4)?;

    adjacent(Part::Extensions, extensions, SIZE as u64, offset::EXTENSIONS)?;
    adjacent(Part::Registers, registers, extensions_end, offset::REGISTERS)?;
    Ok(end as usize)
}

fn in_order(part: Part, offset: u32, least: u32, field: usize) -> Result<(), BinaryError> {
    if offset < least { Err(BinaryErrorKind::OutOfOrder { part, offset, least }.at(field)) } else { Ok(()) }
}

fn adjacent(part: Part, offset: u32, expected: u64, field: usize) -> Result<(), BinaryError> {
    let meets = u64::from(offset) == expected;
    if meets { Ok(()) } else { Err(BinaryErrorKind::Misplaced { part, offset, expected }.at(field)) }
}

/// Checks in 64 bits that a part ends within the file.
pub(super) fn within(part: Part, end: u64, bytes: &[u8], field: usize) -> Result<(), BinaryError> {
    let size = bytes.len();
    if end > size as u64 { Err(BinaryErrorKind::BeyondEnd { part, end, size }.at(field)) } else { Ok(()) }
}

/// Checks the content against the checksum of the header.
pub(super) fn check_sum(stored: u64, content: &[u8], field: usize) -> Result<(), BinaryError> {
    let computed = checksum(content);
    if stored == computed { Ok(()) } else { Err(BinaryErrorKind::Checksum { stored, computed }.at(field)) }
}
