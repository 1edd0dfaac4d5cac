//! Ternsig kernels: packed forms of weights, and the products that define what they mean.
//!
//! A matrix of weights has `outputs` rows and `inputs` columns. A weight is a whole number in −255…255, an input any
//! `i32`, and an output the exact sum of a row's products, saturated to `i32`. Generated code reads the packed forms
//! through their pointers and the geometry of [`Layout`]; [`portable`] computes the same products one term at a time and
//! is what every faster way is compared with.
//!
//! Packing fails only for a shape beyond [`MAX_INPUTS`], or one that claims far more weights than there are values.
#![deny(unsafe_code)]

#[allow(unsafe_code, reason = "vectors of particular processors")]
mod arch;
pub mod gated;
pub mod lanes;
pub mod layout;
pub mod limits;
pub mod mastery;
pub mod mean;
pub mod plain;
pub mod portable;
mod quantise;
mod rows;
pub mod saturating;
pub mod similarity;

pub use gated::{GateClass, GatedWeights, Rounding};
pub use lanes::{Lanes, Lanes16, Lanes32};
pub use layout::{Arrangement, Layout, RowPath};
pub use limits::{FLUSH_INTERVAL, LARGEST_WEIGHT, MAX_INPUTS};
pub use plain::{PlainOperand, PlainWeights};
pub use quantise::quantise;
pub use saturating::saturating_product;
