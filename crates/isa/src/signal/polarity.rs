//! The polarity of a signal as a type of its own.

use super::{InvalidPolarity, Signal};

/// The sign of a weight.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
#[repr(i8)]
pub enum Polarity {
    /// −1.
    Negative = -1,
    /// 0.
    #[default]
    Zero = 0,
    /// +1.
    Positive = 1,
}

impl Polarity {
    /// The polarity of a number's sign.
    #[must_use]
    pub const fn of_sign(value: i32) -> Polarity {
        match value {
            0 => Polarity::Zero,
            1.. => Polarity::Positive,
            _ => Polarity::Negative,
        }
    }

    /// −1, 0 or +1.
    #[must_use]
    pub const fn value(self) -> i8 {
        self as i8
    }
}

impl TryFrom<i8> for Polarity {
    type Error = InvalidPolarity;

    /// Only −1, 0 and +1 are polarities; [`Polarity::of_sign`] takes every number.
    fn try_from(value: i8) -> Result<Polarity, InvalidPolarity> {
        match value {
            -1..=1 => Ok(Polarity::of_sign(i32::from(value))),
            _ => Err(InvalidPolarity(value)),
        }
    }
}

impl From<Polarity> for i8 {
    fn from(polarity: Polarity) -> i8 {
        polarity.value()
    }
}

impl Signal {
    /// The signal of these parts, kept as they are.
    #[must_use]
    pub const fn of(polarity: Polarity, magnitude: u8) -> Signal {
        Signal { polarity: polarity.value(), magnitude }
    }

    /// The polarity as a type.
    #[must_use]
    pub const fn sign(self) -> Polarity {
        Polarity::of_sign(self.polarity as i32)
    }

    /// Whether the value is above 0.
    #[must_use]
    pub const fn is_positive(self) -> bool {
        self.value() > 0
    }

    /// Whether the value is below 0.
    #[must_use]
    pub const fn is_negative(self) -> bool {
        self.value() < 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strict_form_refuses_what_the_sign_form_clamps() {
        assert_eq!(
            [-1, 0, 1].map(Polarity::try_from),
            [Ok(Polarity::Negative), Ok(Polarity::Zero), Ok(Polarity::Positive)]
        );
        for value in [i8::MIN, -2, 2, i8::MAX] {
            assert_eq!(Polarity::try_from(value), Err(InvalidPolarity(value)));
            assert_eq!(Polarity::of_sign(i32::from(value)).value(), value.signum());
        }
    }

    #[test]
    fn only_a_value_other_than_zero_is_positive_or_negative() {
        let signals = [
            Signal::positive(1),
            Signal::positive(0),
            Signal::ZERO,
            Signal::negative(0),
            Signal::negative(1),
        ];
        assert_eq!(signals.map(Signal::is_positive), [true, false, false, false, false]);
        assert_eq!(signals.map(Signal::is_negative), [false, false, false, false, true]);
        assert_eq!(signals.map(|s| s.sign().value()), [1, 1, 0, -1, -1]);
        assert!(signals.iter().all(|&s| Signal::of(s.sign(), s.magnitude()) == s));
    }
}
