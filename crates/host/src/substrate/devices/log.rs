//! The device `log`.

use super::bad_operand;
use crate::device::{Device, elements, no_device};
use crate::substrate::Substrate;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use ternsig_isa::DomainOp;
use ternsig_vm::{Answer, Error, ExecutionContext};

/// How many events a log keeps unless it is told otherwise.
const CAPACITY: usize = 1024;
/// Most values that the events of a log have together; a single event may have more.
const MAX_VALUES: usize = 1 << 20;
/// The last type of event: 0 boot, 1 phase change, 2 error, 3 warning, 4 metric, 5 checkpoint, 6 recovery, 7 shutdown.
const LAST_TYPE: u8 = 7;

/// What a program reported.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Event {
    /// The tick.
    pub tick: u64,
    /// The index of the instruction.
    pub instruction: usize,
    /// 0 boot, 1 phase change, 2 error, 3 warning, 4 metric, 5 checkpoint, 6 recovery, 7 shutdown.
    pub event: u8,
    /// A copy of the register.
    pub values: Vec<i32>,
}

/// What was taken out of a log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Drained {
    /// The newest events, oldest first.
    pub events: Vec<Event>,
    /// How many older ones there was no room for.
    pub dropped: u64,
}

/// The events of a region's programs until the host takes them: the newest ones, as many as there is room for. A clone is another
/// reference to the same log.
#[derive(Debug, Clone)]
pub struct EventLog {
    ring: Arc<Mutex<Ring>>,
}

#[derive(Debug)]
pub(super) struct Ring {
    pub(super) events: VecDeque<Event>,
    capacity: usize,
    values: usize,
    dropped: u64,
}

impl Default for EventLog {
    /// A log of 1024 events.
    fn default() -> EventLog {
        EventLog::new(CAPACITY)
    }
}

impl EventLog {
    /// A log of at most so many events, with at most 2²⁰ values together; of a single event, all values are kept.
    #[must_use]
    pub fn new(capacity: usize) -> EventLog {
        let ring = Ring { events: VecDeque::new(), capacity, values: 0, dropped: 0 };
        EventLog { ring: Arc::new(Mutex::new(ring)) }
    }

    /// Takes all events out.
    #[must_use]
    pub fn drain(&self) -> Drained {
        let mut ring = self.lock();
        ring.values = 0;
        let dropped = std::mem::take(&mut ring.dropped);
        Drained { events: ring.events.drain(..).collect(), dropped }
    }

    /// Whether there is nothing to take out.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let ring = self.lock();
        ring.events.is_empty() && ring.dropped == 0
    }

    /// Has this log take the events of a machine, at the ticks of a substrate.
    #[must_use]
    pub fn device(&self, substrate: Substrate) -> impl Device + use<> {
        LogDevice { log: self.clone(), substrate }
    }

    pub(super) fn lock(&self) -> MutexGuard<'_, Ring> {
        self.ring.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ring {
    /// Takes the memory of an event that is dropped for the one that comes.
    fn push(&mut self, (tick, instruction, event): (u64, usize, u8), values: &[i32]) {
        let mut room = Vec::new();
        while self.events.len() >= self.capacity || self.values + values.len() > MAX_VALUES {
            let Some(oldest) = self.events.pop_front() else { break };
            self.values -= oldest.values.len();
            self.dropped += 1;
            room = oldest.values;
        }
        if self.capacity == 0 {
            self.dropped += 1;
            return;
        }
        room.clear();
        room.extend_from_slice(values);
        self.values += values.len();
        self.events.push_back(Event { tick, instruction, event, values: room });
    }
}

struct LogDevice {
    log: EventLog,
    substrate: Substrate,
}

impl Device for LogDevice {
    fn answer(&mut self, op: &DomainOp, ctx: &mut ExecutionContext<'_>) -> Result<Answer, Error> {
        let m = ctx.machine();
        let DomainOp::LogEvent { source, event_type } = *op else { return Err(no_device(op)) };
        if event_type > LAST_TYPE {
            let message = format!("there is no event type {event_type}, there are 0 to {LAST_TYPE}");
            return Err(bad_operand(message));
        }
        let values = elements(m, source, 0)?;
        let instruction = m.pending().map_or(0, |(_, instruction)| instruction);
        self.log.lock().push((self.substrate.clock().tick, instruction, event_type), values);
        Ok(Answer::Done)
    }
}
