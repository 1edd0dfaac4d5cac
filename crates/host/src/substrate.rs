//! The substrate: the chemicals, fields, senses and clock that the regions of one host share.

mod clock;
mod fields;
mod handle;
mod state;

pub use clock::Clock;
pub use fields::{Field, FieldError};
pub use handle::Handle;

use state::State;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use ternsig_vm::SubstrateHandle;

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
/// one region writes the others see. A clone is another reference to the same substrate.
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
    state: Arc<Mutex<State>>,
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
        self.lock().chemicals.get(id).copied()
    }

    /// Sets the level of a chemical; false if there is no such chemical.
    pub fn set_chemical(&mut self, id: usize, level: u8) -> bool {
        let mut state = self.lock();
        let chemical = state.chemicals.get_mut(id);
        chemical.map(|chemical| *chemical = level).is_some()
    }

    /// Creates a field, or replaces it: so many slices of so many elements, all 0.
    ///
    /// # Errors
    /// It would hold more elements than a register can.
    pub fn define_field(&mut self, id: u8, slices: usize, width: usize) -> Result<(), FieldError> {
        let field = Field::new(slices, width)?;
        self.lock().fields.insert(id, field);
        Ok(())
    }

    /// A copy of a slice of a field; `None` if there is no such field or slice.
    #[must_use]
    pub fn field_slice(&self, id: u8, slice: usize) -> Option<Vec<i32>> {
        self.lock().fields.get(&id)?.slice(slice).map(<[i32]>::to_vec)
    }

    /// Replaces the content of a slice of a field.
    ///
    /// # Errors
    /// There is no such field or slice, or it has another width.
    pub fn set_field_slice(&mut self, id: u8, slice: usize, values: &[i32]) -> Result<(), FieldError> {
        self.lock().fields.get_mut(&id).ok_or(FieldError::NoField(id))?.set_slice(slice, values)
    }

    /// A stimulation level, 0 until it is set.
    #[must_use]
    pub fn stimulation(&self, id: u8) -> i32 {
        self.lock().stimulation(id)
    }

    /// Sets a stimulation level.
    pub fn set_stimulation(&mut self, id: u8, level: i32) {
        self.lock().set_stimulation(id, level);
    }

    /// The convergence state, 0 until it is set.
    #[must_use]
    pub fn convergence(&self) -> i32 {
        self.lock().convergence
    }

    /// Sets the convergence state.
    pub fn set_convergence(&mut self, state: i32) {
        self.lock().convergence = state;
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.lock().clock
    }

    /// Sets the boot phase.
    pub fn set_phase(&mut self, phase: u8) {
        self.lock().clock.phase = phase;
    }

    /// Sets the neuronal level.
    pub fn set_level(&mut self, level: u8) {
        self.lock().clock.level = level;
    }

    /// Begins the next tick.
    pub fn advance(&mut self) {
        let mut state = self.lock();
        state.clock.tick = state.clock.tick.wrapping_add(1);
    }

    /// The state. A thread that panicked while it held the lock cannot have left it half-changed: every change is one
    /// assignment.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
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
