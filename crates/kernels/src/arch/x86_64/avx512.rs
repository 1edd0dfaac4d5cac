//! Mastery in vectors of 512 bits: a run of 32 weights is one vector of values and two of pressure. What lies beyond a
//! list is masked out: it is neither read nor written.

use super::add_to;
use crate::mastery::{BlockSums, Learner, PushedRows, RUN, Rule, per_max};
use std::arch::x86_64::*;
use std::ops::Range;

const _: () = assert!(RUN == 32);

/// The thresholds of a rule, in every lane.
#[derive(Clone, Copy)]
struct Thresholds {
    of_class_0: __m512i,
    /// Those of all classes, four times.
    of_classes: __m512i,
}

impl Thresholds {
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn of(rule: Rule) -> Thresholds {
        let [a, b, c, d] = rule.thresholds.map(u32::cast_signed);
        Thresholds { of_class_0: _mm512_set1_epi32(a), of_classes: _mm512_set4_epi32(d, c, b, a) }
    }

    /// Those of 16 weights, by their classes: null without a list.
    ///
    /// # Safety
    /// There are classes for these lanes.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    unsafe fn at(self, classes: *const u8, lanes: u16) -> __m512i {
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
struct NarrowThresholds {
    of_class_0: __m512i,
    /// Those of all classes, eight times.
    of_classes: __m512i,
}

impl NarrowThresholds {
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn of(rule: Rule) -> NarrowThresholds {
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
    unsafe fn at(self, classes: *const u8, lanes: u32) -> __m512i {
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
struct Pressed {
    low: __m512i,
    high: __m512i,
    hit: u32,
}

/// # Safety
/// There are pressures and, unless that is null, classes for these lanes.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
unsafe fn pressed(thresholds: Thresholds, pressure: *const i32, classes: *const u8, lanes: u32) -> Pressed {
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

/// The first lanes of 32.
#[inline(always)]
fn lanes_before(end: usize) -> u32 {
    if end >= RUN { u32::MAX } else { (1 << end) - 1 }
}

/// The first lanes of 16.
#[inline(always)]
fn half_before(end: usize) -> u16 {
    if end >= 16 { u16::MAX } else { (1 << end) - 1 }
}

/// The numbers from 0 on.
#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn first_positions() -> __m512i {
    const POSITIONS: [u16; RUN] = {
        let mut positions = [0; RUN];
        let mut at = 0;
        while at < RUN {
            positions[at] = at as u16;
            at += 1;
        }
        positions
    };
    // SAFETY: these are 64 bytes.
    unsafe { _mm512_loadu_si512(POSITIONS.as_ptr().cast()) }
}

/// How many weights are looked at before any of them is worked on.
const STRETCH: usize = 8 * RUN;

/// See the portable form, and [`stepped`](crate::mastery::stepped) for a single weight.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,popcnt")]
pub(super) fn step(rule: Rule, learner: &mut Learner<'_>, list: &mut [u16]) -> usize {
    let lists = Lists::of(learner, list);
    // SAFETY: none of them has moved before.
    unsafe { Step::of(rule, lists.len).some(&lists, 0..lists.len, 0) }
}

/// Rows of at least so many weights are worth a branch on their direction.
const LONG_ROW: usize = 8 * RUN;

/// See the portable form. Each run of weights is looked at once.
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,popcnt")]
pub(super) fn learn(rule: Rule, push: PushedRows<'_>, learner: &mut Learner<'_>, list: &mut [u16]) -> usize {
    let lists = Lists::of(learner, list);
    let step = Step::of(rule, lists.len);
    let columns = push.columns().max(1);
    let is_long = columns >= LONG_ROW;
    let (mut count, mut first, mut row) = (0, 0, 0);
    while first < lists.len {
        let end = lists.len.min(first + columns);
        let direction = push.direction(row);
        if is_long && direction == 0 {
            // SAFETY: only weights before these have moved.
            count += unsafe { step.some(&lists, first..end, count) };
        } else {
            let amounts = (push.amounts(direction).as_ptr(), direction);
            // SAFETY: as above; and there is an amount for each weight of a row.
            count += unsafe { step.row(&lists, first..end, amounts, count) };
        }
        (first, row) = (end, row + 1);
    }
    count
}

/// Weights that learn, by address.
struct Lists {
    /// How many weights there are, with room for the positions of a run beyond them.
    len: usize,
    pressure: *mut i32,
    signals: *mut [u8; 2],
    values: *mut i16,
    /// Null without a list.
    classes: *const u8,
    positions: *mut u16,
}

impl Lists {
    fn of(learner: &mut Learner<'_>, list: &mut [u16]) -> Lists {
        let Learner { pressure, signals, values, classes } = learner;
        let len = pressure.len().min(signals.len()).min(values.len());
        let len = classes.map_or(len, |classes| classes.len().min(len)).min(list.len().saturating_sub(RUN));
        Lists {
            len,
            pressure: pressure.as_mut_ptr(),
            signals: signals.as_mut_ptr(),
            values: values.as_mut_ptr(),
            classes: classes.map_or(std::ptr::null(), <[u8]>::as_ptr),
            positions: list.as_mut_ptr(),
        }
    }

    /// The classes from a weight on; null without a list.
    #[inline(always)]
    fn classes_at(&self, at: usize) -> *const u8 {
        if self.classes.is_null() { self.classes } else { self.classes.wrapping_add(at) }
    }
}

/// What a step depends on, in every lane.
struct Step {
    least: __m512i,
    thresholds: Thresholds,
    narrow: NarrowThresholds,
    step: __m512i,
    first_positions: __m512i,
    /// Whether runs in which nothing moves are not written.
    spares: bool,
}

/// Lists of more weights than this go through the second cache, whose bandwidth counts for more than branches that cannot be
/// foreseen.
const MANY: usize = 1 << 13;

/// Which weights of a run are hit, and which of them are to go down.
struct Hit {
    hit: u32,
    down: u32,
}

impl Step {
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    fn of(rule: Rule, weights: usize) -> Step {
        Step {
            least: _mm512_set1_epi32(rule.least().cast_signed()),
            thresholds: Thresholds::of(rule),
            narrow: NarrowThresholds::of(rule),
            step: _mm512_set1_epi16(i16::from(rule.step)),
            first_positions: first_positions(),
            spares: weights > MANY,
        }
    }

    /// The steps of some weights; how many have moved. Their positions are put behind those of so many others.
    ///
    /// # Safety
    /// The lists have these weights, and those others lie before them.
    #[inline(never)]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,popcnt")]
    unsafe fn some(&self, lists: &Lists, range: Range<usize>, others: usize) -> usize {
        let mut count = 0;
        let whole = range.end - range.len() % RUN;
        for first in (range.start..whole).step_by(STRETCH) {
            let stretch = first..whole.min(first + STRETCH);
            // SAFETY: the lists have these weights.
            if unsafe { self.is_quiet(lists.pressure, stretch.clone()) } {
                continue;
            }
            for at in stretch.step_by(RUN) {
                // SAFETY: by contract, there is room for the positions of all weights and of a run behind them.
                count += unsafe { self.run(lists, at, u32::MAX, others + count) };
            }
        }
        if whole < range.end {
            // SAFETY: as above, for the lanes before the end.
            count += unsafe { self.run(lists, whole, lanes_before(range.end - whole), others + count) };
        }
        count
    }

    /// Whether no weight of whole runs can be hit.
    ///
    /// # Safety
    /// There are these pressures.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw")]
    unsafe fn is_quiet(&self, pressure: *const i32, range: Range<usize>) -> bool {
        let mut reaching = 0;
        for at in range.step_by(RUN) {
            // SAFETY: by contract.
            let [low, high] = unsafe { [pressure.add(at), pressure.add(at + 16)].map(|at| at.cast()) };
            // SAFETY: as above.
            let (low, high) = unsafe { (_mm512_loadu_si512(low), _mm512_loadu_si512(high)) };
            let most = _mm512_max_epu32(_mm512_abs_epi32(low), _mm512_abs_epi32(high));
            reaching |= _mm512_cmpge_epu32_mask(most, self.least);
        }
        reaching == 0
    }

    /// Adds amounts to the pressure of a row, or to that of its first weights; the rest as for [`Step::some`].
    ///
    /// # Safety
    /// As there; and there is an amount for each weight.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,popcnt")]
    unsafe fn row(
        &self,
        lists: &Lists,
        range: Range<usize>,
        (amounts, direction): (*const i32, i32),
        others: usize,
    ) -> usize {
        let (mut at, mut amounts, mut count) = (range.start, amounts, others);
        while at + RUN <= range.end {
            // SAFETY: by contract; there is room for the positions of all weights and of a run behind them.
            count += unsafe { self.pushed_run(lists, at, (amounts, direction), u32::MAX, count) };
            (at, amounts) = (at + RUN, amounts.wrapping_add(RUN));
        }
        if at < range.end {
            let lanes = lanes_before(range.end - at);
            // SAFETY: as above, for the lanes before the end.
            count += unsafe { self.pushed_run(lists, at, (amounts, direction), lanes, count) };
        }
        count - others
    }

    /// Adds amounts to the pressure of a run of weights and lets them take their steps, as [`Step::run`] does.
    ///
    /// Pressure is compared in 16 bits. What they cannot hold, sums that have left 32 bits among it, takes another way.
    ///
    /// # Safety
    /// As there; and there are amounts for these lanes.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,popcnt")]
    unsafe fn pushed_run(
        &self,
        lists: &Lists,
        at: usize,
        (amounts, direction): (*const i32, i32),
        lanes: u32,
        count: usize,
    ) -> usize {
        let pressure = lists.pressure.wrapping_add(at);
        // SAFETY: by contract, and other lanes are not read.
        let [low, high] = unsafe { loaded(pressure, lanes) };
        // SAFETY: as above.
        let [low_amounts, high_amounts] = unsafe { loaded(amounts, lanes) };
        let (low, high) = (_mm512_add_epi32(low, low_amounts), _mm512_add_epi32(high, high_amounts));
        // The lower and the upper halves of each quarter stand beside each other.
        let quarters = _mm512_set_epi64(7, 5, 3, 1, 6, 4, 2, 0);
        let narrow = _mm512_permutexvar_epi64(quarters, _mm512_packs_epi32(low, high));
        let size = _mm512_abs_epi16(narrow);
        if _mm512_cmpge_epu16_mask(size, _mm512_set1_epi16(i16::MAX)) != 0 {
            // SAFETY: by contract.
            return unsafe { self.strong_run(lists, at, (amounts, direction), lanes, count) };
        }
        // SAFETY: there are classes for these lanes, if any.
        let thresholds = unsafe { self.narrow.at(lists.classes_at(at), lanes) };
        let hit = _mm512_cmpge_epu16_mask(size, thresholds);
        let (low, high) =
            (_mm512_maskz_mov_epi32(!hit as u16, low), _mm512_maskz_mov_epi32((!hit >> 16) as u16, high));
        // SAFETY: by contract, and other lanes are not written.
        unsafe { store(pressure, [low, high], lanes) };
        // SAFETY: no lane is hit that does not exist: its pressure is 0, and thresholds are at least 1.
        unsafe { self.move_hit(lists, at, Hit { hit, down: _mm512_movepi16_mask(narrow) }, lanes, count) }
    }

    /// The same for pressure of any size, whose sums saturate.
    ///
    /// # Safety
    /// As there.
    #[cold]
    #[inline(never)]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,popcnt")]
    unsafe fn strong_run(
        &self,
        lists: &Lists,
        at: usize,
        (amounts, direction): (*const i32, i32),
        lanes: u32,
        count: usize,
    ) -> usize {
        let pressure = lists.pressure.wrapping_add(at);
        let down = _mm512_set1_epi32(direction >> 31);
        // SAFETY: by contract.
        let (old, amounts) = unsafe { (loaded(pressure, lanes), loaded(amounts, lanes)) };
        let new = [0, 1].map(|half| pressed_by(old[half], _mm512_abs_epi32(amounts[half]), down));
        // SAFETY: by contract.
        unsafe {
            store(pressure, new, lanes);
            self.run(lists, at, lanes, count)
        }
    }

    /// The steps of a run of weights, of which only these lanes exist; how many have moved. Their positions are put behind
    /// those of so many others.
    ///
    /// # Safety
    /// The lists have these lanes, and there is room for 32 positions.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,popcnt")]
    unsafe fn run(&self, lists: &Lists, at: usize, lanes: u32, count: usize) -> usize {
        let zero = _mm512_setzero_si512();
        let pressure = lists.pressure.wrapping_add(at);
        // SAFETY: by contract.
        let Pressed { low, high, hit } =
            unsafe { pressed(self.thresholds, pressure, lists.classes_at(at), lanes) };
        let low_down = _mm512_cmplt_epi32_mask(low, zero);
        let down = u32::from(low_down) | u32::from(_mm512_cmplt_epi32_mask(high, zero)) << 16;
        // SAFETY: no lane is hit that does not exist: its pressure is 0, and thresholds are at least 1.
        unsafe {
            store(pressure, [zero, zero], hit);
            self.move_hit(lists, at, Hit { hit, down }, lanes, count)
        }
    }

    /// Moves those weights of a run that are hit; the rest as for [`Step::run`].
    ///
    /// # Safety
    /// As there; and the lanes that are hit exist.
    #[inline]
    #[target_feature(enable = "avx512f,avx512bw,avx512vbmi2,popcnt")]
    unsafe fn move_hit(
        &self,
        lists: &Lists,
        at: usize,
        Hit { hit, down }: Hit,
        lanes: u32,
        count: usize,
    ) -> usize {
        let (zero, one, top) = (_mm512_setzero_si512(), _mm512_set1_epi16(0x100), _mm512_set1_epi16(255));
        let values = lists.values.wrapping_add(at);
        // SAFETY: by contract.
        let old = unsafe { _mm512_maskz_loadu_epi16(lanes, values) };
        let along = _mm512_mask_sub_epi16(old, down, zero, old);
        // Below 0, a sum is large as a number without a sign, and stays as it is.
        let moved = _mm512_max_epu16(_mm512_add_epi16(along, self.step), self.step);
        let size = _mm512_min_epi16(moved, top);
        let new = _mm512_mask_sub_epi16(size, down, zero, size);
        let changed = _mm512_mask_cmpneq_epi16_mask(hit, new, old);
        if self.spares & (changed == 0) {
            return 0;
        }
        // What has moved is never 0, so that its value alone is its signal: below the magnitude stands the upper byte of the
        // value, which is 0 or −1, as a polarity.
        let polarity = _mm512_or_si512(new, one);
        let signal = _mm512_shldi_epi16::<8>(_mm512_abs_epi16(new), polarity);
        let positions = _mm512_add_epi16(self.first_positions, _mm512_set1_epi16(at as i16));
        let positions = _mm512_maskz_compress_epi16(changed, positions);
        // SAFETY: by contract.
        unsafe {
            // Packed weights soon read these, which takes long after a store that is masked.
            _mm512_mask_storeu_epi16(values, lanes, _mm512_mask_mov_epi16(old, changed, new));
            _mm512_mask_storeu_epi16(lists.signals.wrapping_add(at).cast(), changed, signal);
            _mm512_storeu_si512(lists.positions.wrapping_add(count).cast(), positions);
        }
        changed.count_ones() as usize
    }
}

/// 32 numbers, of which only these lanes exist.
///
/// # Safety
/// These lanes exist.
#[inline]
#[target_feature(enable = "avx512f")]
unsafe fn loaded(place: *const i32, lanes: u32) -> [__m512i; 2] {
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
unsafe fn store(place: *mut i32, [low, high]: [__m512i; 2], lanes: u32) {
    // SAFETY: by contract, and other lanes are not written.
    unsafe {
        _mm512_mask_storeu_epi32(place, lanes as u16, low);
        _mm512_mask_storeu_epi32(place.wrapping_add(16), (lanes >> 16) as u16, high);
    }
}

/// See the portable form, which says why this is exact. Doubles are truncated here.
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn strengths(inputs: &[i32], scale: i32, strengths: &mut [i32], opposites: &mut [i32]) -> bool {
    let len = inputs.len().min(strengths.len()).min(opposites.len());
    let mut peak = _mm512_set1_epi32(1);
    for at in (0..len).step_by(16) {
        // SAFETY: these lanes are within the list, and others are not read.
        let x = unsafe { _mm512_maskz_loadu_epi32(half_before(len - at), inputs.as_ptr().add(at)) };
        peak = _mm512_max_epi32(peak, x);
    }
    let max = _mm512_reduce_max_epi32(peak);
    let (threshold, scale) = (_mm512_set1_epi32(max / 4), _mm512_set1_epi32(scale));
    let per_max = _mm512_set1_pd(per_max(max));
    let mut any = 0;
    for at in (0..len).step_by(16) {
        let lanes = half_before(len - at);
        // SAFETY: as above.
        let x = unsafe { _mm512_maskz_loadu_epi32(lanes, inputs.as_ptr().add(at)) };
        let above = _mm512_sub_epi32(_mm512_max_epi32(x, threshold), threshold);
        let low = _mm512_cvtepi32_pd(_mm512_castsi512_si256(above));
        let high = _mm512_cvtepi32_pd(_mm512_extracti64x4_epi64::<1>(above));
        let low = _mm512_cvttpd_epi32(_mm512_mul_pd(low, per_max));
        let high = _mm512_cvttpd_epi32(_mm512_mul_pd(high, per_max));
        let shares = _mm512_inserti64x4::<1>(_mm512_castsi256_si512(low), high);
        let scaled = _mm512_srli_epi32::<8>(_mm512_mullo_epi32(shares, scale));
        any |= _mm512_test_epi32_mask(scaled, scaled);
        let opposite = _mm512_sub_epi32(_mm512_setzero_si512(), scaled);
        // SAFETY: these lanes are within the lists, and others are not written.
        unsafe {
            _mm512_mask_storeu_epi32(strengths.as_mut_ptr().add(at), lanes, scaled);
            _mm512_mask_storeu_epi32(opposites.as_mut_ptr().add(at), lanes, opposite);
        }
    }
    any != 0
}

/// See the portable form.
#[target_feature(enable = "avx512f,avx512bw")]
pub(super) fn press(pressure: &mut [i32], push: PushedRows<'_>) {
    for (row, pressure) in pressure.chunks_mut(push.columns()).enumerate() {
        let direction = push.direction(row);
        if direction != 0 {
            press_row(pressure, push.strengths(), direction >> 31);
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn press_row(pressure: &mut [i32], strengths: &[i32], down: i32) {
    let len = pressure.len().min(strengths.len());
    let (pressure, strengths) = (pressure.as_mut_ptr(), strengths.as_ptr());
    let down = _mm512_set1_epi32(down);
    let whole = len / 16 * 16;
    for at in (0..whole).step_by(16) {
        // SAFETY: there are 16 elements from there on.
        let (strength, old) = unsafe {
            (_mm512_loadu_si512(strengths.add(at).cast()), _mm512_loadu_si512(pressure.add(at).cast()))
        };
        let new = pressed_by(old, strength, down);
        // SAFETY: as above.
        unsafe { _mm512_storeu_si512(pressure.add(at).cast(), new) };
    }
    if whole < len {
        let lanes = half_before(len - whole);
        // SAFETY: the lanes before the end of the lists exist, and others are neither read nor written.
        unsafe {
            let (pressure, strengths) = (pressure.add(whole), strengths.add(whole));
            let strength = _mm512_maskz_loadu_epi32(lanes, strengths);
            let old = _mm512_maskz_loadu_epi32(lanes, pressure);
            _mm512_mask_storeu_epi32(pressure, lanes, pressed_by(old, strength, down));
        }
    }
}

#[inline]
#[target_feature(enable = "avx512f,avx512bw")]
fn pressed_by(old: __m512i, strength: __m512i, down: __m512i) -> __m512i {
    let limit = _mm512_xor_si512(strength, _mm512_set1_epi32(i32::MAX));
    let along = _mm512_min_epi32(_mm512_xor_si512(old, down), limit);
    _mm512_xor_si512(_mm512_add_epi32(along, strength), down)
}

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
