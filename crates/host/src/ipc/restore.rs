//! Messages that outlive the process that carried them.

use super::region::{Effect, Region};
use super::state::State;
use super::{CELLS, Topology};
use serde::{Deserialize, Serialize};
use std::fmt;
use ternsig_isa::limits::REGISTERS_PER_BANK;

/// Everything that regions have sent each other and not received, with subscriptions, arrivals, cells, and what is pending in an
/// unfinished round. Equal states are serialized alike.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct IpcState(State);

/// Why a state cannot be restored.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub enum RestoreError {
    /// It names a region that there is not.
    NoRegion(u8),
    /// It names a barrier that there is not.
    NoBarrier(u8),
    /// A barrier has other parties.
    Parties(u8),
    /// It has another number of cells than 64.
    Cells(usize),
    /// What it says of a region was never saved like this.
    Damaged(u8),
}

impl fmt::Display for RestoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RestoreError::NoRegion(id) => {
                write!(f, "the saved messages are of a host with a region {id}, this one has none")
            }
            RestoreError::NoBarrier(id) => {
                write!(f, "the saved messages are of a host with a barrier {id}, this one has none")
            }
            RestoreError::Parties(id) => {
                write!(f, "barrier {id} had other parties when the messages were saved")
            }
            RestoreError::Cells(cells) => write!(f, "{cells} cells were saved, there are {CELLS}"),
            RestoreError::Damaged(id) => write!(f, "the saved messages of region {id} are damaged"),
        }
    }
}

impl std::error::Error for RestoreError {}

impl IpcState {
    pub(super) fn of(state: &State) -> IpcState {
        IpcState(state.stripped())
    }

    pub(super) fn restored(&self, topology: &Topology) -> Result<State, RestoreError> {
        let mut state = State::new(topology);
        if self.0.cells.len() != CELLS {
            return Err(RestoreError::Cells(self.0.cells.len()));
        }
        state.cells.clone_from(&self.0.cells);
        for (&id, barrier) in &self.0.barriers {
            let here = state.barriers.get_mut(&id).ok_or(RestoreError::NoBarrier(id))?;
            if !barrier.parties().eq(here.parties()) {
                return Err(RestoreError::Parties(id));
            }
            *here = barrier.clone();
        }
        for (&id, region) in &self.0.regions {
            check(region, id, topology)?;
            let here = state.regions.get_mut(&id).ok_or(RestoreError::NoRegion(id))?;
            *here = region.clone();
            if !here.rebuild() {
                return Err(RestoreError::Damaged(id));
            }
        }
        // Nobody knows any more what took effect in the round.
        state.has_moved = true;
        Ok(state)
    }
}

fn check(region: &Region, id: u8, topology: &Topology) -> Result<(), RestoreError> {
    let registers = region.subscriptions.values().map(|subscription| subscription.register);
    let mut sound = registers.map(usize::from).all(|register| register < REGISTERS_PER_BANK);
    for effect in &region.pending {
        match effect {
            Effect::Send { to, message } => {
                sound &= !message.is_empty();
                topology.regions.get(to).ok_or(RestoreError::NoRegion(*to))?;
            }
            Effect::Broadcast { message, .. } => sound &= !message.is_empty(),
            Effect::Subscribe { channel } => sound &= region.subscriptions.contains_key(channel),
            Effect::Arrive { barrier } => {
                topology.barriers.get(barrier).ok_or(RestoreError::NoBarrier(*barrier))?;
            }
        }
    }
    if sound { Ok(()) } else { Err(RestoreError::Damaged(id)) }
}
