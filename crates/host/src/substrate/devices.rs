//! The devices of the substrate.
