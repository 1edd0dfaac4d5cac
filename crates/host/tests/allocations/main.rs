//! Warmed-up paths allocate nothing.
#![allow(clippy::unwrap_used, reason = "tests")]

mod messages;
mod substrate;
