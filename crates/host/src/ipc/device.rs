//! Ipc operations that programs yield.

use super::{Transport, Waiting, deadlock};
use crate::device::{Device, elements, no_device, put};
use std::sync::Arc;
use ternsig_isa::{DomainOp, Register};
use ternsig_vm::{Answer, Error, ExecutionContext, Machine};

/// A region's way to the others. A clone is the same region's.
#[derive(Clone)]
pub struct Ipc {
    region: u8,
    transport: Arc<dyn Transport>,
    /// For messages on their way from a mailbox to a register.
    message: Vec<i32>,
}

impl Ipc {
    /// The device of a region.
    #[must_use]
    pub fn new(region: u8, transport: Arc<dyn Transport>) -> Ipc {
        Ipc { region, transport, message: Vec::new() }
    }

    /// The region.
    #[must_use]
    pub const fn region(&self) -> u8 {
        self.region
    }

    /// To be called before each run of the region that begins, and before none that goes on: writes the newest messages of its
    /// subscriptions into their registers, as [`Transport::begin_run`] says.
    ///
    /// # Errors
    /// There is no such region (NotFound), or a message exceeds the machine's limits (Limit).
    pub fn begin_run(&self, m: &mut Machine) -> Result<(), Error> {
        self.transport.begin_run(self.region, &mut |register, message| put(m, register, message))
    }

    fn receive(
        &mut self,
        target: Register,
        sender: u8,
        op: &DomainOp,
        m: &mut Machine,
    ) -> Result<Answer, Error> {
        self.message.clear();
        if !self.transport.peek(self.region, sender, &mut self.message)? {
            return self.wait(op, m);
        }
        put(m, target, &self.message)?;
        self.transport.pop(self.region, sender)?;
        Ok(Answer::Done)
    }

    /// The front message behind its length, which is 0 if there is none; whether there is one.
    fn look(&mut self, target: Register, mailbox: u8, m: &mut Machine) -> Result<bool, Error> {
        self.message.clear();
        self.message.push(0);
        let is_there = self.transport.peek(self.region, mailbox, &mut self.message)?;
        self.message[0] = i32::try_from(self.message.len() - 1).unwrap_or(i32::MAX);
        put(m, target, &self.message)?;
        Ok(is_there)
    }

    fn subscribe(&self, target: Register, channel: u8, m: &mut Machine) -> Result<(), Error> {
        m.check_hot(target.index(), 1)?;
        self.transport.subscribe(self.region, channel, target)?;
        put(m, target, &[0])
    }

    /// The cell is the one with the target's number.
    fn compare_and_swap(
        &self,
        target: Register,
        expected: Register,
        desired: Register,
        m: &mut Machine,
    ) -> Result<(), Error> {
        let (expected, desired) = (elements(m, expected, 1)?[0], elements(m, desired, 1)?[0]);
        m.check_hot(target.index(), 1)?;
        let cell = target.index() as u8;
        let old = self.transport.compare_and_swap(self.region, cell, expected, desired)?;
        put(m, target, &[old])
    }

    /// Waits, unless nobody is there to be waited for.
    fn wait(&self, op: &DomainOp, m: &Machine) -> Result<Answer, Error> {
        if !self.transport.is_alone(self.region) {
            return Ok(Answer::Wait);
        }
        let instruction = m.pending().map_or(m.pc().saturating_sub(1), |(_, instruction)| instruction);
        Err(deadlock(&[Waiting { region: self.region, name: "", op: *op, instruction }]))
    }
}

impl Device for Ipc {
    fn answer(&mut self, op: &DomainOp, ctx: &mut ExecutionContext<'_>) -> Result<Answer, Error> {
        let m = ctx.machine_mut();
        match *op {
            DomainOp::SendSignal { source, region_id } => {
                self.transport.send(self.region, region_id, elements(m, source, 1)?)
            }
            DomainOp::RecvSignal { target, region_id } => return self.receive(target, region_id, op, m),
            DomainOp::Broadcast { source, channel } => {
                self.transport.broadcast(self.region, channel, elements(m, source, 1)?)
            }
            DomainOp::Subscribe { target, region_id } => self.subscribe(target, region_id, m),
            DomainOp::MailboxPeek { target, mailbox_id } => self.look(target, mailbox_id, m).map(|_| ()),
            DomainOp::MailboxPop { target, mailbox_id } => match self.look(target, mailbox_id, m)? {
                true => self.transport.pop(self.region, mailbox_id),
                false => Ok(()),
            },
            DomainOp::BarrierWait { barrier_id } => match self.transport.arrive(self.region, barrier_id)? {
                true => Ok(()),
                false => return self.wait(op, m),
            },
            DomainOp::AtomicCas { target, expected, desired } => {
                self.compare_and_swap(target, expected, desired, m)
            }
            _ => Err(no_device(op)),
        }?;
        Ok(Answer::Done)
    }
}
