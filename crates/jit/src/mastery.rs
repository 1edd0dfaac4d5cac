//! The steps that weights take when their pressure has reached the threshold.

use crate::entry;
use crate::helpers::Context;
use ternsig_isa::limits::REGISTERS_PER_BANK;
use ternsig_vm::arith::mastery;
use ternsig_vm::machine::native::NativeState;

/// A commit of one register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Commit {
    /// The cold register, by index.
    pub(crate) register: usize,
    threshold: u8,
    step: u8,
}

impl Commit {
    /// Instead of a number of weights: all of them.
    pub(crate) const ALL: u64 = u64::MAX;

    pub(crate) const fn new(register: usize, threshold: u8, step: u8) -> Commit {
        Commit { register, threshold, step }
    }

    /// The least pressure with which any weight takes a step, at least 1.
    pub(crate) fn least_threshold(self) -> i32 {
        let least = mastery::thresholds(self.threshold).into_iter().flatten().min();
        least.map_or(i32::MAX, |least| least as i32)
    }

    /// All of it in one number.
    pub(crate) const fn packed(self) -> u64 {
        (self.register as u64) << 16 | (self.threshold as u64) << 8 | self.step as u64
    }

    pub(crate) const fn unpacked(packed: u64) -> Commit {
        let [step, threshold, register, ..] = packed.to_le_bytes();
        Commit { register: register as usize % REGISTERS_PER_BANK, threshold, step }
    }
}

impl Context<'_> {
    /// Lets weights take their steps: those whose indexes stand in working memory from `list` on, or all. Afterwards
    /// working memory holds the indexes of those that changed, and packed weights are up to date.
    pub(crate) fn commit(&mut self, commit: Commit, list: usize, count: u64) {
        let NativeState { cold, pressure, .. } = self.machine.native_state();
        let (Some(register), Some(pressure)) = (&mut cold[commit.register], &mut pressure[commit.register])
        else {
            return;
        };
        let len = pressure.len().min(register.len());
        let count = if count == Commit::ALL { None } else { Some(count as usize) };
        let (thresholds, step) = (mastery::thresholds(commit.threshold), mastery::step(commit.step));
        let old_version = register.version();
        let weights = std::sync::Arc::make_mut(register);
        let working = self.instance.scratch.as_mut_slice().get_mut(list..).unwrap_or_default();
        let mut changed = 0;
        let mut edit = weights.edit();
        for number in 0..count.unwrap_or(len) {
            let index = if count.is_some() {
                working.get(number).map_or(len, |&index| index as usize)
            } else {
                number
            };
            let Some(p) = pressure[..len].get_mut(index) else { continue };
            let reached = thresholds[edit.temperature(index) as usize]
                .is_some_and(|threshold| i64::from(p.unsigned_abs()) >= threshold);
            if !reached {
                continue;
            }
            let old = edit.signals()[index];
            let new = old.stepped(p.signum() as i8, step);
            *p = 0;
            if new != old {
                edit.set(index, new);
                // The list has room for every weight, and is not read any more up to here.
                if let Some(place) = working.get_mut(changed) {
                    *place = index as i32;
                }
                changed += 1;
            }
        }
        drop(edit);
        let changed = &working[..changed.min(working.len())];
        let memory = &mut self.instance.cold[commit.register];
        memory.learned(old_version, weights, changed);
        entry::point_to(&mut self.instance.frame.cold[commit.register], memory, weights);
    }
}
