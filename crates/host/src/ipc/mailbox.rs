//! A mailbox: messages in the order in which they arrived.

use serde::{Deserialize, Serialize};
use std::collections::VecDeque;
use std::mem;

/// How much there is of messages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Load {
    pub(super) messages: usize,
    pub(super) elements: usize,
}

impl Load {
    pub(super) const fn and(self, other: Load) -> Load {
        Load {
            messages: self.messages.saturating_add(other.messages),
            elements: self.elements.saturating_add(other.elements),
        }
    }
}

/// A load of one round, which the next round finds at nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Tally {
    #[serde(skip)]
    round: u64,
    load: Load,
}

impl Tally {
    pub(super) const fn in_round(&self, round: u64) -> Load {
        if self.round == round { self.load } else { Load { messages: 0, elements: 0 } }
    }

    /// Counts a message of so many elements.
    pub(super) fn add(&mut self, round: u64, elements: usize) {
        let load = self.in_round(round).and(Load { messages: 1, elements });
        *self = Tally { round, load };
    }

    fn is_empty(&self) -> bool {
        self.load == Load::default()
    }

    /// The same in round 0.
    const fn rebase(&mut self, round: u64) {
        *self = Tally { round: 0, load: self.in_round(round) };
    }
}

/// A mailbox of a region.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mailbox {
    messages: VecDeque<Vec<i32>>,
    /// Whether one arrived, while the region was a subscriber, that was not delivered yet.
    is_fresh: bool,
    /// The newest of these if it has been taken.
    newest_taken: Vec<i32>,
    /// What was taken in this round.
    taken: Tally,
    #[serde(skip)]
    elements: usize,
}

impl Mailbox {
    pub(super) fn arrive(&mut self, message: Vec<i32>, is_subscribed: bool) {
        self.elements += message.len();
        self.is_fresh |= is_subscribed;
        self.messages.push_back(message);
    }

    pub(super) fn front(&self) -> Option<&[i32]> {
        self.messages.front().map(Vec::as_slice)
    }

    /// Removes the front message; a buffer that nobody needs any more.
    pub(super) fn take(&mut self, round: u64) -> Option<Vec<i32>> {
        let message = self.messages.pop_front()?;
        self.elements -= message.len();
        self.taken.add(round, message.len());
        if self.is_fresh && self.messages.is_empty() {
            return Some(mem::replace(&mut self.newest_taken, message));
        }
        Some(message)
    }

    /// The newest message that was not delivered yet, taken or not.
    pub(super) fn fresh(&self) -> Option<&[i32]> {
        let newest = self.messages.back().unwrap_or(&self.newest_taken);
        if self.is_fresh { Some(newest) } else { None }
    }

    pub(super) const fn delivered(&mut self) {
        self.is_fresh = false;
    }

    /// What it held at the beginning of the round: nothing arrives during one.
    pub(super) fn held(&self, round: u64) -> Load {
        let now = Load { messages: self.messages.len(), elements: self.elements };
        now.and(self.taken.in_round(round))
    }

    /// Leaves what matters to whoever goes on from round 0; false if that is nothing.
    pub(super) fn strip(&mut self, round: u64) -> bool {
        if !self.is_fresh || !self.messages.is_empty() {
            self.newest_taken = Vec::new();
        }
        self.taken.rebase(round);
        self.elements = 0;
        self.is_fresh || !self.messages.is_empty() || !self.taken.is_empty()
    }

    /// Makes it whole again; false if it cannot have been stripped.
    pub(super) fn rebuild(&mut self) -> bool {
        self.elements = self.messages.iter().map(Vec::len).sum();
        let has_empty = self.messages.iter().any(Vec::is_empty);
        !has_empty && self.fresh().is_none_or(|message| !message.is_empty())
    }
}
