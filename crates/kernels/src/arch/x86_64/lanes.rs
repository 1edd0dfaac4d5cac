//! Runs of 32 numbers, of which some lanes may not exist.

use crate::mastery::RUN;
use std::arch::x86_64::*;

const _: () = assert!(RUN == 32);

/// The first lanes of 32.
#[inline(always)]
pub(super) fn lanes_before(end: usize) -> u32 {
    if end >= RUN { u32::MAX } else { (1 << end) - 1 }
}

/// The first lanes of 16.
#[inline(always)]
pub(super) fn half_before(end: usize) -> u16 {
    if end >= 16 { u16::MAX } else { (1 << end) - 1 }
}

/// 32 numbers, of which only these lanes exist.
///
/// # Safety
/// These lanes exist.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn loaded(place: *const i32, lanes: u32) -> [__m512i; 2] {
    // SAFETY: by contract, and other lanes are not read.
    unsafe {
        [
            _mm512_maskz_loadu_epi32(lanes as u16, place),
            _mm512_maskz_loadu_epi32((lanes >> 16) as u16, place.wrapping_add(16)),
        ]
    }
}

/// Writes these lanes of 32 numbers.
///
/// # Safety
/// These lanes exist.
#[inline]
#[target_feature(enable = "avx512f")]
pub(super) unsafe fn store(place: *mut i32, [low, high]: [__m512i; 2], lanes: u32) {
    // SAFETY: by contract, and other lanes are not written.
    unsafe {
        _mm512_mask_storeu_epi32(place, lanes as u16, low);
        _mm512_mask_storeu_epi32(place.wrapping_add(16), (lanes >> 16) as u16, high);
    }
}
