//! Which pressure reaches the thresholds of a rule.

use super::lanes::loaded;
use crate::mastery::Rule;
use std::arch::x86_64::*;

/// The thresholds of a rule, in every lane.
#[derive(Clone, Copy)]
pub(super) struct Thresholds {
    of_class_0: __m512i,
    /// Those of all classes, four times.
    of_classes: __m512i,
}

impl Thresholds {
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn of(rule: Rule) -> Thresholds {
        let [a, b, c, d] = rule.thresholds.map(u32::cast_signed);
        Thresholds { of_class_0: _mm512_set1_epi32(a), of_classes: _mm512_set4_epi32(d, c, b, a) }
    }

    /// Those of 16 weights, by their classes: null without a list.
    ///
    /// # Safety
    /// There are classes for these lanes.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) unsafe fn at(self, classes: *const u8, lanes: u16) -> __m512i {
        if classes.is_null() {
            return self.of_class_0;
        }
        // SAFETY: by contract, and other lanes are not read.
        let classes = unsafe { _mm512_maskz_loadu_epi8(u64::from(lanes), classes.cast()) };
        // The table repeats every 4 lanes, so that only the two lowest bits of a class count.
        _mm512_permutexvar_epi32(_mm512_cvtepu8_epi32(_mm512_castsi512_si128(classes)), self.of_classes)
    }
}

/// The same in 16 bits, in which no pressure reaches 65535.
#[derive(Clone, Copy)]
pub(super) struct NarrowThresholds {
    of_class_0: __m512i,
    /// Those of all classes, eight times.
    of_classes: __m512i,
}

impl NarrowThresholds {
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) fn of(rule: Rule) -> NarrowThresholds {
        let [a, b, c, d] = rule.thresholds.map(|threshold| i64::from(threshold.min(0xFFFF)));
        NarrowThresholds {
            of_class_0: _mm512_set1_epi16(a as i16),
            of_classes: _mm512_set1_epi64(a | b << 16 | c << 32 | d << 48),
        }
    }

    /// Those of 32 weights, as [`Thresholds::at`] has them.
    ///
    /// # Safety
    /// There are classes for these lanes.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    pub(super) unsafe fn at(self, classes: *const u8, lanes: u32) -> __m512i {
        if classes.is_null() {
            return self.of_class_0;
        }
        // SAFETY: by contract, and other lanes are not read.
        let classes = unsafe { _mm512_maskz_loadu_epi8(u64::from(lanes), classes.cast()) };
        let classes = _mm512_cvtepu8_epi16(_mm512_castsi512_si256(classes));
        _mm512_permutexvar_epi16(classes, self.of_classes)
    }
}

/// A run's pressure, and which of it reaches the thresholds.
pub(super) struct Pressed {
    pub(super) low: __m512i,
    pub(super) high: __m512i,
    pub(super) hit: u32,
}

/// # Safety
/// There are pressures and, unless that is null, classes for these lanes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) unsafe fn pressed(
    thresholds: Thresholds,
    pressure: *const i32,
    classes: *const u8,
    lanes: u32,
) -> Pressed {
    let (low_lanes, high_lanes) = (lanes as u16, (lanes >> 16) as u16);
    let high_classes = if classes.is_null() { classes } else { classes.wrapping_add(16) };
    // SAFETY: by contract.
    let [low, high] = unsafe { loaded(pressure, lanes) };
    // SAFETY: by contract.
    let low_thresholds = unsafe { thresholds.at(classes, low_lanes) };
    // SAFETY: by contract.
    let high_thresholds = unsafe { thresholds.at(high_classes, high_lanes) };
    let low_hit = _mm512_cmpge_epu32_mask(_mm512_abs_epi32(low), low_thresholds);
    let high_hit = _mm512_cmpge_epu32_mask(_mm512_abs_epi32(high), high_thresholds);
    Pressed { low, high, hit: u32::from(low_hit) | u32::from(high_hit) << 16 }
}
