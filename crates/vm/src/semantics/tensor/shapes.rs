//! Joining, reshaping and permuting.

use crate::error::{ErrorKind, Fault};
use crate::machine::Machine;
use crate::semantics::{Word, core};
use ternsig_isa::{Register, Shape};

/// Two matrices of equal height side by side, unless flat is asked for; everything else end to end.
pub(super) fn concat(m: &mut Machine, word @ [d, a, b, flat]: Word) -> Result<(), Fault> {
    let (left, right) = (m.source(a)?.shape, m.source(b)?.shape);
    match (left.dims(), right.dims()) {
        (&[rows, left], &[same, right]) if rows == same && flat == 0 => {
            side_by_side(m, [d, a, b], rows as usize, [left as usize, right as usize])
        }
        _ => core::concat(m, word),
    }
}

fn side_by_side(
    m: &mut Machine,
    [d, a, b]: [u8; 3],
    rows: usize,
    [left, right]: [usize; 2],
) -> Result<(), Fault> {
    let columns = left + right;
    // A dimension counts even beside one of size 0: it must not outgrow what a later result could hold.
    m.check_room(rows.max(1).saturating_mul(columns))?;
    m.produce(d, |m, out| {
        let (a, b) = (m.data(a)?, m.data(b)?);
        for row in 0..rows {
            out.extend_from_slice(&a[row * left..][..left]);
            out.extend_from_slice(&b[row * right..][..right]);
        }
        Ok(Shape::matrix(rows, columns))
    })
}

/// The same elements under another shape.
fn copy_as(m: &mut Machine, d: u8, s: u8, shape: Shape) -> Result<(), Fault> {
    m.produce(d, |m, out| {
        out.extend_from_slice(m.data(s)?);
        Ok(shape)
    })
}

fn no_axis(s: u8, shape: Shape, axis: usize) -> Fault {
    Fault::operand(format!("{} has shape {shape}, axis {axis} is outside it", Register::from_byte(s)))
}

/// Rank 1 is copied as it is.
pub(in crate::semantics) fn squeeze(m: &mut Machine, [d, s, axis, _]: Word) -> Result<(), Fault> {
    let shape = m.source(s)?.shape;
    match shape.squeezed(axis) {
        Some(squeezed) => copy_as(m, d, s, squeezed),
        None => Err(no_axis(s, shape, usize::from(axis))),
    }
}

/// Rank 1 with an axis beyond it is copied as it is.
pub(in crate::semantics) fn unsqueeze(m: &mut Machine, [d, s, axis, _]: Word) -> Result<(), Fault> {
    let shape = m.source(s)?.shape;
    let axis = usize::from(axis);
    let unsqueezed = match shape.with_inserted(axis, 1) {
        Some(unsqueezed) => unsqueezed,
        None if shape.rank() < 2 => shape,
        None if axis > shape.rank() => return Err(no_axis(s, shape, axis)),
        None => {
            let message = format!("already has {} dimensions, one more does not fit", shape.rank());
            return Err(Fault::about(ErrorKind::ShapeMismatch, Register::from_byte(s), message));
        }
    };
    copy_as(m, d, s, unsqueezed)
}

/// Without axes it is the first two that change places.
pub(super) fn transpose(m: &mut Machine, [d, s, axis0, axis1]: Word) -> Result<(), Fault> {
    match (axis0, axis1) {
        (0, 0) => swap_axes(m, d, s, 0, 1),
        (axis0, axis1) => swap_axes(m, d, s, usize::from(axis0), usize::from(axis1)),
    }
}

/// Exchanges two axes and permutes the elements; below rank 2, and for equal axes, a copy.
pub(in crate::semantics) fn swap_axes(
    m: &mut Machine,
    d: u8,
    s: u8,
    axis0: usize,
    axis1: usize,
) -> Result<(), Fault> {
    let shape = m.source(s)?.shape;
    if shape.rank() < 2 {
        return copy_as(m, d, s, shape);
    }
    let (first, second) = (axis0.min(axis1), axis0.max(axis1));
    if second >= shape.rank() {
        return Err(no_axis(s, shape, second));
    }
    if first == second {
        return copy_as(m, d, s, shape);
    }
    m.produce(d, |m, out| {
        permute(m.data(s)?, shape, first, second, out);
        Ok(shape.swapped(first, second))
    })
}

/// Seen as outer × a × middle × b × inner, the elements come out as outer × b × middle × a × inner.
fn permute(data: &[i32], shape: Shape, first: usize, second: usize, out: &mut Vec<i32>) {
    if shape.elements() == 0 {
        return;
    }
    let size = |dims: &[u32]| dims.iter().map(|&d| d as usize).product::<usize>();
    let dims = shape.dims();
    let (outer, middle, inner) =
        (size(&dims[..first]), size(&dims[first + 1..second]), size(&dims[second + 1..]));
    let (a, b) = (dims[first] as usize, dims[second] as usize);
    for o in 0..outer {
        for j in 0..b {
            for k in 0..middle {
                for i in 0..a {
                    let at = (((o * a + i) * middle + k) * b + j) * inner;
                    out.extend_from_slice(&data[at..at + inner]);
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_two_axes_of_a_higher_rank_change_places() {
        let shape = Shape::new(&[2, 3, 2, 2]).unwrap();
        let data: Vec<i32> = (0..24).collect();
        for (first, second) in [(0, 1), (0, 2), (0, 3), (1, 2), (1, 3), (2, 3)] {
            let mut out = Vec::new();
            permute(&data, shape, first, second, &mut out);
            let swapped = shape.swapped(first, second);
            for (at, &value) in out.iter().enumerate() {
                let mut index = unravel(swapped, at);
                index.swap(first, second);
                assert_eq!(value as usize, ravel(shape, &index), "axes {first} and {second}, element {at}");
            }
            let mut back = Vec::new();
            permute(&out, swapped, first, second, &mut back);
            assert_eq!(back, data);
        }
    }

    fn unravel(shape: Shape, mut at: usize) -> Vec<usize> {
        let mut index: Vec<usize> = Vec::new();
        for &dim in shape.dims().iter().rev() {
            index.insert(0, at % dim as usize);
            at /= dim as usize;
        }
        index
    }

    fn ravel(shape: Shape, index: &[usize]) -> usize {
        shape.dims().iter().zip(index).fold(0, |at, (&dim, &i)| at * dim as usize + i)
    }

    #[test]
    fn an_axis_of_size_zero_leaves_no_elements() {
        let mut out = Vec::new();
        permute(&[], Shape::new(&[u32::MAX, 0, u32::MAX]).unwrap(), 0, 2, &mut out);
        assert!(out.is_empty());
    }
}
