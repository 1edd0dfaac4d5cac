//! Tests of snapshots, against machines in random states and against damaged bytes.

mod cold;
mod damage;
mod format;
mod refusals;
mod resume;
mod round_trip;
mod support;
