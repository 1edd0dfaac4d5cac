//! Mastery learning as a library function, for hosts that train weights outside a program.
//!
//! It fuses the two steps of the instructions `mastery_update` and `mastery_commit` and differs from both on purpose:
//! activity counts in 255ths, a step only weakens the pressure behind it, a weight without polarity begins with twice
//! the step, and neither temperature nor dopamine plays a part.

use crate::arith::sat;
use std::fmt;
use ternsig_isa::{Polarity, Signal};

/// How strongly weights learn.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MasteryConfig {
    /// How far a magnitude moves in one step.
    pub step: u8,
    /// The pressure from which a weight takes a step; values below 1 act as 1.
    pub threshold: i32,
    /// Activity takes part beyond the maximum divided by this.
    pub divisor: i32,
    /// The pressure of the strongest activity.
    pub scale: i32,
    /// The share of the pressure that is left after a magnitude has grown: numerator and denominator.
    pub decay: (i32, i32),
}

impl MasteryConfig {
    /// The usual rate.
    pub const DEFAULT: MasteryConfig =
        MasteryConfig { step: 3, threshold: 10, divisor: 4, scale: 15, decay: (2, 3) };
    /// For quick adaptation.
    pub const FAST: MasteryConfig =
        MasteryConfig { step: 5, threshold: 5, divisor: 3, scale: 20, decay: (1, 2) };
    /// For slow, steady change.
    pub const STABLE: MasteryConfig =
        MasteryConfig { step: 2, threshold: 15, divisor: 4, scale: 10, decay: (3, 4) };
}

impl Default for MasteryConfig {
    fn default() -> MasteryConfig {
        MasteryConfig::DEFAULT
    }
}

/// What learning did so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MasteryCounters {
    /// Steps that changed a magnitude and kept the polarity.
    pub magnitude_updates: u64,
    /// Steps that gave a weight another polarity.
    pub polarity_flips: u64,
    /// Samples after which any weight took a step.
    pub samples_learned: u64,
}

/// The pressure of a list of weights, and what learning did so far.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct MasteryState {
    /// One pressure a weight.
    pub pressure: Vec<i32>,
    /// What learning did so far.
    pub counters: MasteryCounters,
}

impl MasteryState {
    /// No pressure on this many weights.
    #[must_use]
    pub fn new(weights: usize) -> MasteryState {
        MasteryState { pressure: vec![0; weights], counters: MasteryCounters::default() }
    }
}

/// Why weights cannot be updated.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub enum MasteryError {
    /// Weights, activities and pressures are not equally many.
    LengthMismatch {
        /// How many weights.
        weights: usize,
        /// How many activities.
        activities: usize,
        /// How many pressures.
        pressures: usize,
    },
    /// The divisor is below 1.
    BadDivisor(i32),
    /// The denominator of the decay is 0.
    BadDecay,
}

impl fmt::Display for MasteryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MasteryError::LengthMismatch { weights, activities, pressures } => {
                write!(
                    f,
                    "{weights} weights, {activities} activities and {pressures} pressures are not equally many"
                )
            }
            MasteryError::BadDivisor(divisor) => write!(f, "the divisor is {divisor}, it must be at least 1"),
            MasteryError::BadDecay => f.write_str("the denominator of the decay is 0"),
        }
    }
}

impl std::error::Error for MasteryError {}

/// The peak and what activity has to exceed to take part.
struct Gate {
    max: i64,
    threshold: i64,
}

impl Gate {
    fn over(activities: &[i32], divisor: i32) -> Result<Gate, MasteryError> {
        if divisor < 1 {
            return Err(MasteryError::BadDivisor(divisor));
        }
        let max = i64::from(activities.iter().copied().max().unwrap_or(0).max(1));
        Ok(Gate { max, threshold: max / i64::from(divisor) })
    }

    /// How far an activity is beyond the threshold, if it is.
    fn above(&self, activity: i32) -> Option<i64> {
        Some(i64::from(activity) - self.threshold).filter(|&above| above > 0)
    }
}

/// What a weight did.
enum Change {
    Magnitude,
    Polarity,
}

/// Collects pressure from one sample and lets every weight whose pressure has reached the threshold take a step.
/// `direction` scales the pressure, with its sign. Returns how many weights took a step.
///
/// # Errors
/// Lengths differ, the divisor is below 1 or the decay divides by 0; nothing is changed then.
pub fn update(
    weights: &mut [Signal],
    state: &mut MasteryState,
    activities: &[i32],
    direction: i32,
    config: &MasteryConfig,
) -> Result<usize, MasteryError> {
    let pressures = state.pressure.len();
    if weights.len() != activities.len() || weights.len() != pressures {
        return Err(MasteryError::LengthMismatch {
            weights: weights.len(),
            activities: activities.len(),
            pressures,
        });
    }
    if config.decay.1 == 0 {
        return Err(MasteryError::BadDecay);
    }
    let gate = Gate::over(activities, config.divisor)?;
    for (pressure, &activity) in state.pressure.iter_mut().zip(activities) {
        if let Some(above) = gate.above(activity) {
            *pressure = pressed(*pressure, above * 255 / gate.max, direction, config.scale);
        }
    }
    let mut changed = 0;
    for (weight, pressure) in weights.iter_mut().zip(&mut state.pressure) {
        match commit(weight, pressure, config) {
            Some(Change::Magnitude) => state.counters.magnitude_updates += 1,
            Some(Change::Polarity) => state.counters.polarity_flips += 1,
            None => continue,
        }
        changed += 1;
    }
    state.counters.samples_learned += u64::from(changed > 0);
    Ok(changed)
}

/// The product of strength (at most 255), direction and scale fits 64 bits only without the extremes, so it is wider.
fn pressed(pressure: i32, strength: i64, direction: i32, scale: i32) -> i32 {
    let amount = i128::from(strength) * i128::from(direction) * i128::from(scale) / 255;
    crate::arith::sat_wide(i128::from(pressure) + amount)
}

fn commit(weight: &mut Signal, pressure: &mut i32, config: &MasteryConfig) -> Option<Change> {
    if pressure.unsigned_abs() < config.threshold.max(1).unsigned_abs() {
        return None;
    }
    let (polarity, step) = (Polarity::of_sign(*pressure), config.step);
    if weight.sign() == polarity {
        *weight = Signal::of(polarity, weight.magnitude().saturating_add(step));
        let (numerator, denominator) = config.decay;
        *pressure = sat(i64::from(*pressure) * i64::from(numerator) / i64::from(denominator));
        return Some(Change::Magnitude);
    }
    if weight.sign() != Polarity::Zero && weight.magnitude() > step {
        *weight = Signal::of(weight.sign(), weight.magnitude() - step);
        return Some(Change::Magnitude);
    }
    let first = if weight.sign() == Polarity::Zero { step.saturating_mul(2) } else { step };
    *weight = Signal::of(polarity, first);
    *pressure = 0;
    Some(Change::Polarity)
}

/// Weights of alternating and mixed polarity, magnitude 20–39, to begin with.
#[must_use]
pub fn init_structure(count: usize, seed: u64) -> Vec<Signal> {
    let hashes = (0..count as u64).map(|i| i.wrapping_mul(31).wrapping_add(seed).wrapping_mul(17));
    hashes
        .map(|hash| {
            let polarity = if hash % 2 == 0 { Polarity::Positive } else { Polarity::Negative };
            Signal::of(polarity, 20 + ((hash >> 3) % 20) as u8)
        })
        .collect()
}

/// Positive weights, magnitude 10–24, to begin with.
#[must_use]
pub fn init_bias(count: usize, seed: u64) -> Vec<Signal> {
    let hashes = (0..count as u64).map(|i| i.wrapping_mul(41).wrapping_add(seed));
    hashes.map(|hash| Signal::positive(10 + ((hash >> 2) % 15) as u8)).collect()
}

/// Which activities take part.
///
/// # Errors
/// The divisor is below 1.
pub fn participation_mask(activities: &[i32], divisor: i32) -> Result<Vec<bool>, MasteryError> {
    let gate = Gate::over(activities, divisor)?;
    Ok(activities.iter().map(|&activity| gate.above(activity).is_some()).collect())
}

/// How many weights have a polarity.
#[must_use]
pub fn active_count(weights: &[Signal]) -> usize {
    weights.iter().filter(|weight| weight.sign() != Polarity::Zero).count()
}

/// Sparsity as a pair of counts: weights without a polarity, and all weights.
#[must_use]
pub fn sparsity(weights: &[Signal]) -> (usize, usize) {
    (weights.len() - active_count(weights), weights.len())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signals(values: &[i32]) -> Vec<Signal> {
        values.iter().map(|&value| Signal::from_i32(value)).collect()
    }

    #[test]
    fn initialisers_give_the_published_weights_for_seed_42() {
        assert_eq!(init_structure(8, 42), signals(&[29, -35, 21, -26, 32, -38, 24, -30]));
        assert_eq!(init_bias(8, 42), signals(&[20, 15, 11, 21, 16, 11, 22, 17]));
        assert!(init_structure(0, 42).is_empty());
        assert_eq!(init_bias(2, u64::MAX).len(), 2);
    }

    #[test]
    fn pressure_collects_from_activity_beyond_the_share_of_the_peak() {
        // M = 100, θ = 25: (100−25)·255/100 = 191, 191·15/255 = 11; (50−25)·255/100 = 63, 63·15/255 = 3; 25 is not beyond.
        let mut weights = signals(&[0, 0, 0, 0]);
        let mut state = MasteryState::new(4);
        let config = MasteryConfig { threshold: 12, ..MasteryConfig::DEFAULT };
        assert_eq!(update(&mut weights, &mut state, &[100, 50, 25, -9], 1, &config), Ok(0));
        assert_eq!(state.pressure, [11, 3, 0, 0]);
        // The direction is a factor, not a sign: −2·63·15/255 = −7 by truncation.
        assert_eq!(update(&mut weights, &mut state, &[100, 50, 25, -9], -2, &config), Ok(0));
        assert_eq!(state.pressure, [-11, -4, 0, 0]);
        assert_eq!(state.counters, MasteryCounters::default());
    }

    #[test]
    fn weights_weaken_before_they_flip() {
        let mut weights = signals(&[10, 254, -10, -3]);
        weights.push(Signal::with_sign(0, 77));
        let mut state = MasteryState { pressure: vec![12, 10, 15, 20, 10], ..MasteryState::default() };
        let changed = update(&mut weights, &mut state, &[0; 5], 1, &MasteryConfig::DEFAULT);
        assert_eq!(changed, Ok(5));
        assert_eq!(weights, signals(&[13, 255, -7, 3, 6]));
        // 12·2/3 = 8, 10·2/3 = 6; weakening keeps the pressure, a new polarity takes it.
        assert_eq!(state.pressure, [8, 6, 15, 0, 0]);
        let counters = MasteryCounters { magnitude_updates: 3, polarity_flips: 2, samples_learned: 1 };
        assert_eq!(state.counters, counters);
    }

    #[test]
    fn negative_pressure_is_its_mirror_image() {
        let mut weights = signals(&[-10, 10, 3, 0]);
        let mut state = MasteryState { pressure: vec![-13, -15, -20, -10], ..MasteryState::default() };
        assert_eq!(update(&mut weights, &mut state, &[0; 4], 1, &MasteryConfig::DEFAULT), Ok(4));
        assert_eq!(weights, signals(&[-13, 7, -3, -6]));
        // −26/3 truncates to −8.
        assert_eq!(state.pressure, [-8, -15, 0, 0]);
    }

    #[test]
    fn extremes_saturate() {
        let mut weights = vec![Signal::ZERO; 2];
        let mut state = MasteryState { pressure: vec![i32::MAX, i32::MIN], ..MasteryState::default() };
        let config =
            MasteryConfig { step: 200, threshold: i32::MAX, scale: i32::MAX, ..MasteryConfig::DEFAULT };
        assert_eq!(update(&mut weights, &mut state, &[i32::MAX, 0], i32::MAX, &config), Ok(2));
        assert_eq!(weights, signals(&[255, -255]));
        let config = MasteryConfig { threshold: i32::MIN, decay: (i32::MIN, -1), ..MasteryConfig::DEFAULT };
        state.pressure = vec![i32::MIN, 0];
        assert_eq!(update(&mut weights, &mut state, &[0, 0], 1, &config), Ok(1), "no pressure is no step");
    }

    #[test]
    fn what_cannot_be_computed_is_refused_and_changes_nothing() {
        let mut weights = signals(&[1, 2]);
        let mut state = MasteryState { pressure: vec![99, 99], ..MasteryState::default() };
        let before = (weights.clone(), state.clone());
        let lengths = MasteryError::LengthMismatch { weights: 2, activities: 1, pressures: 2 };
        assert_eq!(update(&mut weights, &mut state, &[1], 1, &MasteryConfig::DEFAULT), Err(lengths));
        let config = MasteryConfig { divisor: 0, ..MasteryConfig::DEFAULT };
        assert_eq!(update(&mut weights, &mut state, &[1, 1], 1, &config), Err(MasteryError::BadDivisor(0)));
        let config = MasteryConfig { decay: (1, 0), ..MasteryConfig::DEFAULT };
        assert_eq!(update(&mut weights, &mut state, &[1, 1], 1, &config), Err(MasteryError::BadDecay));
        assert_eq!((weights, state), before);
        assert_eq!(participation_mask(&[1], -1), Err(MasteryError::BadDivisor(-1)));
        assert_eq!(update(&mut [], &mut MasteryState::new(0), &[], 1, &MasteryConfig::FAST), Ok(0));
    }

    #[test]
    fn masks_and_counts() {
        assert_eq!(participation_mask(&[100, 26, 25, -5], 4), Ok(vec![true, true, false, false]));
        // The peak is at least 1, so that θ = 0 for silence and nothing takes part.
        assert_eq!(participation_mask(&[0, -3], 4), Ok(vec![false, false]));
        let weights = [Signal::positive(0), Signal::with_sign(0, 9), Signal::negative(4)];
        assert_eq!((active_count(&weights), sparsity(&weights)), (2, (1, 3)));
        assert_eq!(sparsity(&[]), (0, 0));
    }
}
