//! Element-wise and copying instructions: native code against the interpreter, instruction by instruction, over lengths
//! around the width of vectors and over the inputs at which arithmetic is hardest.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

mod pairs;
mod pieces;
mod run;
mod single;
mod tables;
