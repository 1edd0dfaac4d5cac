//! The inputs of a product as planes of 16 bits in working memory.

use super::emitter::{Emitter, LANES};
use super::lanes::{Chain, Known};
use super::place::At;
use super::product::{Product, SHORT};
use crate::frame::ColdSlot;
use cranelift_codegen::ir::types::{I16X8, I32, I32X4};
use cranelift_codegen::ir::{InstBuilder, Value};
use std::mem::offset_of;

/// Elements of a plane in a vector.
pub(super) const PLANE_LANES: usize = 2 * LANES;

/// Where the planes of the inputs begin in working memory, in bytes.
#[derive(Clone, Copy)]
pub(super) struct Planes {
    pub(super) upper: usize,
    /// All there is if the inputs fit into 16 bits.
    pub(super) lower: usize,
}

impl Planes {
    pub(super) fn new(e: &mut Emitter<'_>, columns: usize) -> Planes {
        let bytes = 2 * columns.next_multiple_of(PLANE_LANES) + 16;
        Planes { upper: e.scratch(bytes), lower: e.scratch(bytes) }
    }
}

/// What the inputs that were seen so far go up and down to, lane by lane.
#[derive(Clone, Copy)]
struct Extremes {
    most: Value,
    least: Value,
}

impl Extremes {
    fn with(self, e: &mut Emitter<'_>, x: Value) -> Extremes {
        Extremes { most: e.b.ins().smax(self.most, x), least: e.b.ins().smin(self.least, x) }
    }
}

impl Product {
    /// Narrows the inputs. The result has, in each lane, the largest x, or −1 − x for those below 0, of some inputs.
    pub(super) fn narrow(&self, e: &mut Emitter<'_>, planes: Planes, input: Option<&Chain<'_>>) -> Value {
        let zero = e.splat(0);
        let prepared = input.map_or_else(Known::new, |chain| chain.prepare(e));
        let input = input.map(|chain| (chain, &prepared));
        let seen = e.fold(self.used, PLANE_LANES, vec![zero, zero], |e, at, seen| {
            let seen = Extremes { most: seen[0], least: seen[1] };
            let seen = self.narrow_some(e, planes, (at, PLANE_LANES), input, seen);
            vec![seen.most, seen.least]
        });
        let mut seen = Extremes { most: seen[0], least: seen[1] };
        let rest = self.used % PLANE_LANES;
        if rest > 0 {
            seen = self.narrow_some(e, planes, (At::fixed(self.used - rest), rest), input, seen);
        }
        self.clear_rest(e, planes.lower);
        let below = e.b.ins().bnot(seen.least);
        e.b.ins().smax(seen.most, below)
    }

    /// Narrows up to eight inputs, the others 0.
    fn narrow_some(
        &self,
        e: &mut Emitter<'_>,
        planes: Planes,
        (at, some): (At, usize),
        input: Option<(&Chain<'_>, &Known)>,
        seen: Extremes,
    ) -> Extremes {
        let first = self.computed(e, at, some.min(LANES), input);
        let second = match some.saturating_sub(LANES) {
            0 => e.splat(0),
            some => self.computed(e, At { fixed: at.fixed + LANES, ..at }, some, input),
        };
        let narrow = e.b.ins().snarrow(first, second);
        e.store_plane(narrow, planes.lower, at);
        let seen = seen.with(e, first);
        if some > LANES { seen.with(e, second) } else { seen }
    }

    /// A vector of the input, from memory or as the chain computes it, what is beyond `lanes` 0.
    fn computed(
        &self,
        e: &mut Emitter<'_>,
        at: At,
        lanes: usize,
        input: Option<(&Chain<'_>, &Known)>,
    ) -> Value {
        let known = input.map_or_else(Known::new, |(chain, known)| chain.emit(e, at, lanes, known.clone()));
        let known = known.into_iter().find(|(place, _)| *place == self.input);
        let x = known.map_or_else(|| e.load(self.input, at, LANES), |(_, x)| x.value);
        e.keep_lanes(x, lanes)
    }

    /// Whether some input exceeds what the weights allow, given what [`Product::narrow`] has seen.
    pub(super) fn exceeds(&self, e: &mut Emitter<'_>, peak: Value, forbidden: usize) -> Value {
        let forbidden = if forbidden == offset_of!(ColdSlot, forbidden_bits) && self.used <= SHORT {
            e.splat(!0x7FFF)
        } else {
            let bits = e.cold_word(self.weights, forbidden);
            e.b.ins().splat(I32X4, bits)
        };
        let found = e.b.ins().band(peak, forbidden);
        e.b.ins().vany_true(found)
    }

    /// Weights that meet no input meet 0.
    fn clear_rest(&self, e: &mut Emitter<'_>, plane: usize) {
        let done = self.used.next_multiple_of(PLANE_LANES);
        if done < self.columns {
            let zero = e.splat(0);
            let zero = e.cast(I16X8, zero);
            e.each(self.columns.next_multiple_of(PLANE_LANES) - done, PLANE_LANES, |e, at| {
                e.store_plane(zero, plane, At { fixed: at.fixed + done, ..at });
            });
        }
    }

    /// Splits the inputs: x = 65536·upper + lower + 32768.
    pub(super) fn split(&self, e: &mut Emitter<'_>, planes: Planes) {
        // What follows the inputs meets weights of 0 in both planes: the lower plane's part of the row sums is 0 there, too.
        let bias = e.splat(0x8000);
        e.each_looped(self.used.next_multiple_of(PLANE_LANES), PLANE_LANES, |e, at| {
            let behind = At { fixed: at.fixed + LANES, ..at };
            let inputs = [e.load(self.input, at, LANES), e.load(self.input, behind, LANES)];
            let high = inputs.map(|x| e.b.ins().sshr_imm_u(x, 16));
            let high = e.b.ins().snarrow(high[0], high[1]);
            e.store_plane(high, planes.upper, at);
            let low = inputs.map(|x| {
                let flipped = e.b.ins().bxor(x, bias);
                let raised = e.b.ins().ishl_imm_u(flipped, 16);
                e.b.ins().sshr_imm_u(raised, 16)
            });
            let low = e.b.ins().snarrow(low[0], low[1]);
            e.store_plane(low, planes.lower, at);
        });
        if self.used < self.columns {
            self.mend_tail(e, planes);
        }
    }

    /// An absent input is 0: its lower half is −32768, since the row sums count 32768 for it.
    fn mend_tail(&self, e: &mut Emitter<'_>, planes: Planes) {
        let (zero, bias) = (e.int32(0), e.int32(-0x8000));
        let (zero, bias) = (e.narrow16(zero), e.narrow16(bias));
        let absent = self.columns.next_multiple_of(PLANE_LANES) - self.used;
        e.each_looped(absent, 1, |e, at| {
            let at = At { fixed: at.fixed + self.used, ..at };
            e.store_plane_one(zero, planes.upper, at);
            e.store_plane_one(bias, planes.lower, at);
        });
    }
}

impl Emitter<'_> {
    /// A 32-bit word of a cold register's slot.
    fn cold_word(&mut self, register: usize, field: usize) -> Value {
        self.frame_word(I32, crate::frame::cold_offset(register, field))
    }
}
