//! The durable store: what it keeps, what it refuses, and what is left of it after a crash or a flipped bit.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod basics;
mod crash;
#[path = "../common/disk.rs"]
mod disk;
mod engine;
mod flips;
mod passes;
mod script;
mod transactions;
