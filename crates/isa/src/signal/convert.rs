//! Conversions between signals and floating-point numbers, for hosts.
//!
//! The machine itself uses no floating point: nothing here is reached by an instruction.

use super::{Polarity, Signal};

/// Signed numbers of at most this magnitude have no polarity.
const SIGNED_DEAD_ZONE: f32 = 0.01;
/// Separate polarities of at most this magnitude are none.
const POLARITY_DEAD_ZONE: f32 = 0.1;

/// The sign of a number outside a dead zone; `Zero` within it and for what is not a number.
fn polarity_beyond(value: f32, dead_zone: f32) -> Polarity {
    if value > dead_zone {
        Polarity::Positive
    } else if value < -dead_zone {
        Polarity::Negative
    } else {
        Polarity::Zero
    }
}

/// 0–1 as a magnitude, rounded down. What is not a number is 0, as everywhere when a float is cast.
fn magnitude_of(ratio: f32) -> u8 {
    (ratio.clamp(0.0, 1.0) * 255.0) as u8
}

impl Signal {
    /// −1…1 as a signal, rounded toward 0 and saturating. Up to ±0.01, and for what is not a number, it is
    /// [`Signal::ZERO`].
    #[must_use]
    pub fn from_signed_f32(value: f32) -> Signal {
        match polarity_beyond(value, SIGNED_DEAD_ZONE) {
            Polarity::Zero => Signal::ZERO,
            polarity => Signal::of(polarity, magnitude_of(value.abs())),
        }
    }

    /// A polarity, which is none up to ±0.1, and a magnitude 0–1, rounded down and saturating. Without a polarity it is
    /// [`Signal::ZERO`]; a polarity keeps a magnitude of 0.
    #[must_use]
    pub fn from_floats(polarity: f32, magnitude: f32) -> Signal {
        match polarity_beyond(polarity, POLARITY_DEAD_ZONE) {
            Polarity::Zero => Signal::ZERO,
            polarity => Signal::of(polarity, magnitude_of(magnitude)),
        }
    }

    /// The value in 255ths, −1…1.
    #[must_use]
    pub fn to_f32(self) -> f32 {
        f32::from(self.polarity) * (f32::from(self.magnitude) / 255.0)
    }

    /// A rate between 0 and `max` as a positive signal, rounded down and saturating. Rates and maxima that are not above
    /// 0 give [`Signal::ZERO`], and so does a rate too small for magnitude 1.
    #[must_use]
    pub fn from_rate(rate: f32, max: f32) -> Signal {
        if !(rate > 0.0 && max > 0.0) {
            return Signal::ZERO;
        }
        match magnitude_of(rate / max) {
            0 => Signal::ZERO,
            magnitude => Signal::positive(magnitude),
        }
    }

    /// A number of events in a window of milliseconds, as the rate a second; see [`Signal::from_rate`].
    #[must_use]
    pub fn from_count(count: u32, window_ms: f32, max: f32) -> Signal {
        if count == 0 || window_ms <= 0.0 {
            return Signal::ZERO;
        }
        Signal::from_rate(count as f32 * 1000.0 / window_ms, max)
    }

    /// The rate that this signal stands for, with its sign; 0 for a value of 0.
    #[must_use]
    pub fn to_rate(self, max: f32) -> f32 {
        if !self.is_active() {
            return 0.0;
        }
        f32::from(self.magnitude) / 255.0 * max * f32::from(self.polarity)
    }

    /// The magnitude times a factor, rounded down and saturating at 0 and 255. A magnitude of 0 leaves no polarity.
    #[must_use]
    pub fn scaled(self, factor: f32) -> Signal {
        match (f32::from(self.magnitude) * factor) as u8 {
            0 => Signal::ZERO,
            magnitude => Signal { polarity: self.polarity, magnitude },
        }
    }

    /// The signal after one step of decay that leaves this share; the same as [`Signal::scaled`].
    #[must_use]
    pub fn decayed(self, retention: f32) -> Signal {
        self.scaled(retention)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn signed_numbers_have_a_dead_zone_and_saturate() {
        let cases = [
            (0.0, Signal::ZERO),
            (0.005, Signal::ZERO),
            (0.01, Signal::ZERO),
            (-0.01, Signal::ZERO),
            (0.011, Signal::positive(2)),
            (0.5, Signal::positive(127)),
            (-0.5, Signal::negative(127)),
            (1.0, Signal::positive(255)),
            (-7.0, Signal::negative(255)),
            (f32::INFINITY, Signal::positive(255)),
            (f32::NAN, Signal::ZERO),
        ];
        for (value, signal) in cases {
            assert_eq!(Signal::from_signed_f32(value), signal, "{value}");
        }
    }

    #[test]
    fn separate_floats_keep_a_magnitude_of_zero_but_no_polarity_of_zero() {
        assert_eq!(Signal::from_floats(0.2, 0.5), Signal::positive(127));
        assert_eq!(Signal::from_floats(-3.0, 2.0), Signal::negative(255));
        assert_eq!(Signal::from_floats(1.0, 0.0), Signal::positive(0));
        assert_eq!(Signal::from_floats(1.0, f32::NAN), Signal::positive(0));
        assert_eq!(Signal::from_floats(-1.0, -1.0), Signal::negative(0));
        assert_eq!(Signal::from_floats(0.1, 1.0), Signal::ZERO);
        assert_eq!(Signal::from_floats(f32::NAN, 1.0), Signal::ZERO);
    }

    #[test]
    fn values_are_255ths() {
        assert_eq!(Signal::positive(255).to_f32(), 1.0);
        assert_eq!(Signal::negative(51).to_f32(), -0.2);
        assert_eq!(Signal::with_sign(0, 9).to_f32(), 0.0);
    }

    #[test]
    fn rates_and_counts_are_positive_or_zero() {
        assert_eq!(Signal::from_rate(50.0, 100.0), Signal::positive(127));
        assert_eq!(Signal::from_rate(300.0, 100.0), Signal::positive(255));
        assert_eq!(Signal::from_rate(0.3, 100.0), Signal::ZERO);
        for (rate, max) in
            [(0.0, 1.0), (-1.0, 1.0), (1.0, 0.0), (1.0, -1.0), (f32::NAN, 1.0), (1.0, f32::NAN)]
        {
            assert_eq!(Signal::from_rate(rate, max), Signal::ZERO, "{rate} {max}");
        }
        assert_eq!(Signal::from_rate(f32::INFINITY, f32::INFINITY), Signal::ZERO);
        // 5 in 100 ms are 50 a second.
        assert_eq!(Signal::from_count(5, 100.0, 100.0), Signal::positive(127));
        assert_eq!(Signal::from_count(0, 100.0, 100.0), Signal::ZERO);
        assert_eq!(Signal::from_count(5, 0.0, 100.0), Signal::ZERO);
        assert_eq!(Signal::from_count(5, -1.0, -100.0), Signal::ZERO);
        assert_eq!(Signal::negative(51).to_rate(100.0), -20.0);
        assert_eq!(Signal::negative(0).to_rate(f32::INFINITY), 0.0);
    }

    #[test]
    fn scaling_to_nothing_drops_the_polarity() {
        assert_eq!(Signal::negative(100).scaled(0.5), Signal::negative(50));
        assert_eq!(Signal::negative(100).scaled(9.0), Signal::negative(255));
        assert_eq!(Signal::with_sign(0, 100).scaled(0.5), Signal::with_sign(0, 50));
        for factor in [0.0, 0.009, -2.0, f32::NAN] {
            assert_eq!(Signal::negative(100).scaled(factor), Signal::ZERO, "{factor}");
        }
        assert_eq!(Signal::positive(3).decayed(0.9), Signal::positive(2));
        assert_eq!(Signal::positive(1).decayed(0.9), Signal::ZERO);
    }
}
