//! The two register encodings of legacy TERN files.

use crate::program::RegisterDecl;
use ternsig_isa::{Bank, Register};

/// How a legacy file encodes registers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Encoding {
    /// Two bits of bank, six of index, as today.
    Present,
    /// Four bits of bank, four of index.
    FourBit,
}

impl Encoding {
    /// The encoding under which the defined registers make up the counts per bank. The encodings agree on H0–H15; where
    /// only those are defined, it does not matter.
    pub(super) fn of(defined: &[RegisterDecl], counts: [u8; 4]) -> Option<Encoding> {
        let mut present = [0u32; 4];
        let mut four_bit = [0u32; 4];
        let mut fits_four_bit = true;
        for byte in defined.iter().map(|decl| decl.register.byte()) {
            present[usize::from(byte >> 6)] += 1;
            match four_bit.get_mut(usize::from(byte >> 4)) {
                Some(count) => *count += 1,
                None => fits_four_bit = false,
            }
        }
        let counts = counts.map(u32::from);
        if present == counts {
            Some(Encoding::Present)
        } else {
            (fits_four_bit && four_bit == counts).then_some(Encoding::FourBit)
        }
    }

    /// The register that a byte stands for; `None` if the encoding does not have it.
    pub(super) fn register(self, byte: u8) -> Option<Register> {
        match self {
            Encoding::Present => Some(Register::from_byte(byte)),
            Encoding::FourBit if byte == Register::NULL.byte() => Some(Register::NULL),
            Encoding::FourBit => {
                let bank = Bank::ALL.get(usize::from(byte >> 4))?;
                Some(Register::new(*bank, byte & 15))
            }
        }
    }
}
