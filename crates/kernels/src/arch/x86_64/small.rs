//! The same products of small matrices, whose inputs are a single chunk: shapes are constants as far as code depends on
//! them. Inputs that do not fit a single plane are left to the product of any shape.

use super::product::{BLOCK, BLOCK_PAIR, CHUNK, product, row_sums, sums_of_lanes};
use super::results::Results;
use crate::layout::Layout;
use crate::plain::{Job, PlainOperand, ProductFunction};
use std::arch::x86_64::*;
use std::mem::MaybeUninit;

/// The plane of a chunk.
type Plane = [MaybeUninit<i16>; CHUNK];

/// The function for a matrix.
pub(super) fn of(layout: &Layout) -> ProductFunction {
    let even = layout.blocks() == layout.groups() * layout.group_blocks();
    match (layout.outputs(), layout.groups(), layout.group_blocks()) {
        _ if layout.inputs() > CHUNK => product,
        (1, ..) => rows::<1>,
        (2, ..) => rows::<2>,
        (3, ..) => rows::<3>,
        (4, ..) => rows::<4>,
        (_, 1, 2) => groups::<1, 2>,
        (_, 1, 3) => groups::<1, 3>,
        (_, 1, 4) => groups::<1, 4>,
        (_, 2, 3) if even => groups::<2, 3>,
        (_, 2, 4) if even => groups::<2, 4>,
        _ => product,
    }
}

/// So many groups of so many blocks.
///
/// # Safety
/// As for [`product`], and this is the shape.
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
unsafe extern "C" fn groups<const GROUPS: usize, const BLOCKS: usize>(
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
        let operand = *weights;
        if !narrow(inputs, job.used, job.columns, operand.forbidden_bits, &mut plane) {
            return product(weights, inputs, outputs, columns, rows, bias);
        }
        let pairs = job.columns.div_ceil(2);
        let sums = group_sums::<GROUPS, BLOCKS>(operand.weights, plane.as_ptr().cast(), pairs);
        let results = Results { outputs, then: job.then, bias };
        for (group, sum) in sums.into_iter().enumerate() {
            let first = group * BLOCKS * BLOCK;
            results.store(first, lanes_before((job.rows - first).min(BLOCKS * BLOCK)), sum);
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
    let mut plane: Plane = [MaybeUninit::uninit(); CHUNK];
    let job = Job::of_words([columns, rows]);
    // SAFETY: by contract.
    unsafe {
        let operand = *weights;
        if !narrow(inputs, job.used, job.columns, operand.forbidden_bits, &mut plane) {
            return product(weights, inputs, outputs, columns, rows, bias);
        }
        let stride = job.columns.next_multiple_of(BLOCK_PAIR);
        let mut sums = [[_mm256_setzero_si256()]; BLOCK];
        for (row, sums) in sums.iter_mut().take(ROWS).enumerate() {
            let own = operand.weights.wrapping_add(row * stride);
            *sums = row_sums::<1>(own, [plane.as_mut_ptr().cast(); 2], job.columns);
        }
        let results = Results { outputs, then: job.then, bias };
        results.store(0, lanes_before(ROWS), _mm512_zextsi128_si512(sums_of_lanes(sums, 0)));
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
    let mut plane = plane.as_mut_ptr().cast::<i16>();
    let mut seen = _mm256_setzero_si256();
    let (mut next, end) = (inputs, inputs.wrapping_add(used & !15));
    while next != end {
        // Parts of 128 bits are what the inputs were mostly written by just before: wider loads would have to wait for
        // those stores.
        // SAFETY: there are 16 inputs.
        let parts = unsafe { [0, 4, 8, 12].map(|part| next.add(part).cast::<__m128i>().read_unaligned()) };
        // SAFETY: the plane has a multiple of 16 elements.
        unsafe { pack(parts, &mut seen, plane) };
        (next, plane) = (next.wrapping_add(16), plane.wrapping_add(16));
    }
    let left = used & 15;
    if left > 0 {
        let lanes = u32::from(lanes_before(left));
        // SAFETY: other lanes are not read.
        let parts = unsafe {
            [
                _mm_maskz_loadu_epi32(lanes as u8 & 15, next),
                _mm_maskz_loadu_epi32((lanes >> 4) as u8 & 15, next.wrapping_add(4)),
                _mm_maskz_loadu_epi32((lanes >> 8) as u8 & 15, next.wrapping_add(8)),
                _mm_maskz_loadu_epi32((lanes >> 12) as u8 & 15, next.wrapping_add(12)),
            ]
        };
        // SAFETY: as above.
        unsafe { pack(parts, &mut seen, plane) };
        plane = plane.wrapping_add(16);
    }
    if used < columns {
        // SAFETY: the plane has a multiple of 16 elements, and the columns fit.
        unsafe { clear(plane, (columns.div_ceil(16) - used.div_ceil(16)) * 16) };
    }
    _mm256_testz_si256(seen, _mm256_set1_epi32(forbidden.cast_signed())) != 0
}

/// Puts down inputs that are missing, which are 0.
///
/// # Safety
/// There is room for them.
#[cold]
#[inline(never)]
unsafe fn clear(plane: *mut i16, count: usize) {
    // SAFETY: by contract.
    unsafe { plane.write_bytes(0, count) };
}

/// Packs sixteen inputs, and adds the bits that differ from their signs.
///
/// # Safety
/// There is room for 16 elements.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
unsafe fn pack(parts: [__m128i; 4], seen: &mut __m256i, plane: *mut i16) {
    // Packing takes halves in turn.
    let (a, b) = (_mm256_set_m128i(parts[2], parts[0]), _mm256_set_m128i(parts[3], parts[1]));
    *seen = _mm256_or_si256(*seen, _mm256_xor_si256(a, _mm256_srai_epi32::<31>(a)));
    *seen = _mm256_or_si256(*seen, _mm256_xor_si256(b, _mm256_srai_epi32::<31>(b)));
    // SAFETY: by contract.
    unsafe { plane.cast::<__m256i>().write_unaligned(_mm256_packs_epi32(a, b)) };
}

/// Pairs of inputs that are worked on together, so that no sum waits for the one before.
const PAIRS: usize = 4;

/// The sums of each group. Lanes beyond its blocks hold anything.
///
/// # Safety
/// There are these weights, and the plane holds the pairs. A line behind the last weights may be read.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
unsafe fn group_sums<const GROUPS: usize, const BLOCKS: usize>(
    weights: *const i16,
    plane: *const i32,
    pairs: usize,
) -> [__m512i; GROUPS] {
    let stride = BLOCKS * BLOCK_PAIR;
    let apart = stride * pairs;
    let mut sums = [[_mm512_setzero_si512(); GROUPS]; PAIRS];
    let (mut next, mut weights) = (plane, weights);
    let (whole, end) = (plane.wrapping_add(pairs & !(PAIRS - 1)), plane.wrapping_add(pairs));
    while next != whole {
        for (pair, sums) in sums.iter_mut().enumerate() {
            // SAFETY: by contract.
            let inputs = _mm512_set1_epi32(unsafe { next.add(pair).read_unaligned() });
            for (group, sum) in sums.iter_mut().enumerate() {
                // SAFETY: by contract.
                let own = unsafe { _mm512_loadu_si512(weights.add(group * apart + pair * stride).cast()) };
                *sum = _mm512_dpwssd_epi32(*sum, inputs, own);
            }
        }
        (next, weights) = (next.wrapping_add(PAIRS), weights.wrapping_add(PAIRS * stride));
    }
    while next != end {
        // SAFETY: by contract.
        let inputs = _mm512_set1_epi32(unsafe { next.read_unaligned() });
        for (group, sum) in sums[0].iter_mut().enumerate() {
            // SAFETY: by contract.
            let own = unsafe { _mm512_loadu_si512(weights.add(group * apart).cast()) };
            *sum = _mm512_dpwssd_epi32(*sum, inputs, own);
        }
        (next, weights) = (next.wrapping_add(1), weights.wrapping_add(stride));
    }
    let [mut all, b, c, d] = sums;
    for (group, sum) in all.iter_mut().enumerate() {
        let cd = _mm512_add_epi32(c[group], d[group]);
        *sum = _mm512_add_epi32(_mm512_add_epi32(*sum, b[group]), cd);
    }
    all
}
