//! Register shapes, held inline so that changing one allocates nothing.

use crate::limits::MAX_RANK;
use std::fmt;

/// Up to eight dimensions. Rank 0 counts as one element.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Shape {
    dims: [u32; MAX_RANK],
    rank: u8,
}

/// A shape would have more than eight dimensions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RankTooHigh;

impl fmt::Display for RankTooHigh {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "a shape has at most {MAX_RANK} dimensions")
    }
}

impl std::error::Error for RankTooHigh {}

impl Shape {
    /// `[len]`.
    #[must_use]
    pub const fn vector(len: usize) -> Shape {
        Shape { dims: [len as u32, 0, 0, 0, 0, 0, 0, 0], rank: 1 }
    }

    /// `[rows, columns]`.
    #[must_use]
    pub const fn matrix(rows: usize, columns: usize) -> Shape {
        Shape { dims: [rows as u32, columns as u32, 0, 0, 0, 0, 0, 0], rank: 2 }
    }

    /// The shape with these dimensions.
    ///
    /// # Errors
    /// More than eight dimensions.
    pub fn new(dims: &[u32]) -> Result<Shape, RankTooHigh> {
        let mut shape = Shape::default();
        shape.dims.get_mut(..dims.len()).ok_or(RankTooHigh)?.copy_from_slice(dims);
        shape.rank = dims.len() as u8;
        Ok(shape)
    }

    /// The dimensions, outermost first.
    #[must_use]
    pub fn dims(&self) -> &[u32] {
        &self.dims[..usize::from(self.rank)]
    }

    /// How many dimensions.
    #[must_use]
    pub const fn rank(&self) -> usize {
        self.rank as usize
    }

    /// Dimension `axis`, or `None` beyond the rank.
    #[must_use]
    pub fn dim(&self, axis: usize) -> Option<usize> {
        self.dims().get(axis).map(|&d| d as usize)
    }

    /// The last dimension, or `None` for rank 0.
    #[must_use]
    pub fn last(&self) -> Option<usize> {
        self.dims().last().map(|&d| d as usize)
    }

    /// The product of the dimensions, saturating; 1 for rank 0.
    #[must_use]
    pub fn elements(&self) -> usize {
        self.dims().iter().fold(1usize, |n, &d| n.saturating_mul(d as usize))
    }

    /// The same shape with one dimension replaced. `axis` must be below the rank.
    #[must_use]
    pub fn with_dim(mut self, axis: usize, size: usize) -> Shape {
        debug_assert!(axis < self.rank());
        self.dims[axis] = size as u32;
        self
    }

    /// The shape without dimension `axis`, or `None` if there is no such axis.
    #[must_use]
    pub fn without(&self, axis: usize) -> Option<Shape> {
        (axis < self.rank()).then(|| {
            let mut dims = self.dims;
            dims.copy_within(axis + 1.., axis);
            dims[MAX_RANK - 1] = 0;
            Shape { dims, rank: self.rank - 1 }
        })
    }

    /// The shape without dimension `axis` if its size is 1, or as it is; `None` if there is no such axis. 255 removes every
    /// dimension of size 1, but keeps one dimension in any case. Below rank 2 nothing is removed.
    #[must_use]
    pub fn squeezed(self, axis: u8) -> Option<Shape> {
        match (self.rank(), axis) {
            (0 | 1, _) => Some(self),
            (_, u8::MAX) => Some((0..self.rank()).rev().fold(self, |shape, axis| match shape.dim(axis) {
                Some(1) if shape.rank() > 1 => shape.without(axis).unwrap_or(shape),
                _ => shape,
            })),
            _ => match self.dim(usize::from(axis))? {
                1 => self.without(usize::from(axis)),
                _ => Some(self),
            },
        }
    }

    /// The shape with a dimension inserted before `axis` (at most the rank), or `None` if that is impossible.
    #[must_use]
    pub fn with_inserted(&self, axis: usize, size: usize) -> Option<Shape> {
        (axis <= self.rank() && self.rank() < MAX_RANK).then(|| {
            let mut dims = self.dims;
            dims.copy_within(axis..MAX_RANK - 1, axis + 1);
            dims[axis] = size as u32;
            Shape { dims, rank: self.rank + 1 }
        })
    }

    /// The shape with two dimensions exchanged. Both must be below the rank.
    #[must_use]
    pub fn swapped(mut self, a: usize, b: usize) -> Shape {
        self.dims.swap(a, b);
        self
    }

    /// This shape if it describes `len` elements, else `[len]`.
    #[must_use]
    pub fn fitted(self, len: usize) -> Shape {
        if self.elements() == len { self } else { Shape::vector(len) }
    }
}

impl fmt::Display for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[")?;
        for (i, dim) in self.dims().iter().enumerate() {
            write!(f, "{}{dim}", if i == 0 { "" } else { ", " })?;
        }
        f.write_str("]")
    }
}

impl fmt::Debug for Shape {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dimensions_are_removed_and_inserted_in_place() {
        let shape = Shape::new(&[2, 1, 3]).unwrap();
        assert_eq!(shape.without(1), Some(Shape::matrix(2, 3)));
        assert_eq!(Shape::matrix(2, 3).with_inserted(1, 1), Some(shape));
        assert_eq!(shape.without(3), None);
        assert_eq!(Shape::new(&[1; 8]).unwrap().with_inserted(0, 1), None);
        assert_eq!(Shape::new(&[1; 9]), Err(RankTooHigh));
    }

    #[test]
    fn rank_zero_is_one_element() {
        assert_eq!(Shape::default().elements(), 1);
        assert_eq!(Shape::default().fitted(1), Shape::default());
        assert_eq!(Shape::matrix(2, 3).fitted(5), Shape::vector(5));
    }

    #[test]
    fn unit_axes_go_but_one_axis_stays() {
        let squeezed = |dims: &[u32]| Shape::new(dims).unwrap().squeezed(255).unwrap();
        assert_eq!(squeezed(&[1, 2, 1]), Shape::vector(2));
        assert_eq!(squeezed(&[1, 1, 1]), Shape::vector(1));
        assert_eq!(squeezed(&[3, 2]), Shape::matrix(3, 2));
        assert_eq!(squeezed(&[1, 0]), Shape::vector(0));
    }
}
