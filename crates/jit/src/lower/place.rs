//! Where the elements of lanes come from and go to.

/// A run of 32-bit elements (or of weights, as their values).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Place {
    /// A hot register, by index.
    Hot(usize),
    /// The first element of a hot register, by index, at every position.
    First(usize),
    /// The input buffer.
    Input,
    /// The target buffer.
    Target,
    /// The output buffer.
    Output,
    /// The values of a cold register, by index.
    Weights(usize),
    /// Working memory from a byte on.
    Scratch(usize),
}

/// A position in elements: a fixed one, or a fixed number behind one that the code computes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct At {
    /// Elements, as a 64-bit value, if the position moves.
    pub(crate) moving: Option<cranelift_codegen::ir::Value>,
    /// Elements beyond it.
    pub(crate) fixed: usize,
}

impl At {
    pub(crate) const fn fixed(fixed: usize) -> At {
        At { moving: None, fixed }
    }

    pub(crate) const fn moving(by: cranelift_codegen::ir::Value, fixed: usize) -> At {
        At { moving: Some(by), fixed }
    }
}
