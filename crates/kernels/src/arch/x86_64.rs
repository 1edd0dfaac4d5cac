//! x86-64: the portable loops compiled for AVX2 and for AVX-512, and some of them written in vectors of 512 bits.

mod inputs;
mod interleave;
mod lanes;
mod mean;
mod product;
mod push;
mod results;
mod similarity;
mod small;
mod steps;
mod thresholds;
mod twelve;

pub(crate) use similarity::{lanes_reaching, sums};

use crate::layout::Layout;
use crate::mastery::{BlockSums, Learner, PushedRows, Rule};
use crate::plain::ProductFunction;
use crate::portable::mastery as portable;
use std::arch::is_x86_feature_detected;
use std::arch::x86_64::*;
use std::sync::atomic::{AtomicU8, Ordering};

/// What the processor has beyond SSE2.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Tier {
    Base,
    Avx2,
    /// AVX-512 F, BW, VL, VBMI2 and VNNI, and BMI2 and the counting of bits.
    Avx512,
}

impl Tier {
    #[inline]
    fn of_processor() -> Tier {
        static TIER: AtomicU8 = AtomicU8::new(0);
        match TIER.load(Ordering::Relaxed) {
            1 => Tier::Base,
            2 => Tier::Avx2,
            3 => Tier::Avx512,
            _ => {
                let tier = Tier::detect();
                TIER.store(1 + tier as u8, Ordering::Relaxed);
                tier
            }
        }
    }

    #[cold]
    fn detect() -> Tier {
        if is_x86_feature_detected!("avx512vbmi2")
            && is_x86_feature_detected!("avx512vnni")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("bmi2")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("popcnt")
        {
            Tier::Avx512
        } else if is_x86_feature_detected!("avx2") {
            Tier::Avx2
        } else {
            Tier::Base
        }
    }
}

/// See the portable form.
pub(crate) fn step(rule: Rule, learner: &mut Learner<'_>, list: &mut [u16]) -> usize {
    step_on(Tier::of_processor(), rule, learner, list)
}

fn step_on(tier: Tier, rule: Rule, learner: &mut Learner<'_>, list: &mut [u16]) -> usize {
    match tier {
        // SAFETY: the processor has these features.
        Tier::Avx512 => unsafe { steps::step(rule, learner, list) },
        // SAFETY: the processor has AVX2.
        Tier::Avx2 => unsafe { step_avx2(rule, learner, list) },
        Tier::Base => portable::step(rule, learner, list),
    }
}

#[target_feature(enable = "avx2")]
fn step_avx2(rule: Rule, learner: &mut Learner<'_>, list: &mut [u16]) -> usize {
    portable::step(rule, learner, list)
}

/// See the portable form.
pub(crate) fn strengths(inputs: &[i32], scale: i32, strengths: &mut [i32], opposites: &mut [i32]) -> bool {
    strengths_on(Tier::of_processor(), inputs, scale, strengths, opposites)
}

fn strengths_on(
    tier: Tier,
    inputs: &[i32],
    scale: i32,
    strengths: &mut [i32],
    opposites: &mut [i32],
) -> bool {
    match tier {
        // SAFETY: the processor has these features.
        Tier::Avx512 => unsafe { push::strengths(inputs, scale, strengths, opposites) },
        // SAFETY: the processor has AVX2.
        Tier::Avx2 => unsafe { strengths_avx2(inputs, scale, strengths, opposites) },
        Tier::Base => portable::strengths(inputs, scale, strengths, opposites),
    }
}

#[target_feature(enable = "avx2")]
fn strengths_avx2(inputs: &[i32], scale: i32, strengths: &mut [i32], opposites: &mut [i32]) -> bool {
    portable::strengths(inputs, scale, strengths, opposites)
}

/// See the portable form.
pub(crate) fn press(pressure: &mut [i32], push: PushedRows<'_>) {
    press_on(Tier::of_processor(), pressure, push);
}

fn press_on(tier: Tier, pressure: &mut [i32], push: PushedRows<'_>) {
    match tier {
        // SAFETY: the processor has these features.
        Tier::Avx512 => unsafe { push::press(pressure, push) },
        // SAFETY: the processor has AVX2.
        Tier::Avx2 => unsafe { press_avx2(pressure, push) },
        Tier::Base => portable::press(pressure, push),
    }
}

#[target_feature(enable = "avx2")]
fn press_avx2(pressure: &mut [i32], push: PushedRows<'_>) {
    portable::press(pressure, push);
}

/// See the portable form.
pub(crate) fn learn(rule: Rule, push: PushedRows<'_>, learner: &mut Learner<'_>, list: &mut [u16]) -> usize {
    learn_on(Tier::of_processor(), rule, push, learner, list)
}

fn learn_on(
    tier: Tier,
    rule: Rule,
    push: PushedRows<'_>,
    learner: &mut Learner<'_>,
    list: &mut [u16],
) -> usize {
    match tier {
        // SAFETY: the processor has these features.
        Tier::Avx512 => unsafe { steps::learn(rule, push, learner, list) },
        // SAFETY: the processor has AVX2.
        Tier::Avx2 => unsafe { learn_avx2(rule, push, learner, list) },
        Tier::Base => portable::learn(rule, push, learner, list),
    }
}

#[target_feature(enable = "avx2")]
fn learn_avx2(rule: Rule, push: PushedRows<'_>, learner: &mut Learner<'_>, list: &mut [u16]) -> usize {
    portable::learn(rule, push, learner, list)
}

/// See the portable form.
pub(crate) fn quantise(elements: &[i32], signals: &mut [[u8; 2]], values: &mut [i16]) {
    match Tier::of_processor() {
        // SAFETY: the processor has AVX2.
        Tier::Avx512 | Tier::Avx2 => unsafe { quantise_avx2(elements, signals, values) },
        Tier::Base => crate::quantise::portable(elements, signals, values),
    }
}

#[target_feature(enable = "avx2")]
fn quantise_avx2(elements: &[i32], signals: &mut [[u8; 2]], values: &mut [i16]) {
    crate::quantise::portable(elements, signals, values);
}

/// Gated means, if this processor has vectors in which they are worth a call.
pub(crate) fn mean_function() -> Option<crate::mean::MeanFunction> {
    (Tier::of_processor() == Tier::Avx512).then_some(mean::gated_means)
}

/// The product of any inputs with a matrix, if this processor has vectors in which it is worth a call.
pub(crate) fn product_function(layout: &Layout) -> Option<ProductFunction> {
    (Tier::of_processor() == Tier::Avx512).then(|| small::of(layout))
}

/// See the portable form.
pub(crate) fn interleave(
    rows: [&[i16]; 4],
    places: &mut [i16],
    stride: usize,
    sums: &mut BlockSums,
) -> usize {
    interleave_on(Tier::of_processor(), rows, places, stride, sums)
}

fn interleave_on(
    tier: Tier,
    rows: [&[i16]; 4],
    places: &mut [i16],
    stride: usize,
    sums: &mut BlockSums,
) -> usize {
    let columns = portable::whole_runs(rows, places, stride);
    let (rows, place) = (rows.map(<[i16]>::as_ptr), places.as_mut_ptr());
    match tier {
        // SAFETY: the processor has these features, the rows have these columns, and their pairs fit.
        Tier::Avx512 => unsafe { interleave::interleave(rows, columns, place, stride, sums) },
        // SAFETY: every such processor has SSE2; and as above.
        _ => unsafe { interleave_sse2(rows, columns, place, stride, sums) },
    }
    columns
}

/// # Safety
/// The rows have these columns, a multiple of 8, and there is a place for every pair of them.
#[target_feature(enable = "sse2")]
unsafe fn interleave_sse2(
    rows: [*const i16; 4],
    columns: usize,
    place: *mut i16,
    stride: usize,
    sums: &mut BlockSums,
) {
    let ones = _mm_set1_epi16(1);
    let (mut values, mut norms) = (_mm_setzero_si128(), _mm_setzero_si128());
    for first in (0..columns).step_by(8) {
        // SAFETY: a row has 8 columns from there on.
        let [a, b, c, d] = rows.map(|row| unsafe { row.add(first).cast::<__m128i>().read_unaligned() });
        let (ab, cd) = (_mm_unpacklo_epi32(a, b), _mm_unpacklo_epi32(c, d));
        let (ab_high, cd_high) = (_mm_unpackhi_epi32(a, b), _mm_unpackhi_epi32(c, d));
        let pairs = [
            _mm_unpacklo_epi64(ab, cd),
            _mm_unpackhi_epi64(ab, cd),
            _mm_unpacklo_epi64(ab_high, cd_high),
            _mm_unpackhi_epi64(ab_high, cd_high),
        ];
        for (number, pair) in pairs.into_iter().enumerate() {
            // SAFETY: by contract.
            unsafe { place.add((first / 2 + number) * stride).cast::<__m128i>().write_unaligned(pair) };
            let size = _mm_max_epi16(pair, _mm_sub_epi16(_mm_setzero_si128(), pair));
            values = _mm_add_epi32(values, _mm_madd_epi16(pair, ones));
            norms = _mm_add_epi32(norms, _mm_madd_epi16(size, ones));
        }
    }
    add_to(&mut sums.values, values);
    add_to(&mut sums.norms, norms);
}

/// Adds four lanes to four numbers.
#[inline]
#[target_feature(enable = "sse2")]
fn add_to(numbers: &mut [i32; 4], lanes: __m128i) {
    let place = numbers.as_mut_ptr().cast::<__m128i>();
    // SAFETY: these are the four numbers.
    unsafe { place.write_unaligned(_mm_add_epi32(place.read_unaligned(), lanes)) };
}

#[cfg(test)]
#[path = "x86_64_tests.rs"]
mod tests;
