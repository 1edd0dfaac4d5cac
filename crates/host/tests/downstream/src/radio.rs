//! What regions talk through.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use ternsig::host::ipc::{CELLS, Deliver};
use ternsig::{Error, ErrorKind, Register, Transport};

/// Most messages in a mailbox.
const CAPACITY: usize = 8;

/// Messages that arrive at once. It has no barriers.
#[derive(Debug)]
pub struct Radio {
    regions: BTreeSet<u8>,
    air: Mutex<Air>,
}

#[derive(Debug)]
struct Air {
    /// By region and number.
    mailboxes: BTreeMap<(u8, u8), VecDeque<Vec<i32>>>,
    /// By region and channel.
    subscriptions: BTreeMap<(u8, u8), Subscription>,
    cells: [i32; CELLS],
    /// Whether something was done since rounds were last told apart.
    stirred: bool,
}

#[derive(Debug)]
struct Subscription {
    register: Register,
    newest: Option<Vec<i32>>,
}

impl Radio {
    /// Between these regions.
    #[must_use]
    pub fn new(regions: impl IntoIterator<Item = u8>) -> Radio {
        let air = Air {
            mailboxes: BTreeMap::new(),
            subscriptions: BTreeMap::new(),
            cells: [0; CELLS],
            stirred: false,
        };
        Radio { regions: regions.into_iter().collect(), air: Mutex::new(air) }
    }

    /// How many messages wait in a mailbox.
    #[must_use]
    pub fn waiting(&self, region: u8, mailbox: u8) -> usize {
        self.lock().mailboxes.get(&(region, mailbox)).map_or(0, VecDeque::len)
    }

    fn known(&self, region: u8) -> Result<MutexGuard<'_, Air>, Error> {
        if self.regions.contains(&region) {
            return Ok(self.lock());
        }
        Err(Error::new(ErrorKind::NotFound, format!("there is no region {region}")))
    }

    fn lock(&self) -> MutexGuard<'_, Air> {
        self.air.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Air {
    fn refuse_full(&self, region: u8, mailbox: u8) -> Result<(), Error> {
        match self.mailboxes.get(&(region, mailbox)) {
            Some(messages) if messages.len() >= CAPACITY => {
                let message = format!("mailbox {mailbox} of region {region} is full");
                Err(Error::new(ErrorKind::Conflict, message))
            }
            _ => Ok(()),
        }
    }

    fn put(&mut self, region: u8, mailbox: u8, message: &[i32]) {
        self.mailboxes.entry((region, mailbox)).or_default().push_back(message.to_vec());
        if let Some(subscription) = self.subscriptions.get_mut(&(region, mailbox)) {
            subscription.newest = Some(message.to_vec());
        }
        self.stirred = true;
    }
}

impl Transport for Radio {
    fn send(&self, from: u8, to: u8, message: &[i32]) -> Result<(), Error> {
        drop(self.known(from)?);
        let mut air = self.known(to)?;
        air.refuse_full(to, from)?;
        air.put(to, from, message);
        Ok(())
    }

    fn broadcast(&self, from: u8, channel: u8, message: &[i32]) -> Result<(), Error> {
        let mut air = self.known(from)?;
        let subscribers: Vec<u8> = air
            .subscriptions
            .keys()
            .filter(|&&(region, subscribed)| subscribed == channel && region != from)
            .map(|(region, _)| *region)
            .collect();
        subscribers.iter().try_for_each(|&region| air.refuse_full(region, channel))?;
        subscribers.iter().for_each(|&region| air.put(region, channel, message));
        Ok(())
    }

    fn subscribe(&self, region: u8, channel: u8, register: Register) -> Result<(), Error> {
        let mut air = self.known(region)?;
        let fresh = Subscription { register, newest: None };
        air.subscriptions.entry((region, channel)).or_insert(fresh).register = register;
        air.stirred = true;
        Ok(())
    }

    fn peek(&self, region: u8, mailbox: u8, into: &mut Vec<i32>) -> Result<bool, Error> {
        let air = self.known(region)?;
        let front = air.mailboxes.get(&(region, mailbox)).and_then(VecDeque::front);
        into.extend(front.into_iter().flatten());
        Ok(front.is_some())
    }

    fn pop(&self, region: u8, mailbox: u8) -> Result<(), Error> {
        let mut air = self.known(region)?;
        air.stirred |= air.mailboxes.get_mut(&(region, mailbox)).and_then(VecDeque::pop_front).is_some();
        Ok(())
    }

    fn begin_run(&self, region: u8, deliver: &mut Deliver<'_>) -> Result<(), Error> {
        let mut air = self.known(region)?;
        for (_, subscription) in air.subscriptions.range_mut((region, 0)..=(region, u8::MAX)) {
            if let Some(message) = &subscription.newest {
                deliver(subscription.register, message)?;
                subscription.newest = None;
            }
        }
        Ok(())
    }

    fn arrive(&self, region: u8, barrier: u8) -> Result<bool, Error> {
        drop(self.known(region)?);
        Err(Error::new(ErrorKind::NotFound, format!("there is no barrier {barrier}; a radio has none")))
    }

    fn compare_and_swap(&self, region: u8, cell: u8, expected: i32, desired: i32) -> Result<i32, Error> {
        let mut air = self.known(region)?;
        let missing = || Error::new(ErrorKind::BadOperand, format!("there is no cell {cell}"));
        let cell = air.cells.get_mut(usize::from(cell)).ok_or_else(missing)?;
        let old = *cell;
        if old == expected {
            *cell = desired;
        }
        Ok(old)
    }

    fn is_alone(&self, region: u8) -> bool {
        self.regions.iter().eq([&region])
    }

    fn settle(&self) -> Result<bool, Error> {
        Ok(std::mem::take(&mut self.lock().stirred))
    }
}
