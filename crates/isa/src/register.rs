//! Register names: two bits of bank, six bits of index.

use std::fmt;
use std::str::FromStr;

/// One of the four register banks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Bank {
    /// Activations, `i32`.
    Hot,
    /// Weights, [`Signal`](crate::Signal)s.
    Cold,
    /// Scalars, one `i32` each.
    Param,
    /// Shapes, lists of dimensions.
    Shape,
}

impl Bank {
    /// All banks, in the order of their number.
    pub const ALL: [Bank; 4] = [Bank::Hot, Bank::Cold, Bank::Param, Bank::Shape];

    /// The letter that begins the register's name in text.
    #[must_use]
    pub const fn letter(self) -> char {
        match self {
            Bank::Hot => 'H',
            Bank::Cold => 'C',
            Bank::Param => 'P',
            Bank::Shape => 'S',
        }
    }

    /// The bank's name in messages.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Bank::Hot => "hot",
            Bank::Cold => "cold",
            Bank::Param => "param",
            Bank::Shape => "shape",
        }
    }
}

/// A register name in one byte, `[bank:2][index:6]`.
///
/// ```
/// use ternsig_isa::{Bank, Register};
/// let weights: Register = "C3".parse().unwrap();
/// assert_eq!((weights.bank(), weights.index(), weights.byte()), (Bank::Cold, 3, 0x43));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Register(u8);

impl Register {
    /// The byte that stands for "no register"; it is also the encoding of S63, which cannot be declared.
    pub const NULL: Register = Register(0xFF);

    /// The register with this encoding.
    #[must_use]
    pub const fn from_byte(byte: u8) -> Register {
        Register(byte)
    }

    /// A register of a bank. Only the low six bits of `index` count.
    #[must_use]
    pub const fn new(bank: Bank, index: u8) -> Register {
        Register(((bank as u8) << 6) | (index & 0x3F))
    }

    /// Hot register `index` (0–63).
    #[must_use]
    pub const fn hot(index: u8) -> Register {
        Register::new(Bank::Hot, index)
    }

    /// Cold register `index` (0–63).
    #[must_use]
    pub const fn cold(index: u8) -> Register {
        Register::new(Bank::Cold, index)
    }

    /// The encoding.
    #[must_use]
    pub const fn byte(self) -> u8 {
        self.0
    }

    /// The bank, from the two high bits.
    #[must_use]
    pub const fn bank(self) -> Bank {
        Bank::ALL[(self.0 >> 6) as usize]
    }

    /// The index within the bank, 0–63.
    #[must_use]
    pub const fn index(self) -> usize {
        (self.0 & 0x3F) as usize
    }

    /// Whether this is [`Register::NULL`].
    #[must_use]
    pub const fn is_null(self) -> bool {
        self.0 == 0xFF
    }
}

impl fmt::Display for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_null() { f.write_str("_") } else { write!(f, "{}{}", self.bank().letter(), self.index()) }
    }
}

impl fmt::Debug for Register {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Why a text is not a register name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RegisterNameError {
    /// Not a bank letter (H, T, C, P, S in any case) followed by digits or `0x` digits.
    Malformed,
    /// The index is above 63.
    IndexOutOfRange,
    /// S63, whose byte means "no register".
    Reserved,
}

impl fmt::Display for RegisterNameError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            RegisterNameError::Malformed => "not a register name (H0-H63, C0-C63, P0-P63 or S0-S62)",
            RegisterNameError::IndexOutOfRange => "the register index is above 63",
            RegisterNameError::Reserved => "S63 is reserved: its byte means \"no register\"",
        })
    }
}

impl std::error::Error for RegisterNameError {}

impl FromStr for Register {
    type Err = RegisterNameError;

    fn from_str(text: &str) -> Result<Register, RegisterNameError> {
        let mut rest = text.chars();
        let bank = match rest.next().map(|c| c.to_ascii_uppercase()) {
            Some('H' | 'T') => Bank::Hot,
            Some('C') => Bank::Cold,
            Some('P') => Bank::Param,
            Some('S') => Bank::Shape,
            _ => return Err(RegisterNameError::Malformed),
        };
        let digits = rest.as_str();
        let (digits, radix) = match digits.strip_prefix("0x").or_else(|| digits.strip_prefix("0X")) {
            Some(hex) => (hex, 16),
            None => (digits, 10),
        };
        if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
            return Err(RegisterNameError::Malformed);
        }
        let index = u32::from_str_radix(digits, radix).map_err(|_| RegisterNameError::IndexOutOfRange)?;
        match u8::try_from(index) {
            Ok(index @ 0..=63) => match Register::new(bank, index) {
                Register::NULL => Err(RegisterNameError::Reserved),
                register => Ok(register),
            },
            _ => Err(RegisterNameError::IndexOutOfRange),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_byte_but_null_prints_a_name_that_reads_back() {
        for byte in 0..=254u8 {
            let register = Register::from_byte(byte);
            assert_eq!(register.to_string().parse(), Ok(register));
        }
        assert_eq!("S63".parse::<Register>(), Err(RegisterNameError::Reserved));
    }

    #[test]
    fn t_is_another_letter_for_hot_and_hex_indexes_are_read() {
        assert_eq!("t5".parse(), Ok(Register::hot(5)));
        assert_eq!("C0x1f".parse(), Ok(Register::cold(31)));
        assert_eq!("H007".parse(), Ok(Register::hot(7)));
    }

    #[test]
    fn bad_names_say_what_is_wrong() {
        assert_eq!("H64".parse::<Register>(), Err(RegisterNameError::IndexOutOfRange));
        assert_eq!("H99999999999".parse::<Register>(), Err(RegisterNameError::IndexOutOfRange));
        for text in ["", "H", "X1", "H-1", "H1x", "H0x", "H+1"] {
            assert_eq!(text.parse::<Register>(), Err(RegisterNameError::Malformed), "{text}");
        }
    }
}
