//! The chemistry that all regions share.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use ternsig::SubstrateHandle;

/// Chemicals and a clock. A clone is another reference to the same.
#[derive(Debug, Clone)]
pub struct Substrate(Arc<Mutex<State>>);

#[derive(Debug)]
struct State {
    chemicals: [i32; 8],
    tick: u64,
}

/// The level of each chemical at the beginning.
pub const BASELINE: i32 = 100;

impl Default for Substrate {
    fn default() -> Substrate {
        Substrate(Arc::new(Mutex::new(State { chemicals: [BASELINE; 8], tick: 0 })))
    }
}

impl Substrate {
    /// The level of a chemical, 0–255; 0 if there is no such chemical.
    #[must_use]
    pub fn chemical(&self, id: u8) -> i32 {
        self.lock().chemicals.get(usize::from(id)).copied().unwrap_or(0)
    }

    /// The number of ticks so far.
    #[must_use]
    pub fn tick(&self) -> u64 {
        self.lock().tick
    }

    /// Begins the next tick.
    pub fn advance(&mut self) {
        self.lock().tick += 1;
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// There are no fields, no senses and no phases here: they read as 0.
impl SubstrateHandle for Substrate {
    fn read_chemical(&self, chem_id: u8) -> i32 {
        self.chemical(chem_id)
    }

    fn write_chemical(&mut self, chem_id: u8, value: i32) {
        if let Some(level) = self.lock().chemicals.get_mut(usize::from(chem_id)) {
            *level = value.clamp(0, 255);
        }
    }

    fn read_field(&self, _field_id: u8, _index: usize) -> i32 {
        0
    }

    fn write_field(&mut self, _field_id: u8, _index: usize, _value: i32) {}

    fn read_convergence(&self) -> i32 {
        0
    }

    fn read_stimulation(&self, _stim_id: u8) -> i32 {
        0
    }

    fn read_temperature(&self, _cold_reg: u8, _index: usize) -> i32 {
        0
    }

    fn boot_phase(&self) -> u8 {
        0
    }

    fn tick_count(&self) -> u64 {
        self.tick()
    }

    fn neuronal_level(&self) -> u8 {
        0
    }
}

/// What lets a region say `interpreter.set_substrate(substrate)`.
impl From<&mut Substrate> for Box<dyn SubstrateHandle> {
    fn from(substrate: &mut Substrate) -> Box<dyn SubstrateHandle> {
        Box::new(substrate.clone())
    }
}
