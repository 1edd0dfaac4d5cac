//! Telemetry: what a host can tell about its regions while they run.
//!
//! A [`Recorder`] counts what happens to one region, [`Measured`] has it count the answers of devices, [`Metrics`] publishes the
//! counts of all regions and an [`Endpoint`] serves them; a [`Spool`] keeps events.

mod endpoint;
mod event;
mod in_place;
mod latency;
mod measured;
mod metrics;
mod programs;
mod recorder;
mod snapshot;
mod spool;
mod text;

pub use endpoint::{Endpoint, LOOPBACK};
pub use event::{DroppedRegister, Event};
pub use in_place::InPlace;
pub(crate) use latency::Latency;
pub use latency::{QUANTILES, Summary};
pub use measured::Measured;
pub use metrics::Metrics;
pub use recorder::{Answered, OUTCOMES, Recorder};
pub use snapshot::{OperationSnapshot, ProgramSnapshot, RegionSnapshot, Snapshot, SpoolCounts};
pub use spool::{Spool, SpoolError, SpoolOptions};

#[cfg(test)]
mod tests;
