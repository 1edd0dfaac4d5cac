//! Memory: what is left of weights, checkpoints and banks after a crash, in both write policies.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod crash;
#[path = "../common/disk.rs"]
mod disk;
mod model;
mod plain;
mod reference;
mod script;
