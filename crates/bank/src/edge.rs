//! Directed, typed links between entries, of one bank or of two.

use crate::id::EntryRef;
use std::fmt;

/// What a link means. The codes are those that `bank.bank_link` takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
#[expect(missing_docs, reason = "the names say it")]
pub enum EdgeType {
    IsA = 0,
    HasA = 1,
    PartOf = 2,
    RelatedTo = 3,
    SimilarTo = 4,
    Causes = 5,
    Precedes = 6,
    LooksLike = 7,
    SoundsLike = 8,
    FeelsLike = 9,
    CoOccurred = 10,
    FollowedBy = 11,
    Custom = 255,
}

impl EdgeType {
    /// All types, by code.
    pub const ALL: [EdgeType; 13] = [
        EdgeType::IsA,
        EdgeType::HasA,
        EdgeType::PartOf,
        EdgeType::RelatedTo,
        EdgeType::SimilarTo,
        EdgeType::Causes,
        EdgeType::Precedes,
        EdgeType::LooksLike,
        EdgeType::SoundsLike,
        EdgeType::FeelsLike,
        EdgeType::CoOccurred,
        EdgeType::FollowedBy,
        EdgeType::Custom,
    ];

    /// The type with this code, if there is one: 0–11 or 255.
    #[must_use]
    pub fn from_code(code: u8) -> Option<EdgeType> {
        EdgeType::ALL.into_iter().find(|kind| kind.code() == code)
    }

    /// The code.
    #[must_use]
    pub const fn code(self) -> u8 {
        self as u8
    }
}

impl fmt::Display for EdgeType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self, f)
    }
}

/// A link from the entry that holds it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Edge {
    /// What it means.
    pub kind: EdgeType,
    /// Where it leads.
    pub target: EntryRef,
    /// Its strength, 0–255.
    pub weight: u8,
    /// The tick at which it was made, or made anew.
    pub created: u64,
}
