//! Mastery in vectors of 512 bits: a run of 32 weights is one vector of values and two of pressure. What lies beyond a
//! list is masked out: it is neither read nor written.

use super::lanes::{lanes_before, loaded, store};
use super::push::pressed_by;
use super::thresholds::{NarrowThresholds, Pressed, Thresholds, pressed};
use crate::mastery::{Learner, PushedRows, RUN, Rule};
use std::arch::x86_64::*;
use std::ops::Range;

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
