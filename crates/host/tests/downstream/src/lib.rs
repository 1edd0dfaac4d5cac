//! A brain that existed before it embedded Ternsig, and what it writes to do so. It depends on the library's facade alone, as any
//! crate outside of this workspace would.
//!
//! Its kernel stays Rust: [`Substrate`] is the chemistry that its regions share, [`Sonar`] its ears, [`Radio`] what its regions
//! talk through. What regions do is firmware, with [instructions of its own](extension). [`Brain`] is its loop.
#![forbid(unsafe_code)]

pub mod brain;
pub mod extension;
pub mod radio;
pub mod region;
pub mod sonar;
pub mod substrate;
pub mod tap;

pub use brain::Brain;
pub use radio::Radio;
pub use region::{Reflex, Region};
pub use sonar::Sonar;
pub use substrate::Substrate;
pub use tap::Tap;

/// Whatever goes wrong in a brain ends up as text for its operator.
pub type Result<T> = std::result::Result<T, Box<dyn std::error::Error>>;
