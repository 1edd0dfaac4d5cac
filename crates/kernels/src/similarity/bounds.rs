//! Bounds of scores.

/// What the bounds add to 256·dot and take from it before they divide by the root, and what they add and take then.
pub(crate) const ROOT_SLACK: f32 = 512.0;
pub(crate) const SLACK: f32 = 1.5;

/// Bounds of the score: `(256·dot ± 512)/√N ± 1.5`, where N is the product of the norms, and ±1.5 if that is 0; the lower one
/// first.
///
/// The score is 0 if N = 0. Otherwise let `r = ⌊√N⌋ ≥ 1`, for which `0 ≤ √N − r < 1`. By Cauchy and Schwarz |dot| ≤ √N, and
/// because dot is whole, |dot| ≤ r. So 256·dot/r is at most 256·|dot|/r·(√N − r)/√N < 256/√N away from 256·dot/√N, and the
/// score, which is rounded toward zero, less than 1 from 256·dot/r. What is computed is less than 0.3 from what it stands for,
/// and there is more room than that: up to six operations round, each by 2⁻²⁴ of the result, the coarsest reciprocal root is
/// wrong by 1.5·2⁻¹² of it, and the product with it is at most 768.
pub(crate) fn bounds(dot: i32, norm: i32, cue_norm: f32) -> [f32; 2] {
    let reciprocal = if norm == 0 { 0.0 } else { 1.0 / (norm as f32 * cue_norm).sqrt() };
    let scaled = 256.0 * dot as f32;
    [(scaled - ROOT_SLACK) * reciprocal - SLACK, (scaled + ROOT_SLACK) * reciprocal + SLACK]
}

/// A bit for each lane whose upper bound is at least this.
pub(crate) fn lanes_reaching(uppers: &[f32], least: f32) -> u128 {
    uppers.iter().enumerate().fold(0, |lanes, (lane, upper)| lanes | u128::from(*upper >= least) << lane)
}
