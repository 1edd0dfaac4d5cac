//! Products by a call. A kernel for any inputs, with wide vectors, is quicker than code for each width of them, and takes
//! far less to compile. It also does what most often follows, so that only the rest passes through generated code.

use super::emitter::{Emitter, LANES};
use super::lane_ops::LaneOp;
use super::lanes::{Chain, Lanes};
use super::place::Place;
use super::product::{Product, call};
use super::ranges::{Range, Ranged};
use crate::frame::{ColdSlot, Frame, cold_offset};
use cranelift_codegen::ir::types::I64;
use cranelift_codegen::ir::{AbiParam, InstBuilder, Signature, Value};
use std::mem::offset_of;
use ternsig_kernels::plain::{Job, Then};

/// The largest factor of weights that a kernel takes.
const LARGEST_FACTOR: i32 = 511;

/// The instructions behind a product that a kernel does.
struct Fused {
    then: Then,
    /// The cold register whose weights are added.
    bias: Option<usize>,
    /// How many instructions.
    count: usize,
    /// What holds the result.
    place: Place,
}

impl Fused {
    /// As many instructions of the chain as a kernel can do without a trace of what lies between.
    fn of(place: Place, chain: &Chain<'_>) -> Fused {
        let mut fused = Fused { then: Then::default(), bias: None, count: 0, place };
        while fused.then.gain == 0
            && let Some(op) = chain.ops.get(fused.count)
            && op.loaded().next() == Some(fused.place)
            && !fused.is_seen(chain, op.dst)
            && fused.takes(op)
        {
            (fused.count, fused.place) = (fused.count + 1, op.dst);
        }
        fused
    }

    /// Whether anything needs the result as it is, once the next instruction has put its own in a place.
    fn is_seen(&self, chain: &Chain<'_>, next: Place) -> bool {
        let is_read = |op: &&Lanes| op.loaded().any(|place| place == self.place);
        let others = chain.ops.get(self.count + 1..).unwrap_or_default();
        next != self.place && (chain.stores.contains(&self.place) || others.iter().any(is_read))
    }

    /// Adds an instruction, if it can come next.
    fn takes(&mut self, op: &Lanes) -> bool {
        let then = &mut self.then;
        let is_first = *then == Then::default();
        match (op.op, op.sources.get(1)) {
            (LaneOp::AddWeight(factor @ 1..=LARGEST_FACTOR), Some(&Place::Weights(bias))) if is_first => {
                (then.factor, self.bias) = (factor as u16, Some(bias));
            }
            (LaneOp::Relu, _) => then.is_rectified = true,
            (LaneOp::Copy, _) => {}
            // Shifting and rectifying may change places.
            (LaneOp::Shift(amount), _) if then.shift == 0 => then.shift = amount.min(31),
            (LaneOp::Sigmoid(gain @ 1..), _) => then.gain = gain,
            _ => return false,
        }
        true
    }

    /// What the results can be.
    fn range(&self) -> Range {
        if self.then.gain != 0 {
            return Range::new(0, 255);
        }
        let range = Range::ANY.shifted(self.then.shift);
        if self.then.is_rectified { range.clamped(0, i32::MAX) } else { range }
    }
}

impl Product {
    /// The product by a call, its results through the chain.
    pub(super) fn by_kernel(&self, e: &mut Emitter<'_>, input: Option<&Chain<'_>>, chain: &Chain<'_>) {
        if let Some(input) = input {
            input.emit_all(e, self.used, |_, _| Vec::new());
        }
        let fused = Fused::of(Place::Hot(self.dst), chain);
        let place = fused.place;
        let ops = chain.ops.get(fused.count..).unwrap_or_default().to_vec();
        let mut rest = Chain { ops, stores: chain.stores.clone() };
        let is_final = rest.stores.contains(&place) && rest.ops.iter().all(|op| op.dst != place);
        // The inputs may be read while outputs are written.
        let results = if is_final && place != self.input { place } else { self.results(e) };
        self.call_kernel(e, &fused, results);
        rest.stores.retain(|&stored| stored != results);
        if rest.stores.is_empty() || results == place && rest.by_kernel(e) {
            return;
        }
        rest.emit_all(e, self.rows, |e, at| {
            let value = e.load(results, at, LANES);
            vec![(place, Ranged { value, range: fused.range() })]
        });
    }

    fn call_kernel(&self, e: &mut Emitter<'_>, fused: &Fused, results: Place) {
        let job = Job { used: self.used, columns: self.columns, rows: self.rows, then: fused.then };
        let weights = slot_address(e, cold_offset(self.weights, offset_of!(ColdSlot, packed)));
        let [inputs, outputs] = [self.input, results].map(|place| e.place_address(place));
        let [columns, rows] = job.words().map(|word| e.int(word.cast_signed()));
        let bias = match fused.bias {
            Some(register) => e.base(Place::Weights(register)),
            None => weights,
        };
        let function = e.frame_word(I64, cold_offset(self.weights, offset_of!(ColdSlot, product)));
        call(e, function, [weights, inputs, outputs, columns, rows, bias]);
    }
}

impl Chain<'_> {
    /// What is nothing but a gated mean of registers by a call, if there is a kernel: it takes doubles, which wide vectors
    /// hold more of.
    pub(super) fn by_kernel(&self, e: &mut Emitter<'_>) -> bool {
        let &[op] = self.ops.as_slice() else { return false };
        let mut places = op.loaded().chain([op.dst]);
        let is_alone = op.op == LaneOp::Gate && self.stores == [op.dst];
        if !e.kernels || !is_alone || !places.all(|place| matches!(place, Place::Hot(_))) {
            return false;
        }
        let mut signature = Signature::new(e.b.func.signature.call_conv);
        signature.params.extend([I64; 5].map(AbiParam::new));
        let signature = e.b.import_signature(signature);
        let function = e.frame_word(I64, offset_of!(Frame, gated_means) as i32);
        let mut arguments: Vec<Value> =
            op.loaded().chain([op.dst]).map(|place| e.place_address(place)).collect();
        arguments.push(e.int(op.len() as i64));
        e.b.ins().call_indirect(signature, function, &arguments);
        true
    }
}

/// The address of a field of the frame.
fn slot_address(e: &mut Emitter<'_>, offset: i32) -> Value {
    let frame = e.frame();
    e.b.ins().iadd_imm_s(frame, i64::from(offset))
}
