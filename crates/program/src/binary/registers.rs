//! Register definitions, which both formats hold; they differ in how the type is written.

use super::error::{BinaryError, BinaryErrorKind};
use super::warning::{BinaryWarning, BinaryWarningKind};
use crate::program::RegisterDecl;
use ternsig_isa::limits::{MAX_ELEMENTS, MAX_RANK};
use ternsig_isa::{Register, Shape, TypeId};

/// Flag bit of a definition: the register is allocated.
pub(super) const FLAG_ALLOCATED: u8 = 1;
/// Flag bit of a definition: learning and structural changes are refused.
pub(super) const FLAG_FROZEN: u8 = 2;

/// How the type of a register is written.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum TypeField {
    /// A type id of two bytes.
    Id,
    /// A legacy type code of one byte.
    LegacyCode,
}

impl TypeField {
    /// Bytes of the shortest definition: register, type, flags, rank, key length.
    const fn least(self) -> usize {
        match self {
            TypeField::Id => 6,
            TypeField::LegacyCode => 5,
        }
    }
}

/// Reads exactly `count` definitions, which must fill the region. Registers are taken as they are written today.
pub(super) fn read(
    region: &[u8],
    start: usize,
    count: u64,
    types: TypeField,
    warnings: &mut Vec<BinaryWarning>,
) -> Result<Vec<RegisterDecl>, BinaryError> {
    let most = region.len() / types.least();
    let claimed = usize::try_from(count).ok().filter(|&n| n <= most);
    let Some(claimed) = claimed else {
        return Err(BinaryErrorKind::RegisterCount { claimed: count, most }.at(start));
    };
    let mut cursor = Cursor { region, start, at: 0 };
    let mut seen = [false; 256];
    let mut decls = Vec::with_capacity(claimed.min(seen.len()));
    for found in 0..claimed {
        let at = cursor.offset();
        let byte =
            cursor.first().ok_or_else(|| BinaryErrorKind::RegistersMissing { found, claimed }.at(at))?;
        let register = Register::from_byte(byte);
        if register.is_null() {
            return Err(BinaryErrorKind::NullRegister.at(at));
        }
        if std::mem::replace(&mut seen[usize::from(register.byte())], true) {
            return Err(BinaryErrorKind::DuplicateRegister(register).at(at));
        }
        decls.push(definition(&mut cursor, register, types, warnings)?);
    }
    match region.len() - cursor.at {
        0 => Ok(decls),
        rest => Err(BinaryErrorKind::LeftOver(rest).at(cursor.offset())),
    }
}

fn definition(
    cursor: &mut Cursor<'_>,
    register: Register,
    types: TypeField,
    warnings: &mut Vec<BinaryWarning>,
) -> Result<RegisterDecl, BinaryError> {
    let ty = read_type(cursor, register, types)?;
    let at = cursor.offset();
    let flags = cursor.byte(register, "flags")?;
    if flags & !(FLAG_ALLOCATED | FLAG_FROZEN) != 0 {
        return Err(BinaryErrorKind::UnknownRegisterFlags(register, flags).at(at));
    }
    if flags & FLAG_ALLOCATED == 0 {
        warnings.push(BinaryWarningKind::NotAllocated(register).at(at));
    }
    let shape = read_shape(cursor, register)?;
    let key = read_key(cursor, register)?;
    Ok(RegisterDecl { register, ty, shape, key, frozen: flags & FLAG_FROZEN != 0 })
}

fn read_type(cursor: &mut Cursor<'_>, register: Register, types: TypeField) -> Result<TypeId, BinaryError> {
    let at = cursor.offset();
    match types {
        TypeField::Id => {
            let bytes = cursor.take(2, register, "type id")?;
            let id = u16::from_le_bytes([bytes[0], bytes[1]]);
            let ty = Some(TypeId(id)).filter(|ty| ty.is_register_type());
            ty.ok_or_else(|| BinaryErrorKind::UnknownType(register, id).at(at))
        }
        TypeField::LegacyCode => {
            let code = cursor.byte(register, "type code")?;
            TypeId::from_legacy_code(code)
                .ok_or_else(|| BinaryErrorKind::UnknownTypeCode(register, code).at(at))
        }
    }
}

fn read_shape(cursor: &mut Cursor<'_>, register: Register) -> Result<Shape, BinaryError> {
    let at = cursor.offset();
    let rank = cursor.byte(register, "rank")?;
    let too_high = || BinaryErrorKind::RankTooHigh(register, rank).at(at);
    if usize::from(rank) > MAX_RANK {
        return Err(too_high());
    }
    let bytes = cursor.take(2 * usize::from(rank), register, "dimensions")?;
    if rank == 0 {
        return Ok(Shape::vector(1));
    }
    let mut dims = [0; MAX_RANK];
    for (dim, pair) in dims.iter_mut().zip(bytes.chunks_exact(2)) {
        *dim = u32::from(u16::from_le_bytes([pair[0], pair[1]]));
    }
    let shape = Shape::new(&dims[..usize::from(rank)]).map_err(|_| too_high())?;
    if shape.elements() > MAX_ELEMENTS {
        return Err(BinaryErrorKind::TooManyElements(register, shape).at(at));
    }
    Ok(shape)
}

fn read_key(cursor: &mut Cursor<'_>, register: Register) -> Result<Option<String>, BinaryError> {
    let len = cursor.byte(register, "key length")?;
    let at = cursor.offset();
    let bytes = cursor.take(usize::from(len), register, "key")?;
    let key = std::str::from_utf8(bytes).map_err(|_| BinaryErrorKind::KeyNotUtf8(register).at(at))?;
    Ok(Some(key).filter(|key| !key.is_empty()).map(str::to_owned))
}

/// A position in the region of the register definitions.
struct Cursor<'a> {
    region: &'a [u8],
    /// Where the region begins in the file.
    start: usize,
    at: usize,
}

impl<'a> Cursor<'a> {
    fn offset(&self) -> usize {
        self.start + self.at
    }

    /// The first byte of a definition, if there is one more.
    fn first(&mut self) -> Option<u8> {
        let byte = self.region.get(self.at).copied()?;
        self.at += 1;
        Some(byte)
    }

    fn take(&mut self, len: usize, register: Register, field: &'static str) -> Result<&'a [u8], BinaryError> {
        let bytes = self.region.get(self.at..).and_then(|rest| rest.get(..len));
        let bytes = bytes.ok_or_else(|| BinaryErrorKind::Truncated { register, field }.at(self.offset()))?;
        self.at += len;
        Ok(bytes)
    }

    fn byte(&mut self, register: Register, field: &'static str) -> Result<u8, BinaryError> {
        self.take(1, register, field).map(|bytes| bytes[0])
    }
}
