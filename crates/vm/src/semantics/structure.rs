//! Allocating, wiring, growing, pruning and initialising: the core words and those of the arch extension are the same.

use super::Word;
use super::core::matrix;
use super::products::{self, Watch};
use crate::arith::random_signals;
use crate::error::{ErrorKind, Fault};
use crate::machine::cold::ColdRegister;
use crate::machine::{Machine, slot};
use std::sync::Arc;
use ternsig_isa::{Bank, Register, Shape, Temperature};

pub(super) fn alloc_tensor(m: &mut Machine, [r, dim0, high, low]: Word) -> Result<(), Fault> {
    let dim1 = usize::from(u16::from_be_bytes([high, low]));
    let shape = match dim1 {
        0 => Shape::vector(usize::from(dim0)),
        _ => Shape::matrix(usize::from(dim0), dim1),
    };
    allocate(m, Register::from_byte(r), shape)
}

/// Allocates a hot or cold register of zeros that is not allocated yet.
pub(crate) fn allocate(m: &mut Machine, register: Register, shape: Shape) -> Result<(), Fault> {
    let index = register.index();
    let taken = match register.bank() {
        Bank::Cold => m.cold(index).is_some(),
        _ => m.hot(index).is_some(),
    };
    if taken {
        return Err(Fault::about(ErrorKind::Conflict, register, "is already allocated"));
    }
    m.check_room(shape.elements())?;
    if register.bank() == Bank::Cold {
        m.cold[index] = Some(Arc::new(ColdRegister::zeros(shape)));
    } else {
        let hot = m.hot.claim(index);
        hot.data.clear();
        hot.data.resize(shape.elements(), 0);
        hot.shape = shape;
    }
    Ok(())
}

pub(super) fn free_tensor(m: &mut Machine, [r, ..]: Word) -> Result<(), Fault> {
    let register = Register::from_byte(r);
    let freed = match register.bank() {
        Bank::Cold => m.free_cold(register.index()),
        _ => m.free_hot(register.index()),
    };
    if freed { Ok(()) } else { Err(Fault::unallocated(register)) }
}

/// A product without temperature gating.
pub(crate) fn wire_forward(m: &mut Machine, [d, w, x, _]: Word) -> Result<(), Fault> {
    m.produce(d, |m, out| {
        let (weights, input) = (m.weights(w)?, m.data(x)?);
        let (rows, columns) = matrix(weights, w)?;
        m.check_room(rows)?;
        products::ungated_rows(&mut Watch::over(m), out, weights, (rows, columns), input)?;
        Ok(Shape::vector(rows))
    })
}

/// The sum of two registers, the shorter one repeated; an empty one adds nothing.
pub(crate) fn wire_skip(m: &mut Machine, [d, a, b, _]: Word) -> Result<(), Fault> {
    m.produce(d, |m, out| {
        let (a, b) = (m.source(a)?, m.data(b)?);
        let len = a.data.len().max(b.len());
        let at = |data: &[i32], i: usize| if data.is_empty() { 0 } else { data[i % data.len()] };
        out.extend((0..len).map(|i| at(&a.data, i).saturating_add(at(b, i))));
        Ok(a.shape.fitted(len))
    })
}

/// Count 0 in the word means the count in a hot register.
pub(super) fn grow_neuron(m: &mut Machine, [c, b, count, seed]: Word) -> Result<(), Fault> {
    let count = match count {
        0 => register_count(m, b)?,
        count => usize::from(count),
    };
    let weights = m.weights(c)?;
    let shape = weights.shape();
    let width = match shape.dims() {
        [_] => 1,
        [_, width] => *width as usize,
        _ => {
            return Err(Fault::shape(
                Register::from_byte(c),
                format!("has shape {shape}, rank 1 or 2 is needed"),
            ));
        }
    };
    let (old, added) = (weights.len(), count.saturating_mul(width));
    m.check_room(old.saturating_add(added))?;
    let seed = u64::from(seed).wrapping_add(old as u64);
    m.trainable_weights(c)?.append_rows(count, random_signals(seed).take(added));
    Ok(())
}

fn register_count(m: &Machine, register: u8) -> Result<usize, Fault> {
    let value = first_element(m, register)?;
    match usize::try_from(value) {
        Ok(count @ 1..=65535) => Ok(count),
        _ => {
            let name = Register::from_byte(register);
            Err(Fault::operand(format!("{name} asks for {value} neurons, allowed are 1 to 65535")))
        }
    }
}

fn first_element(m: &Machine, register: u8) -> Result<i32, Fault> {
    m.data(register)?.first().copied().ok_or_else(|| Fault::too_short(Register::from_byte(register), 0, 1))
}

/// Mode 0 takes the index from the word, 1 a flat weight index and 2 a row from a hot register.
pub(super) fn prune_neuron(m: &mut Machine, [c, b, index, mode]: Word) -> Result<(), Fault> {
    let register = Register::from_byte(c);
    let shape = m.weights(c)?.shape();
    let (rows, width) = match *shape.dims() {
        [len] => (len as usize, 1),
        [rows, width] => (rows as usize, width as usize),
        _ => return Err(Fault::shape(register, format!("has shape {shape}, rank 1 or 2 is needed"))),
    };
    let row = match mode {
        0 => i64::from(index),
        1 => i64::from(first_element(m, b)?).div_euclid(width.max(1) as i64),
        2 => i64::from(first_element(m, b)?),
        _ => return Err(Fault::operand(format!("unknown prune mode {mode}, known are 0, 1 and 2"))),
    };
    let weights = m.trainable_weights(c)?;
    match usize::try_from(row) {
        Ok(row) if row < rows && rows > 1 => {
            weights.remove_row(row);
            Ok(())
        }
        Ok(row) if row < rows => Err(Fault::about(ErrorKind::Denied, register, "has only one neuron left")),
        _ => Err(Fault::operand(format!("{register} has {rows} neurons, there is no neuron {row}"))),
    }
}

pub(super) fn init_random(m: &mut Machine, [c, _, high, low]: Word) -> Result<(), Fault> {
    randomise(m.trainable_weights(c)?, u64::from(u16::from_be_bytes([high, low])));
    Ok(())
}

/// Every weight from the generator that begins at this value; shape and temperatures stay.
pub(crate) fn randomise(weights: &mut ColdRegister, seed: u64) {
    let len = weights.len();
    let mut edit = weights.edit();
    for (i, signal) in random_signals(seed).take(len).enumerate() {
        edit.set(i, signal);
    }
    drop(edit);
    weights.set_dirty(true);
}

/// Sets all temperatures.
pub(super) fn fill_temperatures(m: &mut Machine, c: u8, temperature: Temperature) -> Result<(), Fault> {
    m.modified_weights(c)?.fill_temperatures(temperature);
    Ok(())
}

/// The cold register that a layer operand names: 0–63 by number, 64–127 by register byte.
pub(super) fn layer_register(byte: u8) -> Register {
    Register::cold(slot(byte) as u8)
}
