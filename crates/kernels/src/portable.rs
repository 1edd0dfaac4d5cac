//! The products of packed weights, one term at a time: the meaning of the packed forms, on every machine.
//!
//! A product fills `y` with an output for each row, and leaves what lies beyond the rows; rows beyond `y` are not
//! computed. Inputs beyond the columns are ignored, and missing ones add nothing, exactly as if they were 0.

mod gated;
pub(crate) mod mastery;
mod plain;

pub use gated::gated_product;
pub use plain::{fits_single_plane, plain_product, plain_product_single_plane, plain_product_two_plane};

/// Saturates to 32 bits.
fn sat(sum: i64) -> i32 {
    sum.clamp(i64::from(i32::MIN), i64::from(i32::MAX)) as i32
}

/// The input of a column.
fn input_at(x: &[i32], input: usize) -> i32 {
    x.get(input).copied().unwrap_or(0)
}
