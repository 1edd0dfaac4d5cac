//! Gated means in vectors of 512 bits.

use std::arch::x86_64::*;

/// A little more than 1/255: a multiple of 255 times it is never below its quotient, and no other 41-bit number comes up
/// to the next quotient.
const PER_255: f64 = (1.0 / 255.0) * (1.0 + 4.0 * f64::EPSILON);

/// See [`MeanFunction`](crate::mean::MeanFunction). The sums have at most 41 bits and are exact in doubles.
///
/// # Safety
/// There are so many elements of each, and the processor has these features.
#[target_feature(enable = "avx512f,avx512vl")]
pub(super) unsafe extern "C" fn gated_means(
    gates: *const i32,
    updates: *const i32,
    states: *const i32,
    means: *mut i32,
    count: u64,
) {
    let count = count as usize;
    for at in (0..count).step_by(8) {
        let lanes = 0xFF_u8 >> (8 - (count - at).min(8));
        // SAFETY: by contract, and other lanes are not read.
        let [gate, update, state] = [gates, updates, states]
            .map(|elements| unsafe { _mm256_maskz_loadu_epi32(lanes, elements.wrapping_add(at)) });
        let gate = _mm256_min_epi32(_mm256_max_epi32(gate, _mm256_setzero_si256()), _mm256_set1_epi32(255));
        let [gate, update, state] = [gate, update, state].map(|x| _mm512_cvtepi32_pd(x));
        let moved = _mm512_mul_pd(gate, _mm512_sub_pd(update, state));
        let sum = _mm512_fmadd_pd(state, _mm512_set1_pd(255.0), moved);
        let mean = _mm512_cvttpd_epi32(_mm512_mul_pd(sum, _mm512_set1_pd(PER_255)));
        // SAFETY: by contract, and other lanes are not written.
        unsafe { _mm256_mask_storeu_epi32(means.wrapping_add(at), lanes, mean) };
    }
}
