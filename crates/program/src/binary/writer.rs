//! The writer of TVMR version 1.

use super::registers::{FLAG_ALLOCATED, FLAG_FROZEN};
use super::tables::EXTENSION_SIZE;
use super::{Format, header, metadata};
use crate::checksum::checksum;
use crate::meta_text;
use crate::program::{AssembledProgram, RegisterDecl, Requirement};
use std::collections::BTreeSet;
use std::fmt;
use ternsig_isa::limits::{MAX_DECLARED_DIM, MAX_ELEMENTS, MAX_KEY_BYTES};
use ternsig_isa::{Instruction, Register, Shape, TypeId};

/// The version stored with every extension, `1.0.0`; readers ignore it.
const EXTENSION_VERSION: [u8; 6] = [1, 0, 0, 0, 0, 0];

/// What to write beside the program itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WriteOptions {
    /// Append a metadata block with the `.meta` and `.projection` sections. Readers of Ternsig 1.x ignore it.
    pub metadata: bool,
}

/// Why a program cannot be written.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum WriteError {
    /// A declaration of the byte that means "no register".
    NullRegister,
    /// A register that is declared twice.
    DuplicateRegister(Register),
    /// A type that no register can have.
    NotARegisterType(Register, TypeId),
    /// A shape without dimensions; one element is `[1]`.
    NoDimensions(Register),
    /// A dimension above 65535.
    DimensionTooLarge(Register, u32),
    /// More elements than a register can hold.
    TooManyElements(Register, Shape),
    /// A key of more than 255 bytes.
    KeyTooLong(Register, usize),
    /// A key without characters.
    EmptyKey(Register),
    /// The core as a requirement.
    CoreRequired,
    /// An extension that is required twice.
    DuplicateExtension(u16),
    /// Metadata that its text form cannot hold: quotes, line breaks, values out of range.
    Metadata,
    /// More than 4 GiB.
    TooLarge,
}

impl fmt::Display for WriteError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WriteError::NullRegister => f.write_str("byte 0xff means \"no register\" and cannot be declared"),
            WriteError::DuplicateRegister(register) => write!(f, "{register} is declared twice"),
            WriteError::NotARegisterType(register, ty) => {
                write!(f, "type id {:#06x} of {register} is no register type", ty.0)
            }
            WriteError::NoDimensions(register) => {
                write!(f, "{register} has no dimensions; a single element is [1]")
            }
            WriteError::DimensionTooLarge(register, dim) => {
                write!(f, "{register} has a dimension of {dim}, at most {MAX_DECLARED_DIM} can be stored")
            }
            WriteError::TooManyElements(register, shape) => {
                write!(f, "{register} has the shape {shape}, a register holds at most {MAX_ELEMENTS} elements")
            }
            WriteError::KeyTooLong(register, len) => {
                write!(f, "the key of {register} has {len} bytes, at most {MAX_KEY_BYTES} can be stored")
            }
            WriteError::EmptyKey(register) => write!(f, "the key of {register} is empty"),
            WriteError::CoreRequired => f.write_str("the core, id 0, cannot be required"),
            WriteError::DuplicateExtension(id) => write!(f, "extension {id:#06x} is required twice"),
            WriteError::Metadata => {
                f.write_str("the metadata cannot be written as text: it holds a quote, a line break or a value out of range")
            }
            WriteError::TooLarge => f.write_str("the program is larger than 4 GiB"),
        }
    }
}

impl std::error::Error for WriteError {}

/// Writes a program as TVMR version 1.
///
/// Labels, source lines and, without [`WriteOptions::metadata`], the `.meta` and `.projection` sections are left out.
/// Standard extensions get their names back on reading, others the name `ext_XXXX`.
///
/// # Errors
/// Something in the program has no place in the format; nothing is truncated.
pub fn write(program: &AssembledProgram, options: WriteOptions) -> Result<Vec<u8>, WriteError> {
    let extensions = extensions(&program.requires)?;
    let registers = registers(&program.registers)?;
    let registers_at = header::SIZE + extensions.len();
    let instructions_at = registers_at + registers.len();
    let end = instructions_at as u64 + Instruction::SIZE as u64 * program.instructions.len() as u64;
    u32::try_from(end).map_err(|_| WriteError::TooLarge)?;

    let mut bytes = Vec::with_capacity(end as usize);
    bytes.extend(Format::Tvmr.magic());
    bytes.extend(header::VERSION.to_le_bytes());
    bytes.extend((if options.metadata { header::FLAG_METADATA } else { 0 }).to_le_bytes());
    let counts = [program.requires.len(), program.registers.len(), program.instructions.len()];
    for (offset, count) in [header::SIZE, registers_at, instructions_at].into_iter().zip(counts) {
        bytes.extend((offset as u32).to_le_bytes());
        bytes.extend((count as u32).to_le_bytes());
    }
    bytes.resize(header::SIZE, 0);
    bytes.extend(extensions);
    bytes.extend(registers);
    bytes.extend(program.instructions.iter().flat_map(|word| word.to_bytes()));
    let sum = checksum(&bytes[header::SIZE..]).to_le_bytes();
    bytes[header::offset::CHECKSUM..][..sum.len()].copy_from_slice(&sum);
    if options.metadata {
        bytes.extend(metadata_block(program)?);
    }
    Ok(bytes)
}

fn extensions(requires: &[Requirement]) -> Result<Vec<u8>, WriteError> {
    let mut seen = BTreeSet::new();
    let mut table = Vec::with_capacity(requires.len() * EXTENSION_SIZE);
    for Requirement { ext, .. } in requires {
        if *ext == 0 {
            return Err(WriteError::CoreRequired);
        }
        if !seen.insert(ext) {
            return Err(WriteError::DuplicateExtension(*ext));
        }
        table.extend(ext.to_le_bytes());
        table.extend(EXTENSION_VERSION);
    }
    Ok(table)
}

fn registers(decls: &[RegisterDecl]) -> Result<Vec<u8>, WriteError> {
    let mut seen = BTreeSet::new();
    let mut table = Vec::new();
    for decl in decls {
        check(decl)?;
        if !seen.insert(decl.register) {
            return Err(WriteError::DuplicateRegister(decl.register));
        }
        let key = decl.key.as_deref().unwrap_or_default();
        table.push(decl.register.byte());
        table.extend(decl.ty.0.to_le_bytes());
        table.push(FLAG_ALLOCATED | if decl.frozen { FLAG_FROZEN } else { 0 });
        table.push(decl.shape.rank() as u8);
        table.extend(decl.shape.dims().iter().flat_map(|&dim| (dim as u16).to_le_bytes()));
        table.push(key.len() as u8);
        table.extend(key.as_bytes());
    }
    Ok(table)
}

fn check(decl: &RegisterDecl) -> Result<(), WriteError> {
    let register = decl.register;
    if register.is_null() {
        return Err(WriteError::NullRegister);
    }
    if !decl.ty.is_register_type() {
        return Err(WriteError::NotARegisterType(register, decl.ty));
    }
    if decl.shape.rank() == 0 {
        return Err(WriteError::NoDimensions(register));
    }
    if let Some(&dim) = decl.shape.dims().iter().find(|&&dim| dim > MAX_DECLARED_DIM) {
        return Err(WriteError::DimensionTooLarge(register, dim));
    }
    if decl.shape.elements() > MAX_ELEMENTS {
        return Err(WriteError::TooManyElements(register, decl.shape));
    }
    match decl.key.as_deref().map(str::len) {
        Some(0) => Err(WriteError::EmptyKey(register)),
        Some(len) if len > MAX_KEY_BYTES => Err(WriteError::KeyTooLong(register, len)),
        _ => Ok(()),
    }
}

/// The metadata block, once its text is known to read back as what it was written from.
fn metadata_block(program: &AssembledProgram) -> Result<Vec<u8>, WriteError> {
    let text = meta_text::write(&program.meta, &program.projections);
    let same =
        |read: meta_text::MetaText| read.meta == program.meta && read.projections == program.projections;
    if !meta_text::read(&text).is_ok_and(same) {
        return Err(WriteError::Metadata);
    }
    metadata::write(&text).ok_or(WriteError::TooLarge)
}
