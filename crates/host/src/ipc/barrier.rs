//! A barrier: its parties go on when all of them have arrived.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where a party stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Standing {
    /// Somewhere else.
    Away,
    /// It arrives when the round settles.
    Arriving,
    /// It waits for the others.
    Arrived,
    /// All have arrived, and it has not been told yet.
    Released,
}

/// The parties of a barrier. One that is released has to be told before it can arrive again, so that no meeting overtakes another.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(super) struct Barrier(BTreeMap<u8, Standing>);

impl Barrier {
    pub(super) fn new(parties: impl IntoIterator<Item = u8>) -> Barrier {
        Barrier(parties.into_iter().map(|party| (party, Standing::Away)).collect())
    }

    pub(super) fn parties(&self) -> impl Iterator<Item = u8> {
        self.0.keys().copied()
    }

    pub(super) fn standing(&mut self, party: u8) -> Option<&mut Standing> {
        self.0.get_mut(&party)
    }

    /// Whether nobody else has to arrive.
    pub(super) fn is_only_for(&self, party: u8) -> bool {
        self.parties().eq([party])
    }

    /// An arrival takes effect, unless it was withdrawn. The last one releases all.
    pub(super) fn settle(&mut self, party: u8) {
        match self.standing(party) {
            Some(standing @ Standing::Arriving) => *standing = Standing::Arrived,
            _ => return,
        }
        if self.0.values().all(|&standing| standing == Standing::Arrived) {
            self.0.values_mut().for_each(|standing| *standing = Standing::Released);
        }
    }

    /// Tells a party that was released; false if it was not.
    pub(super) fn leave(&mut self, party: u8) -> bool {
        match self.standing(party) {
            Some(standing @ Standing::Released) => {
                *standing = Standing::Away;
                true
            }
            _ => false,
        }
    }

    /// Forgets that a party waits here, or may go on.
    pub(super) fn withdraw(&mut self, party: u8) {
        if let Some(standing) = self.standing(party) {
            *standing = Standing::Away;
        }
    }
}
