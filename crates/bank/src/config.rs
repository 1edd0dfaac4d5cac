//! What a bank is made for.

use crate::error::BankError;
use ternsig_kernels::similarity::MAX_WIDTH;

/// What happens to a link from an entry that has as many as it may.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum FullEdges {
    /// It is refused.
    #[default]
    Refuse,
    /// The weakest link gives way, the oldest of those; a link that is weaker than all is refused.
    DropWeakest,
}

/// The settings of a bank.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Config {
    /// How many elements a vector has, 1–32 768.
    pub width: u32,
    /// Most entries, at least 1: beyond, the one with the lowest score is evicted.
    pub max_entries: u32,
    /// Most links of one entry.
    pub max_edges: u32,
    /// What happens beyond.
    pub full_edges: FullEdges,
    /// Whether Cold entries are evicted only when nothing else is left.
    pub protect_cold: bool,
    /// Fewest accesses since the last change of temperature for a promotion.
    pub promote_accesses: u32,
    /// Fewest ticks since then.
    pub promote_age: u64,
    /// Entries with less confidence are demoted.
    pub demote_below: u8,
}

/// Entries, width and links are the original's defaults, the thresholds ours.
impl Default for Config {
    fn default() -> Config {
        Config {
            width: 64,
            max_entries: 4096,
            max_edges: 32,
            full_edges: FullEdges::Refuse,
            protect_cold: false,
            promote_accesses: 5,
            promote_age: 100,
            demote_below: 64,
        }
    }
}

impl Config {
    /// Refuses what no bank can be.
    ///
    /// # Errors
    /// The width is out of range, or there is room for nothing.
    pub fn check(&self) -> Result<(), BankError> {
        if self.width == 0 || self.width as usize > MAX_WIDTH {
            return Err(BankError::Config(format!("a width of {} is not 1 to {MAX_WIDTH}", self.width)));
        }
        if self.max_entries == 0 {
            return Err(BankError::Config("a bank has room for at least one entry".to_owned()));
        }
        Ok(())
    }
}
