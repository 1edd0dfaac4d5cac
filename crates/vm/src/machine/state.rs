//! What hosts and extensions read and set beside hot and cold registers.

use super::models::ModelTable;
use super::status::Progress;
use super::test_state::TestState;
use super::{Machine, control};
use crate::outcome::Outcome;
use ternsig_isa::{DomainOp, Shape};

impl Machine {
    /// Param register `index`.
    ///
    /// # Panics
    /// The index is above 63.
    #[must_use]
    pub const fn param(&self, index: usize) -> i32 {
        self.params[index]
    }

    /// Sets param register `index`.
    ///
    /// # Panics
    /// The index is above 63.
    pub const fn set_param(&mut self, index: usize, value: i32) {
        self.params[index] = value;
    }

    /// Shape register `index`.
    ///
    /// # Panics
    /// The index is above 63.
    #[must_use]
    pub const fn shape(&self, index: usize) -> Shape {
        self.shapes[index]
    }

    /// Sets shape register `index`.
    ///
    /// # Panics
    /// The index is above 63.
    pub const fn set_shape(&mut self, index: usize, shape: Shape) {
        self.shapes[index] = shape;
    }

    /// The input buffer.
    #[must_use]
    pub fn input(&self) -> &[i32] {
        &self.input
    }

    /// How many elements the input buffer has.
    #[must_use]
    #[inline]
    pub const fn input_len(&self) -> usize {
        self.input.len()
    }

    /// Replaces the input buffer.
    pub fn set_input(&mut self, data: &[i32]) {
        self.known_since.fill(&mut self.input, data);
    }

    /// The output buffer.
    #[must_use]
    pub fn output(&self) -> &[i32] {
        &self.output
    }

    /// Replaces the output buffer.
    pub fn set_output(&mut self, data: &[i32]) {
        self.make_unknown();
        self.output.clear();
        self.output.extend_from_slice(data);
    }

    /// The target buffer.
    #[must_use]
    pub fn target(&self) -> &[i32] {
        &self.target
    }

    /// How many elements the target buffer has.
    #[must_use]
    #[inline]
    pub const fn target_len(&self) -> usize {
        self.target.len()
    }

    /// Replaces the target buffer.
    pub fn set_target(&mut self, data: &[i32]) {
        self.known_since.fill(&mut self.target, data);
    }

    /// The pressure list of cold register `index`, if there is one.
    #[must_use]
    pub fn pressure(&self, index: usize) -> Option<&[i32]> {
        self.pressure.get(index)?.as_deref()
    }

    /// Replaces the pressure list of cold register `index`.
    ///
    /// # Panics
    /// The index is above 63.
    pub fn set_pressure(&mut self, index: usize, pressure: Option<Vec<i32>>) {
        self.make_unknown();
        self.pressure[index] = pressure;
    }

    /// The levels of dopamine, serotonin, norepinephrine and GABA.
    #[must_use]
    pub const fn chemicals(&self) -> [u8; 4] {
        self.chemicals
    }

    /// Sets the level of dopamine (0), serotonin (1), norepinephrine (2) or GABA (3); other ids are not kept here.
    pub fn set_chemical(&mut self, id: usize, level: u8) {
        if let Some(slot) = self.chemicals.get_mut(id) {
            *slot = level;
        }
    }

    /// The current error.
    #[must_use]
    pub const fn current_error(&self) -> i32 {
        self.current_error
    }

    /// Sets the current error.
    pub const fn set_current_error(&mut self, error: i32) {
        self.current_error = error;
    }

    /// The babble scale, 0–255.
    #[must_use]
    pub const fn babble_scale(&self) -> i32 {
        self.babble_scale
    }

    /// Sets the babble scale, clamped to 0–255.
    pub fn set_babble_scale(&mut self, scale: i32) {
        self.babble_scale = scale.clamp(0, 255);
    }

    /// The babble phase.
    #[must_use]
    pub const fn babble_phase(&self) -> u64 {
        self.babble_phase
    }

    /// Sets the babble phase.
    pub const fn set_babble_phase(&mut self, phase: u64) {
        self.babble_phase = phase;
    }

    /// The state of the generator that `sampling.sample` draws from.
    #[must_use]
    pub const fn generator(&self) -> u64 {
        self.generator
    }

    /// Seeds that generator.
    pub const fn set_generator(&mut self, state: u64) {
        self.generator = state;
    }

    /// The model slots.
    #[must_use]
    pub const fn models(&self) -> &ModelTable {
        &self.models
    }

    /// What the test extension recorded in this run.
    #[must_use]
    pub const fn tests(&self) -> &TestState {
        &self.tests
    }

    /// Whether a failed assertion marks its test and goes on behind it, instead of ending the run.
    pub const fn set_collect_failures(&mut self, collect: bool) {
        self.tests.collect = collect;
    }

    /// The index of the next instruction.
    #[must_use]
    #[inline]
    pub const fn pc(&self) -> usize {
        self.pc
    }

    /// Sets the index of the next instruction; beyond the program, the next step is its end. Active loops stay active.
    pub const fn set_pc(&mut self, pc: usize) {
        self.pc = pc;
    }

    /// Goes on at an instruction and leaves the loops whose body does not contain it, as `jump` does.
    pub fn jump(&mut self, target: usize) {
        self.control.jump(target);
        self.pc = target;
    }

    /// Active loops and pending calls, outermost first.
    #[must_use]
    pub fn control_stack(&self) -> &[control::Frame] {
        self.control.frames()
    }

    /// The fuel that is left.
    #[must_use]
    pub const fn fuel(&self) -> u64 {
        self.fuel
    }

    /// Sets the fuel that is left in this run; a new run begins with [`Limits::fuel`](super::Limits::fuel).
    pub const fn set_fuel(&mut self, fuel: u64) {
        self.fuel = fuel;
    }

    /// Charges the work of an extension, for which the word itself costs 1. If there is too little fuel, nothing is
    /// charged and the result is false; the extension then ends, without effect, as
    /// [`StepResult::OutOfFuel`](crate::StepResult::OutOfFuel).
    #[must_use]
    pub const fn spend_fuel(&mut self, amount: u64) -> bool {
        match self.fuel.checked_sub(amount) {
            Some(left) => {
                self.fuel = left;
                true
            }
            None => false,
        }
    }

    /// How many runs have begun.
    #[must_use]
    pub const fn runs(&self) -> u64 {
        self.runs
    }

    /// The operation whose answer is outstanding, and the instruction that yielded it.
    #[must_use]
    pub const fn pending(&self) -> Option<(DomainOp, usize)> {
        match self.status.progress {
            Progress::Pending { op, instruction, .. } => Some((op, instruction)),
            Progress::Over | Progress::Running => None,
        }
    }

    /// The outcome of the last run, if it is over.
    #[must_use]
    pub const fn last_outcome(&self) -> Option<&Outcome> {
        self.status.outcome()
    }

    /// The mnemonic of an instruction of the loaded program, for messages.
    #[must_use]
    pub fn mnemonic_at(&self, index: usize) -> String {
        let word = self.program.program().instructions.get(index);
        let row = word.and_then(|word| ternsig_isa::table::row(word.ext, word.opcode));
        match (row, word) {
            (Some(row), _) => ternsig_isa::operand::mnemonic(row),
            (None, Some(word)) => format!("ext_{:04X}.{:#06x}", word.ext, word.opcode),
            (None, None) => String::new(),
        }
    }

    /// Whether the host asked to interrupt the run. Long products poll it, and long extensions should: they then end,
    /// without effect, as [`StepResult::Interrupted`](crate::StepResult::Interrupted).
    #[must_use]
    pub fn is_interrupted(&self) -> bool {
        self.interrupt.is_set()
    }
}
