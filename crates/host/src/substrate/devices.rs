//! The devices of a substrate: what answers the operations on it that programs yield. The [`Handle`] answers some of them in
//! place; both do the same to the same substrate.

mod chemicals;
mod clock;
mod coactivation;
mod coherence;
mod fields;
mod log;
mod senses;
mod thermo;

pub use chemicals::Chemicals;
pub use clock::{ClockDevice, Consolidator};
pub use coactivation::{Coactivation, MAX_PAIRS};
pub use coherence::CoherenceDevice;
pub use fields::Fields;
pub use log::{Drained, Event, EventLog};
pub use senses::Senses;
pub use thermo::Thermo;

use super::{Handle, Substrate};
use crate::banks::Slots;
use crate::device::Devices;
use crate::memory::Memory;
use crate::telemetry::InPlace;
use ternsig_vm::{Error, ErrorKind};

/// What a region has of a substrate, and of its own beside it. `snn`, `pool` and `sensor` are no part of it: they have no device
/// unless the host brings one.
#[derive(Clone)]
pub struct RegionParts {
    /// The substrate, or the region's branch of it.
    pub substrate: Substrate,
    /// The index of the region's own slice in every field.
    pub slice: usize,
    /// Whether it may set and inject chemicals.
    pub may_change_chemicals: bool,
    /// What fired together.
    pub coactivation: Coactivation,
    /// What its programs reported.
    pub log: EventLog,
    /// What its programs have consolidated and credited: without one they have nothing of the kind.
    pub memory: Option<(Memory, Slots)>,
    /// What its handles answer in place.
    pub in_place: InPlace,
}

impl RegionParts {
    /// Those of a region without a memory that may change chemicals.
    #[must_use]
    pub fn new(substrate: Substrate, slice: usize) -> RegionParts {
        RegionParts {
            substrate,
            slice,
            may_change_chemicals: true,
            coactivation: Coactivation::default(),
            log: EventLog::default(),
            memory: None,
            in_place: InPlace::new(),
        }
    }

    /// A handle for the region's machine, which may do no more than the devices.
    #[must_use]
    pub fn handle(&self) -> Handle {
        let handle = self.substrate.handle(self.slice).counting(self.in_place.clone());
        if self.may_change_chemicals { handle } else { handle.reading_chemicals() }
    }

    /// Attaches `chemicals`, `fields`, `senses`, `coactivation`, `clock`, `coherence`, `log` and, with a memory, `thermo`, in place of
    /// those that are there.
    pub fn attach(&self, devices: &mut Devices) {
        let substrate = || self.substrate.clone();
        devices.attach("chemicals", Chemicals::new(substrate(), self.may_change_chemicals));
        devices.attach("fields", Fields::new(substrate(), self.slice));
        devices.attach("senses", Senses::new(substrate()));
        devices.attach("coactivation", self.coactivation.clone());
        devices.attach("coherence", CoherenceDevice::new(substrate()));
        devices.attach("log", self.log.device(substrate()));
        let clock = ClockDevice::new(substrate());
        match self.memory.clone() {
            None => devices.attach("clock", clock),
            Some((memory, slots)) => {
                devices.attach("thermo", Thermo::new(memory.clone(), substrate()));
                let consolidate = move |urgency| memory.consolidate(slots.bound(), urgency).map(|_| ());
                devices.attach("clock", clock.consolidating(Box::new(consolidate)));
            }
        }
    }
}

fn bad_operand(message: impl Into<String>) -> Error {
    Error::new(ErrorKind::BadOperand, message)
}

/// A value that has to be a byte.
fn byte(what: &str, value: i32) -> Result<u8, Error> {
    u8::try_from(value).map_err(|_| bad_operand(format!("{what} is {value}, allowed are 0 to 255")))
}

#[cfg(test)]
mod tests;
