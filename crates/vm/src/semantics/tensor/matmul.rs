//! Products of activations with activations. Sums are exact, in the narrowest numbers that the operands allow.

use crate::arith::{sat, sat_wide};
use crate::error::Fault;
use crate::machine::Machine;
use crate::machine::hot::HotRegister;
use crate::semantics::Word;
use crate::semantics::products::{POLL_INTERVAL, Watch};
use ternsig_isa::{Register, Shape};

/// Columns whose sums are kept side by side.
const BLOCK: usize = 64;

/// A sum of products, in numbers that it cannot leave.
pub(super) trait Sum: Copy + Default + Into<i128> {
    fn add_product(&mut self, x: i32, y: i32);
}

impl Sum for i32 {
    fn add_product(&mut self, x: i32, y: i32) {
        *self = self.wrapping_add(x.wrapping_mul(y));
    }
}

impl Sum for i64 {
    fn add_product(&mut self, x: i32, y: i32) {
        *self += i64::from(x) * i64::from(y);
    }
}

impl Sum for i128 {
    fn add_product(&mut self, x: i32, y: i32) {
        *self += i128::from(i64::from(x) * i64::from(y));
    }
}

/// The numbers that a sum of products needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Width {
    Bits32,
    Bits64,
    Bits128,
}

impl Width {
    /// For a sum of this many products of elements of the two.
    pub(super) fn of(terms: usize, left: &[i32], right: &[i32]) -> Width {
        let largest = |data: &[i32]| u128::from(data.iter().map(|x| x.unsigned_abs()).max().unwrap_or(0));
        match terms as u128 * largest(left) * largest(right) {
            bound if bound < 1 << 31 => Width::Bits32,
            bound if bound < 1 << 63 => Width::Bits64,
            _ => Width::Bits128,
        }
    }
}

/// An operand as a matrix.
struct Matrix<'a> {
    data: &'a [i32],
    rows: usize,
    columns: usize,
}

pub(super) fn matmul(m: &mut Machine, [d, x, y, shift]: Word) -> Result<(), Fault> {
    let shift = u32::from(shift.min(31));
    m.produce(d, |m, out| {
        let (left, right) = (row_operand(m.source(x)?, x)?, column_operand(m.source(y)?, y)?);
        if left.columns != right.rows {
            let message = format!("has {} rows, the left operand has {} columns", right.rows, left.columns);
            return Err(Fault::shape(Register::from_byte(y), message));
        }
        m.check_room(left.rows.saturating_mul(right.columns))?;
        match Width::of(left.columns, left.data, right.data) {
            Width::Bits32 => product(m, out, &left, &right, |sum: i32| sum >> shift)?,
            Width::Bits64 => product(m, out, &left, &right, |sum: i64| sat(sum >> shift))?,
            Width::Bits128 => product(m, out, &left, &right, |sum: i128| sat_wide(sum >> shift))?,
        }
        Ok(match (m.source(x)?.shape.rank(), m.source(y)?.shape.rank()) {
            (2, 2) => Shape::matrix(left.rows, right.columns),
            (2, _) => Shape::vector(left.rows),
            _ => Shape::vector(right.columns),
        })
    })
}

/// A vector is a row.
fn row_operand(register: &HotRegister, byte: u8) -> Result<Matrix<'_>, Fault> {
    let data = register.data.as_slice();
    match *register.shape.dims() {
        [] | [_] => Ok(Matrix { data, rows: 1, columns: data.len() }),
        [rows, columns] => Ok(Matrix { data, rows: rows as usize, columns: columns as usize }),
        _ => Err(rank_too_high(register, byte)),
    }
}

/// A vector is a column.
fn column_operand(register: &HotRegister, byte: u8) -> Result<Matrix<'_>, Fault> {
    let data = register.data.as_slice();
    match *register.shape.dims() {
        [] | [_] => Ok(Matrix { data, rows: data.len(), columns: 1 }),
        [rows, columns] => Ok(Matrix { data, rows: rows as usize, columns: columns as usize }),
        _ => Err(rank_too_high(register, byte)),
    }
}

fn rank_too_high(register: &HotRegister, byte: u8) -> Fault {
    let message = format!("has shape {}, rank 1 or 2 is needed", register.shape);
    Fault::shape(Register::from_byte(byte), message)
}

fn product<S: Sum>(
    m: &Machine,
    out: &mut Vec<i32>,
    left: &Matrix<'_>,
    right: &Matrix<'_>,
    finish: impl Fn(S) -> i32,
) -> Result<(), Fault> {
    let mut watch = Watch::over(m);
    out.resize(left.rows * right.columns, 0);
    for (i, row) in out.chunks_exact_mut(right.columns.max(1)).enumerate() {
        let left = &left.data[i * left.columns..][..left.columns];
        row_product(left, right.data, row, &finish, &mut watch)?;
    }
    Ok(())
}

/// One row of a product: `dst[j]` from the sum over q of `left[q]` times element j of row q of `right`, whose rows are
/// as long as `dst`. Absent elements count as 0.
pub(super) fn row_product<S: Sum>(
    left: &[i32],
    right: &[i32],
    dst: &mut [i32],
    finish: impl Fn(S) -> i32,
    watch: &mut Watch<'_>,
) -> Result<(), Fault> {
    let columns = dst.len();
    if let [only] = dst {
        *only = finish(inner_product(left, right, watch)?);
        return Ok(());
    }
    for (block, dst) in dst.chunks_mut(BLOCK).enumerate() {
        let mut sums = [S::default(); BLOCK];
        for (q, &x) in left.iter().enumerate() {
            watch.spend(dst.len())?;
            let row = right.get(q * columns + block * BLOCK..).unwrap_or_default();
            for (sum, &y) in sums[..dst.len()].iter_mut().zip(row) {
                sum.add_product(x, y);
            }
        }
        for (dst, &sum) in dst.iter_mut().zip(&sums) {
            *dst = finish(sum);
        }
    }
    Ok(())
}

/// The sum of products over the shorter length.
pub(super) fn inner_product<S: Sum>(left: &[i32], right: &[i32], watch: &mut Watch<'_>) -> Result<S, Fault> {
    let mut sum = S::default();
    for (left, right) in left.chunks(POLL_INTERVAL).zip(right.chunks(POLL_INTERVAL)) {
        watch.spend(left.len())?;
        for (&x, &y) in left.iter().zip(right) {
            sum.add_product(x, y);
        }
    }
    Ok(sum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_width_is_the_least_that_is_safe() {
        assert_eq!(Width::of(1, &[i32::MIN], &[i32::MIN]), Width::Bits64);
        assert_eq!(Width::of(2, &[i32::MIN], &[i32::MIN]), Width::Bits128);
        assert_eq!(Width::of(2, &[i32::MIN], &[i32::MAX]), Width::Bits64);
        assert_eq!(Width::of(1 << 26, &[i32::MIN], &[3]), Width::Bits64);
        assert_eq!(Width::of(2, &[-32768, 5], &[32767]), Width::Bits32);
        assert_eq!(Width::of(2, &[-32768, 5], &[32768]), Width::Bits64);
        assert_eq!(Width::of(0, &[], &[i32::MIN]), Width::Bits32);
    }
}
