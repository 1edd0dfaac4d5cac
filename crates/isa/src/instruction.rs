//! The instruction word.

/// One instruction: eight bytes, `[ext id: u16 BE][opcode: u16 BE][A][B][C][D]`.
///
/// ```
/// use ternsig_isa::Instruction;
/// let halt = Instruction { ext: 0, opcode: 1, operands: [0xFF, 0xFF, 0, 0] };
/// assert_eq!(halt.to_bytes(), [0, 0, 0, 1, 0xFF, 0xFF, 0, 0]);
/// assert_eq!(Instruction::from_bytes(halt.to_bytes()), halt);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Instruction {
    /// The extension: 0 core, 0x0001–0x00FF standard, 0x0100–0xFFFE user.
    pub ext: u16,
    /// The opcode within the extension.
    pub opcode: u16,
    /// The operand bytes A, B, C, D.
    pub operands: [u8; 4],
}

impl Instruction {
    /// Bytes of one word.
    pub const SIZE: usize = 8;

    /// The word as it stands in a binary.
    #[must_use]
    pub const fn to_bytes(self) -> [u8; Self::SIZE] {
        let [e0, e1] = self.ext.to_be_bytes();
        let [o0, o1] = self.opcode.to_be_bytes();
        let [a, b, c, d] = self.operands;
        [e0, e1, o0, o1, a, b, c, d]
    }

    /// The word that these bytes encode; every value is a word, known or not.
    #[must_use]
    pub const fn from_bytes(bytes: [u8; Self::SIZE]) -> Instruction {
        let [e0, e1, o0, o1, a, b, c, d] = bytes;
        Instruction {
            ext: u16::from_be_bytes([e0, e1]),
            opcode: u16::from_be_bytes([o0, o1]),
            operands: [a, b, c, d],
        }
    }
}
