//! The Ternsig machine, its reference interpreter and the semantics of every instruction.
#![forbid(unsafe_code)]
