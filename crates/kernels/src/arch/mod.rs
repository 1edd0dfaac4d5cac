//! What particular processors do faster than the portable loops. The only unsafe code of this crate lives here.

#[cfg(target_arch = "x86_64")]
mod x86_64;

#[cfg(target_arch = "x86_64")]
pub(crate) use x86_64::{group_product, interleave, is_wide, learn, press, step, strengths};

#[cfg(not(target_arch = "x86_64"))]
pub(crate) use crate::portable::group_product;
#[cfg(not(target_arch = "x86_64"))]
pub(crate) use crate::portable::mastery::{interleave, learn, press, step, strengths};

/// Whether vectors have 512 bits.
#[cfg(not(target_arch = "x86_64"))]
pub(crate) const fn is_wide() -> bool {
    false
}
