//! Numbers as they are written.

/// Why a text is not a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum NotANumber {
    /// It is written otherwise.
    Malformed,
    /// It is a number that no field holds.
    TooLarge,
}

/// A whole number: decimal with an optional sign, or `0x` and hexadecimal digits with an optional minus.
pub(crate) fn integer(text: &str) -> Result<i64, NotANumber> {
    let (negative, unsigned) = match text.as_bytes().first() {
        Some(b'-') => (true, &text[1..]),
        _ => (false, text),
    };
    let (digits, radix) = match unsigned.strip_prefix("0x").or_else(|| unsigned.strip_prefix("0X")) {
        Some(hex) => (hex, 16),
        None if negative => (unsigned, 10),
        None => (unsigned.strip_prefix('+').unwrap_or(unsigned), 10),
    };
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Err(NotANumber::Malformed);
    }
    let value = i64::from_str_radix(digits, radix).map_err(|_| NotANumber::TooLarge)?;
    Ok(if negative { -value } else { value })
}

/// An unsigned decimal without a sign.
pub(crate) fn decimal<N: TryFrom<u64>>(text: &str) -> Result<N, NotANumber> {
    if text.is_empty() || !text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NotANumber::Malformed);
    }
    let value: u64 = text.parse().map_err(|_| NotANumber::TooLarge)?;
    N::try_from(value).map_err(|_| NotANumber::TooLarge)
}

/// A decimal number with a point: `digits` · 10^−`places`.
///
/// Digits beyond the ninth place are dropped. That changes no gain, for a sixteenth has only four places.
pub(crate) fn fraction(text: &str) -> Option<(i64, u32)> {
    const MOST_PLACES: usize = 9;
    let (negative, unsigned) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (whole, places) = unsigned.split_once('.')?;
    let is_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    if whole.len() + places.len() == 0 || !is_digits(whole) || !is_digits(places) {
        return None;
    }
    let places = &places[..places.len().min(MOST_PLACES)];
    let digits: i64 = format!("0{whole}{places}").parse().ok()?;
    Some((if negative { -digits } else { digits }, places.len() as u32))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_have_two_bases_and_signs() {
        for (text, value) in
            [("42", 42), ("+7", 7), ("-1", -1), ("0x1F", 31), ("0Xff", 255), ("-0x10", -16), ("007", 7)]
        {
            assert_eq!(integer(text), Ok(value), "{text}");
        }
        for text in ["", "-", "0x", "0x-1", "+0x1", "1e3", "--1", "1_000", "+-1"] {
            assert_eq!(integer(text), Err(NotANumber::Malformed), "{text}");
        }
        assert_eq!(integer("99999999999999999999"), Err(NotANumber::TooLarge));
    }

    #[test]
    fn unsigned_decimals_have_no_sign() {
        assert_eq!(decimal::<u16>("65535"), Ok(65535));
        assert_eq!(decimal::<u16>("65536"), Err(NotANumber::TooLarge));
        assert_eq!(decimal::<u32>("+1"), Err(NotANumber::Malformed));
        assert_eq!(decimal::<u32>("١"), Err(NotANumber::Malformed));
    }

    #[test]
    fn fractions_keep_nine_places() {
        assert_eq!(fraction("2.50"), Some((250, 2)));
        assert_eq!(fraction("-.5"), Some((-5, 1)));
        assert_eq!(fraction("0.33333333333333333333"), Some((333_333_333, 9)));
        assert_eq!(fraction("."), None);
        assert_eq!(fraction("1.x"), None);
        assert_eq!(fraction("99999999999999999999.0"), None);
    }
}
