//! A brain: regions that are programs, in one host, tick after tick.
//!
#![doc = include_str!("../../../docs/brain.md")]

mod boot;
mod cell;
mod error;
mod keep;
mod lanes;
mod observer;
mod preflight;
mod programs;
mod reload;
mod report;
mod routes;
mod stream;
mod tick;
mod wires;

pub use error::{AttachError, BrainError, Fault};
pub use keep::Begun;
pub use reload::{Reload, Swapped};
pub use report::{BankReport, BrainReport, ProgramReport, RegionReport, Score, SleepReport};

use crate::device::Device;
use crate::ipc::{InProcess, Ipc, Transport};
use crate::manifest::BrainManifest;
use crate::memory::Memory;
use crate::substrate::{Clock, Substrate};
use cell::Cell;
use lanes::Stage;
use observer::Observer;
use programs::Attached;
use reload::Watched;
use report::Tally;
use routes::Routes;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use stream::Stream;
use ternsig_isa::DomainOp;
use ternsig_vm::Machine;

/// How the regions of a round run. What they do is the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Mode {
    /// At the same time where that is quicker, as far as one can tell from how long they took before.
    #[default]
    Auto,
    /// At the same time wherever they may, on the threads of the global pool.
    Parallel,
    /// One after the other.
    Sequential,
}

/// Regions with their substrate, messages and memory.
pub struct Brain {
    manifest: BrainManifest,
    mode: Mode,
    cells: Arc<Cells>,
    stages: Vec<Stage>,
    /// What the programs of each region may ask for.
    operations: Vec<Vec<DomainOp>>,
    watched: Option<Watched>,
    observer: Observer,
    programs: Vec<Attached>,
    trunk: Substrate,
    /// The regions' branches of the trunk, in the order of the cells.
    branches: Vec<Substrate>,
    transport: Arc<InProcess>,
    /// What messages go through: the transport, or what the host has put around it.
    carrier: Arc<dyn Transport>,
    routes: Arc<Mutex<Routes>>,
    memory: Memory,
    stream: Option<Stream>,
    begun: Begun,
    /// The phase whose programs have run last.
    phase: Option<u8>,
    /// How many records the store had when the brain was saved.
    saved: u64,
    tally: Tally,
}

/// The regions by ascending id. Each is locked by whoever runs it.
type Cells = Vec<Mutex<Cell>>;

impl Brain {
    /// What it was made from.
    #[must_use]
    pub const fn manifest(&self) -> &BrainManifest {
        &self.manifest
    }

    /// How it began.
    #[must_use]
    pub const fn begun(&self) -> Begun {
        self.begun
    }

    /// The clock.
    #[must_use]
    pub fn clock(&self) -> Clock {
        self.trunk.clock()
    }

    /// The name of the phase that it is in.
    #[must_use]
    pub fn phase(&self) -> &str {
        let phases = &self.manifest.brain.phases;
        let phase = usize::from(self.clock().phase).min(phases.len().saturating_sub(1));
        phases.get(phase).map_or("", String::as_str)
    }

    /// What the regions share. What a host sets between two ticks, they see in the next.
    pub const fn substrate(&mut self) -> &mut Substrate {
        &mut self.trunk
    }

    /// What outlives it.
    #[must_use]
    pub const fn memory(&self) -> &Memory {
        &self.memory
    }

    /// Looks at the machine of a region; `None` if there is no such region.
    pub fn machine<R>(&self, region: u8, look: impl FnOnce(&Machine) -> R) -> Option<R> {
        let cell = self.cells.get(self.place(region)?)?;
        Some(look(lock(cell).interpreter.machine()))
    }

    /// Lets a device of the host's own answer the operations of this name ([`DomainOp::device`]) of a region and its models, in place of
    /// the one that did. What it has in common with others must not depend on which region of a round runs first, and what it knows
    /// it keeps itself: the brain's store has nothing of it.
    ///
    /// # Errors
    /// There is no such region or device, or the brain answers these operations where no device would be asked: see
    /// [`AttachError`].
    pub fn attach(
        &mut self,
        region: u8,
        name: &str,
        device: impl Device + 'static,
    ) -> Result<(), AttachError> {
        let place = self.place(region).ok_or(AttachError::NoRegion(region))?;
        AttachError::refuse(name)?;
        lock(&self.cells[place]).host.device_mut().devices.attach(name, device);
        Ok(())
    }

    /// Has the messages of all regions go through another transport, which is made of the one that they go through now. What that one
    /// has under way is saved with the brain; what another keeps by itself is not. Regions of a round may run at the same time: what
    /// they send must have no effect before [`Transport::settle`], and then in ascending order of ids.
    pub fn wrap_transport(&mut self, wrap: impl FnOnce(Arc<dyn Transport>) -> Arc<dyn Transport>) {
        self.carrier = wrap(Arc::clone(&self.carrier));
        for cell in self.cells.iter() {
            let mut cell = lock(cell);
            let ipc = Ipc::new(cell.id, Arc::clone(&self.carrier));
            cell.host.device_mut().devices.attach("ipc", ipc.clone());
            cell.ipc = ipc;
        }
    }

    /// What happened so far.
    #[must_use]
    pub fn report(&self) -> BrainReport {
        self.tally.report(self)
    }

    fn place(&self, region: u8) -> Option<usize> {
        self.manifest.regions.iter().position(|entry| entry.id == region)
    }
}

/// A thread that panicked while it ran a region has not answered its last operation; nothing else is lost.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests;
