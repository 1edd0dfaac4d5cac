//! What lanes certainly hold: where nothing can overflow, nothing has to saturate.

use cranelift_codegen::ir::Value;

/// Bounds that every element keeps, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) low: i32,
    pub(crate) high: i32,
}

impl Range {
    /// Any number.
    pub(crate) const ANY: Range = Range { low: i32::MIN, high: i32::MAX };

    pub(crate) const fn new(low: i32, high: i32) -> Range {
        Range { low, high }
    }

    /// Numbers of at most this magnitude.
    pub(crate) fn of_magnitude(most: i64) -> Range {
        Range::saturated(-most, most)
    }

    fn saturated(low: i64, high: i64) -> Range {
        let saturate = |x: i64| x.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32;
        Range { low: saturate(low), high: saturate(high) }
    }

    /// The range of what 64-bit bounds saturate to, and whether that changes none of it.
    fn checked(low: i64, high: i64) -> (Range, bool) {
        let range = Range::saturated(low, high);
        (range, i64::from(range.low) == low && i64::from(range.high) == high)
    }

    /// Whether there is nothing but 0–255.
    pub(crate) const fn is_byte(self) -> bool {
        0 <= self.low && self.high <= 255
    }

    /// The largest magnitude.
    pub(crate) fn magnitude(self) -> i64 {
        i64::from(self.low.unsigned_abs().max(self.high.unsigned_abs()))
    }

    /// The range of a saturating sum, and whether it never saturates.
    pub(crate) fn plus(self, other: Range) -> (Range, bool) {
        let low = i64::from(self.low) + i64::from(other.low);
        Range::checked(low, i64::from(self.high) + i64::from(other.high))
    }

    /// The same of a difference.
    pub(crate) fn minus(self, other: Range) -> (Range, bool) {
        let low = i64::from(self.low) - i64::from(other.high);
        Range::checked(low, i64::from(self.high) - i64::from(other.low))
    }

    /// The range of what clamps to these bounds, which are in order.
    pub(crate) fn clamped(self, low: i32, high: i32) -> Range {
        Range { low: self.low.clamp(low, high), high: self.high.clamp(low, high) }
    }

    pub(crate) const fn shifted(self, amount: u8) -> Range {
        Range { low: self.low >> amount, high: self.high >> amount }
    }

    /// With 0.
    pub(crate) fn toward_zero(self) -> Range {
        Range { low: self.low.min(0), high: self.high.max(0) }
    }

    /// Both ranges and what lies between them.
    pub(crate) fn between(self, other: Range) -> Range {
        Range { low: self.low.min(other.low), high: self.high.max(other.high) }
    }
}

/// A vector with what its lanes hold. Lanes that mean nothing may hold anything.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ranged {
    pub(crate) value: Value,
    pub(crate) range: Range,
}

impl Ranged {
    /// Of which nothing is known.
    pub(crate) const fn any(value: Value) -> Ranged {
        Ranged { value, range: Range::ANY }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sums_that_leave_32_bits_saturate() {
        let near = Range::new(-5, i32::MAX - 3);
        assert_eq!(near.plus(Range::new(0, 3)), (Range::new(-5, i32::MAX), true));
        assert_eq!(near.plus(Range::new(0, 4)), (Range::new(-5, i32::MAX), false));
        assert_eq!(Range::ANY.minus(Range::new(0, 0)), (Range::ANY, true));
        assert_eq!(Range::ANY.minus(Range::new(0, 1)), (Range::ANY, false));
    }

    #[test]
    fn magnitudes_count_the_lowest_number() {
        assert_eq!(Range::ANY.magnitude(), 1 << 31);
        assert_eq!(Range::of_magnitude(1 << 40), Range::ANY);
        assert_eq!(Range::of_magnitude(7), Range::new(-7, 7));
    }

    #[test]
    fn bounds_follow_what_happens_to_the_elements() {
        let range = Range::new(-9, 300);
        assert_eq!(range.clamped(0, 255), Range::new(0, 255));
        assert_eq!(Range::new(-9, -5).clamped(0, 255), Range::new(0, 0));
        assert_eq!(range.shifted(3), Range::new(-2, 37));
        assert_eq!(Range::new(4, 9).toward_zero(), Range::new(0, 9));
        assert_eq!(range.between(Range::new(-20, 5)), Range::new(-20, 300));
    }
}
