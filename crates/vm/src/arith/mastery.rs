//! What the byte operands of the mastery rule stand for, and how dopamine scales it.

use ternsig_isa::Temperature;

/// The level of dopamine from which learning is on.
pub const LEARNING_DOPAMINE: u8 = 76;

const DEFAULT_SCALE: u8 = 15;
const DEFAULT_THRESHOLD: u8 = 50;
const DEFAULT_STEP: u8 = 5;

/// The factor of learning at a level of dopamine, 1–3; `None` while learning is off.
#[must_use]
pub fn dopamine_factor(level: u8) -> Option<i64> {
    level.checked_sub(LEARNING_DOPAMINE).map(|above| 1 + i64::from(above) / 64)
}

/// The scale of an update; 0 means 15.
#[must_use]
pub const fn scale(byte: u8) -> u8 {
    if byte > 0 { byte } else { DEFAULT_SCALE }
}

/// The step of a commit; 0 means 5.
#[must_use]
pub const fn step(byte: u8) -> u8 {
    if byte > 0 { byte } else { DEFAULT_STEP }
}

/// The pressure from which a weight of each temperature takes a step, at least 1; 0 means a base of 50. Cold weights
/// never do.
#[must_use]
pub fn thresholds(byte: u8) -> [Option<i64>; 4] {
    let base = i64::from(if byte > 0 { byte } else { DEFAULT_THRESHOLD });
    Temperature::ALL.map(|t| t.commit_multiplier().map(|multiplier| (base * multiplier / 2).max(1)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thresholds_are_half_the_base_the_base_and_double() {
        assert_eq!(thresholds(0), [Some(25), Some(50), Some(100), None]);
        assert_eq!(thresholds(1), [Some(1), Some(1), Some(2), None]);
    }

    #[test]
    fn dopamine_scales_in_three_steps() {
        assert_eq!(
            [0, 75, 76, 139, 140, 204, 255].map(dopamine_factor),
            [None, None, Some(1), Some(1), Some(2), Some(3), Some(3)]
        );
    }
}
