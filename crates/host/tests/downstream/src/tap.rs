//! A transport around another: what was sent can be read, and the line can be cut.

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use ternsig::host::ipc::Deliver;
use ternsig::{Error, ErrorKind, Register, Transport};

/// Listens to what regions send each other.
pub struct Tap {
    inner: Arc<dyn Transport>,
    heard: Mutex<Vec<Heard>>,
    runs: AtomicUsize,
    is_cut: AtomicBool,
}

/// Sender, receiver and message.
pub type Heard = (u8, u8, Vec<i32>);

impl Tap {
    /// Around this transport.
    #[must_use]
    pub fn new(inner: Arc<dyn Transport>) -> Tap {
        Tap { inner, heard: Mutex::default(), runs: AtomicUsize::new(0), is_cut: AtomicBool::new(false) }
    }

    /// What was sent since the last time, in this order.
    #[must_use]
    pub fn heard(&self) -> Vec<Heard> {
        std::mem::take(&mut self.heard.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// How many runs of regions have begun.
    #[must_use]
    pub fn runs(&self) -> usize {
        self.runs.load(Ordering::Relaxed)
    }

    /// Whether rounds cannot be settled from now on.
    pub fn cut(&self, is_cut: bool) {
        self.is_cut.store(is_cut, Ordering::Relaxed);
    }
}

impl Transport for Tap {
    fn send(&self, from: u8, to: u8, message: &[i32]) -> Result<(), Error> {
        self.inner.send(from, to, message)?;
        self.heard.lock().unwrap_or_else(PoisonError::into_inner).push((from, to, message.to_vec()));
        Ok(())
    }

    fn broadcast(&self, from: u8, channel: u8, message: &[i32]) -> Result<(), Error> {
        self.inner.broadcast(from, channel, message)
    }

    fn subscribe(&self, region: u8, channel: u8, register: Register) -> Result<(), Error> {
        self.inner.subscribe(region, channel, register)
    }

    fn peek(&self, region: u8, mailbox: u8, into: &mut Vec<i32>) -> Result<bool, Error> {
        self.inner.peek(region, mailbox, into)
    }

    fn pop(&self, region: u8, mailbox: u8) -> Result<(), Error> {
        self.inner.pop(region, mailbox)
    }

    fn begin_run(&self, region: u8, deliver: &mut Deliver<'_>) -> Result<(), Error> {
        self.runs.fetch_add(1, Ordering::Relaxed);
        self.inner.begin_run(region, deliver)
    }

    fn arrive(&self, region: u8, barrier: u8) -> Result<bool, Error> {
        self.inner.arrive(region, barrier)
    }

    fn compare_and_swap(&self, region: u8, cell: u8, expected: i32, desired: i32) -> Result<i32, Error> {
        self.inner.compare_and_swap(region, cell, expected, desired)
    }

    fn is_alone(&self, region: u8) -> bool {
        self.inner.is_alone(region)
    }

    fn settle(&self) -> Result<bool, Error> {
        if self.is_cut.load(Ordering::Relaxed) {
            return Err(Error::new(ErrorKind::Conflict, "the line is cut"));
        }
        self.inner.settle()
    }
}
