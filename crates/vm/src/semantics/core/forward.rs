//! Forward arithmetic on hot registers.

use super::Word;
use crate::arith::{self, shift_right};
use crate::error::Fault;
use crate::machine::{Machine, slot};
use crate::semantics::tensor::shapes;
use ternsig_isa::{Bank, Register, Shape};

/// Every element through a function; length and shape of the source.
pub(in crate::semantics) fn map(m: &mut Machine, d: u8, s: u8, f: impl Fn(i32) -> i32) -> Result<(), Fault> {
    if slot(d) == slot(s) {
        let register = m.modified(d)?;
        register.data.iter_mut().for_each(|x| *x = f(*x));
        register.shape = register.shape.fitted(register.data.len());
        return Ok(());
    }
    m.check_room(m.data(s)?.len())?;
    let Some((dst, src)) = m.hot.claim_with(slot(d), slot(s)) else {
        return Err(Fault::unallocated(Register::from_byte(s)));
    };
    dst.data.clear();
    dst.data.extend(src.data.iter().map(|&x| f(x)));
    dst.shape = src.shape.fitted(src.data.len());
    Ok(())
}

/// Pairs of elements through a function, over the shorter length; the first source's shape if it still fits.
pub(in crate::semantics) fn zip(
    m: &mut Machine,
    [d, a, b, _]: Word,
    f: impl Fn(i32, i32) -> i32,
) -> Result<(), Fault> {
    m.produce(d, |m, out| {
        let (a, b) = (m.source(a)?, m.data(b)?);
        out.extend(a.data.iter().zip(b).map(|(&x, &y)| f(x, y)));
        Ok(a.shape.fitted(out.len()))
    })
}

/// The source plus a cold bias times a constant; elements beyond the bias are copied.
pub(in crate::semantics) fn add_cold(m: &mut Machine, [d, s, b, _]: Word, factor: i32) -> Result<(), Fault> {
    m.produce(d, |m, out| {
        let (src, bias) = (m.source(s)?, m.weights(b)?.values());
        out.extend(src.data.iter().zip(bias).map(|(&x, &w)| x.saturating_add(factor * i32::from(w))));
        out.extend(src.data.iter().skip(bias.len()));
        Ok(src.shape.fitted(src.data.len()))
    })
}

pub(super) fn add(m: &mut Machine, word @ [d, s, o, _]: Word) -> Result<(), Fault> {
    if Register::from_byte(o).bank() == Bank::Cold {
        return add_cold(m, word, 255);
    }
    m.produce(d, |m, out| {
        let (src, other) = (m.source(s)?, m.data(o)?);
        out.extend(src.data.iter().zip(other).map(|(&x, &y)| x.saturating_add(y)));
        out.extend(src.data.iter().skip(other.len()));
        Ok(src.shape.fitted(src.data.len()))
    })
}

pub(super) fn sub(m: &mut Machine, word: Word) -> Result<(), Fault> {
    zip(m, word, i32::saturating_sub)
}

pub(super) fn mul(m: &mut Machine, word: Word) -> Result<(), Fault> {
    zip(m, word, arith::mul_q8_wrapping)
}

pub(super) fn cmp_gt(m: &mut Machine, word: Word) -> Result<(), Fault> {
    zip(m, word, |x, y| if x > y { 255 } else { 0 })
}

pub(in crate::semantics) fn relu(m: &mut Machine, [d, s, ..]: Word) -> Result<(), Fault> {
    map(m, d, s, |x| x.max(0))
}

pub(super) fn sigmoid(m: &mut Machine, [d, s, _, g]: Word) -> Result<(), Fault> {
    let gain = if g > 0 { g } else { 64 };
    map(m, d, s, |x| arith::sigmoid(x, gain))
}

pub(super) fn tanh(m: &mut Machine, [d, s, ..]: Word) -> Result<(), Fault> {
    map(m, d, s, arith::tanh)
}

pub(super) fn gelu(m: &mut Machine, [d, s, ..]: Word) -> Result<(), Fault> {
    map(m, d, s, arith::gelu)
}

pub(super) fn softmax(m: &mut Machine, [d, s, ..]: Word) -> Result<(), Fault> {
    m.produce(d, |m, out| {
        let src = m.source(s)?;
        out.extend_from_slice(&src.data);
        arith::softmax(out);
        Ok(src.shape.fitted(out.len()))
    })
}

pub(in crate::semantics) fn shift(m: &mut Machine, [d, s, n, _]: Word) -> Result<(), Fault> {
    map(m, d, s, |x| shift_right(x, u32::from(n)))
}

pub(super) fn clamp(m: &mut Machine, [d, s, lo, hi]: Word) -> Result<(), Fault> {
    if lo > hi {
        return Err(Fault::operand(format!("the lower bound {lo} is above the upper bound {hi}")));
    }
    map(m, d, s, |x| x.clamp(i32::from(lo), i32::from(hi)))
}

pub(super) fn set(m: &mut Machine, [d, _, high, low]: Word) {
    m.put_scalar(d, i32::from(u16::from_be_bytes([high, low])));
}

pub(in crate::semantics) fn max_reduce(m: &mut Machine, [d, s, ..]: Word) -> Result<(), Fault> {
    let max = m.data(s)?.iter().copied().max().unwrap_or(0);
    m.put_scalar(d, max);
    Ok(())
}

pub(in crate::semantics) fn argmax(m: &mut Machine, [d, s, ..]: Word) -> Result<(), Fault> {
    let index = arith::argmax(m.data(s)?);
    m.put_scalar(d, index as i32);
    Ok(())
}

/// The elements `start .. start + count`, as far as they exist.
fn window(data: &[i32], start: u8, count: u8) -> &[i32] {
    let start = usize::from(start).min(data.len());
    let end = (start + usize::from(count)).min(data.len());
    &data[start..end]
}

pub(in crate::semantics) fn reduce_avg(m: &mut Machine, [d, s, start, count]: Word) -> Result<(), Fault> {
    let mean = arith::mean(window(m.data(s)?, start, count));
    m.put_scalar(d, mean);
    Ok(())
}

pub(in crate::semantics) fn slice(m: &mut Machine, [d, s, start, count]: Word) -> Result<(), Fault> {
    m.produce(d, |m, out| {
        out.extend_from_slice(window(m.data(s)?, start, count));
        Ok(Shape::vector(out.len()))
    })
}

/// Means of columns (dimension 0) or rows; only the first two dimensions count, elements that do not exist add nothing.
pub(in crate::semantics) fn reduce_mean(m: &mut Machine, [d, s, dim, _]: Word) -> Result<(), Fault> {
    m.produce(d, |m, out| {
        let src = m.source(s)?;
        let data = src.data.as_slice();
        let (Some(rows), Some(columns)) = (src.shape.dim(0), src.shape.dim(1)) else {
            out.push(arith::mean(data));
            return Ok(Shape::vector(1));
        };
        m.check_room(if dim == 0 { columns } else { rows })?;
        let at = |r: usize, k: usize| data.get(r * columns + k).map_or(0, |&x| i64::from(x));
        if dim == 0 {
            let sums = (0..columns).map(|k| (0..rows).map(|r| at(r, k)).sum::<i64>());
            out.extend(sums.map(|sum| (sum / rows.max(1) as i64) as i32));
        } else {
            let sums = (0..rows).map(|r| (0..columns).map(|k| at(r, k)).sum::<i64>());
            out.extend(sums.map(|sum| (sum / columns.max(1) as i64) as i32));
        }
        Ok(Shape::vector(out.len()))
    })
}

pub(in crate::semantics) fn concat(m: &mut Machine, [d, a, b, _]: Word) -> Result<(), Fault> {
    m.produce(d, |m, out| {
        let (a, b) = (m.data(a)?, m.data(b)?);
        m.check_room(a.len() + b.len())?;
        out.extend_from_slice(a);
        out.extend_from_slice(b);
        Ok(Shape::vector(out.len()))
    })
}

pub(super) fn squeeze(m: &mut Machine, word: Word) -> Result<(), Fault> {
    shapes::squeeze(m, word)
}

pub(super) fn unsqueeze(m: &mut Machine, word: Word) -> Result<(), Fault> {
    shapes::unsqueeze(m, word)
}

/// Equal dimensions always mean a copy here; the extension's form reads 0, 0 as 0, 1.
pub(super) fn transpose(m: &mut Machine, [d, s, dim0, dim1]: Word) -> Result<(), Fault> {
    shapes::swap_axes(m, d, s, usize::from(dim0), usize::from(dim1))
}
