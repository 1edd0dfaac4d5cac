//! What a region holds of its substrate.

use super::Substrate;
use ternsig_vm::SubstrateHandle;

/// A region's reference to the substrate it lives in. In every field it reads and writes its own slice.
#[derive(Debug, Clone)]
pub struct Handle {
    substrate: Substrate,
    slice: usize,
}

impl Handle {
    pub(super) const fn new(substrate: Substrate, slice: usize) -> Handle {
        Handle { substrate, slice }
    }

    /// The index of its own slice in every field.
    #[must_use]
    pub const fn slice(&self) -> usize {
        self.slice
    }
}

/// The interface has no way to fail: what does not exist reads as 0, and writing it changes nothing.
impl SubstrateHandle for Handle {
    fn read_chemical(&self, chem_id: u8) -> i32 {
        self.substrate.chemical(usize::from(chem_id)).map_or(0, i32::from)
    }

    fn write_chemical(&mut self, chem_id: u8, value: i32) {
        self.substrate.set_chemical(usize::from(chem_id), value.clamp(0, 255) as u8);
    }

    fn read_field(&self, field_id: u8, index: usize) -> i32 {
        let state = self.substrate.lock();
        let slice = state.fields.get(&field_id).and_then(|field| field.slice(self.slice));
        slice.and_then(|slice| slice.get(index)).copied().unwrap_or(0)
    }

    fn write_field(&mut self, field_id: u8, index: usize, value: i32) {
        let mut state = self.substrate.lock();
        let slice = state.fields.get_mut(&field_id).and_then(|field| field.slice_mut(self.slice));
        if let Some(element) = slice.and_then(|slice| slice.get_mut(index)) {
            *element = value;
        }
    }

    fn read_convergence(&self) -> i32 {
        self.substrate.convergence()
    }

    fn read_stimulation(&self, stim_id: u8) -> i32 {
        self.substrate.stimulation(stim_id)
    }

    /// Temperatures are kept in the registers, so a register without them is all Hot.
    fn read_temperature(&self, _cold_reg: u8, _index: usize) -> i32 {
        0
    }

    fn boot_phase(&self) -> u8 {
        self.substrate.clock().phase
    }

    fn tick_count(&self) -> u64 {
        self.substrate.clock().tick
    }

    fn neuronal_level(&self) -> u8 {
        self.substrate.clock().level
    }
}
