//! Entries in blocks, column by column.

use super::{BLOCK, BLOCKS, Cue, GROUP, GROUP_LINE, Group, LARGEST_VALUE, MAX_WIDTH};
use crate::Lanes;

/// Vectors of one width: the entries.
///
/// A block holds 16 of them in as many lanes: a line of 64 bytes has two neighbouring dimensions of each, and the last
/// dimension of an odd width has a 0 beside it. Eight blocks are a group, in which the lines of the same dimensions are
/// neighbours, so that a scan reads memory from its beginning to its end. Lanes without an entry are 0.
#[derive(Debug, Clone)]
pub struct Columns {
    width: usize,
    len: usize,
    /// Pair of dimensions after pair, of group after group; there may be more groups than are needed.
    lines: Lanes<i16>,
    /// The sum of squares of each entry.
    norms: Lanes<i32>,
}

impl Columns {
    /// No entries yet, of `width` dimensions; none above [`MAX_WIDTH`].
    #[must_use]
    pub fn new(width: usize) -> Option<Columns> {
        let (lines, norms) = (Lanes::zeroed(0), Lanes::zeroed(0));
        (width <= MAX_WIDTH).then_some(Columns { width, len: 0, lines, norms })
    }

    /// The dimensions of an entry.
    #[must_use]
    pub fn width(&self) -> usize {
        self.width
    }

    /// How many entries.
    #[must_use]
    pub fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no entry.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// Adds an entry. Missing elements are 0, others are ignored, and values are clamped to −255…255.
    pub fn push(&mut self, vector: &[i16]) {
        let groups = self.len / GROUP + 1;
        let group = self.pairs() * GROUP_LINE;
        grow(&mut self.lines, groups * group);
        grow(&mut self.norms, groups * GROUP);
        let mut norm = 0;
        let place = self.place(self.len);
        let lines = self.lines.as_mut_slice().get_mut(place..).unwrap_or_default();
        for (line, pair) in lines.chunks_mut(GROUP_LINE).zip(vector[..vector.len().min(self.width)].chunks(2))
        {
            for (element, value) in line.iter_mut().zip(pair) {
                *element = (*value).clamp(-LARGEST_VALUE, LARGEST_VALUE);
                norm += i32::from(*element) * i32::from(*element);
            }
        }
        self.norms.as_mut_slice()[self.len] = norm;
        self.len += 1;
    }

    /// Removes an entry. The last one takes its slot. Where no entry is, nothing happens.
    pub fn swap_remove(&mut self, slot: usize) {
        if slot >= self.len {
            return;
        }
        self.len -= 1;
        let (from, to) = (self.place(self.len), self.place(slot));
        let pairs = self.pairs();
        let lines = self.lines.as_mut_slice();
        for line in (0..pairs).map(|pair| pair * GROUP_LINE) {
            lines.copy_within(from + line..from + line + 2, to + line);
            lines[from + line..from + line + 2].fill(0);
        }
        let norms = self.norms.as_mut_slice();
        norms[slot] = norms[self.len];
        norms[self.len] = 0;
    }

    /// Replaces the vector by an entry's, and by nothing where no entry is.
    pub fn read(&self, slot: usize, vector: &mut Vec<i16>) {
        vector.clear();
        if slot < self.len {
            let lines = self.lines.as_slice().get(self.place(slot)..).unwrap_or_default();
            vector.extend(lines.chunks(GROUP_LINE).take(self.pairs()).flat_map(|line| &line[..2]));
            vector.truncate(self.width);
        }
    }

    /// All there is of the groups, as it lies in memory: the bytes that a scan reads, but for the norms.
    #[must_use]
    pub fn lines(&self) -> &[i16] {
        &self.lines.as_slice()[..self.len.div_ceil(GROUP) * self.pairs() * GROUP_LINE]
    }

    /// The blocks of a group that have entries. The cue has the width of the entries.
    pub(crate) fn group<'s>(&'s self, cue: &'s Cue, number: usize) -> Group<'s> {
        let blocks = (self.len - number * GROUP).div_ceil(BLOCK).min(BLOCKS);
        let size = self.pairs() * GROUP_LINE;
        let lines = &self.lines.as_slice()[number * size..][..size];
        Group { cue, lines, norms: &self.norms.as_slice()[number * GROUP..][..blocks * BLOCK] }
    }

    /// Pairs of dimensions.
    fn pairs(&self) -> usize {
        self.width.div_ceil(2)
    }

    /// Where the first two elements of an entry are; the others follow a line of the group apart.
    fn place(&self, slot: usize) -> usize {
        slot / GROUP * self.pairs() * GROUP_LINE + slot % GROUP * 2
    }
}

/// Makes room for so many numbers, and for as many again as there were, so that the cost of growing stays in proportion.
fn grow<T: Copy + Default>(lanes: &mut Lanes<T>, len: usize) {
    if lanes.len() < len {
        let mut grown = Lanes::zeroed(len.max(2 * lanes.len()));
        grown.as_mut_slice()[..lanes.len()].copy_from_slice(lanes.as_slice());
        *lanes = grown;
    }
}
