//! Products of packed weights with a vector.
//!
//! The inputs are narrowed to 16 bits while they are looked through; if none is too large for that, each pair of them is
//! multiplied with a pair of weights of eight outputs at once, exactly, in 32-bit sums. Otherwise every input is split
//! into an upper and a lower 16-bit plane and the sums are put together in 64 bits. The results pass through the
//! element-wise instructions that follow before anything is stored.

use super::emitter::{Emitter, LANES};
use super::lanes::Chain;
use super::place::{At, Place};
use super::plan::{Plan, Planned, Reason, index, matrix, result, source, weights};
use super::poll;
use crate::analysis::facts::{Buffer, View};
use crate::frame::ColdSlot;
use crate::packs::Form;
use cranelift_codegen::ir::condcodes::IntCC;
use cranelift_codegen::ir::types::{I16X8, I32, I32X4, I64};
use cranelift_codegen::ir::{InstBuilder, Value};
use std::mem::offset_of;
use ternsig_kernels::{Arrangement, Layout};

/// Inputs whose products with any weights certainly fit into 32-bit sums, if each fits into 16 bits.
const SHORT: usize = 256;
/// Pairs of inputs after which 32-bit sums are put into 64 bits.
const FLUSH_PAIRS: usize = 128;
/// About how many multiply-adds a round of the inner loop has.
const ROUND: usize = 16;

/// The most weights that a shape may claim without holding them.
const UNSTORED: usize = 1 << 12;

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

/// Where the narrowed inputs are.
#[derive(Clone, Copy)]
struct Planes {
    /// The upper halves, or nothing in the single-plane product.
    upper: Option<usize>,
    lower: usize,
}

impl Product {
    /// The product, its results through the chain.
    pub(crate) fn emit(&self, e: &mut Emitter<'_>, chain: &Chain<'_>) {
        if self.rows == 0 {
            return;
        }
        if self.form != Form::Plain {
            return self.emit_gated(e, chain);
        }
        let layout = &self.layout;
        let plane_bytes = 2 * self.columns.next_multiple_of(8) + 16;
        let (lower, upper) = (e.scratch(plane_bytes), e.scratch(plane_bytes));
        let staged = e.scratch(4 * self.rows.next_multiple_of(16));
        let sums = e.scratch(8 * self.rows.next_multiple_of(16));
        let forbidden = self.narrow(e, lower);
        let fits = e.compare(IntCC::Equal, forbidden, 0);
        e.either(
            fits,
            &[],
            |e| {
                let planes = Planes { upper: None, lower };
                match layout.arrangement() {
                    Arrangement::Rows => self.rows_narrow(e, planes, chain),
                    Arrangement::Blocks => self.blocks_narrow(e, layout, planes, chain),
                }
                Vec::new()
            },
            |e| {
                self.split(e, upper, lower);
                let planes = Planes { upper: Some(upper), lower };
                match layout.arrangement() {
                    Arrangement::Rows => self.rows_wide(e, layout, planes, sums),
                    Arrangement::Blocks => self.blocks_wide(e, layout, planes, sums),
                }
                self.finish_wide(e, sums, staged);
                let dst = Place::Hot(self.dst);
                chain.emit_all(e, self.rows, |e, at| vec![(dst, e.load(Place::Scratch(staged), at, LANES))]);
                Vec::new()
            },
        );
    }

    fn packed(&self, e: &mut Emitter<'_>) -> Value {
        e.cold_address(self.weights, offset_of!(ColdSlot, packed))
    }

    // ── Inputs ──

    /// Narrows the inputs; 0 if they are small enough for the single-plane product.
    fn narrow(&self, e: &mut Emitter<'_>, plane: usize) -> Value {
        let zero = e.splat(0);
        let mut seen = vec![zero];
        let done = self.used / 8 * 8;
        seen = e.fold(self.used, 8, seen, |e, at, seen| {
            let (first, second) = self.pair_of_vectors(e, at);
            let narrow = e.b.ins().snarrow(first, second);
            e.store_plane(narrow, plane, at);
            let either = [first, second].map(|x| magnitude_bits(e, x));
            let both = e.b.ins().bor(either[0], either[1]);
            vec![e.b.ins().bor(seen[0], both)]
        });
        let rest = self.used - done;
        if rest > 0 {
            let at = At::fixed(done);
            let (mut first, mut second) = self.pair_of_vectors(e, at);
            first = e.keep_lanes(first, rest.min(4));
            second = e.keep_lanes(second, rest.saturating_sub(4));
            let narrow = e.b.ins().snarrow(first, second);
            e.store_plane(narrow, plane, at);
            let either = [first, second].map(|x| magnitude_bits(e, x));
            let both = e.b.ins().bor(either[0], either[1]);
            seen[0] = e.b.ins().bor(seen[0], both);
        }
        self.clear_rest(e, plane);
        let forbidden = if self.used <= SHORT {
            e.splat(!0x7FFF)
        } else {
            let bits = e.cold_address(self.weights, offset_of!(ColdSlot, forbidden_bits));
            let bits = e.b.ins().ireduce(I32, bits);
            e.b.ins().splat(I32X4, bits)
        };
        let found = e.b.ins().band(seen[0], forbidden);
        let any = e.b.ins().vany_true(found);
        e.b.ins().uextend(I64, any)
    }

    fn pair_of_vectors(&self, e: &mut Emitter<'_>, at: At) -> (Value, Value) {
        let behind = At { fixed: at.fixed + LANES, ..at };
        (e.load(self.input, at, LANES), e.load(self.input, behind, LANES))
    }

    /// Weights that meet no input meet 0.
    fn clear_rest(&self, e: &mut Emitter<'_>, plane: usize) {
        let done = self.used.next_multiple_of(8);
        if done < self.columns {
            let zero = e.splat(0);
            let zero = e.cast(I16X8, zero);
            e.each(self.columns.next_multiple_of(8) - done, 8, |e, at| {
                e.store_plane(zero, plane, At { fixed: at.fixed + done, ..at });
            });
        }
    }

    /// Splits the inputs: x = 65536·upper + lower + 32768.
    fn split(&self, e: &mut Emitter<'_>, upper: usize, lower: usize) {
        // What follows the inputs meets weights of 0 in both planes: the lower plane's part of the row sums is 0 there, too.
        e.each(self.used.next_multiple_of(8), 8, |e, at| {
            let (first, second) = self.pair_of_vectors(e, at);
            let high = [first, second].map(|x| e.b.ins().sshr_imm_u(x, 16));
            let high = e.b.ins().snarrow(high[0], high[1]);
            e.store_plane(high, upper, at);
            let low = [first, second].map(|x| {
                let bias = e.splat(0x8000);
                let flipped = e.b.ins().bxor(x, bias);
                let raised = e.b.ins().ishl_imm_u(flipped, 16);
                e.b.ins().sshr_imm_u(raised, 16)
            });
            let low = e.b.ins().snarrow(low[0], low[1]);
            e.store_plane(low, lower, at);
        });
        self.mend_tail(e, upper, lower);
    }

    /// An absent input is 0: its lower half is −32768, since the row sums count 32768 for it.
    fn mend_tail(&self, e: &mut Emitter<'_>, upper: usize, lower: usize) {
        let zero = e.int32(0);
        let bias = e.int32(-0x8000);
        let (zero, bias) = (e.narrow16(zero), e.narrow16(bias));
        let begin = self.used;
        let first_whole = begin.next_multiple_of(8).min(self.columns);
        for k in begin..first_whole {
            e.store_plane_one(zero, upper, At::fixed(k));
            e.store_plane_one(bias, lower, At::fixed(k));
        }
        let columns = self.columns.next_multiple_of(8);
        if first_whole < self.columns {
            let start = begin.next_multiple_of(8);
            e.each(columns - start, 1, |e, at| {
                let at = At { fixed: at.fixed + start, ..at };
                e.store_plane_one(zero, upper, at);
                e.store_plane_one(bias, lower, at);
            });
        }
    }

    // ── Rows: at most four outputs ──

    fn rows_narrow(&self, e: &mut Emitter<'_>, planes: Planes, chain: &Chain<'_>) {
        let sums = self.row_sums(e, &[planes.lower]);
        let known = vec![(Place::Hot(self.dst), sums[0])];
        chain.emit(e, At::fixed(0), self.rows, known);
    }

    /// The sums of all rows in one vector, for each plane.
    fn row_sums(&self, e: &mut Emitter<'_>, planes: &[usize]) -> Vec<Value> {
        self.row_sums_between(e, planes, None, self.columns.next_multiple_of(8))
    }

    /// The same for so many inputs from one on.
    fn row_sums_between(
        &self,
        e: &mut Emitter<'_>,
        planes: &[usize],
        from: Option<Value>,
        count: usize,
    ) -> Vec<Value> {
        let weights = self.packed(e);
        let stride = self.layout.row_stride() as i32 * 2;
        let zero = e.splat(0);
        let begin = vec![zero; planes.len() * self.rows];
        let sums = e.fold(count, 8, begin, |e, at, sums| {
            if let (Some(input), true) = (at.moving, count * self.rows > poll::INTERVAL) {
                e.poll_every(input, 8, 8 * self.rows);
            }
            let at = from.map_or(at, |from| e.behind(from, at));
            let inputs: Vec<Value> = planes.iter().map(|&plane| e.load_plane(plane, at)).collect();
            let (address, offset) = e.packed_element(weights, at);
            let mut next = Vec::with_capacity(sums.len());
            for row in 0..self.rows {
                let weights = e.load_packed(address, offset + row as i32 * stride);
                for (plane, &input) in inputs.iter().enumerate() {
                    let product = e.multiply_add_pairs(weights, input);
                    next.push(e.b.ins().iadd(sums[row * planes.len() + plane], product));
                }
            }
            next
        });
        (0..planes.len())
            .map(|plane| {
                let row = |row: usize| sums.get(row * planes.len() + plane).copied().unwrap_or(zero);
                let pairs = [(row(0), row(1)), (row(2), row(3))].map(|(a, b)| e.b.ins().iadd_pairwise(a, b));
                e.b.ins().iadd_pairwise(pairs[0], pairs[1])
            })
            .collect()
    }

    fn rows_wide(&self, e: &mut Emitter<'_>, layout: &Layout, planes: Planes, sums: usize) {
        let columns = layout.row_stride();
        let planes = [planes.upper.unwrap_or(planes.lower), planes.lower];
        clear_sums(e, sums, 4);
        each_part(e, columns, 2 * FLUSH_PAIRS, |e, from, count| {
            e.poll_every(from, 2 * FLUSH_PAIRS, 2 * FLUSH_PAIRS * self.rows);
            let parts = self.row_sums_between(e, &planes, Some(from), count);
            add_to_sums(e, sums, At::fixed(0), parts[0], parts[1]);
        });
    }

    // ── Blocks of four outputs ──

    fn blocks_narrow(&self, e: &mut Emitter<'_>, layout: &Layout, planes: Planes, chain: &Chain<'_>) {
        self.each_group(e, layout, |e, group, weights| {
            let zero = e.splat(0);
            let sums = vec![zero; group.blocks];
            let sums = pairs(e, group.blocks, layout.pairs(), (weights, None), &[planes.lower], sums);
            for (block, &sum) in sums.iter().enumerate() {
                let at = At { fixed: group.at.fixed + block * LANES, ..group.at };
                let known = vec![(Place::Hot(self.dst), sum)];
                chain.emit(e, at, (self.rows - group.least - block * LANES).min(LANES), known);
            }
        });
    }

    fn blocks_wide(&self, e: &mut Emitter<'_>, layout: &Layout, planes: Planes, sums: usize) {
        clear_sums(e, sums, layout.blocks() * LANES);
        let planes = [planes.upper.unwrap_or(planes.lower), planes.lower];
        self.each_group(e, layout, |e, group, weights| {
            each_part(e, layout.pairs(), FLUSH_PAIRS, |e, from, count| {
                if self.columns * group.blocks * LANES > poll::INTERVAL {
                    e.poll_every(from, FLUSH_PAIRS, 2 * FLUSH_PAIRS * group.blocks * LANES);
                }
                let zero = e.splat(0);
                let begin = vec![zero; 2 * group.blocks];
                let skipped = e.b.ins().imul_imm_s(from, 16 * group.blocks as i64);
                let weights = e.b.ins().iadd(weights, skipped);
                let inputs = e.b.ins().ishl_imm_u(from, 2);
                let parts = pairs(e, group.blocks, count, (weights, Some(inputs)), &planes, begin);
                for block in 0..group.blocks {
                    let at = At { fixed: group.at.fixed + block * LANES, ..group.at };
                    add_to_sums(e, sums, at, parts[2 * block], parts[2 * block + 1]);
                }
            });
        });
    }

    /// Every group of blocks with the address of its weights: whole ones in a loop if they are many.
    fn each_group(
        &self,
        e: &mut Emitter<'_>,
        layout: &Layout,
        mut body: impl FnMut(&mut Emitter<'_>, Group, Value),
    ) {
        let all = self.packed(e);
        let (blocks, most) = (layout.blocks(), layout.group_blocks());
        let group_bytes = most * layout.pairs() * 16;
        let outputs = most * LANES;
        // The last group may be shorter, and so may the last block.
        let whole = self.rows / outputs;
        let looped = if whole > 2 { whole } else { 0 };
        if looped > 0 {
            e.counted(looped, 1, &[], |e, group, _| {
                e.poll_every(group, 1, outputs * self.used);
                let offset = e.b.ins().imul_imm_s(group, group_bytes as i64);
                let weights = e.b.ins().iadd(all, offset);
                let first = e.b.ins().imul_imm_s(group, outputs as i64);
                body(e, Group { at: At::moving(first, 0), least: 0, blocks: most }, weights);
                Vec::new()
            });
        }
        for group in looped..layout.groups() {
            e.poll();
            let weights = e.b.ins().iadd_imm_s(all, (group * group_bytes) as i64);
            let first = group * outputs;
            let blocks = most.min(blocks - group * most);
            body(e, Group { at: At::fixed(first), least: first, blocks }, weights);
        }
    }

    /// Puts the row sums' part in and saturates.
    fn finish_wide(&self, e: &mut Emitter<'_>, sums: usize, staged: usize) {
        let row_sums = e.cold_address(self.weights, offset_of!(ColdSlot, row_sums));
        e.each(self.rows, 1, |e, at| {
            let sum = e.load_sum(sums, at);
            let (address, offset) = e.word_element(row_sums, at);
            let row = e.b.ins().load(I32, super::emitter::MEMORY, address, offset);
            let row = e.b.ins().sextend(I64, row);
            let bias = e.b.ins().ishl_imm_u(row, 15);
            let sum = e.b.ins().iadd(sum, bias);
            let value = saturated(e, sum);
            e.store_one(value, Place::Scratch(staged), at);
        });
    }
}

/// A group of blocks: the position of its first output, how many blocks it has, and an output that the first one is
/// not before.
#[derive(Clone, Copy)]
struct Group {
    at: At,
    least: usize,
    blocks: usize,
}

/// Something for each part of so many, in a loop if there are many: where it begins, and how many it has.
fn each_part(
    e: &mut Emitter<'_>,
    all: usize,
    part: usize,
    mut body: impl FnMut(&mut Emitter<'_>, Value, usize),
) {
    let whole = all / part;
    if whole > 0 {
        e.counted(whole * part, part, &[], |e, from, _| {
            body(e, from, part);
            Vec::new()
        });
    }
    if whole * part < all {
        let from = e.int((whole * part) as i64);
        body(e, from, all - whole * part);
    }
}

/// Adds the products of so many pairs of inputs to the sums: one for each block and plane. Inputs begin behind so many
/// bytes of the planes.
fn pairs(
    e: &mut Emitter<'_>,
    blocks: usize,
    count: usize,
    (weights, begin): (Value, Option<Value>),
    planes: &[usize],
    sums: Vec<Value>,
) -> Vec<Value> {
    let round = (ROUND / (blocks * planes.len())).clamp(1, 8);
    let rounds = count / round;
    let one = |e: &mut Emitter<'_>, address: Value, pair: usize, inputs: Option<Value>, sums: &[Value]| {
        let inputs: Vec<Value> = planes.iter().map(|&plane| e.load_pair(plane, inputs, pair)).collect();
        let mut next = Vec::with_capacity(sums.len());
        for block in 0..blocks {
            let weights = e.load_packed(address, ((pair * blocks + block) * 16) as i32);
            for (plane, &input) in inputs.iter().enumerate() {
                let product = e.multiply_add_pairs(weights, input);
                next.push(e.b.ins().iadd(sums[block * planes.len() + plane], product));
            }
        }
        next
    };
    let mut sums = sums;
    let mut written = 0;
    if rounds > 2 {
        let step = round * blocks * 16;
        sums = e.counted(rounds * round, round, &sums, |e, pair, sums| {
            if 2 * LANES * blocks * count > poll::INTERVAL {
                e.poll_every(pair, round, 2 * LANES * blocks * round);
            }
            let offset = e.b.ins().imul_imm_s(pair, (step / round) as i64);
            let address = e.b.ins().iadd(weights, offset);
            let inputs = e.b.ins().ishl_imm_u(pair, 2);
            let inputs = begin.map_or(inputs, |begin| e.b.ins().iadd(begin, inputs));
            (0..round).fold(sums.to_vec(), |sums, pair| one(e, address, pair, Some(inputs), &sums))
        });
        written += rounds * round;
    }
    (written..count).fold(sums, |sums, pair| one(e, weights, pair, begin, &sums))
}

/// The bits in which an input differs from its sign.
fn magnitude_bits(e: &mut Emitter<'_>, x: Value) -> Value {
    let sign = e.b.ins().sshr_imm_u(x, 31);
    e.b.ins().bxor(x, sign)
}

fn clear_sums(e: &mut Emitter<'_>, sums: usize, count: usize) {
    let zero = e.splat(0);
    e.each(2 * count.next_multiple_of(LANES), LANES, |e, at| e.store(zero, Place::Scratch(sums), at));
}

/// Adds 65536·upper + lower to four 64-bit sums.
fn add_to_sums(e: &mut Emitter<'_>, sums: usize, at: At, upper: Value, lower: Value) {
    for lane in 0..LANES {
        let at = At { fixed: at.fixed + lane, ..at };
        let [upper, lower] = [upper, lower].map(|vector| {
            let value = e.b.ins().extractlane(vector, lane as u8);
            e.b.ins().sextend(I64, value)
        });
        let upper = e.b.ins().ishl_imm_u(upper, 16);
        let part = e.b.ins().iadd(upper, lower);
        let sum = e.load_sum(sums, at);
        let sum = e.b.ins().iadd(sum, part);
        e.store_sum(sum, sums, at);
    }
}

/// A 64-bit value saturated to 32 bits.
pub(super) fn saturated(e: &mut Emitter<'_>, value: Value) -> Value {
    let (low, high) = (e.int(i64::from(i32::MIN)), e.int(i64::from(i32::MAX)));
    let raised = e.b.ins().smax(value, low);
    let value = e.b.ins().smin(raised, high);
    e.b.ins().ireduce(I32, value)
}
