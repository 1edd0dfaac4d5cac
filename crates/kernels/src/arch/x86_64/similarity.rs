//! Sums of products of a cue with blocks of entries, in vectors of 512 and of 256 bits.

use super::Tier;
use crate::similarity::sums::{Group, ROOT_SLACK, SLACK, Sums, portable};
use crate::similarity::{BLOCK, Cue, LINE, Term};
use std::arch::x86_64::*;

/// Blocks of a whole group, whose sums are made in one pass, so that a value of the cue is loaded once for all.
const BLOCKS: usize = crate::similarity::sums::GROUP / BLOCK;

/// Half of them, for what is left in the end.
const HALF: usize = BLOCKS / 2;

/// See the portable form.
pub(crate) fn similarities(group: &Group<'_>, least: i32, sums: &mut Sums) -> u128 {
    similarities_on(Tier::of_processor(), group, least, sums)
}

pub(super) fn similarities_on(tier: Tier, group: &Group<'_>, least: i32, sums: &mut Sums) -> u128 {
    let blocks = group.norms.len() / BLOCK;
    let stride = group.cue.width().div_ceil(2) * LINE;
    assert!(blocks <= BLOCKS && group.lines.len() >= blocks * stride);
    match tier {
        // SAFETY: the processor has these features, and every block has its lines and norms.
        Tier::Avx512 => unsafe { wide::group(group, stride, least, sums) },
        // SAFETY: the processor has AVX2; and as above.
        Tier::Avx2 => unsafe { narrow::group(group, stride, least, sums) },
        Tier::Base => portable(group, least, sums),
    }
}

mod wide {
    use super::*;

    /// # Safety
    /// There are at most [`BLOCKS`] blocks of `stride` elements, which the cue has terms for and no others.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    pub(super) unsafe fn group(group: &Group<'_>, stride: usize, least: i32, sums: &mut Sums) -> u128 {
        let blocks = group.norms.len() / BLOCK;
        let (mut lanes, mut first) = (0, 0);
        while first < blocks {
            let left = blocks - first;
            // SAFETY: by contract, and so many are left.
            let (count, some) = unsafe {
                match left {
                    BLOCKS.. => (BLOCKS, some::<BLOCKS>(group, first, stride, least, sums)),
                    HALF.. => (HALF, some::<HALF>(group, first, stride, least, sums)),
                    _ => (1, some::<1>(group, first, stride, least, sums)),
                }
            };
            lanes |= some;
            first += count;
        }
        lanes
    }

    /// The products of so many blocks with the cue, and their squares that it counts.
    ///
    /// # Safety
    /// As for [`group`], and there are these blocks.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    unsafe fn added<const COUNT: usize>(
        start: *const i16,
        stride: usize,
        cue: &Cue,
    ) -> [[__m512i; COUNT]; 2] {
        // SAFETY: by contract, for the terms of the cue.
        let line = |term: &Term, block: usize| unsafe {
            start.add(block * stride + term.pair as usize * LINE).cast::<__m512i>().read_unaligned()
        };
        let zeros = [_mm512_setzero_si512(); COUNT];
        let (mut dots, mut squares) = (zeros, zeros);
        let [products, both, only_squares] = cue.terms();
        for term in products {
            let values = _mm512_set1_epi32(term.values);
            for (block, dots) in dots.iter_mut().enumerate() {
                *dots = _mm512_dpwssd_epi32(*dots, line(term, block), values);
            }
        }
        for term in both {
            let (values, mask) = (_mm512_set1_epi32(term.values), _mm512_set1_epi32(term.mask));
            for (block, (dots, squares)) in dots.iter_mut().zip(&mut squares).enumerate() {
                let line = line(term, block);
                *dots = _mm512_dpwssd_epi32(*dots, line, values);
                *squares = _mm512_dpwssd_epi32(*squares, line, _mm512_and_si512(line, mask));
            }
        }
        for term in only_squares {
            let mask = _mm512_set1_epi32(term.mask);
            for (block, squares) in squares.iter_mut().enumerate() {
                let line = line(term, block);
                *squares = _mm512_dpwssd_epi32(*squares, line, _mm512_and_si512(line, mask));
            }
        }
        [dots, squares]
    }

    /// Sums so many blocks from the first on.
    ///
    /// # Safety
    /// As for [`group`], and there are these blocks.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    unsafe fn some<const COUNT: usize>(
        group: &Group<'_>,
        first: usize,
        stride: usize,
        least: i32,
        sums: &mut Sums,
    ) -> u128 {
        let start = group.lines.as_ptr().wrapping_add(first * stride);
        // SAFETY: by contract.
        let [dots, mut squares] = unsafe { added::<COUNT>(start, stride, group.cue) };
        let mut bounds = [_mm512_setzero_ps(); COUNT];
        let mut lanes = 0;
        for block in 0..COUNT {
            let place = (first + block) * BLOCK;
            if !group.cue.sums_squares() {
                // SAFETY: a block has 16 norms.
                let stored = unsafe { group.norms.as_ptr().add(place).cast::<__m512i>().read_unaligned() };
                squares[block] = _mm512_sub_epi32(stored, squares[block]);
            }
            bounds[block] = bound(dots[block], squares[block], group.cue.norm() as f32);
            let may_be = _mm512_cmp_ps_mask::<_CMP_GE_OQ>(bounds[block], _mm512_set1_ps(least as f32));
            lanes |= u128::from(may_be) << place;
        }
        if lanes != 0 {
            for block in 0..COUNT {
                let place = (first + block) * BLOCK;
                // SAFETY: a group has room for 16 of each for each of its blocks.
                unsafe {
                    sums.dots.as_mut_ptr().add(place).cast::<__m512i>().write_unaligned(dots[block]);
                    sums.norms.as_mut_ptr().add(place).cast::<__m512i>().write_unaligned(squares[block]);
                    sums.bounds.as_mut_ptr().add(place).cast::<__m512>().write_unaligned(bounds[block]);
                }
            }
        }
        lanes
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn bound(dots: __m512i, norms: __m512i, cue_norm: f32) -> __m512 {
        let product = _mm512_mul_ps(_mm512_cvtepi32_ps(norms), _mm512_set1_ps(cue_norm));
        let reciprocal = _mm512_maskz_rsqrt14_ps(_mm512_test_epi32_mask(norms, norms), product);
        let scaled =
            _mm512_fmadd_ps(_mm512_cvtepi32_ps(dots), _mm512_set1_ps(256.0), _mm512_set1_ps(ROOT_SLACK));
        _mm512_fmadd_ps(scaled, reciprocal, _mm512_set1_ps(SLACK))
    }
}

mod narrow {
    use super::*;

    /// # Safety
    /// As for the wide one.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn group(group: &Group<'_>, stride: usize, least: i32, sums: &mut Sums) -> u128 {
        let blocks = group.norms.len() / BLOCK;
        let mut lanes = 0;
        let mut first = 0;
        while first + 2 <= blocks {
            // SAFETY: by contract.
            lanes |= unsafe { some::<2>(group, first, stride, least, sums) };
            first += 2;
        }
        if first < blocks {
            // SAFETY: by contract.
            lanes |= unsafe { some::<1>(group, first, stride, least, sums) };
        }
        lanes
    }

    /// The products of so many blocks with the cue, and their squares that it counts, in two halves each.
    ///
    /// # Safety
    /// As for [`group`], and there are these blocks.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn added<const COUNT: usize>(
        start: *const i16,
        stride: usize,
        cue: &Cue,
    ) -> [[[__m256i; 2]; COUNT]; 2] {
        // SAFETY: by contract, for the terms of the cue.
        let halves = |term: &Term, block: usize| unsafe {
            start.add(block * stride + term.pair as usize * LINE).cast::<[__m256i; 2]>().read_unaligned()
        };
        let mut dots = [[_mm256_setzero_si256(); 2]; COUNT];
        let mut squares = dots;
        let [products, both, only_squares] = cue.terms();
        for term in products {
            let values = _mm256_set1_epi32(term.values);
            for (block, dots) in dots.iter_mut().enumerate() {
                add_products(dots, halves(term, block), values);
            }
        }
        for term in both {
            let (values, mask) = (_mm256_set1_epi32(term.values), _mm256_set1_epi32(term.mask));
            for (block, (dots, squares)) in dots.iter_mut().zip(&mut squares).enumerate() {
                let halves = halves(term, block);
                add_products(dots, halves, values);
                add_squares(squares, halves, mask);
            }
        }
        for term in only_squares {
            let mask = _mm256_set1_epi32(term.mask);
            for (block, squares) in squares.iter_mut().enumerate() {
                add_squares(squares, halves(term, block), mask);
            }
        }
        [dots, squares]
    }

    /// Sums so many blocks from the first on.
    ///
    /// # Safety
    /// As for [`group`], and there are these blocks.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn some<const COUNT: usize>(
        group: &Group<'_>,
        first: usize,
        stride: usize,
        least: i32,
        sums: &mut Sums,
    ) -> u128 {
        let start = group.lines.as_ptr().wrapping_add(first * stride);
        // SAFETY: by contract.
        let [dots, squares] = unsafe { added::<COUNT>(start, stride, group.cue) };
        let mut lanes = 0;
        for block in 0..COUNT {
            for half in 0..2 {
                let place = (first + block) * BLOCK + half * BLOCK / 2;
                let (dots, mut norms) = (dots[block][half], squares[block][half]);
                if !group.cue.sums_squares() {
                    // SAFETY: a block has 16 norms.
                    let stored =
                        unsafe { group.norms.as_ptr().add(place).cast::<__m256i>().read_unaligned() };
                    norms = _mm256_sub_epi32(stored, norms);
                }
                let bounds = bound(dots, norms, group.cue.norm() as f32);
                let may_be = _mm256_cmp_ps::<_CMP_GE_OQ>(bounds, _mm256_set1_ps(least as f32));
                lanes |= u128::from(_mm256_movemask_ps(may_be).cast_unsigned()) << place;
                // SAFETY: a group has room for 16 of each for each of its blocks.
                unsafe {
                    sums.dots.as_mut_ptr().add(place).cast::<__m256i>().write_unaligned(dots);
                    sums.norms.as_mut_ptr().add(place).cast::<__m256i>().write_unaligned(norms);
                    sums.bounds.as_mut_ptr().add(place).cast::<__m256>().write_unaligned(bounds);
                }
            }
        }
        lanes
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn add_products(sums: &mut [__m256i; 2], halves: [__m256i; 2], values: __m256i) {
        for (sum, half) in sums.iter_mut().zip(halves) {
            *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(half, values));
        }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn add_squares(sums: &mut [__m256i; 2], halves: [__m256i; 2], mask: __m256i) {
        for (sum, half) in sums.iter_mut().zip(halves) {
            *sum = _mm256_add_epi32(*sum, _mm256_madd_epi16(half, _mm256_and_si256(half, mask)));
        }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn bound(dots: __m256i, norms: __m256i, cue_norm: f32) -> __m256 {
        let product = _mm256_mul_ps(_mm256_cvtepi32_ps(norms), _mm256_set1_ps(cue_norm));
        let is_zero = _mm256_castsi256_ps(_mm256_cmpeq_epi32(norms, _mm256_setzero_si256()));
        let reciprocal = _mm256_andnot_ps(is_zero, _mm256_rsqrt_ps(product));
        let scaled = _mm256_mul_ps(_mm256_cvtepi32_ps(dots), _mm256_set1_ps(256.0));
        let sum = _mm256_add_ps(scaled, _mm256_set1_ps(ROOT_SLACK));
        _mm256_add_ps(_mm256_mul_ps(sum, reciprocal), _mm256_set1_ps(SLACK))
    }
}
