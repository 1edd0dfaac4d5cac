//! Emitting code: addresses, loads and stores, loops.

use super::place::{At, Place};
use crate::frame::{ColdSlot, Frame, HotSlot, cold_offset, hot_offset};
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I16, I16X8, I32, I32X4, I64};
use cranelift_codegen::ir::{Block, BlockArg, InstBuilder, MemFlagsData, Type, Value};
use cranelift_frontend::FunctionBuilder;
use std::mem::offset_of;

/// Elements of a vector.
pub(crate) const LANES: usize = 4;

/// Memory that belongs to the run: it cannot trap, but need not be aligned.
pub(crate) const MEMORY: MemFlagsData = MemFlagsData::new().with_notrap();

/// Loops of fewer rounds are written out.
const WRITTEN_OUT: usize = 2;

/// Emits the code of one version.
pub(crate) struct Emitter<'f> {
    pub(crate) b: FunctionBuilder<'f>,
    frame: Value,
    /// Addresses that are known in the block that is being emitted.
    addresses: Vec<(i32, Value)>,
    scratch_top: usize,
    scratch_most: usize,
    /// Whether work is left to kernels.
    pub(super) kernels: bool,
    /// Whether the segment that is being emitted calls functions that work on the machine.
    pub(super) calls_out: bool,
    /// Where a long instruction that is being emitted goes on when the host wants the run to stop.
    pub(super) abandon: Option<Block>,
}

impl<'f> Emitter<'f> {
    pub(crate) const fn new(b: FunctionBuilder<'f>, frame: Value, kernels: bool) -> Emitter<'f> {
        Emitter {
            b,
            frame,
            addresses: Vec::new(),
            scratch_top: 0,
            scratch_most: 0,
            kernels,
            calls_out: false,
            abandon: None,
        }
    }

    pub(crate) const fn frame(&self) -> Value {
        self.frame
    }

    /// Continues in a block that earlier code does not necessarily precede.
    pub(crate) fn begin_block(&mut self, block: Block) {
        self.b.switch_to_block(block);
        self.forget_addresses();
    }

    /// After code that can move registers.
    pub(crate) fn forget_addresses(&mut self) {
        self.addresses.clear();
    }

    /// How many addresses are known.
    pub(crate) const fn known_addresses(&self) -> usize {
        self.addresses.len()
    }

    /// Forgets what has become known since: it was in a branch.
    pub(crate) fn known_only(&mut self, count: usize) {
        self.addresses.truncate(count);
    }

    /// Working memory for the routine that is being emitted: the byte where it begins, a multiple of 64. It is free
    /// again after [`Emitter::release_scratch`].
    pub(crate) fn scratch(&mut self, bytes: usize) -> usize {
        let at = self.scratch_top;
        self.scratch_top += (bytes + 16).next_multiple_of(64);
        self.scratch_most = self.scratch_most.max(self.scratch_top);
        at
    }

    pub(crate) const fn release_scratch(&mut self) {
        self.scratch_top = 0;
    }

    /// Bytes of working memory that the version needs.
    pub(crate) const fn scratch_size(&self) -> usize {
        self.scratch_most
    }

    // ── The frame ──

    pub(crate) fn frame_word(&mut self, ty: Type, offset: i32) -> Value {
        self.b.ins().load(ty, MEMORY, self.frame, offset)
    }

    /// The address of a function that works on the machine, or null.
    pub(crate) fn host_function(&mut self, field: usize) -> Value {
        self.calls_out = true;
        self.frame_word(I64, field as i32)
    }

    pub(crate) fn set_frame_word(&mut self, value: Value, offset: i32) {
        self.b.ins().store(MEMORY, value, self.frame, offset);
    }

    /// An address that the frame holds, loaded once in a stretch of code without branches in from elsewhere.
    pub(crate) fn address(&mut self, offset: i32) -> Value {
        if let Some(&(_, value)) = self.addresses.iter().find(|(known, _)| *known == offset) {
            return value;
        }
        let value = self.frame_word(I64, offset);
        self.addresses.push((offset, value));
        value
    }

    /// Where the elements of a place begin.
    pub(crate) fn base(&mut self, place: Place) -> Value {
        match place {
            Place::Hot(register) | Place::First(register) => {
                self.address(hot_offset(register, offset_of!(HotSlot, data)))
            }
            Place::Input => self.address(offset_of!(Frame, input) as i32),
            Place::Target => self.address(offset_of!(Frame, target) as i32),
            Place::Output => self.address(offset_of!(Frame, output) as i32),
            Place::Weights(register) => self.address(cold_offset(register, offset_of!(ColdSlot, values))),
            Place::Scratch(_) => self.address(offset_of!(Frame, scratch) as i32),
        }
    }

    /// An address of a cold register's slot.
    pub(crate) fn cold_address(&mut self, register: usize, field: usize) -> Value {
        self.address(cold_offset(register, field))
    }

    // ── Elements ──

    /// The address of an element, and the bytes to add to it.
    pub(crate) fn element(&mut self, place: Place, at: At) -> (Value, i32) {
        let size = if matches!(place, Place::Weights(_)) { 2 } else { 4 };
        let base = self.base(place);
        let at = if matches!(place, Place::First(_)) { At::fixed(0) } else { at };
        let begin = if let Place::Scratch(byte) = place { byte } else { 0 };
        let address = match at.moving {
            None => base,
            Some(moving) => self.scaled(base, moving, size),
        };
        (address, (begin + at.fixed * size as usize) as i32)
    }

    /// A base and so many elements of so many bytes.
    pub(crate) fn scaled(&mut self, base: Value, elements: Value, size: i64) -> Value {
        let bytes = match size {
            1 => elements,
            // What addresses can have in them costs no instruction.
            2 | 4 | 8 => self.b.ins().ishl_imm_u(elements, i64::from(size.trailing_zeros())),
            _ => self.b.ins().imul_imm_s(elements, size),
        };
        self.b.ins().iadd(base, bytes)
    }

    /// Where the first element of a place is.
    pub(crate) fn place_address(&mut self, place: Place) -> Value {
        let (address, offset) = self.element(place, At::fixed(0));
        self.b.ins().iadd_imm_s(address, i64::from(offset))
    }

    /// One element, as 32 bits.
    pub(crate) fn load_one(&mut self, place: Place, at: At) -> Value {
        let (address, offset) = self.element(place, at);
        match place {
            Place::Weights(_) => self.b.ins().sload16(I32, MEMORY, address, offset),
            _ => self.b.ins().load(I32, MEMORY, address, offset),
        }
    }

    pub(crate) fn store_one(&mut self, value: Value, place: Place, at: At) {
        let (address, offset) = self.element(place, at);
        self.b.ins().store(MEMORY, value, address, offset);
    }

    /// A vector of which the first `lanes` elements mean something.
    pub(crate) fn load(&mut self, place: Place, at: At, lanes: usize) -> Value {
        let (address, offset) = self.element(place, at);
        match place {
            Place::Weights(_) if lanes >= LANES => {
                let wide = self.b.ins().sload16x4(MEMORY, address, offset);
                debug_assert_eq!(self.b.func.dfg.value_type(wide), I32X4);
                wide
            }
            Place::Weights(_) => {
                let first = self.b.ins().sload16(I32, MEMORY, address, offset);
                let mut vector = self.b.ins().splat(I32X4, first);
                for lane in 1..lanes {
                    let value = self.b.ins().sload16(I32, MEMORY, address, offset + 2 * lane as i32);
                    vector = self.b.ins().insertlane(vector, value, lane as u8);
                }
                vector
            }
            Place::First(_) => {
                let first = self.b.ins().load(I32, MEMORY, address, offset);
                self.b.ins().splat(I32X4, first)
            }
            _ => self.b.ins().load(I32X4, MEMORY, address, offset),
        }
    }

    pub(crate) fn store(&mut self, vector: Value, place: Place, at: At) {
        let (address, offset) = self.element(place, at);
        self.b.ins().store(MEMORY, vector, address, offset);
    }

    // ── Constants and casts ──

    pub(crate) fn int(&mut self, value: i64) -> Value {
        self.b.ins().iconst(I64, value)
    }

    pub(crate) fn int32(&mut self, value: i32) -> Value {
        self.b.ins().iconst(I32, i64::from(value))
    }

    /// The same 32-bit number in every lane.
    pub(crate) fn splat(&mut self, value: i32) -> Value {
        let bytes: Vec<u8> = [value.to_le_bytes(); LANES].concat();
        let constant = self.b.func.dfg.constants.insert(bytes.into());
        self.b.ins().vconst(I32X4, constant)
    }

    /// The same 128 bits as other lanes.
    pub(crate) fn cast(&mut self, ty: Type, vector: Value) -> Value {
        let flags = MemFlagsData::new().with_endianness(cranelift_codegen::ir::Endianness::Little);
        self.b.ins().bitcast(ty, flags, vector)
    }

    /// The first lanes, the others 0.
    pub(crate) fn keep_lanes(&mut self, x: Value, lanes: usize) -> Value {
        if lanes >= LANES {
            return x;
        }
        let bytes: Vec<u8> = (0..16).map(|byte| if byte < 4 * lanes { 0xFF } else { 0 }).collect();
        let mask = self.b.func.dfg.constants.insert(bytes.into());
        let mask = self.b.ins().vconst(I32X4, mask);
        self.b.ins().band(x, mask)
    }

    /// Pairs of products of 16-bit lanes: `a[2i]·b[2i] + a[2i+1]·b[2i+1]`.
    pub(crate) fn multiply_add_pairs(&mut self, a: Value, b: Value) -> Value {
        debug_assert_eq!(self.b.func.dfg.value_type(a), I16X8);
        let (a_low, b_low) = (self.b.ins().swiden_low(a), self.b.ins().swiden_low(b));
        let (a_high, b_high) = (self.b.ins().swiden_high(a), self.b.ins().swiden_high(b));
        let low = self.b.ins().imul(a_low, b_low);
        let high = self.b.ins().imul(a_high, b_high);
        self.b.ins().iadd_pairwise(low, high)
    }

    /// Whether a 32-bit or 64-bit value compares so with a constant.
    pub(crate) fn compare(&mut self, condition: IntCC, value: Value, with: i64) -> Value {
        self.b.ins().icmp_imm_s(condition, value, with)
    }

    // ── Control ──

    pub(crate) fn jump(&mut self, to: Block) {
        self.b.ins().jump(to, &[]);
    }

    /// Continues in a new block if the condition holds, else goes on elsewhere.
    pub(crate) fn unless_go(&mut self, condition: Value, elsewhere: Block) {
        let here = self.b.create_block();
        self.b.ins().brif(condition, here, &[], elsewhere, &[]);
        self.b.switch_to_block(here);
    }

    /// A loop whose counter runs from 0 to `end` in steps; values are handed from round to round.
    pub(crate) fn counted(
        &mut self,
        end: usize,
        step: usize,
        carried: &[Value],
        body: impl FnOnce(&mut Self, Value, &[Value]) -> Vec<Value>,
    ) -> Vec<Value> {
        let (head, after) = (self.b.create_block(), self.b.create_block());
        self.b.append_block_param(head, I64);
        for &value in carried {
            let ty = self.b.func.dfg.value_type(value);
            self.b.append_block_param(head, ty);
            self.b.append_block_param(after, ty);
        }
        let zero = self.int(0);
        let begin: Vec<BlockArg> = [zero].iter().chain(carried).map(|&value| value.into()).collect();
        self.b.ins().jump(head, &begin);
        self.b.switch_to_block(head);
        let params = self.b.block_params(head).to_vec();
        // What the body loads is not there when the loop is left by another way, but it is only left at its end.
        let results = body(self, params[0], &params[1..]);
        let next = self.b.ins().iadd_imm_s(params[0], step as i64);
        let more = self.b.ins().icmp_imm_s(IntCC::SignedLessThan, next, end as i64);
        let again: Vec<BlockArg> = [next].iter().chain(&results).map(|&value| value.into()).collect();
        let leave: Vec<BlockArg> = results.iter().map(|&value| value.into()).collect();
        self.b.ins().brif(more, head, &again, after, &leave);
        self.b.switch_to_block(after);
        self.b.block_params(after).to_vec()
    }

    /// Something for each whole step of `count` elements: written out if they are few, else in a loop. Returns where the
    /// rest begins.
    pub(crate) fn each(&mut self, count: usize, step: usize, mut body: impl FnMut(&mut Self, At)) -> usize {
        let rounds = count / step;
        if rounds <= WRITTEN_OUT {
            (0..rounds).for_each(|round| body(self, At::fixed(round * step)));
        } else {
            self.counted(rounds * step, step, &[], |e, at, _| {
                body(e, At::moving(at, 0));
                Vec::new()
            });
        }
        rounds * step
    }

    /// The same, in a loop if there is more than one.
    pub(crate) fn each_looped(&mut self, count: usize, step: usize, mut body: impl FnMut(&mut Self, At)) {
        let rounds = count / step;
        if rounds > 1 {
            self.counted(rounds * step, step, &[], |e, at, _| {
                body(e, At::moving(at, 0));
                Vec::new()
            });
        } else if rounds == 1 {
            body(self, At::fixed(0));
        }
    }

    /// The same with values that are handed on.
    pub(crate) fn fold(
        &mut self,
        count: usize,
        step: usize,
        begin: Vec<Value>,
        mut body: impl FnMut(&mut Self, At, &[Value]) -> Vec<Value>,
    ) -> Vec<Value> {
        let rounds = count / step;
        if rounds <= WRITTEN_OUT {
            return (0..rounds).fold(begin, |values, round| body(self, At::fixed(round * step), &values));
        }
        self.counted(rounds * step, step, &begin, |e, at, values| body(e, At::moving(at, 0), values))
    }

    /// One of two ways, each of which hands on the same number of values.
    pub(crate) fn either(
        &mut self,
        condition: Value,
        types: &[Type],
        yes: impl FnOnce(&mut Self) -> Vec<Value>,
        no: impl FnOnce(&mut Self) -> Vec<Value>,
    ) -> Vec<Value> {
        let (first, second, after) = (self.b.create_block(), self.b.create_block(), self.b.create_block());
        for &ty in types {
            self.b.append_block_param(after, ty);
        }
        self.b.ins().brif(condition, first, &[], second, &[]);
        let known = self.addresses.len();
        for (block, way) in
            [(first, Box::new(yes) as Box<dyn FnOnce(&mut Self) -> Vec<Value>>), (second, Box::new(no))]
        {
            self.b.switch_to_block(block);
            let values: Vec<BlockArg> = way(self).into_iter().map(Into::into).collect();
            self.b.ins().jump(after, &values);
            self.addresses.truncate(known);
        }
        self.b.switch_to_block(after);
        self.b.block_params(after).to_vec()
    }

    /// One of two ways.
    pub(crate) fn branch(
        &mut self,
        condition: Value,
        yes: impl FnOnce(&mut Self),
        no: impl FnOnce(&mut Self),
    ) {
        let yes = |e: &mut Self| {
            yes(e);
            Vec::new()
        };
        let no = |e: &mut Self| {
            no(e);
            Vec::new()
        };
        self.either(condition, &[], yes, no);
    }

    /// Something only if a condition holds.
    pub(crate) fn when(&mut self, condition: Value, body: impl FnOnce(&mut Self)) {
        self.branch(condition, body, |_| {});
    }

    /// The low half of a 32-bit value.
    pub(crate) fn narrow16(&mut self, value: Value) -> Value {
        self.b.ins().ireduce(I16, value)
    }
}
