//! The ternary extension.

use super::core::{self, map};
use super::{Flow, Word, products};
use crate::arith;
use crate::error::Fault;
use crate::machine::cold::ColdRegister;
use crate::machine::{Machine, slot};
use std::sync::Arc;
use ternsig_isa::table::ternary::TernaryOp;
use ternsig_isa::{Register, Shape, Signal};

/// Weights in one packed word.
const PACKED: usize = 4;
/// The magnitude of a weight from a packed word.
const UNPACKED_MAGNITUDE: u8 = 128;
/// The magnitude of a weight that pressure has turned.
const TURNED_MAGNITUDE: u8 = 30;

pub(super) fn execute(m: &mut Machine, op: TernaryOp, word: Word) -> Result<Flow, Fault> {
    match op {
        TernaryOp::TernaryMatmul => products::matmul(m, word, arith::conducted_by_weight)?,
        TernaryOp::TernaryBatchMatmul => products::batch_matmul(m, word, arith::conducted_by_weight)?,
        TernaryOp::TernaryAddBias => core::ternary_add_bias(m, word)?,
        TernaryOp::Dequantize => dequantize(m, word)?,
        TernaryOp::EmbedLookup => core::embed_lookup(m, word)?,
        TernaryOp::EmbedSequence => core::embed_sequence(m, word)?,
        TernaryOp::GateUpdate => core::gate_update(m, word)?,
        TernaryOp::Quantize => quantize(m, word)?,
        TernaryOp::PackTernary => pack_ternary(m, word)?,
        TernaryOp::UnpackTernary => unpack_ternary(m, word)?,
        TernaryOp::ApplyPolarity => apply_polarity(m, word)?,
        TernaryOp::ApplyMagnitude => apply_magnitude(m, word)?,
        TernaryOp::ThresholdPolarity => threshold_polarity(m, word)?,
        TernaryOp::AccumulatePressure => accumulate_pressure(m, word)?,
    }
    Ok(Flow::Next)
}

/// Into a hot register, where the core's form writes the output buffer.
fn dequantize(m: &mut Machine, [d, s, high, low]: Word) -> Result<(), Fault> {
    let amount = match u16::from_be_bytes([high, low]) {
        0 => 8,
        scale => u32::from(scale),
    };
    map(m, d, s, |x| arith::shift_right(x, amount))
}

fn quantize(m: &mut Machine, [c, s, ..]: Word) -> Result<(), Fault> {
    let signals: Vec<Signal> = m.data(s)?.iter().map(|&x| arith::quantised(x)).collect();
    let shape = Shape::vector(signals.len());
    replace_weights(m, c, signals, shape)
}

/// Replaces weights and shape of a cold register, or allocates it. The key stays, temperatures and usage counts go.
fn replace_weights(m: &mut Machine, c: u8, signals: Vec<Signal>, shape: Shape) -> Result<(), Fault> {
    let register = Register::from_byte(c);
    if m.cold(slot(c)).is_some_and(ColdRegister::is_frozen) {
        return Err(Fault::frozen(register));
    }
    m.check_room(signals.len())?;
    let weights = m.cold[slot(c)].get_or_insert_with(|| Arc::new(ColdRegister::zeros(Shape::vector(0))));
    Arc::make_mut(weights)
        .replace(signals, shape)
        .map_err(|mismatch| Fault::shape(register, format!(": {mismatch}")))
}

fn pack_ternary(m: &mut Machine, [d, c, ..]: Word) -> Result<(), Fault> {
    m.produce(d, |m, out| {
        out.extend(m.weights(c)?.signals().chunks(PACKED).map(packed));
        Ok(Shape::vector(out.len()))
    })
}

/// Two bits a weight from the lowest on: 00 for polarity 0, 01 for +1, 10 for −1.
fn packed(signals: &[Signal]) -> i32 {
    let bits = signals.iter().map(|signal| match signal.polarity() {
        0 => 0b00,
        1 => 0b01,
        _ => 0b10,
    });
    bits.rev().fold(0, |word, bits| word << 2 | bits)
}

/// Weight `index` of a packed word; 11 counts as polarity 0.
fn unpacked(word: i32, index: usize) -> Signal {
    match word >> (2 * index) & 0b11 {
        0b01 => Signal::positive(UNPACKED_MAGNITUDE),
        0b10 => Signal::negative(UNPACKED_MAGNITUDE),
        _ => Signal::ZERO,
    }
}

/// A register for which the last word is just padded keeps its shape; others become a vector of all weights.
fn unpack_ternary(m: &mut Machine, [c, s, ..]: Word) -> Result<(), Fault> {
    let words = m.data(s)?;
    let most = words.len().saturating_mul(PACKED);
    m.check_room(most)?;
    let mut signals: Vec<Signal> =
        words.iter().flat_map(|&word| (0..PACKED).map(move |i| unpacked(word, i))).collect();
    let own = m.cold(slot(c)).map(ColdRegister::shape);
    let shape = own.filter(|shape| shape.elements() <= most && shape.elements() + PACKED > most);
    signals.truncate(shape.map_or(most, |shape| shape.elements()));
    replace_weights(m, c, signals, shape.unwrap_or(Shape::vector(most)))
}

/// Changes every weight that has an element in a hot register, whatever its temperature.
fn edit_weights(m: &mut Machine, c: u8, s: u8, change: impl Fn(Signal, i32) -> Signal) -> Result<(), Fault> {
    m.data(s)?;
    m.trainable_weights(c)?;
    let Machine { hot, cold, .. } = m;
    let (Some(src), Some(weights)) = (hot.get(slot(s)), &mut cold[slot(c)]) else { return Ok(()) };
    let mut edit = Arc::make_mut(weights).edit();
    let len = edit.signals().len().min(src.data.len());
    for (i, &x) in src.data[..len].iter().enumerate() {
        edit.set(i, change(edit.signals()[i], x));
    }
    Ok(())
}

fn apply_polarity(m: &mut Machine, [c, s, ..]: Word) -> Result<(), Fault> {
    edit_weights(m, c, s, |signal, x| match x {
        0 => signal,
        x => Signal::with_sign(x, signal.magnitude()),
    })
}

fn apply_magnitude(m: &mut Machine, [c, s, ..]: Word) -> Result<(), Fault> {
    edit_weights(m, c, s, |signal, x| Signal::with_sign(i32::from(signal.polarity()), x.clamp(0, 255) as u8))
}

/// A pressure of more than twice the magnitude turns the weight to its sign.
fn threshold_polarity(m: &mut Machine, [c, s, ..]: Word) -> Result<(), Fault> {
    edit_weights(m, c, s, |signal, x| {
        let turns = x.unsigned_abs() > 2 * u32::from(signal.magnitude());
        if turns && i32::from(signal.polarity()) != x.signum() {
            Signal::with_sign(x, TURNED_MAGNITUDE)
        } else {
            signal
        }
    })
}

/// The destination keeps its length and shape; one that is not allocated begins as zeros.
fn accumulate_pressure(m: &mut Machine, [d, s, ..]: Word) -> Result<(), Fault> {
    m.produce(d, |m, out| {
        let src = m.data(s)?;
        let Some(dst) = m.hot(slot(d)) else {
            out.extend_from_slice(src);
            return Ok(Shape::vector(src.len()));
        };
        out.extend(dst.data.iter().zip(src).map(|(&sum, &x)| sum.saturating_add(x)));
        out.extend(dst.data.iter().skip(src.len()));
        Ok(dst.shape)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packing_keeps_polarities() {
        let signals: Vec<Signal> = [1, -255, 0, 1].map(Signal::from_i32).to_vec();
        let word = packed(&signals);
        assert_eq!(word, 73);
        for (i, signal) in signals.iter().enumerate() {
            assert_eq!(unpacked(word, i).polarity(), signal.polarity());
        }
        assert_eq!(packed(&[Signal::negative(0)]), 2);
        assert_eq!(unpacked(-1, 3), Signal::ZERO);
    }
}
