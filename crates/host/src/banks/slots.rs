//! Under which numbers a machine reaches banks.

use std::collections::BTreeSet;
use ternsig_bank::BankId;

/// How many slots a machine has.
const SLOTS: usize = 256;

/// The banks that a machine reaches, by slot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slots(Box<[Option<BankId>; SLOTS]>);

impl Default for Slots {
    fn default() -> Slots {
        Slots(Box::new([None; SLOTS]))
    }
}

impl Slots {
    /// No slot is bound.
    #[must_use]
    pub fn new() -> Slots {
        Slots::default()
    }

    /// Binds a slot to a bank, in place of the one that it was bound to.
    pub fn bind(&mut self, slot: u8, bank: BankId) {
        self.0[usize::from(slot)] = Some(bank);
    }

    /// Unbinds a slot.
    pub fn unbind(&mut self, slot: u8) {
        self.0[usize::from(slot)] = None;
    }

    /// The bank of a slot.
    #[must_use]
    pub fn bank(&self, slot: u8) -> Option<BankId> {
        self.0[usize::from(slot)]
    }

    /// The banks that slots are bound to, ascending, each once.
    #[must_use]
    pub fn bound(&self) -> BTreeSet<BankId> {
        self.0.iter().copied().flatten().collect()
    }

    /// The first slot that is bound to a bank.
    #[must_use]
    pub fn slot_of(&self, bank: BankId) -> Option<u8> {
        (0..=u8::MAX).find(|&slot| self.bank(slot) == Some(bank))
    }
}
