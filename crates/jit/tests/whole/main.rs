//! Instructions that look at whole registers, in both engines: every register and the fuel agree, and nothing is left to
//! the interpreter.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod caches;
mod norms;
mod reductions;
mod rotations;
mod support;
mod transpositions;
