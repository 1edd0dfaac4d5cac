//! The same products of small matrices, whose inputs are a single chunk: shapes are constants as far as code depends on
//! them. Inputs that do not fit a single plane are left to the product of any shape.

use super::product::{BLOCK, BLOCK_PAIR, CHUNK, product, sums_of_lanes};
use super::results::Results;
use super::twelve;
use crate::layout::Layout;
use crate::plain::{Job, PlainOperand, ProductFunction};
use std::arch::x86_64::*;
use std::mem::MaybeUninit;

/// The plane of a chunk.
type Plane = [MaybeUninit<i16>; CHUNK];

/// The function for a matrix.
pub(super) fn of(layout: &Layout) -> ProductFunction {
    let is_even = layout.blocks() == layout.groups() * layout.group_blocks();
    match (layout.outputs(), layout.groups(), layout.group_blocks()) {
        _ if layout.inputs() > CHUNK => product,
        (0, ..) => product,
        (1, ..) => rows::<1>,
        (2, ..) => rows::<2>,
        (3, ..) => rows::<3>,
        (4, ..) => rows::<4>,
        (_, 1, 2) => groups::<1, 8, 2>,
        (_, 1, 3) => groups::<1, 8, 3>,
        (_, 1, _) => groups::<1, 8, 4>,
        (_, 2, 3) if is_even => groups::<2, 4, 3>,
        (_, 2, 4) if is_even => groups::<2, 4, 4>,
        (.., 3) => many_groups::<3>,
        _ => many_groups::<4>,
    }
}

/// So many groups of so many blocks.
///
/// # Safety
/// As for [`product`], and this is the shape.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
unsafe extern "C" fn groups<const GROUPS: usize, const PAIRS: usize, const BLOCKS: usize>(
    weights: *const PlainOperand,
    inputs: *const i32,
    outputs: *mut i32,
    columns: u64,
    rows: u64,
    bias: *const i16,
) {
    let mut plane: Plane = [MaybeUninit::uninit(); CHUNK];
    let job = Job::of_words([columns, rows]);
    // SAFETY: by contract.
    unsafe {
        if !narrow(inputs, job.used, job.columns, (*weights).forbidden_bits, &mut plane) {
            return product(weights, inputs, outputs, columns, rows, bias);
        }
        let results = Results { outputs, then: job.then, bias };
        let part = Part { weights: (*weights).weights, plane: plane.as_ptr().cast(), job };
        part.put::<GROUPS, PAIRS, BLOCKS>(0, &results);
    }
}

/// More groups, of so many blocks each but for the last, which may have fewer.
///
/// # Safety
/// As for [`product`], and this is the shape.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
unsafe extern "C" fn many_groups<const BLOCKS: usize>(
    weights: *const PlainOperand,
    inputs: *const i32,
    outputs: *mut i32,
    columns: u64,
    rows: u64,
    bias: *const i16,
) {
    let mut plane: Plane = [MaybeUninit::uninit(); CHUNK];
    let job = Job::of_words([columns, rows]);
    // SAFETY: by contract.
    unsafe {
        if !narrow(inputs, job.used, job.columns, (*weights).forbidden_bits, &mut plane) {
            return product(weights, inputs, outputs, columns, rows, bias);
        }
        let results = Results { outputs, then: job.then, bias };
        let part = Part { weights: (*weights).weights, plane: plane.as_ptr().cast(), job };
        let (blocks, mut block) = (job.rows.div_ceil(BLOCK), 0);
        while block + 4 * BLOCKS <= blocks {
            part.put::<4, 2, BLOCKS>(block, &results);
            block += 4 * BLOCKS;
        }
        while block + BLOCKS <= blocks {
            part.put::<1, 4, BLOCKS>(block, &results);
            block += BLOCKS;
        }
        match blocks - block {
            1 => part.put::<1, 4, 1>(block, &results),
            2 => part.put::<1, 4, 2>(block, &results),
            3 => part.put::<1, 4, 3>(block, &results),
            _ => {}
        }
    }
}

/// So many rows.
///
/// # Safety
/// As for [`product`], and this is the shape.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
unsafe extern "C" fn rows<const ROWS: usize>(
    weights: *const PlainOperand,
    inputs: *const i32,
    outputs: *mut i32,
    columns: u64,
    rows: u64,
    bias: *const i16,
) {
    let job = Job::of_words([columns, rows]);
    let stride = job.columns.next_multiple_of(BLOCK_PAIR);
    let mut sums = [[_mm256_setzero_si256()]; BLOCK];
    let mut seen = _mm256_setzero_si256();
    // SAFETY: by contract.
    let mut own = unsafe { (*weights).weights };
    let (mut next, end) = (inputs, inputs.wrapping_add(job.used & !15));
    while next != end {
        // SAFETY: there are 16 inputs.
        let packed = unsafe { pack(whole(next), &mut seen) };
        // SAFETY: there are as many weights.
        unsafe { add_rows::<ROWS>(&mut sums, packed, own, stride) };
        (next, own) = (next.wrapping_add(16), own.wrapping_add(16));
    }
    if job.used & 15 != 0 {
        // SAFETY: there are as many inputs.
        let packed = unsafe { pack(first(next, job.used & 15), &mut seen) };
        // SAFETY: there is a line behind the last weights, and missing inputs are 0.
        unsafe { add_rows::<ROWS>(&mut sums, packed, own, stride) };
    }
    // SAFETY: by contract.
    unsafe {
        if !fits(seen, (*weights).forbidden_bits) {
            return product(weights, inputs, outputs, columns, rows, bias);
        }
        let results = Results { outputs, then: job.then, bias };
        results.store(0, lanes_before(ROWS), _mm512_zextsi128_si512(sums_of_lanes(sums, 0)));
    }
}

/// Adds the products of sixteen inputs with the weights of each row.
///
/// # Safety
/// There are as many weights, or other memory behind the last of them.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
unsafe fn add_rows<const ROWS: usize>(
    sums: &mut [[__m256i; 1]; BLOCK],
    inputs: __m256i,
    weights: *const i16,
    stride: usize,
) {
    for (row, [sum]) in sums.iter_mut().take(ROWS).enumerate() {
        // SAFETY: by contract.
        let own = unsafe { _mm256_loadu_si256(weights.wrapping_add(row * stride).cast()) };
        *sum = _mm256_dpwssd_epi32(*sum, inputs, own);
    }
}

/// The first lanes of 16.
#[inline]
#[target_feature(enable = "bmi2")]
fn lanes_before(end: usize) -> u16 {
    _bzhi_u32(0xFFFF, end as u32) as u16
}

/// Narrows the inputs, up to a multiple of 16. Whether they fit.
///
/// # Safety
/// There are as many inputs as are used, and there is a single chunk of columns.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
unsafe fn narrow(inputs: *const i32, used: usize, columns: usize, forbidden: u32, plane: &mut Plane) -> bool {
    let mut plane = plane.as_mut_ptr().cast::<__m256i>();
    let mut seen = _mm256_setzero_si256();
    let (mut next, end) = (inputs, inputs.wrapping_add(used & !15));
    while next != end {
        // SAFETY: there are 16 inputs, and the plane has room for a chunk.
        unsafe { plane.write_unaligned(pack(whole(next), &mut seen)) };
        (next, plane) = (next.wrapping_add(16), plane.wrapping_add(1));
    }
    if used & 15 != 0 {
        // SAFETY: as above, for the inputs that there are.
        unsafe { plane.write_unaligned(pack(first(next, used & 15), &mut seen)) };
        plane = plane.wrapping_add(1);
    }
    if used < columns {
        // SAFETY: the plane has room for a chunk.
        unsafe { clear(plane, columns.div_ceil(16) - used.div_ceil(16)) };
    }
    fits(seen, forbidden)
}

/// Sixteen inputs. Parts of 128 bits are what they were mostly written by just before: wider loads would have to wait for
/// those stores.
///
/// # Safety
/// There are as many inputs.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
unsafe fn whole(inputs: *const i32) -> [__m128i; 4] {
    // SAFETY: by contract.
    unsafe {
        [
            _mm_loadu_si128(inputs.cast()),
            _mm_loadu_si128(inputs.add(4).cast()),
            _mm_loadu_si128(inputs.add(8).cast()),
            _mm_loadu_si128(inputs.add(12).cast()),
        ]
    }
}

/// The first of sixteen inputs, the others 0.
///
/// # Safety
/// There are as many inputs.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
unsafe fn first(inputs: *const i32, count: usize) -> [__m128i; 4] {
    // SAFETY: by contract.
    let quarter = |at: usize| unsafe { four(inputs.wrapping_add(at), count.saturating_sub(at)) };
    if count < 8 {
        return [quarter(0), quarter(4), _mm_setzero_si128(), _mm_setzero_si128()];
    }
    [quarter(0), quarter(4), quarter(8), quarter(12)]
}

/// The first of four inputs, the others 0. Which lanes there are takes long to say, and is seldom needed.
///
/// # Safety
/// There are as many inputs.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
unsafe fn four(inputs: *const i32, count: usize) -> __m128i {
    match count {
        0 => _mm_setzero_si128(),
        // SAFETY: other lanes are not read.
        1..4 => unsafe { _mm_maskz_loadu_epi32(lanes_before(count) as u8, inputs) },
        // SAFETY: by contract.
        _ => unsafe { _mm_loadu_si128(inputs.cast()) },
    }
}

/// Packs sixteen inputs, and adds the bits that differ from their signs.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
fn pack(parts: [__m128i; 4], seen: &mut __m256i) -> __m256i {
    // Packing takes halves in turn.
    let (a, b) = (_mm256_set_m128i(parts[2], parts[0]), _mm256_set_m128i(parts[3], parts[1]));
    *seen = _mm256_or_si256(*seen, _mm256_xor_si256(a, _mm256_srai_epi32::<31>(a)));
    *seen = _mm256_or_si256(*seen, _mm256_xor_si256(b, _mm256_srai_epi32::<31>(b)));
    _mm256_packs_epi32(a, b)
}

/// Whether none of the forbidden bits differs from its sign.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
fn fits(seen: __m256i, forbidden: u32) -> bool {
    _mm256_testz_si256(seen, _mm256_set1_epi32(forbidden.cast_signed())) != 0
}

/// Puts down inputs that are missing, which are 0.
///
/// # Safety
/// There is room for them.
#[cold]
#[inline(never)]
unsafe fn clear(plane: *mut __m256i, count: usize) {
    // SAFETY: by contract.
    unsafe { plane.cast::<u8>().write_bytes(0, count * size_of::<__m256i>()) };
}

/// A narrowed chunk and what it meets.
struct Part {
    weights: *const i16,
    /// Pairs of inputs.
    plane: *const i32,
    job: Job,
}

impl Part {
    /// The outputs of so many groups of so many blocks, from a block on. So many pairs of inputs are worked on together,
    /// so that no sum waits for the one before.
    ///
    /// # Safety
    /// There are these groups, and the plane holds the inputs. A line behind the last weights may be read.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
    unsafe fn put<const GROUPS: usize, const PAIRS: usize, const BLOCKS: usize>(
        &self,
        block: usize,
        results: &Results,
    ) {
        // SAFETY: by contract.
        let sums = unsafe { self.sums::<GROUPS, PAIRS, BLOCKS>(block) };
        for (group, sum) in sums.into_iter().enumerate() {
            let first = (block + group * BLOCKS) * BLOCK;
            let count = (self.job.rows - first).min(BLOCKS * BLOCK);
            // SAFETY: there are as many outputs.
            unsafe { results.store(first, lanes_before(count), sum) };
        }
    }

    /// The sums of each group. Lanes beyond its blocks hold anything.
    ///
    /// # Safety
    /// As for [`Part::put`].
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
    unsafe fn sums<const GROUPS: usize, const PAIRS: usize, const BLOCKS: usize>(
        &self,
        block: usize,
    ) -> [__m512i; GROUPS] {
        let pairs = self.job.columns.div_ceil(2);
        let apart = BLOCKS * BLOCK_PAIR * pairs;
        if BLOCKS == 3 {
            let weights = self.weights.wrapping_add(block * BLOCK_PAIR * pairs);
            // SAFETY: by contract.
            return unsafe { twelve::sums(weights, self.plane, pairs * twelve::PAIR, pairs) };
        }
        let mut at =
            At { weights: self.weights.wrapping_add(block * BLOCK_PAIR * pairs), inputs: self.plane };
        let end = self.plane.wrapping_add(pairs & !(PAIRS - 1));
        let mut sums = [[_mm512_setzero_si512(); GROUPS]; PAIRS];
        // SAFETY: by contract.
        unsafe {
            while at.inputs != end {
                at.add::<GROUPS, BLOCKS>(&mut sums, apart);
            }
            // What is left goes to different sums, too.
            if PAIRS > 4 && pairs & 4 != 0 {
                at.add::<GROUPS, BLOCKS>(&mut sums[PAIRS - 4..], apart);
            }
            if PAIRS > 2 && pairs & 2 != 0 {
                at.add::<GROUPS, BLOCKS>(&mut sums[..2], apart);
            }
            if pairs & 1 != 0 {
                at.add::<GROUPS, BLOCKS>(&mut sums[PAIRS / 2..=PAIRS / 2], apart);
            }
        }
        let mut half = PAIRS / 2;
        while half > 0 {
            let (first, second) = sums.split_at_mut(half);
            for (sums, others) in first.iter_mut().zip(second) {
                for (sum, other) in sums.iter_mut().zip(others) {
                    *sum = _mm512_add_epi32(*sum, *other);
                }
            }
            half /= 2;
        }
        sums[0]
    }
}

/// The next pair of inputs, and what it meets of the first group.
struct At {
    weights: *const i16,
    inputs: *const i32,
}

impl At {
    /// Adds the products of a pair of inputs to each of some sums.
    ///
    /// # Safety
    /// There are as many pairs, and weights that they meet. A line behind the last weights may be read.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
    unsafe fn add<const GROUPS: usize, const BLOCKS: usize>(
        &mut self,
        sums: &mut [[__m512i; GROUPS]],
        apart: usize,
    ) {
        let stride = BLOCKS * BLOCK_PAIR;
        for (pair, sums) in sums.iter_mut().enumerate() {
            // SAFETY: by contract.
            let inputs = _mm512_set1_epi32(unsafe { self.inputs.add(pair).read_unaligned() });
            for (group, sum) in sums.iter_mut().enumerate() {
                // SAFETY: by contract.
                let own =
                    unsafe { _mm512_loadu_si512(self.weights.add(group * apart + pair * stride).cast()) };
                *sum = _mm512_dpwssd_epi32(*sum, inputs, own);
            }
        }
        self.inputs = self.inputs.wrapping_add(sums.len());
        self.weights = self.weights.wrapping_add(sums.len() * stride);
    }
}
