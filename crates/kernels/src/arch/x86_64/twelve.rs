//! Groups of three blocks: what four pairs of inputs meet of twelve outputs fills three vectors, where a vector for each
//! pair would leave lanes idle and reach into two lines of memory.

use std::arch::x86_64::*;

/// Elements that a group has for a pair of inputs.
pub(super) const PAIR: usize = 24;

/// Which of four pairs of inputs meets each quarter of each of the three vectors.
const PAIRS_MET: [[i32; 4]; 3] = [[0, 0, 0, 1], [1, 1, 2, 2], [2, 3, 3, 3]];

/// The sums of each of some groups, in the first twelve lanes.
///
/// # Safety
/// There are as many pairs of inputs, and the weights of as many groups, each so many elements behind the one before. A
/// line behind the last of them may be read.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
pub(super) unsafe fn sums<const GROUPS: usize>(
    mut weights: *const i16,
    mut inputs: *const i32,
    apart: usize,
    pairs: usize,
) -> [__m512i; GROUPS] {
    let met = pairs_met();
    let mut parts = [[_mm512_setzero_si512(); 3]; GROUPS];
    let end = inputs.wrapping_add(pairs & !3);
    while inputs != end {
        // SAFETY: there are four pairs.
        let four = _mm512_broadcast_i32x4(unsafe { _mm_loadu_si128(inputs.cast()) });
        let mut own = [_mm512_setzero_si512(); 3];
        for (own, met) in own.iter_mut().zip(met) {
            *own = _mm512_castps_si512(_mm512_permutevar_ps(_mm512_castsi512_ps(four), met));
        }
        for (group, parts) in parts.iter_mut().enumerate() {
            for (third, part) in parts.iter_mut().enumerate() {
                // SAFETY: there are the weights of four pairs.
                let vector = unsafe { _mm512_loadu_si512(weights.add(group * apart + third * 32).cast()) };
                *part = _mm512_dpwssd_epi32(*part, own[third], vector);
            }
        }
        (inputs, weights) = (inputs.wrapping_add(4), weights.wrapping_add(4 * PAIR));
    }
    let mut sums = [_mm512_setzero_si512(); GROUPS];
    for (sum, parts) in sums.iter_mut().zip(parts) {
        *sum = joined(parts);
    }
    for _ in 0..pairs & 3 {
        // SAFETY: there is one more pair.
        let own = _mm512_set1_epi32(unsafe { inputs.read_unaligned() });
        for (group, sum) in sums.iter_mut().enumerate() {
            // SAFETY: there are its weights, and a line behind them.
            let vector = unsafe { _mm512_loadu_si512(weights.add(group * apart).cast()) };
            *sum = _mm512_dpwssd_epi32(*sum, own, vector);
        }
        (inputs, weights) = (inputs.wrapping_add(1), weights.wrapping_add(PAIR));
    }
    sums
}

/// [`PAIRS_MET`], lane by lane.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
fn pairs_met() -> [__m512i; 3] {
    let mut met = [_mm512_setzero_si512(); 3];
    for (met, [a, b, c, d]) in met.iter_mut().zip(PAIRS_MET) {
        *met = _mm512_setr_epi32(a, a, a, a, b, b, b, b, c, c, c, c, d, d, d, d);
    }
    met
}

/// The sums of the four pairs, each of which twelve lanes in a row hold.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni,bmi2")]
fn joined([first, second, third]: [__m512i; 3]) -> __m512i {
    let (b, c) = (_mm512_alignr_epi32::<12>(second, first), _mm512_alignr_epi32::<8>(third, second));
    let d = _mm512_alignr_epi32::<4>(third, third);
    _mm512_add_epi32(_mm512_add_epi32(first, b), _mm512_add_epi32(c, d))
}
