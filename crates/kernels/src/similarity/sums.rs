//! The sums of a group of entries, and a bound of their scores.

use super::{BLOCK, Cue, LINE};

/// Entries that are summed at a time: those of eight blocks.
pub(crate) const GROUP: usize = 8 * BLOCK;

/// Some blocks and a cue of the same width.
#[derive(Clone, Copy)]
pub(crate) struct Group<'s> {
    pub(crate) cue: &'s Cue,
    /// The lines of the blocks, one after the other.
    pub(crate) lines: &'s [i16],
    /// The sum of squares of each entry, at most those of a group.
    pub(crate) norms: &'s [i32],
}

/// What is summed for each entry of a group.
#[derive(Debug, Clone, PartialEq)]
#[repr(C, align(64))]
pub(crate) struct Sums {
    pub(crate) dots: [i32; GROUP],
    pub(crate) norms: [i32; GROUP],
    pub(crate) bounds: [f32; GROUP],
}

impl Sums {
    pub(crate) fn new() -> Sums {
        Sums { dots: [0; GROUP], norms: [0; GROUP], bounds: [0.0; GROUP] }
    }
}

/// What the bound adds to 256·dot before it divides by the root, and what it adds then.
pub(crate) const ROOT_SLACK: f32 = 512.0;
pub(crate) const SLACK: f32 = 1.5;

/// An upper bound of the score: `(256·dot + 512)/√N + 1.5`, where N is the product of the norms, and 1.5 if that is 0.
///
/// The score is 0 if N = 0. Otherwise let `r = ⌊√N⌋ ≥ 1`. By Cauchy and Schwarz |dot| ≤ √N, and because dot is whole,
/// |dot| ≤ r.
///
/// - If dot ≥ 0, the score is at most `256·dot/r = 256·dot/√N + 256·(dot/r)·(√N − r)/√N`, and the last term is at most
///   256/√N, since `√N − r < 1`.
/// - If dot < 0, the score is `−⌊256·|dot|/r⌋ < 1 − 256·|dot|/r ≤ 1 + 256·dot/√N`.
///
/// So `(256·dot + 512)/√N + 1` is never below the score, for N of any size. What is computed is less than 0.3 from that sum
/// and 0.5: up to six operations round, each by 2⁻²⁴ of the result, the coarsest reciprocal root is wrong by 1.5·2⁻¹² of
/// it, and the product with it is at most 768.
pub(crate) fn bound(dot: i32, norm: i32, cue_norm: f32) -> f32 {
    let reciprocal = if norm == 0 { 0.0 } else { 1.0 / (norm as f32 * cue_norm).sqrt() };
    (256.0 * dot as f32 + ROOT_SLACK) * reciprocal + SLACK
}

/// Whether a score with this bound may be at least `least`, which is exact in floats as far as scores go.
pub(crate) fn may_be(bound: f32, least: i32) -> bool {
    bound >= least as f32
}

/// Sums a group. The answer has a bit for each lane whose score may be at least `least`, and only if it has any, there are
/// sums; lanes without an entry count as entries of zeros.
pub(crate) fn portable(group: &Group<'_>, least: i32, sums: &mut Sums) -> u128 {
    let Group { cue, lines, norms } = *group;
    let cue_norm = cue.norm() as f32;
    let mut lanes = 0;
    for (block, stored) in norms.chunks_exact(BLOCK).enumerate() {
        let lines = &lines[block * cue.width().div_ceil(2) * LINE..];
        let (dots, squares) = block_sums(cue, lines);
        for lane in 0..BLOCK {
            let at = block * BLOCK + lane;
            sums.dots[at] = dots[lane];
            sums.norms[at] = if cue.sums_squares() { squares[lane] } else { stored[lane] - squares[lane] };
            sums.bounds[at] = bound(sums.dots[at], sums.norms[at], cue_norm);
            lanes |= u128::from(may_be(sums.bounds[at], least)) << at;
        }
    }
    lanes
}

/// The products of each lane with the cue, and its squares that the cue counts.
fn block_sums(cue: &Cue, lines: &[i16]) -> ([i32; BLOCK], [i32; BLOCK]) {
    let (mut dots, mut squares) = ([0; BLOCK], [0; BLOCK]);
    for term in cue.terms().into_iter().flatten() {
        let line = &lines[term.pair as usize * LINE..][..LINE];
        let [(first, first_mask), (second, second_mask)] =
            [0, 16].map(|shift| ((term.values >> shift) as i16, (term.mask >> shift) as i16));
        for (lane, pair) in line.chunks_exact(2).enumerate() {
            dots[lane] += i32::from(pair[0]) * i32::from(first) + i32::from(pair[1]) * i32::from(second);
        }
        if term.mask != 0 {
            for (lane, pair) in line.chunks_exact(2).enumerate() {
                squares[lane] += i32::from(pair[0]) * i32::from(pair[0] & first_mask)
                    + i32::from(pair[1]) * i32::from(pair[1] & second_mask);
            }
        }
    }
    (dots, squares)
}
