//! The reader of TVMR version 1.

use super::error::BinaryError;
use super::header::{self, Header};
use super::registers::{self, TypeField};
use super::warning::BinaryWarningKind;
use super::{Format, Loaded, metadata, tables};
use crate::program::AssembledProgram;

pub(super) fn read(bytes: &[u8]) -> Result<Loaded, BinaryError> {
    let mut warnings = Vec::new();
    let header = Header::read(bytes, &mut warnings)?;
    let requires = tables::extensions(&bytes[header::SIZE..header.registers], header::SIZE)?;
    let region = &bytes[header.registers..header.instructions];
    let registers =
        registers::read(region, header.registers, header.register_count, TypeField::Id, &mut warnings)?;
    let instructions = tables::instructions(&bytes[header.instructions..header.end]);
    let mut program = AssembledProgram { requires, registers, instructions, ..AssembledProgram::default() };
    let mut read_to = header.end;
    if header.has_metadata {
        match metadata::read(&bytes[header.end..]) {
            Ok(block) => {
                read_to += block.size;
                let unknown = block.text.unknown.into_iter();
                warnings.extend(unknown.map(|key| BinaryWarningKind::UnknownMetadataKey(key).at(header.end)));
                program.meta = block.text.meta;
                program.projections = block.text.projections;
            }
            Err(why) => {
                read_to = bytes.len();
                warnings.push(BinaryWarningKind::MetadataIgnored(why).at(header.end));
            }
        }
    }
    if read_to < bytes.len() {
        warnings.push(BinaryWarningKind::TrailingBytes(bytes.len() - read_to).at(read_to));
    }
    Ok(Loaded { program, warnings, format: Format::Tvmr })
}
