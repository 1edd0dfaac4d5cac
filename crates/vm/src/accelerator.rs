//! The door for a faster engine.

use crate::context::ExecutionContext;
use crate::devices::Devices;
use crate::interpreter::run_step;
use crate::machine::Machine;
use crate::outcome::StepResult;
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
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entered {
    /// It executed instructions and left the machine at an instruction that it does not own, which the interpreter
    /// executes.
    Ran,
    /// It executed nothing; the interpreter executes the instruction at the program counter.
    Declined,
    /// It executed the instruction that ends the run: `halt`, or `return` without a pending call.
    Halted,
    /// It executed an instruction by the interpreter's own function, [`step`], with this result, which is not that the
    /// run goes on. An engine that checks another one reports a difference in this way, too.
    Stopped(Box<StepResult>),
}

/// An engine that executes stretches of a program faster than the interpreter.
///
/// It may stop at any instruction boundary, and the machine is then exactly what the interpreter would have left. It
/// never raises an error of the program: it leaves before the instruction that would.
pub trait Accelerator: Send + Sync + fmt::Debug {
    /// The instructions at which [`Accelerator::enter`] may be called.
    fn entries(&self) -> &BitSet;

    /// Executes from the machine's program counter.
    fn enter(&self, machine: &mut Machine, devices: &mut Devices) -> Entered;
}

/// Executes one instruction of a machine in a run as the interpreter does, without looking at an accelerator.
pub fn step(machine: &mut Machine, devices: &mut Devices) -> StepResult {
    let (mut ctx, registry) = ExecutionContext::with_registry(machine, devices);
    run_step(&mut ctx, registry)
}
