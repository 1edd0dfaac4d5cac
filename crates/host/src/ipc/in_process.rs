//! The transport of regions that live in one process.

use super::restore::{IpcState, RestoreError};
use super::state::State;
use super::{Deliver, Topology, Transport};
use std::sync::{Mutex, MutexGuard, PoisonError};
use ternsig_isa::Register;
use ternsig_vm::{Error, ErrorKind};

/// When what a region does takes effect.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Timing {
    /// At once, for a host that runs one region after another without rounds.
    Immediate,
    /// At the end of the round ([`Transport::settle`]), by ascending region and in the order in which each did it, whatever the
    /// order in which regions ran. A region sees its mailboxes as they were when the round began, less what it took out itself.
    Rounds,
}

/// Carries messages between the regions of one process. Regions may run in different threads.
#[derive(Debug)]
pub struct InProcess {
    topology: Topology,
    timing: Timing,
    state: Mutex<State>,
}

impl InProcess {
    /// Nothing has been sent yet.
    #[must_use]
    pub fn new(topology: Topology, timing: Timing) -> InProcess {
        let state = Mutex::new(State::new(&topology));
        InProcess { topology, timing, state }
    }

    /// The regions and what was declared about them.
    #[must_use]
    pub const fn topology(&self) -> &Topology {
        &self.topology
    }

    /// Everything that another one of this topology needs to go on from here.
    #[must_use]
    pub fn save(&self) -> IpcState {
        IpcState::of(&self.lock())
    }

    /// Goes on from where another one was saved. Regions and barriers that this one has and that one had not are as new.
    ///
    /// # Errors
    /// The other one had regions, parties or barriers that this one has not, or the state is none that was saved; nothing changes then.
    pub fn restore(&self, saved: &IpcState) -> Result<(), RestoreError> {
        let mut state = saved.restored(&self.topology)?;
        if self.timing == Timing::Immediate {
            state.settle(&self.topology);
        }
        *self.lock() = state;
        Ok(())
    }

    /// Ends what a region did.
    fn did(&self, state: &mut State, region: u8) {
        if self.timing == Timing::Immediate {
            state.settle_region(&self.topology, region);
            state.round += 1;
        }
    }

    /// The state. Nothing is changed before it is certain that the whole change can be made, so that a thread that panicked cannot
    /// have left it half-changed.
    fn lock(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Transport for InProcess {
    fn send(&self, from: u8, to: u8, message: &[i32]) -> Result<(), Error> {
        let mut state = self.lock();
        state.send(&self.topology, from, to, message)?;
        self.did(&mut state, from);
        Ok(())
    }

    fn broadcast(&self, from: u8, channel: u8, message: &[i32]) -> Result<(), Error> {
        let mut state = self.lock();
        state.broadcast(&self.topology, from, channel, message)?;
        self.did(&mut state, from);
        Ok(())
    }

    fn subscribe(&self, region: u8, channel: u8, register: Register) -> Result<(), Error> {
        let mut state = self.lock();
        state.region(region)?.subscribe(channel, register.index() as u8);
        self.did(&mut state, region);
        Ok(())
    }

    fn peek(&self, region: u8, mailbox: u8, into: &mut Vec<i32>) -> Result<bool, Error> {
        let mut state = self.lock();
        let front = state.region(region)?.mailboxes.get(&mailbox).and_then(|mailbox| mailbox.front());
        into.extend_from_slice(front.unwrap_or_default());
        Ok(front.is_some())
    }

    fn pop(&self, region: u8, mailbox: u8) -> Result<(), Error> {
        let mut state = self.lock();
        state.pop(region, mailbox)?;
        self.did(&mut state, region);
        Ok(())
    }

    fn begin_run(&self, region: u8, deliver: &mut Deliver<'_>) -> Result<(), Error> {
        self.lock().begin_run(region, deliver)
    }

    fn arrive(&self, region: u8, barrier: u8) -> Result<bool, Error> {
        let mut state = self.lock();
        state.region(region)?;
        let is_party = state.barrier(barrier)?.standing(region).is_some();
        if is_party && self.is_alone(region) && !state.barrier(barrier)?.is_only_for(region) {
            return Ok(false);
        }
        if state.arrive(region, barrier)? {
            self.did(&mut state, region);
        }
        Ok(state.barrier(barrier)?.leave(region))
    }

    fn compare_and_swap(&self, region: u8, cell: u8, expected: i32, desired: i32) -> Result<i32, Error> {
        let mut state = self.lock();
        state.region(region)?;
        let missing =
            || Error::new(ErrorKind::BadOperand, format!("there is no cell {cell}, allowed are 0 to 63"));
        let cell = state.cells.get_mut(usize::from(cell)).ok_or_else(missing)?;
        let old = *cell;
        if old == expected {
            *cell = desired;
        }
        Ok(old)
    }

    fn is_alone(&self, region: u8) -> bool {
        self.timing == Timing::Immediate && self.topology.regions.iter().eq([&region])
    }

    fn settle(&self) -> Result<bool, Error> {
        Ok(self.lock().settle(&self.topology))
    }
}
