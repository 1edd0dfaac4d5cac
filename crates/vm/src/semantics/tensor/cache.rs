//! Key-value caches: hot registers whose first dimension is the fill level, with spare capacity behind it.

use crate::error::{ErrorKind, Fault};
use crate::machine::hot::HotRegister;
use crate::machine::{Machine, slot};
use crate::semantics::Word;
use ternsig_isa::table::tensor::TensorOp;
use ternsig_isa::{Bank, Op, Register, Shape};

pub(super) fn kv_append(m: &mut Machine, [cache, kv, pos, len]: Word) -> Result<(), Fault> {
    append(m, cache, kv, usize::from(pos), len)
}

pub(super) fn kv_append_pos(m: &mut Machine, [cache, kv, pos, len]: Word) -> Result<(), Fault> {
    let pos = position(m, pos)?;
    append(m, cache, kv, pos, len)
}

pub(super) fn kv_read(m: &mut Machine, [cache, pos, d, len]: Word) -> Result<(), Fault> {
    read(m, cache, usize::from(pos), d, len)
}

pub(super) fn kv_read_pos(m: &mut Machine, [cache, pos, d, len]: Word) -> Result<(), Fault> {
    let pos = position(m, pos)?;
    read(m, cache, pos, d, len)
}

pub(super) fn kv_clear(m: &mut Machine, [cache, ..]: Word) {
    let register = m.hot.claim(slot(cache));
    register.data.clear();
    register.shape = Shape::matrix(0, 0);
}

/// Element 0 of a hot or cold register, or a param register; below 0 it is 0.
fn position(m: &Machine, byte: u8) -> Result<usize, Fault> {
    let register = Register::from_byte(byte);
    let first = match register.bank() {
        Bank::Hot => m.data(byte)?.first().copied(),
        Bank::Cold => m.weights(byte)?.values().first().copied().map(i32::from),
        Bank::Param => Some(m.param(register.index())),
        Bank::Shape => return Err(Fault::about(ErrorKind::BadRegister, register, "is a shape register")),
    };
    let first = first.ok_or_else(|| Fault::too_short(register, 0, 1))?;
    Ok(first.max(0) as usize)
}

/// How long a register's rows are, at least 1.
fn row_width(register: &HotRegister) -> usize {
    register.shape.last().unwrap_or(register.data.len()).max(1)
}

/// How much of a row is meant: all of it for 0.
fn used_width(width: usize, len: u8) -> usize {
    match len {
        0 => width,
        len => width.min(usize::from(len)),
    }
}

/// How many elements a cache needs to have after an append, as far as one can have them.
pub(crate) fn extent(m: &Machine, op: Op, [_, kv, pos, len]: Word) -> usize {
    let Some(source) = m.hot(slot(kv)) else { return 0 };
    let pos = match op {
        Op::Tensor(TensorOp::KvAppendPos) => position(m, pos).unwrap_or(0),
        _ => usize::from(pos),
    };
    let width = used_width(row_width(source), len);
    pos.saturating_add(1).saturating_mul(width).min(m.limits().register_elements)
}

/// Row `pos` of the cache becomes the first row of `kv`. The cache grows, but never shrinks.
fn append(m: &mut Machine, cache: u8, kv: u8, pos: usize, len: u8) -> Result<(), Fault> {
    let source = m.source(kv)?;
    if source.data.is_empty() {
        return Err(Fault::too_short(Register::from_byte(kv), 0, 1));
    }
    let width = used_width(row_width(source), len).min(source.data.len());
    check_width(m, cache, width)?;
    let needed = pos.saturating_add(1).saturating_mul(width);
    let capacity = m.hot(slot(cache)).map_or(0, |register| register.data.len());
    if needed > capacity {
        m.check_room(needed)?;
    }
    let at = needed - width;
    if slot(cache) == slot(kv) {
        let register = m.modified(cache)?;
        fill_up(register, needed);
        register.data.copy_within(..width, at);
        register.shape = Shape::matrix(pos + 1, width);
    } else if let Some((register, source)) = m.hot.claim_with(slot(cache), slot(kv)) {
        fill_up(register, needed);
        register.data[at..needed].copy_from_slice(&source.data[..width]);
        register.shape = Shape::matrix(pos + 1, width);
    }
    Ok(())
}

/// Rows of another width do not fit into a cache that has some; a vector is capacity for rows of any width.
fn check_width(m: &Machine, cache: u8, width: usize) -> Result<(), Fault> {
    let Some(register) = m.hot(slot(cache)).filter(|register| !register.data.is_empty()) else {
        return Ok(());
    };
    match *register.shape.dims() {
        [_, own] if own as usize != width => {
            let message = format!("has rows of {own} elements, the new row has {width}");
            Err(Fault::shape(Register::from_byte(cache), message))
        }
        _ => Ok(()),
    }
}

fn fill_up(register: &mut HotRegister, len: usize) {
    if register.data.len() < len {
        register.data.resize(len, 0);
    }
}

/// Row `pos` of the cache, zeros where it has none.
fn read(m: &mut Machine, cache: u8, pos: usize, d: u8, len: u8) -> Result<(), Fault> {
    m.produce(d, |m, out| {
        let cache = m.source(cache)?;
        let width = row_width(cache);
        let used = used_width(width, len);
        m.check_room(used)?;
        let rest = cache.data.get(pos.saturating_mul(width)..).unwrap_or_default();
        out.extend_from_slice(&rest[..used.min(rest.len())]);
        out.resize(used, 0);
        Ok(Shape::matrix(1, used))
    })
}
