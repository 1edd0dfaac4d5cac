//! Weights under temperatures follow a matrix that learns.

use super::{FULL, GatedWeights, Rounding};
use crate::limits::LARGEST_WEIGHT;
use crate::mastery::Follow;
use crate::rows::Rows;
use std::ops::Range;

/// Follows single weights: see [`GatedWeights::follower`].
#[derive(Debug)]
pub struct GatedFollower<'a> {
    split: Rows,
    stride: usize,
    conductances: [i32; 4],
    codes: &'a [u8],
    rounding: Rounding,
    factors: &'a mut [i32],
}

impl Follow for GatedFollower<'_> {
    fn weights(&mut self, values: &[i16], first: usize, positions: &[u16]) {
        for index in positions.iter().map(|&position| first + usize::from(position)) {
            let (row, column) = self.split.split(index);
            let code = self.codes.get(index).map_or(0, |&code| usize::from(code.min(3)));
            let (Some(place), Some(&value)) =
                (self.factors.get_mut(row * self.stride + column), values.get(index))
            else {
                return;
            };
            let factor = self.conductances[code] * i32::from(value.clamp(-LARGEST_WEIGHT, LARGEST_WEIGHT));
            *place = match self.rounding {
                Rounding::PerProduct => factor,
                Rounding::PerWeight => factor / FULL,
            };
        }
    }
}

impl GatedWeights {
    /// Takes over single weights of the matrix that it was packed from, whose codes are as they were.
    /// [`GatedWeights::finish`] is called after them.
    pub fn follower<'a>(&'a mut self, codes: &'a [u8]) -> GatedFollower<'a> {
        GatedFollower {
            split: Rows::of(self.inputs),
            stride: self.row_stride(),
            conductances: self.classes.map(|class| class.conductance.clamp(0, FULL)),
            codes,
            rounding: self.rounding,
            factors: self.factors.as_mut_slice(),
        }
    }

    /// After weights have been taken over: those in this range, row-major, are still to be. The addresses stay.
    pub fn finish(&mut self, values: &[i16], codes: &[u8], rest: Option<Range<usize>>) {
        if let Some(rest) = rest {
            self.repack_rows(values, codes, Rows::of(self.inputs).covering(rest));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::gated::tests::CLASSES;
    use crate::mastery::tests::{Matrix, SIZES, numbers};
    use crate::mastery::{Positions, Rule, commit};

    #[test]
    fn what_has_moved_is_as_if_packed_anew() {
        let mut next = numbers(6);
        let mut found = Positions::default();
        for case in 0..300 {
            let (rows, columns) = ([1, 3, 5, 9][case % 4], SIZES[next() as usize % SIZES.len()]);
            let mut matrix = Matrix::random(&mut next, rows, columns, [1, 4, 30][case % 3]);
            let codes = matrix.classes.clone().unwrap_or_default();
            let rounding = [Rounding::PerProduct, Rounding::PerWeight][next() as usize % 2];
            let pack = |values: &[i16]| {
                GatedWeights::pack(values, &codes, (rows, columns), CLASSES, rounding).unwrap()
            };
            let mut packed = pack(&matrix.values);
            for _ in 0..3 {
                let rule = Rule { thresholds: [25, 50, 100, u32::MAX], step: 9 };
                let moved = commit(rule, &mut matrix.learner(), &mut found, || packed.follower(&codes));
                if let Some(moved) = moved {
                    packed.finish(&matrix.values, &codes, moved.rest);
                }
                assert_eq!(packed, pack(&matrix.values), "{rows} by {columns}");
                matrix.pressure.iter_mut().for_each(|p| *p = (next() % 90).cast_signed() - 25);
            }
        }
    }
}
