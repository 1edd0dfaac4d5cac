//! Rows as products want them: the pairs of four rows beside each other.

use super::add_to;
use crate::mastery::{BlockSums, RUN};
use std::arch::x86_64::*;

/// See the portable form: of 16 pairs, the four vectors hold 0, 4, 8 and 12, then 1, 5, 9 and 13, and so on.
///
/// # Safety
/// The rows have these columns, a multiple of 32, and there is a place for every pair of them.
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) unsafe fn interleave(
    rows: [*const i16; 4],
    columns: usize,
    place: *mut i16,
    stride: usize,
    sums: &mut BlockSums,
) {
    let ones = _mm512_set1_epi16(1);
    let zero = _mm512_setzero_si512();
    let (mut values, mut norms) = (zero, zero);
    let mut places = [0, 4, 8, 12].map(|pairs| place.wrapping_add(pairs * stride));
    for part in (0..columns).step_by(SUMMED) {
        let (mut part_values, mut part_norms) = (zero, zero);
        for first in (part..columns.min(part + SUMMED)).step_by(RUN) {
            // SAFETY: a row has 32 columns from there on.
            let [a, b, c, d] = rows.map(|row| unsafe { row.add(first).cast::<__m512i>().read_unaligned() });
            let (ab, cd) = (_mm512_unpacklo_epi32(a, b), _mm512_unpacklo_epi32(c, d));
            let (ab_high, cd_high) = (_mm512_unpackhi_epi32(a, b), _mm512_unpackhi_epi32(c, d));
            let vectors = [
                _mm512_unpacklo_epi64(ab, cd),
                _mm512_unpackhi_epi64(ab, cd),
                _mm512_unpacklo_epi64(ab_high, cd_high),
                _mm512_unpackhi_epi64(ab_high, cd_high),
            ];
            for (number, vector) in vectors.into_iter().enumerate() {
                for (place, pair) in places.into_iter().zip(quarters(vector)) {
                    // SAFETY: by contract, as this is the place of one of the 16 pairs from the first column on.
                    unsafe { place.add(number * stride).cast::<__m128i>().write_unaligned(pair) };
                }
                part_values = _mm512_add_epi16(part_values, vector);
                part_norms = _mm512_add_epi16(part_norms, _mm512_abs_epi16(vector));
            }
            places = places.map(|place| place.wrapping_add(RUN / 2 * stride));
        }
        values = _mm512_add_epi32(values, _mm512_madd_epi16(part_values, ones));
        norms = _mm512_add_epi32(norms, _mm512_madd_epi16(part_norms, ones));
    }
    add_to(&mut sums.values, sum_of_quarters(values));
    add_to(&mut sums.norms, sum_of_quarters(norms));
}

/// Columns whose sums 16 bits hold: a lane adds up 4 values, each of a magnitude up to 255, of each run.
const SUMMED: usize = 32 * RUN;
const _: () = assert!(SUMMED / RUN * 4 * 255 <= i16::MAX as usize);

#[inline]
#[target_feature(enable = "avx512f")]
fn quarters(vector: __m512i) -> [__m128i; 4] {
    [
        _mm512_castsi512_si128(vector),
        _mm512_extracti32x4_epi32::<1>(vector),
        _mm512_extracti32x4_epi32::<2>(vector),
        _mm512_extracti32x4_epi32::<3>(vector),
    ]
}

#[inline]
#[target_feature(enable = "avx512f")]
fn sum_of_quarters(vector: __m512i) -> __m128i {
    let [a, b, c, d] = quarters(vector);
    _mm_add_epi32(_mm_add_epi32(a, b), _mm_add_epi32(c, d))
}
