//! The extension table and the instructions.

use super::error::{BinaryError, BinaryErrorKind};
use crate::program::Requirement;
use std::collections::BTreeSet;
use ternsig_isa::{Instruction, InstructionSet};

/// Bytes of an entry of the extension table: id, major, minor, patch.
pub(super) const EXTENSION_SIZE: usize = 8;

/// Reads the extension table. Versions are not read; names are those of the standard extensions, else `ext_XXXX`.
pub(super) fn extensions(table: &[u8], start: usize) -> Result<Vec<Requirement>, BinaryError> {
    let set = InstructionSet::standard();
    let mut seen = BTreeSet::new();
    let mut requires = Vec::with_capacity((table.len() / EXTENSION_SIZE).min(usize::from(u16::MAX)));
    for (i, entry) in table.chunks_exact(EXTENSION_SIZE).enumerate() {
        let ext = u16::from_le_bytes([entry[0], entry[1]]);
        let at = start + i * EXTENSION_SIZE;
        if ext == 0 {
            return Err(BinaryErrorKind::CoreListed.at(at));
        }
        if !seen.insert(ext) {
            return Err(BinaryErrorKind::DuplicateExtension(ext).at(at));
        }
        requires.push(Requirement { ext, name: set.extension_name(ext) });
    }
    Ok(requires)
}

/// Reads instructions; every word is one, known or not.
pub(super) fn instructions(bytes: &[u8]) -> Vec<Instruction> {
    let (words, _) = bytes.as_chunks::<{ Instruction::SIZE }>();
    words.iter().map(|&word| Instruction::from_bytes(word)).collect()
}
