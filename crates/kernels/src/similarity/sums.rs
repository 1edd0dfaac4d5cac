//! The sums of a group of entries.

use super::bounds::bounds;
use super::{BLOCK, Cue, GROUP_LINE, LINE};

/// Entries that are summed in one pass: those of eight blocks.
pub(crate) const GROUP: usize = 8 * BLOCK;

/// Some blocks of a group, and a cue of the same width.
#[derive(Clone, Copy)]
pub(crate) struct Group<'s> {
    pub(crate) cue: &'s Cue,
    /// The lines of the group.
    pub(crate) lines: &'s [i16],
    /// The sum of squares of each entry, of as many blocks as there are.
    pub(crate) norms: &'s [i32],
}

/// What is summed for each entry of a group, and the upper bound of its score.
#[derive(Debug, Clone, PartialEq)]
#[repr(C, align(64))]
pub(crate) struct Sums {
    pub(crate) dots: [i32; GROUP],
    pub(crate) norms: [i32; GROUP],
    pub(crate) uppers: [f32; GROUP],
}

impl Sums {
    pub(crate) const ZERO: Sums = Sums { dots: [0; GROUP], norms: [0; GROUP], uppers: [0.0; GROUP] };
}

/// The lower bounds of a group, or the highest of several.
#[derive(Debug, Clone, PartialEq)]
#[repr(C, align(64))]
pub(crate) struct Lowers(pub(crate) [f32; GROUP]);

/// The sums of as many groups as stay near a core.
pub(crate) struct Chunk([Sums; Self::GROUPS]);

impl Chunk {
    pub(crate) const GROUPS: usize = 16;

    pub(crate) fn new() -> Chunk {
        Chunk([Sums::ZERO; Self::GROUPS])
    }

    /// The first groups, with their numbers.
    pub(crate) fn groups(&mut self, count: usize) -> impl Iterator<Item = (usize, &mut Sums)> {
        self.0.iter_mut().take(count).enumerate()
    }
}

/// Sums a group, and raises what in `lowers` is less than the lower bounds. Lanes without an entry count as entries of zeros;
/// nothing becomes of those of blocks that are not there.
pub(crate) fn portable(group: &Group<'_>, sums: &mut Sums, lowers: &mut Lowers) {
    let Group { cue, lines, norms } = *group;
    let cue_norm = cue.norm() as f32;
    for (block, stored) in norms.chunks_exact(BLOCK).enumerate() {
        let (dots, squares) = block_sums(cue, lines.get(block * LINE..).unwrap_or_default());
        for lane in 0..BLOCK {
            let at = block * BLOCK + lane;
            sums.dots[at] = dots[lane];
            sums.norms[at] = if cue.sums_squares() { squares[lane] } else { stored[lane] - squares[lane] };
            let [lower, upper] = bounds(sums.dots[at], sums.norms[at], cue_norm);
            sums.uppers[at] = upper;
            lowers.0[at] = lowers.0[at].max(lower);
        }
    }
}

fn block_sums(cue: &Cue, lines: &[i16]) -> ([i32; BLOCK], [i32; BLOCK]) {
    let (mut dots, mut squares) = ([0; BLOCK], [0; BLOCK]);
    for term in cue.terms().into_iter().flatten() {
        let line = &lines[term.pair as usize * GROUP_LINE..][..LINE];
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
