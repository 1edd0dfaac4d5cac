//! The vector memory of Ternsig: banks of entries with temperatures, confidence and typed links, exact search by similarity,
//! and eviction by score.
//!
//! A [`Bank`] keeps vectors of one width, each element a whole number in −255…255. A [`Cluster`] holds banks and does all
//! that changes them, under nested savepoints; a store writes what [`Cluster::changes`] names. Nothing here reads a clock or
//! a file, and everything is reproducible: the host gives the tick, equal scores go by id.
#![forbid(unsafe_code)]

mod bank;
mod cluster;
pub mod codec;
mod config;
mod edge;
mod entry;
mod error;
mod eviction;
mod id;
mod levels;
mod nearest;

pub use bank::{Bank, Head};
pub use cluster::{Cluster, Consolidated, CrossMatch};
pub use config::{Config, FullEdges};
pub use edge::{Edge, EdgeType};
pub use entry::{Entry, FIRST_CONFIDENCE, Record, colder, hotter};
pub use error::BankError;
pub use eviction::eviction_score;
pub use id::{BankId, EntryId, EntryRef};
pub use levels::Changes;
pub use nearest::Match;

/// The example of the guide.
#[cfg(doctest)]
#[doc = include_str!("../../../docs/bank.md")]
struct Guide;
