//! Products of plain weights of any shape in vectors of 512 bits.
//!
//! A chunk of the inputs is narrowed to a plane of 16 bits; if some input is too large for that, it is split into two
//! planes, whose sums of 32 bits are joined in 64. What meets 16 outputs is one vector of weights for a pair of inputs.

use super::inputs::Inputs;
use super::results::Results;
use super::twelve;
use crate::limits::FLUSH_INTERVAL;
use crate::plain::{Job, PlainOperand};
use std::arch::x86_64::*;
use std::mem::MaybeUninit;

/// Inputs whose planes are made at a time: as many as sums of 32 bits hold, whatever they are.
pub(super) const CHUNK: usize = FLUSH_INTERVAL;

/// Inputs that a single plane has room for: so many need not be narrowed again for each group of outputs.
const PLANE: usize = 4 * CHUNK;

/// Outputs of a block, and elements that it has for a pair of inputs.
pub(super) const BLOCK: usize = 4;
pub(super) const BLOCK_PAIR: usize = 8;

/// What all parts of a product share.
struct Task {
    weights: PlainOperand,
    inputs: Inputs,
    rows: usize,
    results: Results,
    /// The lower and the upper plane of a chunk. The lower one is all there is of inputs that fit 16 bits.
    planes: [*mut i16; 2],
    /// How many inputs the planes hold at a time.
    held: usize,
}

/// See [`ProductFunction`](crate::plain::ProductFunction).
///
/// # Safety
/// As there, and the processor has these features.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
pub(super) unsafe extern "C" fn product(
    weights: *const PlainOperand,
    inputs: *const i32,
    outputs: *mut i32,
    columns: u64,
    rows: u64,
    bias: *const i16,
) {
    let mut lower = [MaybeUninit::<i16>::uninit(); PLANE];
    let mut upper = [MaybeUninit::<i16>::uninit(); CHUNK];
    let Job { used, columns, rows, then } = Job::of_words([columns, rows]);
    // SAFETY: by contract.
    let weights = unsafe { *weights };
    let inputs = Inputs { first: inputs, used, columns };
    let planes = [lower.as_mut_ptr().cast(), upper.as_mut_ptr().cast::<i16>()];
    let results = Results { outputs, then, bias };
    let is_held = columns <= PLANE;
    let task = Task { weights, inputs, rows, results, planes, held: if is_held { PLANE } else { CHUNK } };
    let mut seen = _mm256_setzero_si256();
    for from in (0..columns).step_by(CHUNK) {
        let place: *mut i16 = planes[0].wrapping_add(if is_held { from } else { 0 });
        // SAFETY: the inputs exist by contract, and the plane has room for a chunk there.
        seen = unsafe { inputs.narrow(from, place, seen) };
    }
    let forbidden = _mm256_set1_epi32(weights.forbidden_bits.cast_signed());
    // SAFETY: by contract; and no input is wider than the weights allow if there is a single plane.
    unsafe {
        if _mm256_testz_si256(seen, forbidden) != 0 {
            task.single_plane();
        } else {
            Task { held: CHUNK, ..task }.two_planes();
        }
    }
}

impl Task {
    /// # Safety
    /// As for [`product`], and the inputs fit a single plane, which holds the first chunk.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
    unsafe fn single_plane(&self) {
        // SAFETY: by contract.
        unsafe {
            if self.rows <= BLOCK {
                return self.all_rows::<1>();
            }
            self.all_groups::<1, 4>();
        }
    }

    /// # Safety
    /// As for [`product`].
    #[inline(never)]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
    unsafe fn two_planes(&self) {
        // SAFETY: by contract.
        unsafe {
            self.inputs.split(0, self.planes);
            if self.rows <= BLOCK {
                self.all_rows::<2>();
            } else {
                self.all_groups::<2, 2>();
            }
        }
    }

    /// The blocks of every group but the last: ⌈blocks / groups⌉, which is at most 4.
    fn most_blocks(&self) -> usize {
        let blocks = self.rows.div_ceil(BLOCK);
        let groups = blocks.div_ceil(4);
        1 + usize::from(blocks > groups) + usize::from(blocks > 2 * groups) + usize::from(blocks > 3 * groups)
    }

    /// Lets the planes hold another chunk.
    ///
    /// # Safety
    /// As for [`product`].
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
    unsafe fn fill<const PLANES: usize>(&self, from: usize) {
        // SAFETY: by contract.
        unsafe {
            if PLANES == 1 {
                self.inputs.narrow(from, self.planes[0], _mm256_setzero_si256());
            } else {
                self.inputs.split(from, self.planes);
            }
        }
    }

    // ── Lanes that hold outputs ──

    /// # Safety
    /// As for [`product`], and the planes hold the first chunk.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
    unsafe fn all_groups<const PLANES: usize, const SUMS: usize>(&self) {
        let (blocks, most) = (self.rows.div_ceil(BLOCK), self.most_blocks());
        let mut first = 0;
        while first + 2 * most <= blocks {
            // SAFETY: by contract, and there are as many blocks.
            unsafe { self.groups::<2, PLANES, SUMS>(first, most) };
            first += 2 * most;
        }
        while first < blocks {
            let count = most.min(blocks - first);
            // SAFETY: as above.
            unsafe { self.groups::<1, PLANES, SUMS>(first, count) };
            first += count;
        }
    }

    /// Some groups of so many blocks each.
    ///
    /// # Safety
    /// As for [`product`], there are these groups, and the planes hold the first chunk.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
    unsafe fn groups<const GROUPS: usize, const PLANES: usize, const SUMS: usize>(
        &self,
        first: usize,
        blocks: usize,
    ) {
        let columns = self.inputs.columns;
        let pairs = columns.div_ceil(2);
        let stride = blocks * BLOCK_PAIR;
        let mut weights = self.weights.weights.wrapping_add(first * pairs * BLOCK_PAIR);
        let mut totals = [[_mm512_setzero_si512(); 2]; GROUPS];
        for from in (0..columns).step_by(self.held) {
            let some = self.held.min(columns - from);
            // SAFETY: by contract.
            let sums = unsafe {
                if columns > self.held {
                    self.fill::<PLANES>(from);
                }
                let part = Part { weights, stride, apart: stride * pairs, pairs: some.div_ceil(2) };
                if PLANES == 1 && blocks == 3 {
                    let sums = twelve::sums::<GROUPS>(weights, self.planes[0].cast(), part.apart, part.pairs);
                    sums.map(|sums| [sums; PLANES])
                } else {
                    part.sums::<GROUPS, PLANES, SUMS>(self.planes)
                }
            };
            for (total, sums) in totals.iter_mut().zip(sums) {
                add_joined::<PLANES>(total, sums);
            }
            weights = weights.wrapping_add(self.held / 2 * stride);
        }
        for (group, total) in totals.into_iter().enumerate() {
            // SAFETY: by contract.
            unsafe { self.finish::<PLANES>((first + group * blocks) * BLOCK, blocks * BLOCK, total) };
        }
    }

    /// The outputs from one on, as far as there are rows.
    ///
    /// # Safety
    /// As for [`product`], and there are these outputs, the last block's padding aside.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
    unsafe fn finish<const PLANES: usize>(&self, first: usize, count: usize, [low, high]: [__m512i; 2]) {
        let count = count.min(self.rows - first);
        let lanes = ((1_u32 << count) - 1) as u16;
        let sums = if PLANES == 1 {
            low
        } else {
            // SAFETY: each row has a sum, and other lanes are not read.
            let row_sums =
                unsafe { _mm512_maskz_loadu_epi32(lanes, self.weights.row_sums.wrapping_add(first)) };
            let bias = widened(row_sums);
            saturated(
                _mm512_add_epi64(low, _mm512_slli_epi64::<15>(bias[0])),
                _mm512_add_epi64(high, _mm512_slli_epi64::<15>(bias[1])),
            )
        };
        // SAFETY: by contract.
        unsafe { self.results.store(first, lanes, sums) };
    }

    // ── Lanes that hold inputs ──

    /// At most four rows, one behind the other.
    ///
    /// # Safety
    /// As for [`product`], and the planes hold the first chunk.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
    unsafe fn all_rows<const PLANES: usize>(&self) {
        let columns = self.inputs.columns;
        let stride = columns.next_multiple_of(BLOCK_PAIR);
        let mut totals = [_mm512_setzero_si512(); 2];
        for from in (0..columns).step_by(self.held) {
            let some = self.held.min(columns - from);
            let mut rows = [[_mm256_setzero_si256(); PLANES]; BLOCK];
            // SAFETY: by contract.
            unsafe {
                if columns > self.held {
                    self.fill::<PLANES>(from);
                }
                for (row, sums) in rows.iter_mut().take(self.rows).enumerate() {
                    let weights = self.weights.weights.wrapping_add(row * stride + from);
                    *sums = row_sums::<PLANES>(weights, self.planes, some);
                }
            }
            let mut sums = [_mm512_setzero_si512(); PLANES];
            for (plane, sums) in sums.iter_mut().enumerate() {
                *sums = _mm512_zextsi128_si512(sums_of_lanes(rows, plane));
            }
            add_joined::<PLANES>(&mut totals, sums);
        }
        // SAFETY: by contract.
        unsafe { self.finish::<PLANES>(0, BLOCK, totals) };
    }
}

/// The weights of groups that meet a chunk.
struct Part {
    weights: *const i16,
    /// From one pair of inputs to the next.
    stride: usize,
    /// From one group to the next.
    apart: usize,
    pairs: usize,
}

impl Part {
    /// The sums of each group and plane.
    ///
    /// # Safety
    /// There are these weights, and the planes hold the pairs.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
    unsafe fn sums<const GROUPS: usize, const PLANES: usize, const SUMS: usize>(
        &self,
        planes: [*mut i16; 2],
    ) -> [[__m512i; PLANES]; GROUPS] {
        let mut parts = [[[_mm512_setzero_si512(); PLANES]; GROUPS]; SUMS];
        let whole = self.pairs / SUMS * SUMS;
        for pair in (0..whole).step_by(SUMS) {
            for (next, part) in parts.iter_mut().enumerate() {
                // SAFETY: by contract.
                unsafe { self.add(part, planes, pair + next) };
            }
        }
        for pair in whole..self.pairs {
            // SAFETY: by contract.
            unsafe { self.add(&mut parts[0], planes, pair) };
        }
        let mut sums = parts[0];
        for part in &parts[1..] {
            for (sums, part) in sums.iter_mut().zip(part) {
                for (sum, part) in sums.iter_mut().zip(part) {
                    *sum = _mm512_add_epi32(*sum, *part);
                }
            }
        }
        sums
    }

    /// Adds the products of a pair of inputs. Lanes beyond a group's blocks hold anything.
    ///
    /// # Safety
    /// As for [`Part::sums`].
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
    unsafe fn add<const GROUPS: usize, const PLANES: usize>(
        &self,
        sums: &mut [[__m512i; PLANES]; GROUPS],
        planes: [*mut i16; 2],
        pair: usize,
    ) {
        let mut inputs = [_mm512_setzero_si512(); PLANES];
        for (inputs, plane) in inputs.iter_mut().zip(planes) {
            // SAFETY: by contract.
            *inputs = _mm512_set1_epi32(unsafe { plane.add(2 * pair).cast::<i32>().read_unaligned() });
        }
        for (group, sums) in sums.iter_mut().enumerate() {
            let weights = self.weights.wrapping_add(pair * self.stride + group * self.apart);
            // SAFETY: by contract; there is a line behind the last weights, so that whole vectors may be read.
            let weights = unsafe { _mm512_loadu_si512(weights.cast()) };
            for (sum, inputs) in sums.iter_mut().zip(inputs) {
                *sum = _mm512_dpwssd_epi32(*sum, inputs, weights);
            }
        }
    }
}

/// Adds the sums of a chunk: those of a single plane in 32 bits, those of two joined in 64.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
fn add_joined<const PLANES: usize>([low, high]: &mut [__m512i; 2], sums: [__m512i; PLANES]) {
    if PLANES == 1 {
        *low = _mm512_add_epi32(*low, sums[0]);
        return;
    }
    let (lower, upper) = (widened(sums[0]), widened(sums[PLANES - 1]));
    *low = _mm512_add_epi64(*low, _mm512_add_epi64(lower[0], _mm512_slli_epi64::<16>(upper[0])));
    *high = _mm512_add_epi64(*high, _mm512_add_epi64(lower[1], _mm512_slli_epi64::<16>(upper[1])));
}

/// Both halves of 32-bit lanes in 64 bits.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
fn widened(x: __m512i) -> [__m512i; 2] {
    [
        _mm512_cvtepi32_epi64(_mm512_castsi512_si256(x)),
        _mm512_cvtepi32_epi64(_mm512_extracti64x4_epi64::<1>(x)),
    ]
}

/// 64-bit lanes saturated to 32 bits.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
fn saturated(low: __m512i, high: __m512i) -> __m512i {
    let low = _mm512_castsi256_si512(_mm512_cvtsepi64_epi32(low));
    _mm512_inserti64x4::<1>(low, _mm512_cvtsepi64_epi32(high))
}

/// The sums of one row's products with so many inputs of each plane, in parts.
///
/// # Safety
/// There are as many weights, and the planes hold as many inputs and go on to a multiple of 16.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
unsafe fn row_sums<const PLANES: usize>(
    weights: *const i16,
    planes: [*mut i16; 2],
    count: usize,
) -> [__m256i; PLANES] {
    let mut parts = [[_mm256_setzero_si256(); PLANES]; 4];
    let whole = count / 64 * 64;
    for at in (0..whole).step_by(64) {
        for (next, part) in parts.iter_mut().enumerate() {
            // SAFETY: by contract.
            unsafe { add_products(part, weights, planes, at + 16 * next, u16::MAX) };
        }
    }
    for at in (whole..count).step_by(16) {
        let lanes = ((1_u32 << (count - at).min(16)) - 1) as u16;
        // SAFETY: by contract, and what lies behind the row is not read.
        unsafe { add_products(&mut parts[0], weights, planes, at, lanes) };
    }
    let [mut sums, others @ ..] = parts;
    for other in others {
        for (sum, other) in sums.iter_mut().zip(other) {
            *sum = _mm256_add_epi32(*sum, other);
        }
    }
    sums
}

/// Adds the products of sixteen inputs of each plane from one on; weights beyond these lanes count as 0.
///
/// # Safety
/// There are weights for these lanes, and sixteen inputs.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
unsafe fn add_products<const PLANES: usize>(
    sums: &mut [__m256i; PLANES],
    weights: *const i16,
    planes: [*mut i16; 2],
    at: usize,
    lanes: u16,
) {
    // SAFETY: by contract.
    let weights = unsafe { _mm256_maskz_loadu_epi16(lanes, weights.add(at)) };
    for (sum, plane) in sums.iter_mut().zip(planes) {
        // SAFETY: by contract.
        let inputs = unsafe { _mm256_loadu_si256(plane.add(at).cast()) };
        *sum = _mm256_dpwssd_epi32(*sum, weights, inputs);
    }
}

/// The sum of each row's lanes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
pub(super) fn sums_of_lanes<const PLANES: usize>(rows: [[__m256i; PLANES]; BLOCK], plane: usize) -> __m128i {
    let [a, b, c, d] = rows;
    let (ab, cd) = (_mm256_hadd_epi32(a[plane], b[plane]), _mm256_hadd_epi32(c[plane], d[plane]));
    let sums = _mm256_hadd_epi32(ab, cd);
    _mm_add_epi32(_mm256_castsi256_si128(sums), _mm256_extracti128_si256::<1>(sums))
}
