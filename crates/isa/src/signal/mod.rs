//! The weight of a ternary network.

mod approach;
mod convert;
mod polarity;
mod text;

pub use polarity::Polarity;
pub use text::ParseSignalError;

use std::fmt;

/// A ternary weight: a polarity −1, 0 or +1 and a magnitude 0–255. Its value is their product, −255…255.
///
/// Two bytes: the polarity, then the magnitude. Equality compares both: `0` with a magnitude and `±1` with magnitude 0 are representable, have the value
/// 0, and differ from [`Signal::ZERO`]. They are kept as they are, so that stored weights read back byte for byte.
///
/// ```
/// use ternsig_isa::Signal;
/// let w = Signal::negative(100);
/// assert_eq!((w.value(), w.polarity(), w.magnitude()), (-100, -1, 100));
/// assert_eq!(Signal::from_i32(-300), Signal::negative(255));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
#[repr(C)]
pub struct Signal {
    polarity: i8,
    magnitude: u8,
}

/// A polarity outside −1, 0, +1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InvalidPolarity(pub i8);

impl fmt::Display for InvalidPolarity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "polarity {} is not -1, 0 or +1", self.0)
    }
}

impl std::error::Error for InvalidPolarity {}

impl Signal {
    /// The byte of a signal in memory that is its polarity, in two's complement.
    pub const POLARITY_OFFSET: usize = std::mem::offset_of!(Signal, polarity);
    /// The byte of a signal in memory that is its magnitude.
    pub const MAGNITUDE_OFFSET: usize = std::mem::offset_of!(Signal, magnitude);

    /// Polarity 0, magnitude 0.
    pub const ZERO: Signal = Signal { polarity: 0, magnitude: 0 };

    /// Polarity +1.
    #[must_use]
    pub const fn positive(magnitude: u8) -> Signal {
        Signal { polarity: 1, magnitude }
    }

    /// Polarity −1.
    #[must_use]
    pub const fn negative(magnitude: u8) -> Signal {
        Signal { polarity: -1, magnitude }
    }

    /// The polarity is the sign of `sign`.
    #[must_use]
    pub const fn with_sign(sign: i32, magnitude: u8) -> Signal {
        Signal { polarity: sign.signum() as i8, magnitude }
    }

    /// The signal of these parts.
    ///
    /// # Errors
    /// The polarity is not −1, 0 or +1.
    pub const fn new(polarity: i8, magnitude: u8) -> Result<Signal, InvalidPolarity> {
        match polarity {
            -1..=1 => Ok(Signal { polarity, magnitude }),
            _ => Err(InvalidPolarity(polarity)),
        }
    }

    /// −1, 0 or +1.
    #[must_use]
    pub const fn polarity(self) -> i8 {
        self.polarity
    }

    /// 0–255.
    #[must_use]
    pub const fn magnitude(self) -> u8 {
        self.magnitude
    }

    /// Polarity times magnitude, −255…255.
    #[must_use]
    pub const fn value(self) -> i16 {
        self.polarity as i16 * self.magnitude as i16
    }

    /// Whether the value is not 0.
    #[must_use]
    pub const fn is_active(self) -> bool {
        self.value() != 0
    }

    /// The nearest signal: 0 is [`Signal::ZERO`], magnitudes above 255 become 255.
    #[must_use]
    pub const fn from_i32(value: i32) -> Signal {
        let magnitude = value.unsigned_abs();
        Signal::with_sign(value, if magnitude > 255 { 255 } else { magnitude as u8 })
    }

    /// Same as [`Signal::from_i32`].
    #[must_use]
    pub const fn from_i16(value: i16) -> Signal {
        Signal::from_i32(value as i32)
    }

    /// A byte centred on 128: 0 is −128, 255 is +127.
    #[must_use]
    pub const fn from_u8_bipolar(byte: u8) -> Signal {
        Signal::from_i32(byte as i32 - 128)
    }

    /// The byte centred on 128, clamped to 0–255.
    #[must_use]
    pub fn to_u8_bipolar(self) -> u8 {
        (self.value() + 128).clamp(0, 255) as u8
    }

    /// One step of learning toward `sign` (±1): a weight of that polarity grows, one of the opposite polarity is
    /// weakened before it flips, and one of polarity 0 takes the sign. Its own old magnitude is then discarded.
    #[must_use]
    pub const fn stepped(self, sign: i8, step: u8) -> Signal {
        if self.polarity == sign {
            Signal { polarity: sign, magnitude: self.magnitude.saturating_add(step) }
        } else if self.polarity != 0 && self.magnitude > step {
            Signal { polarity: self.polarity, magnitude: self.magnitude - step }
        } else {
            Signal { polarity: sign, magnitude: step }
        }
    }
}

impl std::ops::Add for Signal {
    type Output = Signal;

    /// The sum of the values, saturating at ±255.
    fn add(self, other: Signal) -> Signal {
        Signal::from_i16(self.value() + other.value())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_signal_is_its_polarity_and_its_magnitude() {
        assert_eq!(size_of::<Signal>(), 2);
        assert_eq!((Signal::POLARITY_OFFSET, Signal::MAGNITUDE_OFFSET), (0, 1));
    }
}
