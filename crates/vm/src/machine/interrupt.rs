//! The flag that interrupts a run.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// The flag of one machine. A clone is the flag of another machine, and not set.
#[derive(Debug, Default)]
pub(crate) struct Interrupt(Arc<AtomicBool>);

impl Clone for Interrupt {
    fn clone(&self) -> Interrupt {
        Interrupt::default()
    }
}

impl Interrupt {
    pub(crate) fn handle(&self) -> InterruptHandle {
        InterruptHandle(Arc::clone(&self.0))
    }

    pub(crate) fn flag(&self) -> &AtomicBool {
        &self.0
    }

    pub(crate) fn is_set(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn clear(&self) {
        self.0.store(false, Ordering::Relaxed);
    }
}

/// Asks a running interpreter to stop at the next instruction boundary. It can be used from any thread.
#[derive(Debug, Clone)]
pub struct InterruptHandle(Arc<AtomicBool>);

impl InterruptHandle {
    /// The run that is going on, or else the next one, ends as interrupted.
    pub fn interrupt(&self) {
        self.0.store(true, Ordering::Relaxed);
    }
}
