//! Devices: what a host attaches to a machine so that some operations are answered in place.

use crate::extension::ExtensionRegistry;
use std::fmt;
use std::sync::Arc;

/// Access to the substrate that a region lives in. Ids the substrate does not know read as 0.
pub trait SubstrateHandle: Send + Sync {
    /// The level of a chemical, 0–255.
    fn read_chemical(&self, chem_id: u8) -> i32;
    /// The levels of the first chemicals at once, as each run begins with them.
    fn read_levels(&self, levels: &mut [u8]) {
        for (id, level) in (0..=u8::MAX).zip(levels) {
            *level = self.read_chemical(id).clamp(0, 255) as u8;
        }
    }
    /// Sets the level of a chemical, 0–255.
    fn write_chemical(&mut self, chem_id: u8, value: i32);
    /// Adds to the level of a chemical, −255…255. A substrate that joins what several regions did has to know what was added.
    fn inject_chemical(&mut self, chem_id: u8, delta: i32) {
        let level = self.read_chemical(chem_id).saturating_add(delta).clamp(0, 255);
        self.write_chemical(chem_id, level);
    }
    /// Whether levels can be changed here. Where they cannot, the operation is yielded, so that the answer says why.
    fn may_change_chemicals(&self) -> bool {
        true
    }
    /// Element `index` of the caller's slice of a field.
    fn read_field(&self, field_id: u8, index: usize) -> i32;
    /// Sets element `index` of the caller's slice of a field.
    fn write_field(&mut self, field_id: u8, index: usize, value: i32);
    /// The convergence state.
    fn read_convergence(&self) -> i32;
    /// A stimulation level.
    fn read_stimulation(&self, stim_id: u8) -> i32;
    /// The temperature code of weight `index` of a cold register, for hosts that keep temperatures themselves.
    fn read_temperature(&self, cold_reg: u8, index: usize) -> i32;
    /// The boot phase.
    fn boot_phase(&self) -> u8;
    /// The tick counter.
    fn tick_count(&self) -> u64;
    /// The neuronal level.
    fn neuronal_level(&self) -> u8;
}

impl<T: SubstrateHandle + 'static> From<Box<T>> for Box<dyn SubstrateHandle> {
    fn from(handle: Box<T>) -> Box<dyn SubstrateHandle> {
        handle
    }
}

/// Local access to banks. `Some` means done; `None` means declined with nothing changed, and the operation is yielded.
/// Writes go through at once.
pub trait BankAccess: Send {
    /// At most `top_k` pairs of entry id (a bit-cast `u64`) and score, best first.
    fn query(&self, bank_slot: u8, query: &[i32], top_k: usize) -> Option<Vec<(i64, i32)>>;
    /// The vector of an entry.
    fn load(&self, bank_slot: u8, entry_id_high: i32, entry_id_low: i32) -> Option<Vec<i32>>;
    /// The number of entries.
    fn count(&self, bank_slot: u8) -> Option<i32>;
    /// Inserts a vector and returns the halves of its id, high and low.
    fn write(&mut self, bank_slot: u8, vector: &[i32]) -> Option<(i32, i32)>;
    /// Counts an access to an entry.
    fn touch(&mut self, bank_slot: u8, entry_id_high: i32, entry_id_low: i32);
    /// Removes an entry; false if there was none.
    fn delete(&mut self, bank_slot: u8, entry_id_high: i32, entry_id_low: i32) -> bool;
}

/// The devices attached to an interpreter and the extensions it knows.
pub struct Devices {
    pub(crate) bank_cache: Option<Box<dyn BankAccess>>,
    pub(crate) substrate: Option<Box<dyn SubstrateHandle>>,
    pub(crate) registry: Arc<ExtensionRegistry>,
}

impl Devices {
    /// No devices, and these extensions.
    #[must_use]
    pub fn new(registry: Arc<ExtensionRegistry>) -> Devices {
        Devices { bank_cache: None, substrate: None, registry }
    }
}

impl fmt::Debug for Devices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Devices")
            .field("bank_cache", &self.bank_cache.is_some())
            .field("substrate", &self.substrate.is_some())
            .finish_non_exhaustive()
    }
}
