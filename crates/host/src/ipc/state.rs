//! What the regions of one process have sent each other. There is one way by which anything takes effect: it is pending until its
//! region is settled.

use super::barrier::{Barrier, Standing};
use super::region::{Effect, Region};
use super::room::check_load;
use super::spare::Spare;
use super::{CELLS, Deliver, Topology};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::mem;
use ternsig_isa::Register;
use ternsig_vm::{Error, ErrorKind};

/// Everything that a process holds for its regions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct State {
    pub(super) regions: BTreeMap<u8, Region>,
    pub(super) barriers: BTreeMap<u8, Barrier>,
    pub(super) cells: Vec<i32>,
    #[serde(skip)]
    pub(super) round: u64,
    /// Whether anything took effect since the last round ended.
    #[serde(skip)]
    pub(super) has_moved: bool,
    #[serde(skip)]
    spare: Spare,
}

impl State {
    pub(super) fn new(topology: &Topology) -> State {
        let barriers = topology.barriers.iter();
        State {
            regions: topology.regions.iter().map(|&id| (id, Region::default())).collect(),
            barriers: barriers.map(|(&id, parties)| (id, Barrier::new(parties.iter().copied()))).collect(),
            cells: vec![0; CELLS],
            round: 0,
            has_moved: false,
            spare: Spare::default(),
        }
    }

    pub(super) fn region(&mut self, id: u8) -> Result<&mut Region, Error> {
        self.regions.get_mut(&id).ok_or_else(|| no_region(id))
    }

    pub(super) fn send(
        &mut self,
        topology: &Topology,
        from: u8,
        to: u8,
        message: &[i32],
    ) -> Result<(), Error> {
        self.region(from)?;
        self.region(to)?;
        if !topology.allows(from, to) {
            return Err(Error::new(ErrorKind::Denied, format!("region {from} may not send to region {to}")));
        }
        self.check_room(topology, from, to, from, message.len())?;
        let message = self.spare.copy(message);
        self.push(from, Effect::Send { to, message })
    }

    pub(super) fn broadcast(
        &mut self,
        topology: &Topology,
        from: u8,
        channel: u8,
        message: &[i32],
    ) -> Result<(), Error> {
        let round = self.round;
        // Whoever subscribes in this round may be among those who get it.
        let pending = self.region(from)?.broadcast_on(channel, round);
        check_load(topology, pending, message.len(), || format!("channel {channel}"))?;
        for &to in self.regions.keys() {
            if self.hears(topology, from, to, channel) {
                self.check_room(topology, from, to, channel, message.len())?;
            }
        }
        let message = self.spare.copy(message);
        self.push(from, Effect::Broadcast { channel, message })
    }

    pub(super) fn push(&mut self, from: u8, effect: Effect) -> Result<(), Error> {
        let round = self.round;
        self.region(from)?.push(effect, round);
        Ok(())
    }

    pub(super) fn pop(&mut self, region: u8, mailbox: u8) -> Result<(), Error> {
        let round = self.round;
        let mailbox = self.region(region)?.mailboxes.get_mut(&mailbox);
        let buffer = mailbox.and_then(|mailbox| mailbox.take(round));
        buffer.into_iter().for_each(|buffer| self.spare.keep(buffer));
        Ok(())
    }

    pub(super) fn begin_run(&mut self, region: u8, deliver: &mut Deliver<'_>) -> Result<(), Error> {
        let of_region = self.regions.get_mut(&region).ok_or_else(|| no_region(region))?;
        self.barriers.values_mut().for_each(|barrier| barrier.withdraw(region));
        let Region { mailboxes, subscriptions, .. } = of_region;
        for (channel, subscription) in subscriptions {
            let Some(mailbox) = mailboxes.get_mut(channel) else { continue };
            if let Some(message) = mailbox.fresh() {
                deliver(Register::hot(subscription.register), message)?;
                mailbox.delivered();
            }
        }
        Ok(())
    }

    /// Whether the region has to be settled before it can be told that all have arrived.
    pub(super) fn arrive(&mut self, region: u8, barrier: u8) -> Result<bool, Error> {
        let standing = self.barrier(barrier)?.standing(region).ok_or_else(|| {
            let message = format!("region {region} is not a party of barrier {barrier}");
            Error::new(ErrorKind::Denied, message)
        })?;
        if *standing != Standing::Away {
            return Ok(false);
        }
        *standing = Standing::Arriving;
        self.push(region, Effect::Arrive { barrier })?;
        Ok(true)
    }

    pub(super) fn barrier(&mut self, id: u8) -> Result<&mut Barrier, Error> {
        let missing = || Error::new(ErrorKind::NotFound, format!("there is no barrier {id}"));
        self.barriers.get_mut(&id).ok_or_else(missing)
    }

    /// Everything that regions did takes effect, by ascending region and in the order in which each did it.
    pub(super) fn settle(&mut self, topology: &Topology) -> bool {
        topology.regions.iter().for_each(|&id| self.settle_region(topology, id));
        self.round += 1;
        mem::take(&mut self.has_moved)
    }

    /// What one region did takes effect.
    pub(super) fn settle_region(&mut self, topology: &Topology, from: u8) {
        let Some(region) = self.regions.get_mut(&from) else { return };
        let mut pending = mem::take(&mut region.pending);
        self.has_moved |= !pending.is_empty();
        for effect in pending.drain(..) {
            self.apply(topology, from, effect);
        }
        // With the room that the list has.
        if let Some(region) = self.regions.get_mut(&from) {
            region.pending = pending;
        }
    }

    fn apply(&mut self, topology: &Topology, from: u8, effect: Effect) {
        match effect {
            Effect::Send { to, message } => self.deliver(to, from, message),
            Effect::Broadcast { channel, message } => {
                for &to in &topology.regions {
                    if self.hears(topology, from, to, channel) {
                        let copy = self.spare.copy(&message);
                        self.deliver(to, channel, copy);
                    }
                }
                self.spare.keep(message);
            }
            Effect::Subscribe { channel } => {
                let region = self.regions.get_mut(&from);
                if let Some(subscription) = region.and_then(|region| region.subscriptions.get_mut(&channel)) {
                    subscription.is_settled = true;
                }
            }
            Effect::Arrive { barrier } => {
                if let Some(barrier) = self.barriers.get_mut(&barrier) {
                    barrier.settle(from);
                }
            }
        }
    }

    fn deliver(&mut self, to: u8, mailbox: u8, message: Vec<i32>) {
        if let Some(region) = self.regions.get_mut(&to) {
            let is_subscribed = region.is_subscribed(mailbox);
            region.mailboxes.entry(mailbox).or_default().arrive(message, is_subscribed);
        }
    }

    /// A copy without what is of this process or round only.
    pub(super) fn stripped(&self) -> State {
        let mut regions = self.regions.clone();
        regions.values_mut().for_each(|region| region.strip(self.round));
        let (barriers, cells) = (self.barriers.clone(), self.cells.clone());
        State { regions, barriers, cells, round: 0, has_moved: false, spare: Spare::default() }
    }
}

#[cold]
fn no_region(id: u8) -> Error {
    Error::new(ErrorKind::NotFound, format!("there is no region {id}"))
}
