//! Long instructions look at the interrupt flag while they work, and are abandoned without effect if it is set.

use super::emitter::{Emitter, LANES, MEMORY};
use super::place::{At, Place};
use crate::frame::Frame;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I8, I64};
use cranelift_codegen::ir::{Block, InstBuilder, Value};
use std::mem::offset_of;

/// The multiply-accumulates that may pass without a look at the flag. An instruction with more is long.
pub(super) const INTERVAL: usize = 1 << 16;

impl Emitter<'_> {
    /// Begins or ends an instruction that goes on at this block when the host wants the run to stop.
    pub(crate) const fn watch(&mut self, abandon: Option<Block>) {
        self.abandon = abandon;
    }

    /// Looks at the flag, if the instruction is long.
    pub(super) fn poll(&mut self) {
        let Some(abandon) = self.abandon else { return };
        let interrupt = self.frame_word(I64, offset_of!(Frame, interrupt) as i32);
        let asked = self.b.ins().load(I8, MEMORY, interrupt, 0);
        let on = self.b.create_block();
        self.b.ins().brif(asked, abandon, &[], on, &[]);
        self.b.switch_to_block(on);
    }

    /// The same in a loop whose rounds have so many multiply-accumulates: only in some rounds, if they are short. The
    /// counter begins at 0 and is a multiple of `step`.
    pub(super) fn poll_every(&mut self, counter: Value, step: usize, work: usize) {
        if self.abandon.is_none() {
            return;
        }
        let rounds = (INTERVAL / work.max(1)).max(1);
        if rounds == 1 {
            return self.poll();
        }
        // A multiple of a power of two and of the step comes up after as many rounds as the power has units at most.
        let mask = (1i64 << rounds.ilog2()) - 1;
        let odd = step >> step.trailing_zeros().min(63);
        let mask = if odd == 1 { (mask + 1) * step as i64 - 1 } else { mask };
        let part = self.b.ins().band_imm_s(counter, mask);
        let due = self.compare(IntCC::Equal, part, 0);
        self.when(due, Emitter::poll);
    }

    /// Copies elements.
    pub(super) fn copy(&mut self, from: Place, to: Place, len: usize) {
        self.each(len.next_multiple_of(LANES), LANES, |e, at| {
            let vector = e.load(from, at, LANES);
            e.store(vector, to, at);
        });
    }

    /// A position so many elements behind another.
    pub(super) fn behind(&mut self, first: Value, at: At) -> At {
        let moving = match at.moving {
            None => first,
            Some(moving) => self.b.ins().iadd(first, moving),
        };
        At::moving(moving, at.fixed)
    }
}
