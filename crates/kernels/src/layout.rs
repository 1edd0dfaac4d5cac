//! Where each weight of a packed matrix lies: pure geometry, shared by packing and by code generation.

use crate::limits::is_addressable;

/// How many outputs a block holds, and the most that are stored row by row.
const BLOCK_OUTPUTS: usize = 4;

/// The most blocks of a group.
const GROUP_BLOCKS: usize = 4;

/// How many elements a block has for each pair of inputs.
const BLOCK_PAIR: usize = 2 * BLOCK_OUTPUTS;

/// What the length of a row is rounded up to, in elements.
const ROW_MULTIPLE: usize = 8;

/// The order of the weights in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Arrangement {
    /// One row after the other, each padded to a multiple of 8 elements. For at most 4 outputs, where lanes hold inputs
    /// and are added up at the end.
    Rows,
    /// Lanes hold outputs. A block is 4 outputs; up to 4 blocks form a group, whose sums stay in registers while the
    /// pairs of inputs pass: for each group, for each pair of inputs, for each block, for each of its outputs, the two
    /// weights of the pair.
    Blocks,
}

/// The geometry of a packed matrix of 16-bit weights. Positions, strides and lengths count elements.
///
/// What is said of blocks, pairs and groups is used by [`Arrangement::Blocks`] only, and what is said of rows by
/// [`Arrangement::Rows`] only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Layout {
    outputs: usize,
    inputs: usize,
    /// See [`Layout::group_blocks`].
    group_blocks: usize,
}

/// Where the weights of one output lie, in either arrangement: pairs of inputs at equal distances.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct RowPath {
    /// The position of the weight of input 0.
    pub first: usize,
    /// The distance from one pair of inputs to the next.
    pub pair_stride: usize,
}

impl RowPath {
    /// The position of the weight of an input.
    #[must_use]
    pub const fn position(self, input: usize) -> usize {
        self.first + (input / 2) * self.pair_stride + (input % 2)
    }
}

impl Layout {
    /// The geometry of a matrix; `None` if it has more than [`MAX_INPUTS`](crate::MAX_INPUTS) inputs or does not fit the
    /// address space. Either side may be 0.
    #[must_use]
    pub fn new(outputs: usize, inputs: usize) -> Option<Layout> {
        is_addressable(outputs, inputs).then(|| {
            let blocks = outputs.div_ceil(BLOCK_OUTPUTS);
            let groups = blocks.div_ceil(GROUP_BLOCKS);
            Layout { outputs, inputs, group_blocks: blocks.div_ceil(groups.max(1)) }
        })
    }

    /// The rows of the matrix.
    #[must_use]
    pub const fn outputs(&self) -> usize {
        self.outputs
    }

    /// The columns of the matrix.
    #[must_use]
    pub const fn inputs(&self) -> usize {
        self.inputs
    }

    /// The order of the weights.
    #[must_use]
    pub const fn arrangement(&self) -> Arrangement {
        if self.outputs <= BLOCK_OUTPUTS { Arrangement::Rows } else { Arrangement::Blocks }
    }

    /// How many blocks of 4 outputs, the last one padded.
    #[must_use]
    pub const fn blocks(&self) -> usize {
        self.outputs.div_ceil(BLOCK_OUTPUTS)
    }

    /// How many pairs of inputs, the last one padded.
    #[must_use]
    pub const fn pairs(&self) -> usize {
        self.inputs.div_ceil(2)
    }

    /// How many groups of blocks: as few as 4 blocks in each allow.
    #[must_use]
    pub const fn groups(&self) -> usize {
        self.blocks().div_ceil(GROUP_BLOCKS)
    }

    /// How many blocks every group has, except that the last may have fewer. Blocks are spread evenly, so that 5 become
    /// 3 + 2 and not 4 + 1, which would leave registers idle.
    #[must_use]
    pub const fn group_blocks(&self) -> usize {
        self.group_blocks
    }

    /// How many blocks a group has: at least 1, or 0 if there is no such group.
    #[must_use]
    pub const fn blocks_in(&self, group: usize) -> usize {
        if group >= self.groups() {
            return 0;
        }
        let left = self.blocks() - group * self.group_blocks;
        if left < self.group_blocks { left } else { self.group_blocks }
    }

    /// The position of the first weight of a group; the end of the last one beyond them.
    #[must_use]
    pub const fn group_start(&self, group: usize) -> usize {
        if group >= self.groups() {
            return self.blocks() * self.pairs() * BLOCK_PAIR;
        }
        group * self.group_blocks * self.pairs() * BLOCK_PAIR
    }

    /// The distance from one pair of inputs to the next within a group.
    #[must_use]
    pub const fn pair_stride(&self, group: usize) -> usize {
        self.blocks_in(group) * BLOCK_PAIR
    }

    /// The distance from one row to the next.
    #[must_use]
    pub const fn row_stride(&self) -> usize {
        self.inputs.next_multiple_of(ROW_MULTIPLE)
    }

    /// The outputs including padding.
    #[must_use]
    pub const fn padded_outputs(&self) -> usize {
        match self.arrangement() {
            Arrangement::Rows => self.outputs,
            Arrangement::Blocks => self.blocks() * BLOCK_OUTPUTS,
        }
    }

    /// The inputs including padding.
    #[must_use]
    pub const fn padded_inputs(&self) -> usize {
        match self.arrangement() {
            Arrangement::Rows => self.row_stride(),
            Arrangement::Blocks => self.pairs() * 2,
        }
    }

    /// How many elements the packed matrix has, padding included; 0 if either side is.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.padded_outputs() * self.padded_inputs()
    }

    /// Whether there is no weight.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Where the weights of an output lie; `None` beyond the padded outputs.
    #[must_use]
    pub fn row(&self, output: usize) -> Option<RowPath> {
        (output < self.padded_outputs()).then(|| match self.arrangement() {
            Arrangement::Rows => RowPath { first: output * self.row_stride(), pair_stride: 2 },
            Arrangement::Blocks => self.row_in_blocks(output),
        })
    }

    fn row_in_blocks(&self, output: usize) -> RowPath {
        let (block, lane) = (output / BLOCK_OUTPUTS, output % BLOCK_OUTPUTS);
        let (group, place) = (block / self.group_blocks, block % self.group_blocks);
        RowPath {
            first: self.group_start(group) + place * BLOCK_PAIR + lane * 2,
            pair_stride: self.pair_stride(group),
        }
    }

    /// The position of a weight; `None` beyond the padded outputs or inputs.
    #[must_use]
    pub fn position(&self, output: usize, input: usize) -> Option<usize> {
        let row = self.row(output)?;
        (input < self.padded_inputs()).then(|| row.position(input))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout(outputs: usize, inputs: usize) -> Layout {
        Layout::new(outputs, inputs).unwrap()
    }

    fn groups(outputs: usize) -> Vec<usize> {
        let layout = layout(outputs, 1);
        (0..layout.groups()).map(|group| layout.blocks_in(group)).collect()
    }

    #[test]
    fn few_outputs_lie_row_by_row() {
        let layout = layout(4, 10);
        assert_eq!((layout.arrangement(), layout.row_stride(), layout.len()), (Arrangement::Rows, 16, 64));
        assert_eq!(layout.position(2, 9), Some(41));
        assert_eq!(layout.position(3, 15), Some(63));
        assert_eq!((layout.position(4, 0), layout.position(0, 16)), (None, None));
    }

    #[test]
    fn many_outputs_lie_in_groups_of_blocks() {
        // 5 blocks of 3 pairs: a group of 3 blocks, then one of 2.
        let layout = layout(19, 5);
        assert_eq!((layout.arrangement(), layout.blocks(), layout.pairs()), (Arrangement::Blocks, 5, 3));
        assert_eq!((layout.groups(), layout.group_blocks(), layout.len()), (2, 3, 120));
        assert_eq!((layout.pair_stride(0), layout.pair_stride(1), layout.pair_stride(2)), (24, 16, 0));
        assert_eq!([0, 1, 2, 9].map(|group| layout.group_start(group)), [0, 72, 120, 120]);
        assert_eq!(layout.position(0, 1), Some(1));
        assert_eq!(layout.position(1, 0), Some(2));
        assert_eq!(layout.position(6, 3), Some(24 + 8 + 4 + 1));
        assert_eq!(layout.position(12, 0), Some(72));
        assert_eq!(layout.position(18, 4), Some(72 + 2 * 16 + 8 + 4));
        assert_eq!((layout.position(20, 0), layout.position(0, 6)), (None, None));
    }

    #[test]
    fn blocks_are_spread_over_as_few_groups_as_possible() {
        assert_eq!(groups(16), [4]);
        assert_eq!(groups(17), [3, 2]);
        assert_eq!(groups(24), [3, 3]);
        assert_eq!(groups(36), [3, 3, 3]);
        assert_eq!(groups(40), [4, 4, 2]);
        assert_eq!(groups(52), [4, 4, 4, 1]);
        assert!(groups(0).is_empty());
    }

    #[test]
    fn positions_fill_the_length_without_overlap() {
        for outputs in 0..70 {
            for inputs in [0, 1, 2, 7, 8, 9, 33] {
                let layout = layout(outputs, inputs);
                let places = (0..layout.padded_outputs())
                    .flat_map(|o| (0..layout.padded_inputs()).map(move |k| layout.position(o, k)));
                let mut places: Vec<usize> = places.map(Option::unwrap).collect();
                places.sort_unstable();
                assert!(places.into_iter().eq(0..layout.len()), "{outputs} by {inputs}");
                assert!(layout.padded_outputs() >= outputs && layout.padded_inputs() >= inputs);
                assert_eq!(layout.is_empty(), outputs == 0 || inputs == 0);
            }
        }
    }

    #[test]
    fn every_group_has_a_block() {
        for outputs in 5..500 {
            let groups = groups(outputs);
            assert!(groups.iter().all(|&blocks| (1..=4).contains(&blocks)));
            assert_eq!(groups.iter().sum::<usize>(), outputs.div_ceil(4));
        }
    }
}
