//! What becomes of the sums of a product before they are stored.

use crate::plain::Then;
use std::arch::x86_64::*;

/// Where sums go, and what happens to them.
pub(super) struct Results {
    pub(super) outputs: *mut i32,
    pub(super) then: Then,
    /// A weight for each output, if they are added.
    pub(super) bias: *const i16,
}

impl Results {
    /// Stores the outputs of these lanes, the first of them at an index.
    ///
    /// # Safety
    /// There are as many outputs and, if they are added, weights; the processor has these features.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
    pub(super) unsafe fn store(&self, first: usize, lanes: u16, mut sums: __m512i) {
        let then = self.then;
        if then.factor != 0 {
            // SAFETY: by contract, and other lanes are not read.
            let bias = unsafe { _mm256_maskz_loadu_epi16(lanes, self.bias.wrapping_add(first)) };
            let factor = _mm512_set1_epi32(i32::from(then.factor));
            sums = added(sums, _mm512_mullo_epi32(_mm512_cvtepi16_epi32(bias), factor));
        }
        if then.is_rectified {
            sums = _mm512_max_epi32(sums, _mm512_setzero_si512());
        }
        if then.shift != 0 {
            sums = _mm512_sra_epi32(sums, _mm_cvtsi32_si128(i32::from(then.shift)));
        }
        if then.gain != 0 {
            sums = sigmoid(sums, i32::from(then.gain));
        }
        // SAFETY: by contract, and other lanes are not written.
        unsafe { _mm512_mask_storeu_epi32(self.outputs.wrapping_add(first), lanes, sums) };
    }
}

/// `sat(a + b)`.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
fn added(a: __m512i, b: __m512i) -> __m512i {
    let sum = _mm512_add_epi32(a, b);
    // The sum's sign differs from those of both.
    let differs = _mm512_and_si512(_mm512_xor_si512(a, sum), _mm512_xor_si512(b, sum));
    let overflow = _mm512_cmplt_epi32_mask(differs, _mm512_setzero_si512());
    let extreme = _mm512_xor_si512(_mm512_srai_epi32::<31>(a), _mm512_set1_epi32(i32::MAX));
    _mm512_mask_mov_epi32(sum, overflow, extreme)
}

/// `clamp(((a · gain) >> 10) + 128, 0, 255)`: beyond ±2¹⁸ it is at one of its ends, whatever the gain.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
fn sigmoid(a: __m512i, gain: i32) -> __m512i {
    let reach = 1 << 18;
    let near = _mm512_max_epi32(_mm512_min_epi32(a, _mm512_set1_epi32(reach)), _mm512_set1_epi32(-reach));
    let scaled = _mm512_srai_epi32::<10>(_mm512_mullo_epi32(near, _mm512_set1_epi32(gain)));
    let centred = _mm512_add_epi32(scaled, _mm512_set1_epi32(128));
    _mm512_min_epi32(_mm512_max_epi32(centred, _mm512_setzero_si512()), _mm512_set1_epi32(255))
}
