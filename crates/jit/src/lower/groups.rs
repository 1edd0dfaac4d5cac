//! The sums of some outputs of a product that are computed together.

use super::emitter::{Emitter, LANES, MEMORY};
use super::inputs::PLANE_LANES;
use super::place::{At, Place};
use super::poll;
use super::product::Product;
use crate::frame::ColdSlot;
use cranelift_codegen::ir::types::{I16X8, I32, I32X4};
use cranelift_codegen::ir::{InstBuilder, Value};
use std::mem::offset_of;
use ternsig_kernels::Arrangement;

/// About how many multiply-adds a round of the inner loop has.
const ROUND: usize = 8;
/// Most pairs of a round.
const ROUND_PAIRS: usize = 4;

/// Blocks of four outputs whose sums stay in registers of the processor.
pub(super) struct Group<'p> {
    pub(super) product: &'p Product,
    /// The position of the first output.
    pub(super) at: At,
    /// An output that the first one is not before.
    pub(super) least: usize,
    pub(super) blocks: usize,
    /// The address of its packed weights.
    pub(super) weights: Value,
}

impl Group<'_> {
    /// The position of the first output of a block.
    pub(super) const fn output(&self, block: usize) -> At {
        At { moving: self.at.moving, fixed: self.at.fixed + block * LANES }
    }

    /// The sums of each block over all inputs, plane by plane. Those of a plane fit into 32 bits or wrap around.
    pub(super) fn sums(&self, e: &mut Emitter<'_>, planes: &[usize]) -> Vec<Value> {
        match self.product.layout.arrangement() {
            Arrangement::Rows => self.rows(e, planes, self.product.layout.row_stride()),
            Arrangement::Blocks => self.pairs(e, planes, self.product.layout.pairs()),
        }
    }

    /// One row after the other: lanes hold inputs and are added up at the end.
    fn rows(&self, e: &mut Emitter<'_>, planes: &[usize], inputs: usize) -> Vec<Value> {
        let rows = self.product.rows;
        let stride = self.product.layout.row_stride() as i32 * 2;
        let zero = e.splat(0);
        let sums = e.fold(inputs, PLANE_LANES, vec![zero; planes.len() * rows], |e, at, sums| {
            if let (Some(input), true) = (at.moving, inputs * rows > poll::INTERVAL) {
                e.poll_every(input, PLANE_LANES, PLANE_LANES * rows);
            }
            let inputs: Vec<Value> = planes.iter().map(|&plane| e.load_plane(plane, at)).collect();
            let (address, offset) = e.packed_element(self.weights, at);
            let mut next = Vec::with_capacity(sums.len());
            for row in 0..rows {
                let weights = e.load_packed(address, offset + row as i32 * stride);
                for (plane, &input) in inputs.iter().enumerate() {
                    let product = e.multiply_add_pairs(weights, input);
                    next.push(e.b.ins().iadd(sums[row * planes.len() + plane], product));
                }
            }
            next
        });
        let of = |row: usize, plane: usize| sums.get(row * planes.len() + plane).copied().unwrap_or(zero);
        let mut added = |plane: usize| {
            let pairs = [0, 2].map(|row| e.b.ins().iadd_pairwise(of(row, plane), of(row + 1, plane)));
            e.b.ins().iadd_pairwise(pairs[0], pairs[1])
        };
        (0..planes.len()).map(&mut added).collect()
    }

    /// Pair of inputs after pair: lanes hold outputs.
    fn pairs(&self, e: &mut Emitter<'_>, planes: &[usize], count: usize) -> Vec<Value> {
        let zero = e.splat(0);
        let sums = vec![zero; self.blocks * planes.len()];
        let round = (ROUND / sums.len()).clamp(1, ROUND_PAIRS);
        let looped = if count / round > 1 { count / round * round } else { 0 };
        let begin = Pairs { weights: self.weights, first: 0, sums };
        let mut end = if looped > 0 { self.rounds(e, planes, begin, (looped, round)) } else { begin };
        for pair in 0..count - looped {
            let inputs = e.load_pair(planes, None, end.first + pair);
            self.add_pair(e, end.weights, pair, &inputs, &mut end.sums);
        }
        end.sums
    }

    /// So many pairs in rounds. Those of the next round are loaded at the end of each: what is loaded into all lanes is
    /// loaded by a single instruction only if it has a single use, and this is one.
    fn rounds(
        &self,
        e: &mut Emitter<'_>,
        planes: &[usize],
        begin: Pairs,
        (looped, round): (usize, usize),
    ) -> Pairs {
        let first: Vec<Value> = (0..round).flat_map(|pair| e.load_pair(planes, None, pair)).collect();
        let carried: Vec<Value> = [begin.weights].into_iter().chain(first).chain(begin.sums).collect();
        let sums_at = 1 + round * planes.len();
        let work = PLANE_LANES * self.blocks;
        // The counter is the position in a plane, in bytes.
        let results = e.counted(4 * looped, 4 * round, &carried, |e, counter, carried| {
            if work * looped > poll::INTERVAL {
                e.poll_every(counter, 4 * round, work * round);
            }
            let mut sums = carried[sums_at..].to_vec();
            for (pair, inputs) in carried[1..sums_at].chunks(planes.len()).enumerate() {
                self.add_pair(e, carried[0], pair, inputs, &mut sums);
            }
            let weights = e.b.ins().iadd_imm_s(carried[0], (round * self.pair_bytes()) as i64);
            let next = (round..2 * round).flat_map(|pair| e.load_pair(planes, Some(counter), pair));
            [weights].into_iter().chain(next).chain(sums).collect()
        });
        Pairs { weights: results[0], first: looped, sums: results[sums_at..].to_vec() }
    }

    /// Bytes of packed weights that meet a pair of inputs.
    const fn pair_bytes(&self) -> usize {
        16 * self.blocks
    }

    /// Adds the products of one pair of inputs.
    fn add_pair(
        &self,
        e: &mut Emitter<'_>,
        weights: Value,
        pair: usize,
        inputs: &[Value],
        sums: &mut [Value],
    ) {
        let inputs: Vec<Value> = inputs.iter().map(|&inputs| e.cast(I16X8, inputs)).collect();
        for (block, sums) in sums.chunks_mut(inputs.len()).enumerate() {
            let weights = e.load_packed(weights, (pair * self.pair_bytes() + 16 * block) as i32);
            for (sum, &input) in sums.iter_mut().zip(&inputs) {
                let product = e.multiply_add_pairs(weights, input);
                *sum = e.b.ins().iadd(*sum, product);
            }
        }
    }

    // ── Two planes ──

    /// The sums of both planes joined modulo 2³².
    pub(super) fn joined(&self, e: &mut Emitter<'_>, parts: &[Value]) -> Vec<Value> {
        let row_sums = e.cold_address(self.product.weights, offset_of!(ColdSlot, row_sums));
        let joined = parts.chunks(2).enumerate().map(|(block, parts)| {
            let (address, offset) = e.word_element(row_sums, self.output(block));
            let row_sums = e.b.ins().load(I32X4, MEMORY, address, offset);
            let bias = e.b.ins().ishl_imm_u(row_sums, 15);
            let upper = e.b.ins().ishl_imm_u(parts[0], 16);
            let sum = e.b.ins().iadd(upper, parts[1]);
            e.b.ins().iadd(sum, bias)
        });
        joined.collect()
    }
}

/// How far the pairs of a group are.
struct Pairs {
    /// The address of the next weights.
    weights: Value,
    /// The next pair.
    first: usize,
    sums: Vec<Value>,
}

impl Emitter<'_> {
    /// A pair of inputs of each plane in every lane: pair `pair` behind so many bytes.
    fn load_pair(&mut self, planes: &[usize], bytes: Option<Value>, pair: usize) -> Vec<Value> {
        let base = self.base(Place::Scratch(0));
        let address = bytes.map_or(base, |bytes| self.b.ins().iadd(base, bytes));
        let pair = |plane: &usize| {
            let word = self.b.ins().load(I32, MEMORY, address, (plane + 4 * pair) as i32);
            self.b.ins().splat(I32X4, word)
        };
        planes.iter().map(pair).collect()
    }
}
