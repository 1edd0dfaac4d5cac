//! What inputs and directions add to pressure, in vectors of 512 bits.

use super::lanes::half_before;
use crate::mastery::{PushedRows, per_max};
use std::arch::x86_64::*;

/// See the portable form, which says why this is exact. Doubles are truncated here.
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn strengths(inputs: &[i32], scale: i32, strengths: &mut [i32], opposites: &mut [i32]) -> bool {
    let len = inputs.len().min(strengths.len()).min(opposites.len());
    let mut peak = _mm512_set1_epi32(1);
    for at in (0..len).step_by(16) {
        // SAFETY: these lanes are within the list, and others are not read.
        let x = unsafe { _mm512_maskz_loadu_epi32(half_before(len - at), inputs.as_ptr().add(at)) };
        peak = _mm512_max_epi32(peak, x);
    }
    let max = _mm512_reduce_max_epi32(peak);
    let (threshold, scale) = (_mm512_set1_epi32(max / 4), _mm512_set1_epi32(scale));
    let per_max = _mm512_set1_pd(per_max(max));
    let mut any = 0;
    for at in (0..len).step_by(16) {
        let lanes = half_before(len - at);
        // SAFETY: as above.
        let x = unsafe { _mm512_maskz_loadu_epi32(lanes, inputs.as_ptr().add(at)) };
        let above = _mm512_sub_epi32(_mm512_max_epi32(x, threshold), threshold);
        let low = _mm512_cvtepi32_pd(_mm512_castsi512_si256(above));
        let high = _mm512_cvtepi32_pd(_mm512_extracti64x4_epi64::<1>(above));
        let low = _mm512_cvttpd_epi32(_mm512_mul_pd(low, per_max));
        let high = _mm512_cvttpd_epi32(_mm512_mul_pd(high, per_max));
        let shares = _mm512_inserti64x4::<1>(_mm512_castsi256_si512(low), high);
        let scaled = _mm512_srli_epi32::<8>(_mm512_mullo_epi32(shares, scale));
        any |= _mm512_test_epi32_mask(scaled, scaled);
        let opposite = _mm512_sub_epi32(_mm512_setzero_si512(), scaled);
        // SAFETY: these lanes are within the lists, and others are not written.
        unsafe {
            _mm512_mask_storeu_epi32(strengths.as_mut_ptr().add(at), lanes, scaled);
            _mm512_mask_storeu_epi32(opposites.as_mut_ptr().add(at), lanes, opposite);
        }
    }
    any != 0
}

/// See the portable form.
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn press(pressure: &mut [i32], push: PushedRows<'_>) {
    for (row, pressure) in pressure.chunks_mut(push.columns()).enumerate() {
        let direction = push.direction(row);
        if direction != 0 {
            press_row(pressure, push.strengths(), direction >> 31);
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn press_row(pressure: &mut [i32], strengths: &[i32], down: i32) {
    let len = pressure.len().min(strengths.len());
    let (pressure, strengths) = (pressure.as_mut_ptr(), strengths.as_ptr());
    let down = _mm512_set1_epi32(down);
    let whole = len / 16 * 16;
    for at in (0..whole).step_by(16) {
        // SAFETY: there are 16 elements from there on.
        let (strength, old) = unsafe {
            (_mm512_loadu_si512(strengths.add(at).cast()), _mm512_loadu_si512(pressure.add(at).cast()))
        };
        let new = pressed_by(old, strength, down);
        // SAFETY: as above.
        unsafe { _mm512_storeu_si512(pressure.add(at).cast(), new) };
    }
    if whole < len {
        let lanes = half_before(len - whole);
        // SAFETY: the lanes before the end of the lists exist, and others are neither read nor written.
        unsafe {
            let (pressure, strengths) = (pressure.add(whole), strengths.add(whole));
            let strength = _mm512_maskz_loadu_epi32(lanes, strengths);
            let old = _mm512_maskz_loadu_epi32(lanes, pressure);
            _mm512_mask_storeu_epi32(pressure, lanes, pressed_by(old, strength, down));
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn pressed_by(old: __m512i, strength: __m512i, down: __m512i) -> __m512i {
    let limit = _mm512_xor_si512(strength, _mm512_set1_epi32(i32::MAX));
    let along = _mm512_min_epi32(_mm512_xor_si512(old, down), limit);
    _mm512_xor_si512(_mm512_add_epi32(along, strength), down)
}
