//! Products of packed weights with a vector, where no kernel has wider vectors than generated code (`kernel.rs`).
//!
//! The inputs are narrowed to 16 bits while they are looked through; if none is too large for that, each pair of them is
//! multiplied with a pair of weights of four outputs at once, exactly, in 32-bit sums. Otherwise every input is split
//! into an upper and a lower 16-bit plane. Where no output can leave 32 bits, their sums are joined modulo 2³²; else in
//! 64 bits. The results pass through the element-wise instructions that follow before anything is stored.

use super::emitter::{Emitter, LANES};
use super::groups::Group;
use super::inputs::Planes;
use super::lanes::{Chain, Lanes};
use super::place::{At, Place};
use super::plan::{Plan, Planned, Reason, index, matrix, result, source, weights};
use super::ranges::{Range, Ranged};
use crate::analysis::facts::{Buffer, View};
use crate::frame::{ColdSlot, Frame};
use crate::packs::Form;
use cranelift_codegen::ir::types::{I32, I64};
use cranelift_codegen::ir::{AbiParam, InstBuilder, Signature, Value};
use std::mem::offset_of;
use ternsig_kernels::{LARGEST_WEIGHT, Layout};

/// Inputs whose products with any weights certainly fit into 32-bit sums, if each fits into 16 bits.
pub(super) const SHORT: usize = ternsig_kernels::FLUSH_INTERVAL;

/// The most weights that a shape may claim without holding them.
const UNSTORED: usize = 1 << 12;

/// A kernel does not look at the interrupt flag: larger products, which wait for memory above all, are left to code that does.
const KERNEL_WEIGHTS: usize = 1 << 20;

/// A product of weights with a vector.
#[derive(Debug, Clone)]
pub(crate) struct Product {
    /// The cold register, by index.
    pub(crate) weights: usize,
    pub(crate) input: Place,
    /// How many inputs meet a weight.
    pub(crate) used: usize,
    pub(crate) rows: usize,
    pub(crate) columns: usize,
    pub(crate) layout: Layout,
    /// Which packed form of the weights.
    pub(crate) form: Form,
    /// The hot register, by index.
    pub(crate) dst: usize,
    pub(crate) result: Buffer,
}

/// A product; `gated` says which form weights with temperatures take.
pub(crate) fn plan(view: &View<'_>, word: [u8; 4], gated: Form) -> Planned {
    of(view, word, gated).map(Plan::Product)
}

/// The product of weights with one vector.
pub(crate) fn of(view: &View<'_>, [d, w, x, _]: [u8; 4], gated: Form) -> Result<Product, Reason> {
    let (matrix_facts, input) = (weights(view, w)?, source(view, x)?);
    let (rows, columns) = matrix(matrix_facts.shape)?;
    let form = if matrix_facts.gated { gated } else { Form::Plain };
    // The ungated product of a register with or without temperatures does not count.
    if matrix_facts.tracked && gated != Form::Plain {
        return Err(Reason::UsageTracked);
    }
    // Beside an axis of 0 the others may claim more than there is to pack.
    if rows.max(1).saturating_mul(columns.max(1)) > matrix_facts.len.max(UNSTORED) {
        return Err(Reason::TooLarge);
    }
    let layout = Layout::new(rows, columns).ok_or(Reason::TooLarge)?;
    let result = result(Buffer::vector(rows))?;
    Ok(Product {
        weights: index(w),
        input: Place::Hot(index(x)),
        used: columns.min(input.len),
        rows,
        columns,
        layout,
        form,
        dst: index(d),
        result,
    })
}

impl Product {
    /// The product, its results through the chain. What computes its input, if given, is emitted where that is read.
    pub(crate) fn emit(&self, e: &mut Emitter<'_>, input: Option<&Chain<'_>>, chain: &Chain<'_>) {
        if self.rows == 0 {
            return;
        }
        if self.form != Form::Plain {
            return self.emit_gated(e, chain);
        }
        if e.kernels && self.rows.saturating_mul(self.columns) <= KERNEL_WEIGHTS {
            return self.by_kernel(e, input, chain);
        }
        let planes = Planes::new(e, self.columns);
        let results = self.results(e);
        let peak = self.narrow(e, planes, input);
        let large = self.exceeds(e, peak, offset_of!(ColdSlot, forbidden_bits));
        let dst = Place::Hot(self.dst);
        e.branch(
            large,
            |e| {
                self.two_plane(e, planes, peak, results);
                chain.emit_all(e, self.rows, |e, at| {
                    let value = e.load(results, at, LANES);
                    vec![(dst, Ranged::any(value))]
                });
            },
            |e| {
                let range = self.single_plane_range();
                self.each_group(e, |e, group| {
                    for (block, &value) in group.sums(e, &[planes.lower]).iter().enumerate() {
                        let lanes = (self.rows - group.least - block * LANES).min(LANES);
                        chain.emit(e, group.output(block), lanes, vec![(dst, Ranged { value, range })]);
                    }
                });
            },
        );
    }

    /// Working memory for the results.
    pub(super) fn results(&self, e: &mut Emitter<'_>) -> Place {
        Place::Scratch(e.scratch(4 * self.rows.next_multiple_of(LANES)))
    }

    /// Whether these instructions, which are computed together, may be computed while the inputs are looked through.
    pub(crate) fn takes(&self, lanes: &[&Lanes]) -> bool {
        let computes_input = lanes.iter().any(|op| op.dst == self.input);
        let same_len = lanes.first().is_some_and(|first| first.len() == self.used);
        self.form == Form::Plain && self.rows > 0 && !self.is_long() && computes_input && same_len
    }

    /// What sums of a single plane can be.
    fn single_plane_range(&self) -> Range {
        let most = i64::from(LARGEST_WEIGHT) * self.used as i64 * (1 << 15);
        Range::of_magnitude(most)
    }

    /// The product of inputs of any size into working memory. Where no output leaves 32 bits, sums are joined modulo 2³².
    fn two_plane(&self, e: &mut Emitter<'_>, planes: Planes, peak: Value, results: Place) {
        let wide = self.exceeds(e, peak, offset_of!(ColdSlot, wrapping_forbidden_bits));
        e.branch(
            wide,
            |e| self.saturating(e, results),
            |e| {
                self.split(e, planes);
                self.each_group(e, |e, group| {
                    let parts = group.sums(e, &[planes.upper, planes.lower]);
                    for (block, &sum) in group.joined(e, &parts).iter().enumerate() {
                        e.store(sum, results, group.output(block));
                    }
                });
            },
        );
    }

    /// The same by a call.
    fn saturating(&self, e: &mut Emitter<'_>, results: Place) {
        let inputs = e.place_address(self.input);
        let outputs = e.place_address(results);
        let [register, used, rows] = [self.weights, self.used, self.rows].map(|number| e.int(number as i64));
        let frame = e.frame();
        let function = e.host_function(offset_of!(Frame, saturating_product));
        call(e, function, [frame, register, inputs, used, outputs, rows]);
    }

    /// Something for every group of blocks, whole ones in a loop.
    fn each_group(&self, e: &mut Emitter<'_>, mut one: impl FnMut(&mut Emitter<'_>, &Group<'_>)) {
        let all = e.cold_address(self.weights, offset_of!(ColdSlot, packed));
        let most = self.layout.group_blocks().max(1);
        let outputs = most * LANES;
        // The last group may be shorter, and so may the last block.
        let whole = self.rows / outputs;
        let looped = if whole > 1 { whole } else { 0 };
        if looped > 0 {
            let group_bytes = 2 * self.layout.group_start(1);
            e.counted(looped * outputs, outputs, &[all], |e, first, weights| {
                e.poll_every(first, outputs, outputs * self.columns);
                let known = e.known_addresses();
                let at = At::moving(first, 0);
                one(e, &Group { product: self, at, least: 0, blocks: most, weights: weights[0] });
                e.known_only(known);
                vec![e.b.ins().iadd_imm_s(weights[0], group_bytes as i64)]
            });
        }
        for group in looped..self.layout.groups() {
            e.poll();
            let weights = e.b.ins().iadd_imm_s(all, (2 * self.layout.group_start(group)) as i64);
            let (at, least) = (At::fixed(group * outputs), group * outputs);
            one(e, &Group { product: self, at, least, blocks: self.layout.blocks_in(group), weights });
        }
    }
}

/// Calls a function.
pub(super) fn call(e: &mut Emitter<'_>, function: Value, arguments: [Value; 6]) {
    let mut signature = Signature::new(e.b.func.signature.call_conv);
    signature.params.extend([I64; 6].map(AbiParam::new));
    let signature = e.b.import_signature(signature);
    e.b.ins().call_indirect(signature, function, &arguments);
}

/// A 64-bit value saturated to 32 bits.
pub(super) fn saturated(e: &mut Emitter<'_>, value: Value) -> Value {
    let (low, high) = (e.int(i64::from(i32::MIN)), e.int(i64::from(i32::MAX)));
    let raised = e.b.ins().smax(value, low);
    let value = e.b.ins().smin(raised, high);
    e.b.ins().ireduce(I32, value)
}
