//! What time it is, and how far the host has come.

/// The clock of a substrate. Phases and levels are ordinals; what they mean is the host's affair.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Clock {
    /// Ticks since the beginning.
    pub tick: u64,
    /// The boot phase.
    pub phase: u8,
    /// The neuronal level.
    pub level: u8,
    /// Whether the host rests.
    pub resting: bool,
}
