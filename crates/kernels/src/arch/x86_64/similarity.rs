//! Sums of products of a cue with blocks of entries, in vectors of 512 and of 256 bits.

use super::Tier;
use crate::similarity::bounds::{self, ROOT_SLACK, SLACK};
use crate::similarity::sums::{GROUP, Group, Lowers, Sums, portable};
use crate::similarity::{BLOCK, BLOCKS, GROUP_LINE, LINE, Term};
use std::arch::x86_64::*;

/// Half a group, for what is left in the end.
const HALF: usize = BLOCKS / 2;

/// See the portable form.
pub(crate) fn sums(group: &Group<'_>, sums: &mut Sums, lowers: &mut Lowers) {
    sums_on(Tier::of_processor(), group, sums, lowers);
}

pub(super) fn sums_on(tier: Tier, group: &Group<'_>, sums: &mut Sums, lowers: &mut Lowers) {
    let pairs = group.cue.width().div_ceil(2);
    assert!(group.norms.len() <= GROUP && group.lines.len() >= pairs * GROUP_LINE);
    match tier {
        // SAFETY: the processor has these features, and the group its lines.
        Tier::Avx512 => unsafe { wide::sums(group, sums, lowers) },
        // SAFETY: the processor has AVX2; and as above.
        Tier::Avx2 => unsafe { narrow::sums(group, sums, lowers) },
        Tier::Base => portable(group, sums, lowers),
    }
}

/// See the portable form.
pub(crate) fn lanes_reaching(uppers: &[f32; GROUP], least: f32) -> u128 {
    lanes_reaching_on(Tier::of_processor(), uppers, least)
}

pub(super) fn lanes_reaching_on(tier: Tier, uppers: &[f32; GROUP], least: f32) -> u128 {
    match tier {
        // SAFETY: the processor has these features.
        Tier::Avx512 => unsafe { wide::lanes_reaching(uppers, least) },
        // SAFETY: the processor has AVX2.
        Tier::Avx2 => unsafe { narrow::lanes_reaching(uppers, least) },
        Tier::Base => bounds::lanes_reaching(uppers, least),
    }
}

mod wide {
    use super::*;

    /// # Safety
    /// There are at most [`BLOCKS`] blocks, and the group has lines for all pairs of dimensions of the cue.
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    pub(super) unsafe fn sums(group: &Group<'_>, sums: &mut Sums, lowers: &mut Lowers) {
        let blocks = group.norms.len() / BLOCK;
        let mut first = 0;
        while first < blocks {
            // SAFETY: by contract, and so many are left.
            first += unsafe {
                match blocks - first {
                    BLOCKS.. => some::<BLOCKS>(group, first, sums, lowers),
                    HALF.. => some::<HALF>(group, first, sums, lowers),
                    _ => some::<1>(group, first, sums, lowers),
                }
            };
        }
    }

    #[target_feature(enable = "avx512f")]
    pub(super) fn lanes_reaching(uppers: &[f32; GROUP], least: f32) -> u128 {
        let least = _mm512_set1_ps(least);
        let (blocks, _) = uppers.as_chunks::<BLOCK>();
        blocks.iter().enumerate().fold(0, |lanes, (block, uppers)| {
            // SAFETY: a block has 16.
            let uppers = unsafe { uppers.as_ptr().cast::<__m512>().read_unaligned() };
            let reaching = _mm512_cmp_ps_mask::<_CMP_GE_OQ>(uppers, least);
            lanes | u128::from(reaching) << (block * BLOCK)
        })
    }

    /// The products of so many blocks with the cue, and their norms.
    ///
    /// # Safety
    /// As for [`sums`], and there are these blocks.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    unsafe fn added<const COUNT: usize>(group: &Group<'_>, first: usize) -> [[__m512i; COUNT]; 2] {
        let start = group.lines.as_ptr().wrapping_add(first * LINE);
        // SAFETY: by contract, for the terms of the cue.
        let line = |term: &Term, block: usize| unsafe {
            start.add(term.pair as usize * GROUP_LINE + block * LINE).cast::<__m512i>().read_unaligned()
        };
        let zeros = [_mm512_setzero_si512(); COUNT];
        let (mut dots, mut squares) = (zeros, zeros);
        let [products, both, only_squares] = group.cue.terms();
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
        if !group.cue.sums_squares() {
            for (block, squares) in squares.iter_mut().enumerate() {
                let stored = group.norms.as_ptr().wrapping_add((first + block) * BLOCK);
                // SAFETY: a block has 16 norms.
                let stored = unsafe { stored.cast::<__m512i>().read_unaligned() };
                *squares = _mm512_sub_epi32(stored, *squares);
            }
        }
        [dots, squares]
    }

    /// Sums so many blocks from the first on; says how many these are.
    ///
    /// # Safety
    /// As for [`sums`], and there are these blocks.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vnni")]
    unsafe fn some<const COUNT: usize>(
        group: &Group<'_>,
        first: usize,
        sums: &mut Sums,
        lowers: &mut Lowers,
    ) -> usize {
        // SAFETY: by contract.
        let [dots, norms] = unsafe { added::<COUNT>(group, first) };
        for (block, (dots, norms)) in dots.into_iter().zip(norms).enumerate() {
            let [lower, upper] = of_sums(dots, norms, group.cue.norm() as f32);
            let place = (first + block) * BLOCK;
            let lowers = lowers.0[place..].as_mut_ptr().cast::<__m512>();
            // SAFETY: a group has room for 16 of each for each of its blocks.
            unsafe {
                sums.dots[place..].as_mut_ptr().cast::<__m512i>().write_unaligned(dots);
                sums.norms[place..].as_mut_ptr().cast::<__m512i>().write_unaligned(norms);
                sums.uppers[place..].as_mut_ptr().cast::<__m512>().write_unaligned(upper);
                lowers.write_unaligned(_mm512_max_ps(lowers.read_unaligned(), lower));
            }
        }
        COUNT
    }

    #[inline]
    #[target_feature(enable = "avx512f")]
    fn of_sums(dots: __m512i, norms: __m512i, cue_norm: f32) -> [__m512; 2] {
        let product = _mm512_mul_ps(_mm512_cvtepi32_ps(norms), _mm512_set1_ps(cue_norm));
        let reciprocal = _mm512_maskz_rsqrt14_ps(_mm512_test_epi32_mask(norms, norms), product);
        let scaled = _mm512_mul_ps(_mm512_cvtepi32_ps(dots), _mm512_set1_ps(256.0));
        [-1.0, 1.0].map(|sign| {
            let sum = _mm512_add_ps(scaled, _mm512_set1_ps(sign * ROOT_SLACK));
            _mm512_fmadd_ps(sum, reciprocal, _mm512_set1_ps(sign * SLACK))
        })
    }
}

mod narrow {
    use super::*;

    /// # Safety
    /// As for the wide one.
    #[target_feature(enable = "avx2")]
    pub(super) unsafe fn sums(group: &Group<'_>, sums: &mut Sums, lowers: &mut Lowers) {
        let blocks = group.norms.len() / BLOCK;
        let mut first = 0;
        while first < blocks {
            // SAFETY: by contract, and so many are left.
            first += unsafe {
                match blocks - first {
                    2.. => some::<2>(group, first, sums, lowers),
                    _ => some::<1>(group, first, sums, lowers),
                }
            };
        }
    }

    #[target_feature(enable = "avx2")]
    pub(super) fn lanes_reaching(uppers: &[f32; GROUP], least: f32) -> u128 {
        let least = _mm256_set1_ps(least);
        let (halves, _) = uppers.as_chunks::<8>();
        halves.iter().enumerate().fold(0, |lanes, (half, uppers)| {
            // SAFETY: half a block has 8.
            let uppers = unsafe { uppers.as_ptr().cast::<__m256>().read_unaligned() };
            let reaching = _mm256_movemask_ps(_mm256_cmp_ps::<_CMP_GE_OQ>(uppers, least));
            lanes | u128::from(reaching.cast_unsigned()) << (half * 8)
        })
    }

    /// The products of so many blocks with the cue, and their norms, in two halves each.
    ///
    /// # Safety
    /// As for [`sums`], and there are these blocks.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn added<const COUNT: usize>(group: &Group<'_>, first: usize) -> [[[__m256i; 2]; COUNT]; 2] {
        let start = group.lines.as_ptr().wrapping_add(first * LINE);
        // SAFETY: by contract, for the terms of the cue.
        let halves = |term: &Term, block: usize| unsafe {
            start.add(term.pair as usize * GROUP_LINE + block * LINE).cast::<[__m256i; 2]>().read_unaligned()
        };
        let mut dots = [[_mm256_setzero_si256(); 2]; COUNT];
        let mut squares = dots;
        let [products, both, only_squares] = group.cue.terms();
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
        if !group.cue.sums_squares() {
            for (block, squares) in squares.iter_mut().enumerate() {
                let stored = group.norms.as_ptr().wrapping_add((first + block) * BLOCK);
                // SAFETY: a block has 16 norms.
                let stored = unsafe { stored.cast::<[__m256i; 2]>().read_unaligned() };
                *squares = [0, 1].map(|half| _mm256_sub_epi32(stored[half], squares[half]));
            }
        }
        [dots, squares]
    }

    /// Sums so many blocks from the first on; says how many these are.
    ///
    /// # Safety
    /// As for [`sums`], and there are these blocks.
    #[inline]
    #[target_feature(enable = "avx2")]
    unsafe fn some<const COUNT: usize>(
        group: &Group<'_>,
        first: usize,
        sums: &mut Sums,
        lowers: &mut Lowers,
    ) -> usize {
        // SAFETY: by contract.
        let [dots, norms] = unsafe { added::<COUNT>(group, first) };
        let halves = dots.as_flattened().iter().zip(norms.as_flattened());
        for (half, (dots, norms)) in halves.enumerate() {
            let [lower, upper] = of_sums(*dots, *norms, group.cue.norm() as f32);
            let place = first * BLOCK + half * BLOCK / 2;
            let lowers = lowers.0[place..].as_mut_ptr().cast::<__m256>();
            // SAFETY: a group has room for 16 of each for each of its blocks.
            unsafe {
                sums.dots[place..].as_mut_ptr().cast::<__m256i>().write_unaligned(*dots);
                sums.norms[place..].as_mut_ptr().cast::<__m256i>().write_unaligned(*norms);
                sums.uppers[place..].as_mut_ptr().cast::<__m256>().write_unaligned(upper);
                lowers.write_unaligned(_mm256_max_ps(lowers.read_unaligned(), lower));
            }
        }
        COUNT
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
    fn of_sums(dots: __m256i, norms: __m256i, cue_norm: f32) -> [__m256; 2] {
        let product = _mm256_mul_ps(_mm256_cvtepi32_ps(norms), _mm256_set1_ps(cue_norm));
        let is_zero = _mm256_castsi256_ps(_mm256_cmpeq_epi32(norms, _mm256_setzero_si256()));
        let reciprocal = _mm256_andnot_ps(is_zero, _mm256_rsqrt_ps(product));
        let scaled = _mm256_mul_ps(_mm256_cvtepi32_ps(dots), _mm256_set1_ps(256.0));
        [-1.0, 1.0].map(|sign| {
            let sum = _mm256_add_ps(scaled, _mm256_set1_ps(sign * ROOT_SLACK));
            _mm256_add_ps(_mm256_mul_ps(sum, reciprocal), _mm256_set1_ps(sign * SLACK))
        })
    }
}
