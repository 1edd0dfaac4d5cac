//! A pass over memory that does next to nothing: what no scan can be faster than.

/// The sum of all numbers, modulo 2³², of pairs that are read as one number.
pub(crate) fn sum(lines: &[i16]) -> i32 {
    #[cfg(target_arch = "x86_64")]
    {
        if is_x86_feature_detected!("avx512f") {
            // SAFETY: the processor has AVX-512.
            return unsafe { wide(lines) };
        }
        if is_x86_feature_detected!("avx2") {
            // SAFETY: the processor has AVX2.
            return unsafe { narrow(lines) };
        }
    }
    plain(lines)
}

#[inline(always)]
fn plain(lines: &[i16]) -> i32 {
    let pairs = lines.chunks_exact(2);
    pairs.fold(0, |sum: i32, pair| {
        sum.wrapping_add(i32::from(pair[1]) << 16 | i32::from(pair[0].cast_unsigned()))
    })
}

#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx2")]
fn narrow(lines: &[i16]) -> i32 {
    plain(lines)
}

/// In whole vectors, whatever the compiler prefers.
#[cfg(target_arch = "x86_64")]
#[target_feature(enable = "avx512f")]
fn wide(lines: &[i16]) -> i32 {
    use std::arch::x86_64::*;
    let mut sums = [_mm512_setzero_si512(); 8];
    let (runs, rest) = lines.as_chunks::<256>();
    for run in runs {
        for (line, sum) in run.as_chunks::<32>().0.iter().zip(&mut sums) {
            // SAFETY: a line has 64 bytes.
            *sum = _mm512_add_epi32(*sum, unsafe { line.as_ptr().cast::<__m512i>().read_unaligned() });
        }
    }
    let sum = sums.into_iter().fold(_mm512_setzero_si512(), |sum, more| _mm512_add_epi32(sum, more));
    _mm512_reduce_add_epi32(sum).wrapping_add(plain(rest))
}
