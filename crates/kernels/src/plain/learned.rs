//! Plain weights follow a matrix that learns.

use super::{PlainWeights, Row, Sums};
use crate::arch;
use crate::layout::{Arrangement, RowPath};
use crate::limits::row_of;
use crate::mastery::{BlockSums, Follow, RUN};
use crate::rows::Rows;
use std::ops::Range;

/// Rows of a block.
const BLOCK_ROWS: usize = 4;

/// Follows single weights: see [`PlainWeights::follower`].
#[derive(Debug)]
pub struct PlainFollower<'a> {
    split: Rows,
    rows: &'a mut [Row],
    weights: &'a mut [i16],
}

impl Follow for PlainFollower<'_> {
    fn weights(&mut self, values: &[i16], first: usize, positions: &[u16]) {
        for index in positions.iter().map(|&position| first + usize::from(position)) {
            let (row, column) = self.split.split(index);
            let (Some(row), Some(&new)) = (self.rows.get_mut(row), values.get(index)) else { return };
            let Some(weight) = self.weights.get_mut(row.path.position(column)) else { return };
            let old = std::mem::replace(weight, new);
            row.sums.replace(old, new);
        }
    }
}

impl PlainWeights {
    /// Takes over single weights of the matrix that it was packed from. [`PlainWeights::finish`] is called after them.
    pub fn follower(&mut self) -> PlainFollower<'_> {
        PlainFollower {
            split: Rows::of(self.layout.inputs()),
            rows: &mut self.rows,
            weights: self.weights.as_mut_slice(),
        }
    }

    /// After weights have been taken over: those in this range, row-major, are still to be. The addresses stay.
    pub fn finish(&mut self, values: &[i16], rest: Option<Range<usize>>) {
        if let Some(rest) = rest {
            let rows = Rows::of(self.layout.inputs()).covering(rest);
            let lines = rows.start / BLOCK_ROWS..rows.end.min(self.layout.outputs()).div_ceil(BLOCK_ROWS);
            lines.for_each(|line| self.repack_line(values, line * BLOCK_ROWS));
        }
        self.conclude();
    }

    /// Packs four rows anew, or as many of them as there are. All values are in range, as they are after learning.
    fn repack_line(&mut self, values: &[i16], first: usize) {
        let (outputs, inputs) = (self.layout.outputs(), self.layout.inputs());
        let end = outputs.min(first + BLOCK_ROWS);
        let (Arrangement::Blocks, Some(block), Some(rows)) = (
            self.layout.arrangement(),
            values.get(first * inputs..end * inputs),
            self.rows.get_mut(first..end),
        ) else {
            return (first..end).for_each(|output| self.repack_row(row_of(values, output, inputs), output));
        };
        let row = |row: usize| row_of(block, row, inputs);
        let values = [row(0), row(1), row(2), row(3)];
        let Some(&Row { path, .. }) = rows.first() else { return };
        let (mut sums, weights) = (BlockSums::default(), self.weights.as_mut_slice());
        let done = arch::interleave(
            values,
            weights.get_mut(path.first..).unwrap_or_default(),
            path.pair_stride,
            &mut sums,
        );
        for column in (done..inputs).step_by(RUN) {
            repack_run(values, column..inputs.min(column + RUN), weights, path, &mut sums);
        }
        for (row, (sum, norm)) in rows.iter_mut().zip(sums.values.into_iter().zip(sums.norms)) {
            row.sums = Sums::new(sum, norm.cast_unsigned());
        }
    }
}

/// Packs some columns of a block anew. A row that the block lacks is empty.
fn repack_run(
    rows: [&[i16]; BLOCK_ROWS],
    columns: Range<usize>,
    weights: &mut [i16],
    path: RowPath,
    sums: &mut BlockSums,
) {
    let places = weights.get_mut(path.position(columns.start)..).unwrap_or_default();
    let padded = rows.map(|row| {
        let (mut padded, row) = ([0; RUN], row.get(columns.clone()).unwrap_or_default());
        padded[..row.len()].copy_from_slice(row);
        padded
    });
    let mut block = [0; RUN * BLOCK_ROWS];
    arch::interleave(padded.each_ref().map(|row| &row[..]), &mut block, 2 * BLOCK_ROWS, sums);
    let pairs = block.as_chunks::<{ 2 * BLOCK_ROWS }>().0.iter().take(columns.len().div_ceil(2));
    for (pair, places) in pairs.zip(places.chunks_mut(path.pair_stride)) {
        if let Some(place) = places.first_chunk_mut() {
            *place = *pair;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mastery::tests::{Matrix, SIZES, numbers};
    use crate::mastery::{Positions, Rule, commit};

    #[test]
    fn what_has_moved_is_as_if_packed_anew() {
        let mut next = numbers(4);
        let mut found = Positions::default();
        for case in 0..600 {
            let rows = [1, 3, 4, 5, 8, 10, 16, 19, 33, 70][case % 10];
            let columns = SIZES[next() as usize % SIZES.len()];
            let mut matrix = Matrix::random(&mut next, rows, columns, [1, 4, 20, 300][case % 4]);
            let mut packed = PlainWeights::pack(&matrix.values, rows, columns).unwrap();
            let address = packed.weights_ptr();
            let rule = Rule { thresholds: [50; 4], step: [1, 60, 255][next() as usize % 3] };
            for _ in 0..3 {
                if let Some(moved) = commit(rule, &mut matrix.learner(), &mut found, || packed.follower()) {
                    packed.finish(&matrix.values, moved.rest);
                }
                assert_eq!(
                    packed,
                    PlainWeights::pack(&matrix.values, rows, columns).unwrap(),
                    "{rows} by {columns}"
                );
                let spread = [60, 110, 300][next() as usize % 3];
                matrix.pressure.iter_mut().for_each(|p| *p = (next() % spread).cast_signed() - 25);
            }
            assert_eq!(packed.weights_ptr(), address);
        }
    }

    #[test]
    fn any_rows_can_be_taken_over_together() {
        for (outputs, inputs, rest) in
            [(19, 40, 100..600), (3, 5, 0..15), (6, 5, 29..30), (9, 64, 0..usize::MAX)]
        {
            let mut packed = PlainWeights::pack(&vec![1; outputs * inputs], outputs, inputs).unwrap();
            let rows = rest.start / inputs..rest.end.div_ceil(inputs).min(outputs);
            let mut values = vec![1; outputs * inputs];
            values[rows.start * inputs..rows.end * inputs].fill(-7);
            packed.finish(&values, Some(rest));
            assert_eq!(packed, PlainWeights::pack(&values, outputs, inputs).unwrap());
        }
    }
}
