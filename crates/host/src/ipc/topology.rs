//! Who there is, who meets where, and who may send to whom.

use std::collections::{BTreeMap, BTreeSet};
use ternsig_isa::limits::MAX_ELEMENTS;

/// The regions of a host and what is declared about their messages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Topology {
    /// The regions.
    pub regions: BTreeSet<u8>,
    /// The parties of each barrier.
    pub barriers: BTreeMap<u8, BTreeSet<u8>>,
    /// Who may send to whom, as (sender, receiver); `None` lets everybody. A region may always send to itself.
    pub allowed: Option<BTreeSet<(u8, u8)>>,
    /// Most messages in one mailbox, 1024 by default.
    pub mailbox_messages: usize,
    /// Most elements in all messages of one mailbox, by default as many as a register may have. An empty mailbox takes any message.
    pub mailbox_elements: usize,
}

impl Default for Topology {
    fn default() -> Topology {
        Topology {
            regions: BTreeSet::new(),
            barriers: BTreeMap::new(),
            allowed: None,
            mailbox_messages: 1024,
            mailbox_elements: MAX_ELEMENTS,
        }
    }
}

impl Topology {
    /// These regions, without barriers, each free to send to every other.
    #[must_use]
    pub fn of(regions: impl IntoIterator<Item = u8>) -> Topology {
        Topology { regions: regions.into_iter().collect(), ..Topology::default() }
    }

    /// Whether `from` may send to `to`.
    #[must_use]
    pub fn allows(&self, from: u8, to: u8) -> bool {
        from == to || self.allowed.as_ref().is_none_or(|allowed| allowed.contains(&(from, to)))
    }
}
