//! Inputs of a product of any shape, narrowed to one plane of 16 bits or split into two.

use super::product::CHUNK;
use std::arch::x86_64::*;

/// The inputs of a product.
#[derive(Clone, Copy)]
pub(super) struct Inputs {
    pub(super) first: *const i32,
    /// How many there are; those behind them are 0.
    pub(super) used: usize,
    /// How many meet weights.
    pub(super) columns: usize,
}

impl Inputs {
    /// Sixteen inputs in two vectors, whose packed halves are in order. Parts of 128 bits are what the inputs were
    /// mostly written by just before: wider loads would have to wait for those stores.
    ///
    /// # Safety
    /// The inputs that are used exist.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
    unsafe fn sixteen(self, at: usize) -> [__m256i; 2] {
        let left = self.used.saturating_sub(at);
        let first = self.first.wrapping_add(at);
        let parts = if left >= 16 {
            // SAFETY: there are as many inputs.
            unsafe {
                [
                    _mm_loadu_si128(first.cast()),
                    _mm_loadu_si128(first.add(4).cast()),
                    _mm_loadu_si128(first.add(8).cast()),
                    _mm_loadu_si128(first.add(12).cast()),
                ]
            }
        } else {
            let lanes = (1_u32 << left) - 1;
            // SAFETY: other lanes are not read.
            unsafe {
                [
                    _mm_maskz_loadu_epi32(lanes as u8 & 15, first),
                    _mm_maskz_loadu_epi32((lanes >> 4) as u8 & 15, first.wrapping_add(4)),
                    _mm_maskz_loadu_epi32((lanes >> 8) as u8 & 15, first.wrapping_add(8)),
                    _mm_maskz_loadu_epi32((lanes >> 12) as u8 & 15, first.wrapping_add(12)),
                ]
            }
        };
        [_mm256_set_m128i(parts[2], parts[0]), _mm256_set_m128i(parts[3], parts[1])]
    }

    /// Where a chunk ends.
    fn end(self, from: usize) -> usize {
        self.columns.min(from + CHUNK)
    }

    /// Narrows a chunk. Returns which bits of any input, also of those seen before, differ from its sign.
    ///
    /// # Safety
    /// The inputs that are used exist, and the plane has room for a chunk.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
    pub(super) unsafe fn narrow(self, from: usize, plane: *mut i16, mut seen: __m256i) -> __m256i {
        for at in (from..self.end(from)).step_by(16) {
            // SAFETY: by contract.
            let [a, b] = unsafe { self.sixteen(at) };
            seen = _mm256_or_si256(seen, _mm256_xor_si256(a, _mm256_srai_epi32::<31>(a)));
            seen = _mm256_or_si256(seen, _mm256_xor_si256(b, _mm256_srai_epi32::<31>(b)));
            // SAFETY: by contract: chunks have a multiple of 16 inputs.
            unsafe { _mm256_storeu_si256(plane.add(at - from).cast(), _mm256_packs_epi32(a, b)) };
        }
        seen
    }

    /// Splits a chunk: x = 65536·upper + lower + 32768.
    ///
    /// # Safety
    /// The inputs that are used exist, and the planes have room for a chunk.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
    pub(super) unsafe fn split(self, from: usize, [lower, upper]: [*mut i16; 2]) {
        for at in (from..self.end(from)).step_by(16) {
            // SAFETY: by contract.
            let [a, b] = unsafe { self.sixteen(at) };
            let low = _mm256_packs_epi32(biased_low(a), biased_low(b));
            let high = _mm256_packs_epi32(_mm256_srai_epi32::<16>(a), _mm256_srai_epi32::<16>(b));
            // SAFETY: by contract: chunks have a multiple of 16 inputs.
            unsafe {
                _mm256_storeu_si256(lower.add(at - from).cast(), low);
                _mm256_storeu_si256(upper.add(at - from).cast(), high);
            }
        }
    }
}

/// The low halves less 32768.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
fn biased_low(x: __m256i) -> __m256i {
    let flipped = _mm256_xor_si256(x, _mm256_set1_epi32(0x8000));
    _mm256_srai_epi32::<16>(_mm256_slli_epi32::<16>(flipped))
}
