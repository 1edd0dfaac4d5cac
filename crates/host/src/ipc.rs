//! Messages between regions: the device `ipc`, and what it sends them through.

mod barrier;
mod deadlock;
mod device;
mod in_process;
mod mailbox;
mod region;
mod restore;
mod room;
mod spare;
mod state;
mod topology;
mod transport;

pub use deadlock::{Waiting, deadlock};
pub use device::Ipc;
pub use in_process::{InProcess, Timing};
pub use restore::{IpcState, RestoreError};
pub use topology::Topology;
pub use transport::{Deliver, Transport};

/// How many cells for compare-and-swap there are: one for each number of a register.
pub const CELLS: usize = 64;

#[cfg(test)]
mod tests;
