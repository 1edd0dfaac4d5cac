//! The substrate: the chemicals, fields, senses and clock that the regions of one host share.

mod branch;
mod bytes;
mod clock;
mod coherence;
pub mod devices;
mod effect;
mod fields;
mod handle;
mod journal;
mod state;

pub use clock::Clock;
pub use coherence::{Coherence, DIVISIONS, Pair};
pub use fields::{Field, FieldError};
pub use handle::Handle;
pub use state::Valence;

use branch::Inner;
use effect::{Effect, Shift};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use ternsig_vm::{Machine, SubstrateHandle};

/// How many chemicals there are.
pub const CHEMICALS: usize = 8;
/// The chemicals' names, by id.
pub const CHEMICAL_NAMES: [&str; CHEMICALS] =
    ["dopamine", "serotonin", "norepinephrine", "GABA", "cortisol", "endorphin", "acetylcholine", "fatigue"];
/// How many stimulation levels there are.
pub const STIMULATIONS: usize = 256;

/// The chemicals, fields, senses and clock that the regions of one host share.
///
/// Interpreters get [handles](Handle) to it, so it can be changed between two ticks while they stay attached, and what
/// one region writes the others see. A clone is another reference to the same substrate; a [branch](Substrate::branch) is one
/// of its own.
///
/// A region then needs no more than this for a tick:
///
/// ```
/// use ternsig_asm::assemble;
/// use ternsig_host::Substrate;
/// use ternsig_isa::InstructionSet;
/// use ternsig_vm::Interpreter;
///
/// struct Region {
///     interpreter: Interpreter,
/// }
///
/// impl Region {
///     fn step(&mut self, substrate: &mut Substrate) {
///         self.interpreter.set_substrate(substrate);
///         self.interpreter.run();
///     }
/// }
///
/// let firmware = "
/// .requires
///     neuro 0x0005
/// .registers
///     H0: i32[1]
///     H1: i32[1]
/// .program
///     neuro.chem_read H0, 0       ; dopamine
///     neuro.chem_set H0, 1        ; serotonin follows it
///     add H1, H1, H0              ; the sum over all ticks
///     store_output H1
///     halt
/// ";
/// let program = assemble(firmware, &InstructionSet::standard()).into_result().unwrap();
/// let mut region = Region { interpreter: Interpreter::from_program(&program).unwrap() };
/// let mut substrate = Substrate::new();
///
/// let mut sums: Vec<i32> = Vec::new();
/// for dopamine in [100, 30, 200] {
///     substrate.set_chemical(0, dopamine);
///     region.step(&mut substrate);
///     sums.extend(region.interpreter.machine().output());
///     assert_eq!(substrate.chemical(1), Some(dopamine));
///     substrate.advance();
/// }
/// assert_eq!(sums, [100, 130, 330]);
/// assert_eq!(substrate.clock().tick, 3);
/// ```
#[derive(Debug, Clone, Default)]
pub struct Substrate {
    inner: Arc<Mutex<Inner>>,
}

impl Substrate {
    /// A substrate without fields, with chemicals and clock at their beginning.
    #[must_use]
    pub fn new() -> Substrate {
        Substrate::default()
    }

    /// A handle for a region. `slice` is the region's own slice in every field.
    #[must_use]
    pub fn handle(&self, slice: usize) -> Handle {
        Handle::new(self.clone(), slice)
    }

    /// The level of a chemical; `None` if there is no such chemical.
    #[must_use]
    pub fn chemical(&self, id: usize) -> Option<u8> {
        self.lock().state.levels.chemicals.get(id).copied()
    }

    /// Sets the level of a chemical; false if there is no such chemical.
    pub fn set_chemical(&mut self, id: usize, level: u8) -> bool {
        if id < CHEMICALS {
            self.lock().perform(Effect::Chemical { id: id as u8, shift: Shift::set(level) });
        }
        id < CHEMICALS
    }

    /// Gives a machine the levels of the chemicals that it keeps itself, as an attached handle does at the beginning of each
    /// run: a machine that reaches its substrate through devices alone needs it there.
    pub fn refresh(&self, m: &mut Machine) {
        let chemicals = self.lock().state.levels.chemicals;
        let known = chemicals.iter().take(m.chemicals().len()).enumerate();
        known.for_each(|(id, &level)| m.set_chemical(id, level));
    }

    /// Creates a field, or replaces it: so many slices of so many elements, all 0, of which aging takes nothing.
    ///
    /// # Errors
    /// It would hold more elements than a register can.
    pub fn define_field(&mut self, id: u8, slices: usize, width: usize) -> Result<(), FieldError> {
        let field = Field::new(slices, width)?;
        self.lock().state.put_field(id, field);
        Ok(())
    }

    /// Sets what aging by a tick leaves of each element of a field, in 255ths.
    ///
    /// # Errors
    /// There is no such field.
    pub fn set_retention(&mut self, id: u8, retention: u8) -> Result<(), FieldError> {
        self.lock().state.field_mut(id).ok_or(FieldError::NoField(id))?.set_retention(retention);
        Ok(())
    }

    /// A copy of a field; `None` if there is no such field.
    #[must_use]
    pub fn field(&self, id: u8) -> Option<Field> {
        self.lock().state.field(id).cloned()
    }

    /// A copy of a slice of a field; `None` if there is no such field or slice.
    #[must_use]
    pub fn field_slice(&self, id: u8, slice: usize) -> Option<Vec<i32>> {
        self.lock().state.slice(id, slice).ok().map(<[i32]>::to_vec)
    }

    /// Replaces the content of a slice of a field.
    ///
    /// # Errors
    /// There is no such field or slice, or it has another width.
    pub fn set_field_slice(&mut self, id: u8, slice: usize, values: &[i32]) -> Result<(), FieldError> {
        let mut inner = self.lock();
        let (width, given) = (inner.state.slice(id, slice)?.len(), values.len());
        if width != given {
            return Err(FieldError::Width { width, given });
        }
        inner.perform(Effect::Write { field: id, slice, start: 0, values });
        Ok(())
    }

    /// A stimulation level, 0 until it is set.
    #[must_use]
    pub fn stimulation(&self, id: u8) -> i32 {
        self.lock().state.stimulation(id)
    }

    /// Sets a stimulation level.
    pub fn set_stimulation(&mut self, id: u8, level: i32) {
        self.lock().state.set_stimulation(id, level);
    }

    /// Reward and punishment, 0 until they are set.
    #[must_use]
    pub fn valence(&self) -> Valence {
        self.lock().state.levels.valence
    }

    /// Sets reward and punishment.
    pub fn set_valence(&mut self, valence: Valence) {
        self.lock().state.levels.valence = valence;
    }

    /// The convergence state, 0 until it is set.
    #[must_use]
    pub fn convergence(&self) -> i32 {
        self.lock().state.levels.convergence
    }

    /// Sets the convergence state.
    pub fn set_convergence(&mut self, state: i32) {
        self.lock().state.levels.convergence = state;
    }

    /// The coherence of the divisions.
    #[must_use]
    pub fn coherence(&self) -> Coherence {
        self.lock().state.levels.coherence
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.lock().state.levels.clock
    }

    /// Sets the boot phase.
    pub fn set_phase(&mut self, phase: u8) {
        self.lock().state.levels.clock.phase = phase;
    }

    /// Sets the neuronal level.
    pub fn set_level(&mut self, level: u8) {
        self.lock().state.levels.clock.level = level;
    }

    /// Sets whether the host rests.
    pub fn set_resting(&mut self, resting: bool) {
        self.lock().state.levels.clock.resting = resting;
    }

    /// The level from which programs may have the host rest, 1 unless it is set.
    #[must_use]
    pub fn rest_threshold(&self) -> u8 {
        self.lock().state.levels.rest_threshold
    }

    /// Sets the level from which programs may have the host rest.
    pub fn set_rest_threshold(&mut self, level: u8) {
        self.lock().state.levels.rest_threshold = level;
    }

    /// Begins the next tick.
    pub fn advance(&mut self) {
        let clock = &mut self.lock().state.levels.clock;
        clock.tick = clock.tick.wrapping_add(1);
    }

    /// What it holds. Nothing that is done under the lock panics, so what a thread that panicked left behind is whole.
    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl From<&mut Substrate> for Box<dyn SubstrateHandle> {
    /// A handle whose own slice is the first of every field.
    fn from(substrate: &mut Substrate) -> Box<dyn SubstrateHandle> {
        Box::new(substrate.handle(0))
    }
}

#[cfg(test)]
mod tests;
