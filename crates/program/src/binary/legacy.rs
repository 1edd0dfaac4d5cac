//! The reader of legacy TERN files, form A.
//!
//! They exist with words of the present and of the old layout, and with registers in the present encoding (two bits of
//! bank) and in an earlier one (four bits). Neither is stated in the file; both are found out from its content.

use super::error::{BinaryError, BinaryErrorKind, Part};
use super::fields::Fields;
use super::header::{check_sum, within};
use super::legacy_banks::Encoding;
use super::registers::{self, TypeField};
use super::warning::BinaryWarningKind;
use super::{Format, Loaded, legacy_words};
use crate::program::{AssembledProgram, Meta};

const SIZE: usize = 32;
const VERSION: u16 = 2;

/// Offsets of the header's fields.
mod offset {
    pub(super) const VERSION: usize = 0x04;
    pub(super) const COUNTS: usize = 0x08;
    pub(super) const INSTRUCTIONS: usize = 0x0C;
    pub(super) const REGISTERS_SIZE: usize = 0x10;
    pub(super) const CHECKSUM: usize = 0x14;
    pub(super) const RESERVED: usize = 0x1C;
}

pub(super) fn read(bytes: &[u8]) -> Result<Loaded, BinaryError> {
    if bytes.len() < SIZE {
        return Err(BinaryErrorKind::TooShort { needed: SIZE, found: bytes.len() }.at(0));
    }
    let fields = Fields(bytes);
    let version = fields.u16(offset::VERSION);
    if version != VERSION {
        return Err(BinaryErrorKind::Version { found: version, supported: VERSION }.at(offset::VERSION));
    }
    let (instructions_at, end) = layout(bytes).map_err(|error| form_b(bytes).unwrap_or(error))?;

    let mut warnings = Vec::new();
    if fields.u32(offset::RESERVED) != 0 {
        warnings.push(BinaryWarningKind::ReservedBytes.at(offset::RESERVED));
    }
    let region = &bytes[SIZE..instructions_at];
    let counts: [u8; 4] = bytes[offset::COUNTS..].first_chunk().copied().unwrap_or_default();
    let count = counts.iter().map(|&n| u64::from(n)).sum();
    let mut registers = registers::read(region, SIZE, count, TypeField::LegacyCode, &mut warnings)?;
    let encoding =
        Encoding::of(&registers, counts).ok_or_else(|| BinaryErrorKind::LegacyBanks.at(offset::COUNTS))?;
    for decl in &mut registers {
        let byte = decl.register.byte();
        decl.register =
            encoding.register(byte).ok_or_else(|| BinaryErrorKind::LegacyRegister(byte).at(SIZE))?;
    }
    let words = &bytes[instructions_at..end];
    let instructions = legacy_words::read(words, instructions_at, encoding, &mut warnings)?;
    if end < bytes.len() {
        warnings.push(BinaryWarningKind::TrailingBytes(bytes.len() - end).at(end));
    }
    let meta = Meta { version: u32::from(version), ..Meta::default() };
    let program = AssembledProgram { meta, registers, instructions, ..AssembledProgram::default() };
    Ok(Loaded { program, warnings, format: Format::Tern })
}

/// Where the instructions begin and end, once the checksum holds.
fn layout(bytes: &[u8]) -> Result<(usize, usize), BinaryError> {
    let fields = Fields(bytes);
    let instructions_at = SIZE as u64 + u64::from(fields.u32(offset::REGISTERS_SIZE));
    let end = instructions_at + 8 * u64::from(fields.u32(offset::INSTRUCTIONS));
    within(Part::Registers, instructions_at, bytes, offset::REGISTERS_SIZE)?;
    within(Part::Instructions, end, bytes, offset::INSTRUCTIONS)?;
    check_sum(fields.u64(offset::CHECKSUM), &bytes[SIZE..end as usize], offset::CHECKSUM)?;
    Ok((instructions_at as usize, end as usize))
}

/// The error for form B, whose header has no checksum, if the bytes look like it.
fn form_b(bytes: &[u8]) -> Option<BinaryError> {
    let checksum = bytes.get(offset::CHECKSUM..offset::CHECKSUM + 8)?;
    checksum.iter().all(|&byte| byte == 0).then(|| BinaryErrorKind::FormB.at(offset::CHECKSUM))
}
