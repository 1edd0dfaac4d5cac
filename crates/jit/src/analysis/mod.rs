//! What is known of a program before it runs: where control goes, which shapes registers have, what each instruction
//! becomes in native code.

pub(crate) mod facts;
pub(crate) mod flow;
pub(crate) mod infer;
pub(crate) mod segments;
