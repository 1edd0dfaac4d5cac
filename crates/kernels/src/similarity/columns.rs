//! Entries in blocks, column by column.

use super::sums::{GROUP, Group};
use super::{BLOCK, Cue, LARGEST_VALUE, LINE, MAX_WIDTH};
use crate::Lanes;

/// Vectors of one width: the entries.
///
/// A block holds 16 of them in as many lanes: a line of 64 bytes has two neighbouring dimensions of each, and the last
/// dimension of an odd width has a 0 beside it. Lanes without an entry are 0.
#[derive(Debug, Clone)]
pub struct Columns {
    width: usize,
    len: usize,
    /// The lines of a block one after the other, block after block; there may be more blocks than are needed.
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
        let blocks = self.len / BLOCK + 1;
        let block = self.block();
        grow(&mut self.lines, blocks * block);
        grow(&mut self.norms, blocks * BLOCK);
        let mut norm = 0;
        let place = self.place(self.len);
        let lines = self.lines.as_mut_slice().get_mut(place..).unwrap_or_default();
        for (line, pair) in lines.chunks_mut(LINE).zip(vector[..vector.len().min(self.width)].chunks(2)) {
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
        let lines = self.lines.as_mut_slice();
        for line in (0..self.width.div_ceil(2)).map(|pair| pair * LINE) {
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
            vector.extend(lines.chunks(LINE).take(self.width.div_ceil(2)).flat_map(|line| &line[..2]));
            vector.truncate(self.width);
        }
    }

    /// All there is of the blocks, as it lies in memory: the bytes that a scan reads, but for the norms.
    #[must_use]
    pub fn lines(&self) -> &[i16] {
        &self.lines.as_slice()[..self.len.div_ceil(BLOCK) * self.block()]
    }

    /// What is summed at a time: as many blocks as a group has, and in the end fewer. The cue has the width of the entries.
    pub(crate) fn groups<'s>(&'s self, cue: &'s Cue) -> impl Iterator<Item = Group<'s>> {
        let blocks = self.len.div_ceil(BLOCK);
        let norms = &self.norms.as_slice()[..blocks * BLOCK];
        norms.chunks(GROUP).enumerate().map(move |(number, norms)| {
            let start = number * GROUP / BLOCK * self.block();
            let lines = &self.lines.as_slice()[start..][..norms.len() / BLOCK * self.block()];
            Group { cue, lines, norms }
        })
    }

    /// Elements of a block.
    fn block(&self) -> usize {
        self.width.div_ceil(2) * LINE
    }

    /// Where the first two elements of an entry are; the others follow a line apart.
    fn place(&self, slot: usize) -> usize {
        slot / BLOCK * self.block() + slot % BLOCK * 2
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
