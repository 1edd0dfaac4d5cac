//! Mastery's commit: native code looks for weights whose pressure is high enough to matter; those few are handed on.

use super::emitter::{Emitter, LANES, MEMORY};
use super::place::{At, Place};
use super::plan::{Plan, Planned, Routine, RoutinePlan, index, weights};
use crate::analysis::facts::View;
use crate::frame::{ColdSlot, Frame, cold_offset};
use crate::mastery::Commit;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I32, I32X4, I64};
use cranelift_codegen::ir::{AbiParam, InstBuilder, Signature, Value};
use std::mem::offset_of;

/// Weights that are looked at together.
const BLOCK: usize = 8 * LANES;

/// Looks through the pressure of a whole register.
#[derive(Debug)]
struct Scan {
    commit: Commit,
    len: usize,
}

/// Both forms of `mastery_commit`.
pub(super) fn plan(view: &View<'_>, w: u8, threshold: u8, step: u8) -> Planned {
    let routine = Scan { commit: Commit::new(index(w), threshold, step), len: weights(view, w)?.len };
    Ok(Plan::Routine(RoutinePlan { reads: Vec::new(), write: None, routine: Box::new(routine) }))
}

impl Routine for Scan {
    fn emit(&self, e: &mut Emitter<'_>) {
        let register = self.commit.register;
        let pressure = e.frame_word(I64, cold_offset(register, offset_of!(ColdSlot, pressure)));
        let frozen = e.frame_word(I64, cold_offset(register, offset_of!(ColdSlot, frozen)));
        let exists = e.compare(IntCC::NotEqual, pressure, 0);
        let thawed = e.compare(IntCC::Equal, frozen, 0);
        let open = e.b.ins().band(exists, thawed);
        e.when(open, |e| {
            let len = e.frame_word(I64, cold_offset(register, offset_of!(ColdSlot, pressure_len)));
            let whole = e.compare(IntCC::Equal, len, self.len as i64);
            let list = e.scratch(4 * (self.len + 1));
            let count = e.either(
                whole,
                &[I64],
                |e| vec![self.scan(e, pressure, list)],
                // A list of another length, which is rare, is looked through by the other side.
                |e| vec![e.int(Commit::ALL as i64)],
            );
            let any = e.compare(IntCC::NotEqual, count[0], 0);
            e.when(any, |e| self.hand_on(e, list, count[0]));
        });
        // The weights can lie elsewhere now.
        e.forget_addresses();
    }

    fn pressed(&self) -> Option<usize> {
        Some(self.commit.register)
    }
}

impl Scan {
    /// Collects the indexes of pressures from the least threshold on; how many they are.
    fn scan(&self, e: &mut Emitter<'_>, pressure: Value, list: usize) -> Value {
        let scratch = e.base(Place::Scratch(0));
        let list = e.b.ins().iadd_imm_s(scratch, list as i64);
        // −t < p < t says that p + t − 1, wrapped and without sign, is at most 2t − 2.
        let reach = self.commit.least_threshold() - 1;
        let (raise, first_beyond) = (e.splat(reach), e.splat(2 * reach + 1));
        let zero = e.int(0);
        let mut count = e.fold(self.len, BLOCK, vec![zero], |e, at, count| {
            let address = address(e, pressure, at);
            let vectors: Vec<Value> = (0..BLOCK / LANES)
                .map(|number| {
                    let vector = e.b.ins().load(I32X4, MEMORY, address, 4 * (number * LANES) as i32);
                    e.b.ins().iadd(vector, raise)
                })
                .collect();
            let peak = highest(e, vectors.clone());
            let beyond = e.mask(IntCC::UnsignedGreaterThanOrEqual, peak, first_beyond);
            let any = e.b.ins().vany_true(beyond);
            e.either(
                any,
                &[I64],
                |e| vec![collect_block(e, &vectors, first_beyond, list, at, count[0])],
                |_| vec![count[0]],
            )
        })[0];
        let done = self.len / BLOCK * BLOCK;
        if done < self.len {
            let address = address(e, pressure, At::fixed(done));
            count = collect(e, reach, (address, list), done, self.len - done, count);
        }
        count
    }

    fn hand_on(&self, e: &mut Emitter<'_>, list: usize, count: Value) {
        let mut signature = Signature::new(e.b.func.signature.call_conv);
        signature.params.extend([I64; 4].map(AbiParam::new));
        let signature = e.b.import_signature(signature);
        let commit = e.frame_word(I64, offset_of!(Frame, commit) as i32);
        let what = e.int(self.commit.packed() as i64);
        let (frame, list) = (e.frame(), e.int(list as i64 / 4));
        e.b.ins().call_indirect(signature, commit, &[frame, what, list, count]);
    }
}

/// The address of an element of 32 bits.
fn address(e: &mut Emitter<'_>, pressure: Value, at: At) -> Value {
    let fixed = 4 * at.fixed as i64;
    match at.moving {
        None => e.b.ins().iadd_imm_s(pressure, fixed),
        Some(moving) => {
            let bytes = e.b.ins().ishl_imm_u(moving, 2);
            let bytes = e.b.ins().iadd_imm_s(bytes, fixed);
            e.b.ins().iadd(pressure, bytes)
        }
    }
}

/// The greatest of vectors without sign, lane by lane.
fn highest(e: &mut Emitter<'_>, mut vectors: Vec<Value>) -> Value {
    while vectors.len() > 1 {
        vectors = vectors
            .chunks(2)
            .map(|pair| match *pair {
                [a, b] => e.b.ins().umax(a, b),
                _ => pair[0],
            })
            .collect();
    }
    vectors[0]
}

/// Puts the indexes of those pressures of a block that are not before the bound into the list, of which there is one at
/// least; how many it has then.
fn collect_block(
    e: &mut Emitter<'_>,
    vectors: &[Value],
    first_beyond: Value,
    list: Value,
    at: At,
    count: Value,
) -> Value {
    let mut bits = e.int(0);
    for (half, vectors) in vectors.chunks(16 / LANES).enumerate() {
        let mut masks: Vec<Value> = vectors
            .iter()
            .map(|&vector| e.mask(IntCC::UnsignedGreaterThanOrEqual, vector, first_beyond))
            .collect();
        // All ones stay all ones when lanes are narrowed, down to bytes.
        while masks.len() > 1 {
            masks = masks.chunks_exact(2).map(|pair| e.b.ins().snarrow(pair[0], pair[1])).collect();
        }
        let part = e.b.ins().vhigh_bits(I32, masks[0]);
        let part = e.b.ins().uextend(I64, part);
        let part = e.b.ins().ishl_imm_u(part, 16 * half as i64);
        bits = e.b.ins().bor(bits, part);
    }
    let first = match at.moving {
        None => e.int(at.fixed as i64),
        Some(moving) => e.b.ins().iadd_imm_s(moving, at.fixed as i64),
    };
    let (round, after) = (e.b.create_block(), e.b.create_block());
    e.b.append_block_param(round, I64);
    e.b.append_block_param(round, I64);
    e.b.ins().jump(round, &[bits.into(), count.into()]);
    e.b.switch_to_block(round);
    let &[bits, count] = e.b.block_params(round) else { return count };
    let bit = e.b.ins().ctz(bits);
    let index = e.b.ins().iadd(first, bit);
    put(e, list, count, index);
    let less = e.b.ins().iadd_imm_s(bits, -1);
    let rest = e.b.ins().band(bits, less);
    let more = e.compare(IntCC::NotEqual, rest, 0);
    let count_after = e.b.ins().iadd_imm_s(count, 1);
    e.b.ins().brif(more, round, &[rest.into(), count_after.into()], after, &[]);
    e.b.switch_to_block(after);
    count_after
}

/// Puts an index into the list behind so many.
fn put(e: &mut Emitter<'_>, list: Value, count: Value, index: Value) {
    let index = e.b.ins().ireduce(I32, index);
    let place = e.b.ins().ishl_imm_u(count, 2);
    let place = e.b.ins().iadd(list, place);
    e.b.ins().store(MEMORY, index, place, 0);
}

/// The same for the last pressures, from `first` on.
fn collect(
    e: &mut Emitter<'_>,
    reach: i32,
    (address, list): (Value, Value),
    first: usize,
    len: usize,
    count: Value,
) -> Value {
    e.fold(len, 1, vec![count], |e, at, count| {
        let from = self::address(e, address, at);
        let pressure = e.b.ins().load(I32, MEMORY, from, 0);
        let raised = e.b.ins().iadd_imm_s(pressure, i64::from(reach));
        let beyond = e.b.ins().icmp_imm_u(IntCC::UnsignedGreaterThan, raised, i64::from(2 * reach));
        let index = match at.moving {
            None => e.int((first + at.fixed) as i64),
            Some(moving) => e.b.ins().iadd_imm_s(moving, (first + at.fixed) as i64),
        };
        put(e, list, count[0], index);
        let more = e.b.ins().uextend(I64, beyond);
        vec![e.b.ins().iadd(count[0], more)]
    })[0]
}
