//! Moving a signal toward another one.

use super::Signal;

impl Signal {
    /// Moves the value by 1 toward the target's.
    #[must_use]
    pub fn step_toward(self, target: Signal) -> Signal {
        self.step_toward_by(target, 1)
    }

    /// Moves the value by at most `step` toward the target's; within reach it becomes the target itself.
    #[must_use]
    pub fn step_toward_by(self, target: Signal, step: u8) -> Signal {
        self.approached(target, i32::from(step))
    }

    /// Moves the value by a share 0–1 of the way to the target's, rounded up to whole steps, at least 1.
    #[must_use]
    pub fn step_toward_ratio(self, target: Signal, ratio: f32) -> Signal {
        let way = self.way_to(target).unsigned_abs() as f32;
        let step = (way * ratio.clamp(0.0, 1.0) + 0.999) as i32;
        self.approached(target, step.max(1))
    }

    /// Whether the values differ by at most `tolerance`.
    #[must_use]
    pub fn reached(self, target: Signal, tolerance: u16) -> bool {
        self.way_to(target).unsigned_abs() <= u32::from(tolerance)
    }

    fn way_to(self, target: Signal) -> i32 {
        i32::from(target.value()) - i32::from(self.value())
    }

    fn approached(self, target: Signal, step: i32) -> Signal {
        let way = self.way_to(target);
        if way.abs() <= step {
            return target;
        }
        Signal::from_i32(i32::from(self.value()) + step * way.signum())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_go_through_zero_and_end_exactly_at_the_target() {
        let target = Signal::negative(3);
        assert_eq!(Signal::positive(1).step_toward(target), Signal::ZERO);
        assert_eq!(Signal::ZERO.step_toward(target), Signal::negative(1));
        assert_eq!(Signal::positive(10).step_toward_by(target, 5), Signal::positive(5));
        assert_eq!(Signal::positive(2).step_toward_by(target, 5), target);
        // The target is taken over as it is, not by its value.
        assert_eq!(Signal::positive(1).step_toward(Signal::with_sign(0, 77)), Signal::with_sign(0, 77));
        assert_eq!(Signal::positive(9).step_toward_by(target, 0), Signal::positive(9));
    }

    #[test]
    fn a_ratio_moves_a_share_of_the_way_at_full_width() {
        let (low, high) = (Signal::negative(255), Signal::positive(255));
        assert_eq!(low.step_toward_ratio(high, 1.0), high);
        // 510 / 2 + 0.999 is 255 whole steps.
        assert_eq!(low.step_toward_ratio(high, 0.5), Signal::ZERO);
        assert_eq!(Signal::ZERO.step_toward_ratio(high, 0.1), Signal::positive(26));
        for ratio in [0.0, -1.0, f32::NAN] {
            assert_eq!(Signal::ZERO.step_toward_ratio(high, ratio), Signal::positive(1), "{ratio}");
        }
        assert_eq!(low.step_toward_ratio(high, 9.0), high);
    }

    #[test]
    fn tolerance_is_about_values() {
        assert!(Signal::positive(5).reached(Signal::negative(5), 10));
        assert!(!Signal::positive(5).reached(Signal::negative(5), 9));
        assert!(Signal::with_sign(0, 200).reached(Signal::ZERO, 0));
        assert!(Signal::positive(255).reached(Signal::negative(255), 510));
    }
}
