//! Snapshots of the weights alone, in memory.

use crate::interpreter::Interpreter;
use crate::machine::Machine;
use crate::machine::cold::ColdRegister;
use std::sync::Arc;

/// The cold registers of a machine at one moment. Taking and keeping one copies no weights: registers are shared until
/// one side changes them.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ColdSnapshot {
    registers: Vec<(usize, Arc<ColdRegister>)>,
}

impl ColdSnapshot {
    /// The register that had this index.
    #[must_use]
    pub fn get(&self, index: usize) -> Option<&ColdRegister> {
        self.iter().find(|&(own, _)| own == index).map(|(_, register)| register)
    }

    /// Every register with its index, ascending.
    pub fn iter(&self) -> impl Iterator<Item = (usize, &ColdRegister)> {
        self.registers.iter().map(|(index, register)| (*index, register.as_ref()))
    }

    /// How many registers.
    #[must_use]
    pub fn len(&self) -> usize {
        self.registers.len()
    }

    /// Whether there was no cold register.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.registers.is_empty()
    }
}

impl Machine {
    /// Every cold register as it is now.
    #[must_use]
    pub fn cold_snapshot(&self) -> ColdSnapshot {
        let registers = self.cold.iter().enumerate();
        ColdSnapshot { registers: registers.filter_map(|(i, r)| Some((i, r.clone()?))).collect() }
    }

    /// Restores each register that is allocated here with the same shape: weights, temperatures, usage, key, frozen flag
    /// and activation id. It becomes dirty if its weights or temperatures change by that. Other registers, pressure and
    /// recordings stay as they are. Returns how many were restored.
    pub fn restore_cold(&mut self, snapshot: &ColdSnapshot) -> usize {
        self.make_unknown();
        let mut restored = 0;
        for (index, saved) in &snapshot.registers {
            let current = self.cold.get_mut(*index).and_then(Option::as_mut);
            if let Some(current) = current.filter(|current| current.shape() == saved.shape()) {
                restored += 1;
                if !Arc::ptr_eq(current, saved) {
                    *current = Arc::new(restored_register(current, saved));
                }
            }
        }
        restored
    }
}

/// The clone takes a new version.
fn restored_register(current: &ColdRegister, saved: &ColdRegister) -> ColdRegister {
    let changed = current.signals() != saved.signals() || current.temperatures() != saved.temperatures();
    let mut register = saved.clone();
    register.set_dirty(changed || current.is_dirty());
    register
}

impl Interpreter {
    /// See [`Machine::cold_snapshot`].
    #[must_use]
    pub fn cold_snapshot(&self) -> ColdSnapshot {
        self.machine().cold_snapshot()
    }

    /// See [`Machine::restore_cold`].
    pub fn restore_cold(&mut self, snapshot: &ColdSnapshot) -> usize {
        self.machine_mut().restore_cold(snapshot)
    }
}
