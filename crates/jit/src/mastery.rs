//! Mastery's pressure, and the steps that weights take when it has reached the threshold.

use crate::entry;
use crate::helpers::{self, Context};
use crate::packs::Followers;
use std::sync::Arc;
use ternsig_isa::Shape;
use ternsig_isa::limits::REGISTERS_PER_BANK;
use ternsig_kernels::mastery::{self, Learner, Positions, Push, Rule};
use ternsig_vm::arith::mastery as operands;
use ternsig_vm::machine::cold::WeightLists;
use ternsig_vm::machine::native::{NativeState, PressureBank};

/// Memory for learning, kept from one instruction to the next.
#[derive(Debug, Default)]
pub(crate) struct Learning {
    positions: Positions,
    push: Push,
    /// The cold register, by index, whose pressure lacks the push: a commit that follows looks at the pressure anyway. Whoever
    /// else looks at it settles that before.
    pending: Option<usize>,
}

impl Learning {
    /// Puts the push that is pending on the pressure.
    #[inline(always)]
    pub(crate) fn settle(&mut self, pressure: &mut PressureBank) {
        if let Some(register) = self.pending.take() {
            self.press(&mut pressure[register]);
        }
    }

    #[cold]
    fn press(&self, pressure: &mut Option<Vec<i32>>) {
        if let Some(pressure) = pressure {
            self.push.press(pressure);
        }
    }
}

/// Pressure on one register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Press {
    /// The cold register, by index.
    pub(crate) register: usize,
    /// The scale, as the operand says it.
    scale: u8,
}

impl Press {
    pub(crate) const fn new(register: usize, scale: u8) -> Press {
        Press { register, scale }
    }

    /// All of it in one number.
    pub(crate) const fn word(self) -> u64 {
        (self.register as u64) << 8 | self.scale as u64
    }

    pub(crate) const fn of_word(word: u64) -> Press {
        let [scale, register, ..] = word.to_le_bytes();
        Press { register: register as usize % REGISTERS_PER_BANK, scale }
    }
}

/// A commit of one register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Commit {
    /// The cold register, by index.
    pub(crate) register: usize,
    threshold: u8,
    step: u8,
}

impl Commit {
    pub(crate) const fn new(register: usize, threshold: u8, step: u8) -> Commit {
        Commit { register, threshold, step }
    }

    /// All of it in one number.
    pub(crate) const fn word(self) -> u64 {
        (self.register as u64) << 16 | (self.threshold as u64) << 8 | self.step as u64
    }

    pub(crate) const fn of_word(word: u64) -> Commit {
        let [step, threshold, register, ..] = word.to_le_bytes();
        Commit { register: register as usize % REGISTERS_PER_BANK, threshold, step }
    }

    fn rule(self) -> Rule {
        let threshold = |limit: Option<i64>| limit.and_then(|limit| u32::try_from(limit).ok());
        Rule {
            thresholds: operands::thresholds(self.threshold)
                .map(|limit| threshold(limit).unwrap_or(u32::MAX)),
            step: operands::step(self.step),
        }
    }
}

impl Context<'_> {
    /// Adds to the pressure of a matrix what its inputs and directions ask for. There is a list of its length.
    pub(crate) fn press(&mut self, press: Press, inputs: &[i32], directions: &[i32]) {
        let NativeState { pressure, dopamine, .. } = self.machine.native_state();
        let learning = &mut self.instance.learning;
        learning.settle(pressure);
        let Some(factor) = operands::dopamine_factor(dopamine) else { return };
        let scale = u32::from(operands::scale(press.scale)) * factor as u32;
        if learning.push.set(inputs, scale, directions) {
            learning.pending = Some(press.register);
        }
    }

    /// Lets the weights of a register take their steps; packed weights are up to date afterwards.
    pub(crate) fn commit(&mut self, commit: Commit) {
        let NativeState { cold, pressure, .. } = self.machine.native_state();
        let learning = &mut self.instance.learning;
        let is_alone =
            cold[commit.register].as_mut().is_some_and(|register| Arc::get_mut(register).is_some());
        if !is_alone {
            learning.settle(pressure);
        }
        let (Some(register), Some(pressure)) = (&mut cold[commit.register], &mut pressure[commit.register])
        else {
            return;
        };
        let (rule, before) = (commit.rule(), register.version());
        // What others share is copied only if something has to be done.
        if !is_alone && !mastery::any_reaches(rule, pressure) {
            return;
        }
        let weights = Arc::make_mut(register);
        let memory = &mut self.instance.cold[commit.register];
        let mut edit = weights.edit();
        let WeightLists { signals, values, temperatures } = edit.lists();
        let signals = helpers::signal_bytes(signals);
        let classes = temperatures.map(helpers::codes);
        let mut learner = Learner { pressure, signals, values, classes };
        let (packs, codes) = (&mut memory.packs, classes.unwrap_or_default());
        let Learning { positions, push, pending } = learning;
        let moved = if *pending == Some(commit.register) {
            *pending = None;
            mastery::learn(rule, push, &mut learner, positions, || Followers::of(packs, before, codes))
        } else {
            mastery::commit(rule, &mut learner, positions, || Followers::of(packs, before, codes))
        };
        if let Some(moved) = &moved {
            edit.mark(moved.range.clone());
        }
        drop(edit);
        // A copy has another version and lies elsewhere, whether anything has moved or not.
        if weights.version() != before {
            memory.learned(before, weights, moved.and_then(|moved| moved.rest));
            entry::point_to(&mut self.instance.frame.cold[commit.register], memory, weights);
        }
    }

    /// Replaces as many weights as there are elements. `None` if that is the interpreter's: because it fails, or because more
    /// changes than the weights.
    pub(crate) fn quantise(&mut self, register: usize, elements: &[i32]) -> Option<()> {
        if !self.machine.has_room_for(elements.len(), self.version.added) {
            return None;
        }
        let old = self.machine.native_state().cold[register].as_mut()?;
        if old.is_frozen() || old.shape() != Shape::vector(elements.len()) {
            return None;
        }
        let before = old.version();
        let weights = Arc::make_mut(old);
        let mut edit = weights.edit();
        let WeightLists { signals, values, .. } = edit.lists();
        ternsig_kernels::quantise(elements, helpers::signal_bytes(signals), values);
        edit.mark(0..elements.len());
        drop(edit);
        let memory = &mut self.instance.cold[register];
        memory.learned(before, weights, Some(0..elements.len()));
        entry::point_to(&mut self.instance.frame.cold[register], memory, weights);
        Some(())
    }
}
