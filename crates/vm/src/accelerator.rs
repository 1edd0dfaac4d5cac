//! The door for a faster engine.

use crate::devices::Devices;
use crate::machine::Machine;
use std::fmt;

/// A set of instruction indexes.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct BitSet(Vec<u64>);

impl BitSet {
    /// Whether the index is in the set.
    #[must_use]
    pub fn contains(&self, index: usize) -> bool {
        self.0.get(index / 64).is_some_and(|word| word >> (index % 64) & 1 == 1)
    }

    /// Adds an index.
    pub fn insert(&mut self, index: usize) {
        if index / 64 >= self.0.len() {
            self.0.resize(index / 64 + 1, 0);
        }
        self.0[index / 64] |= 1 << (index % 64);
    }
}

impl FromIterator<usize> for BitSet {
    fn from_iter<I: IntoIterator<Item = usize>>(indexes: I) -> BitSet {
        let mut set = BitSet::default();
        indexes.into_iter().for_each(|index| set.insert(index));
        set
    }
}

/// What an accelerator did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entered {
    /// It executed instructions and left the machine at an instruction that it does not own.
    Ran,
    /// It executed nothing; the interpreter executes the instruction at the program counter.
    Declined,
}

/// An engine that executes stretches of a program faster than the interpreter.
///
/// It may stop at any instruction boundary, and the machine is then exactly what the interpreter would have left. It
/// never raises an error: it leaves before the instruction that would.
pub trait Accelerator: Send + Sync + fmt::Debug {
    /// The instructions at which [`Accelerator::enter`] may be called.
    fn entries(&self) -> &BitSet;

    /// Executes from the machine's program counter.
    fn enter(&self, machine: &mut Machine, devices: &mut Devices) -> Entered;
}
