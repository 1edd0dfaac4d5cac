//! The embedded default host of Ternsig: manifests, data sources and the run loop.
//!
//! A [`Manifest`] says which programs make up the regions and where their input comes from, [`run()`] runs them and
//! [`Loader`] reads program files. [`Substrate`] is what regions share, and [`Store`] what outlives them.
#![forbid(unsafe_code)]

pub mod banks;
pub mod brain;
pub mod conform;
pub mod curve;
pub mod device;
pub mod engine;
pub mod ipc;
pub mod loader;
pub mod manifest;
pub mod memory;
pub mod models;
pub mod native;
pub mod region;
pub mod run;
pub mod source;
pub mod state;
pub mod store;
pub mod substrate;
pub mod telemetry;
pub mod watch;

pub use banks::{BankHandle, Banks};
pub use brain::{Brain, BrainError, BrainReport};
pub use device::{Device, Devices};
pub use engine::{Engine, EngineError};
pub use ipc::Ipc;
pub use loader::{LoadedProgram, Loader, load_program_file};
pub use manifest::{Manifest, ManifestError};
pub use memory::Memory;
pub use native::NativeReport;
pub use region::Region;
pub use run::{Progress, RunError, RunReport, run};
pub use source::Dataset;
pub use store::{Store, StoreError};
pub use substrate::Substrate;
pub use watch::Watch;

/// The examples of the guides.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/store.md")]
#[doc = include_str!("../../../docs/ipc.md")]
#[doc = include_str!("../../../docs/substrate.md")]
#[doc = include_str!("../../../docs/telemetry.md")]
struct Guides;
