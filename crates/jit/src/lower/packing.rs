//! Polarities of weights as bits.

use super::emitter::{Emitter, MEMORY};
use super::place::{At, Place};
use super::plan::{Plan, Planned, Routine, RoutinePlan, index, result, weights};
use crate::analysis::facts::{Buffer, View};
use crate::frame::ColdSlot;
use cranelift_codegen::ir::types::{I32, I64};
use cranelift_codegen::ir::{InstBuilder, Value};
use std::mem::offset_of;
use ternsig_isa::Signal;

/// In a signal that is loaded as a number, the polarity is the lower byte.
const _: () = assert!(Signal::POLARITY_OFFSET == 0 && Signal::MAGNITUDE_OFFSET == 1);

/// Weights in one element.
const PACKED: usize = 4;
/// Bytes of a signal.
const SIGNAL: usize = size_of::<Signal>();
/// The lowest bit of each of four polarities.
const LOWEST: i64 = 0x0001_0001_0001_0001;

/// Two bits a weight from the lowest on: 00 for polarity 0, 01 for +1, 10 for −1.
pub(crate) fn pack_ternary(view: &View<'_>, [d, c, ..]: [u8; 4]) -> Planned {
    let len = weights(view, c)?.len;
    let buffer = result(Buffer::vector(len.div_ceil(PACKED)))?;
    let routine = Box::new(Pack { dst: Place::Hot(index(d)), weights: index(c), len });
    Ok(Plan::Routine(RoutinePlan { reads: Vec::new(), write: Some((index(d), buffer)), routine }))
}

#[derive(Debug)]
struct Pack {
    dst: Place,
    /// The cold register, by index.
    weights: usize,
    len: usize,
}

impl Routine for Pack {
    fn emit(&self, e: &mut Emitter<'_>) {
        let (whole, rest) = (self.len / PACKED, self.len % PACKED);
        e.each(whole, 1, |e, at| {
            let (address, offset) = self.signals(e, at);
            let signals = e.b.ins().load(I64, MEMORY, address, offset);
            let element = packed(e, signals);
            e.store_one(element, self.dst, at);
        });
        if rest > 0 {
            let at = At::fixed(whole);
            let (address, offset) = self.signals(e, at);
            let mut signals = e.int(0);
            for weight in 0..rest {
                let signal = e.b.ins().uload16(I64, MEMORY, address, offset + (weight * SIGNAL) as i32);
                let signal = e.b.ins().ishl_imm_u(signal, (weight * SIGNAL * 8) as i64);
                signals = e.b.ins().bor(signals, signal);
            }
            let element = packed(e, signals);
            e.store_one(element, self.dst, at);
        }
    }
}

impl Pack {
    /// Where the signals of an element begin.
    fn signals(&self, e: &mut Emitter<'_>, at: At) -> (Value, i32) {
        let base = e.cold_address(self.weights, offset_of!(ColdSlot, signals));
        let bytes = PACKED * SIGNAL;
        let address = match at.moving {
            None => base,
            Some(moving) => {
                let moving = e.b.ins().imul_imm_s(moving, bytes as i64);
                e.b.ins().iadd(base, moving)
            }
        };
        (address, (at.fixed * bytes) as i32)
    }
}

/// The polarities of four signals: the low bit of each is set unless it is 0, the high bit of its byte if it is −1.
fn packed(e: &mut Emitter<'_>, signals: Value) -> Value {
    let lowest = e.int(LOWEST);
    let signs = e.b.ins().ushr_imm_u(signals, 7);
    let negative = e.b.ins().band(signs, lowest);
    let any = e.b.ins().band(signals, lowest);
    let positive = e.b.ins().bxor(any, negative);
    let high = e.b.ins().ishl_imm_u(negative, 1);
    let pairs = e.b.ins().bor(positive, high);
    let parts = [14, 28, 42].map(|shift| e.b.ins().ushr_imm_u(pairs, shift));
    let word = parts.into_iter().fold(pairs, |word, part| e.b.ins().bor(word, part));
    let byte = e.b.ins().band_imm_u(word, 0xFF);
    e.b.ins().ireduce(I32, byte)
}
