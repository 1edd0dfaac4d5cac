//! Bounds that the language, the binary format and the machine share.

/// Registers in each bank.
pub const REGISTERS_PER_BANK: usize = 64;
/// Most dimensions a shape can have.
pub const MAX_RANK: usize = 8;
/// Most elements a register can hold.
pub const MAX_ELEMENTS: usize = 1 << 26;
/// Longest storage key, in bytes of UTF-8.
pub const MAX_KEY_BYTES: usize = 255;
/// Largest dimension that a register declaration can carry.
pub const MAX_DECLARED_DIM: u32 = u16::MAX as u32;
