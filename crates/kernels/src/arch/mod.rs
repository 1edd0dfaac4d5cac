//! What particular processors do faster than the portable loops. The only unsafe code of this crate lives here.

#[cfg(target_arch = "x86_64")]
mod x86_64;

#[cfg(target_arch = "x86_64")]
pub(crate) use x86_64::{interleave, press, step, strengths};

#[cfg(not(target_arch = "x86_64"))]
pub(crate) use crate::portable::mastery::{interleave, press, step, strengths};
