//! Signals as text: `+m`, `-m` or `0`.

use super::{Polarity, Signal};
use std::fmt;
use std::str::FromStr;

/// Why a text is not a signal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum ParseSignalError {
    /// Neither `0` nor a sign followed by digits.
    Malformed,
    /// The magnitude is above 255.
    MagnitudeOutOfRange,
}

impl fmt::Display for ParseSignalError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            ParseSignalError::Malformed => "not a signal (+m, -m or 0)",
            ParseSignalError::MagnitudeOutOfRange => "the magnitude is above 255",
        })
    }
}

impl std::error::Error for ParseSignalError {}

impl FromStr for Signal {
    type Err = ParseSignalError;

    /// `+0` and `-0` keep their polarity. The magnitude of a polarity 0 has no text.
    fn from_str(text: &str) -> Result<Signal, ParseSignalError> {
        let (polarity, digits) = match (text.strip_prefix('+'), text.strip_prefix('-')) {
            (Some(digits), _) => (Polarity::Positive, digits),
            (_, Some(digits)) => (Polarity::Negative, digits),
            _ if text == "0" => return Ok(Signal::ZERO),
            _ => return Err(ParseSignalError::Malformed),
        };
        if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ParseSignalError::Malformed);
        }
        let magnitude = digits.parse().map_err(|_| ParseSignalError::MagnitudeOutOfRange)?;
        Ok(Signal::of(polarity, magnitude))
    }
}

impl fmt::Display for Signal {
    /// `+m`, `-m` or `0`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.polarity {
            0 => f.write_str("0"),
            p => write!(f, "{}{}", if p > 0 { '+' } else { '-' }, self.magnitude),
        }
    }
}

impl fmt::Debug for Signal {
    /// As text, with the magnitude of a polarity 0: `0(77)`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.polarity, self.magnitude) {
            (0, 1..) => write!(f, "0({})", self.magnitude),
            _ => fmt::Display::fmt(self, f),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_printed_reads_back() {
        for magnitude in 0..=255 {
            for signal in [Signal::positive(magnitude), Signal::negative(magnitude)] {
                assert_eq!(signal.to_string().parse(), Ok(signal));
            }
        }
        assert_eq!("0".parse(), Ok(Signal::ZERO));
        assert_eq!("+007".parse(), Ok(Signal::positive(7)));
    }

    #[test]
    fn other_texts_are_refused() {
        for text in ["", "+", "-", "7", "00", "++7", "+-7", "+7 ", " +7", "+1e2", "+7.0", "0(77)", "−7"] {
            assert_eq!(text.parse::<Signal>(), Err(ParseSignalError::Malformed), "{text}");
        }
        for text in ["+256", "-99999999999999999999"] {
            assert_eq!(text.parse::<Signal>(), Err(ParseSignalError::MagnitudeOutOfRange), "{text}");
        }
    }
}
