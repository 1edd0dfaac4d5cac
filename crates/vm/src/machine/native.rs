//! What native code reads and writes of a machine in place.

use super::Machine;
use super::cold::ColdRegister;
use super::control::{ControlStack, Frame};
use super::hot::HotBank;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use ternsig_isa::limits::REGISTERS_PER_BANK;

/// Which accelerator knows where everything in a machine lies, and since which of its visits; zeros for none. A clone lies
/// elsewhere.
#[derive(Debug, Default)]
pub(crate) struct KnownTo([u64; 2]);

impl Clone for KnownTo {
    fn clone(&self) -> KnownTo {
        KnownTo([0; 2])
    }
}

/// The cold registers of a machine.
pub type ColdBank = [Option<Arc<ColdRegister>>; REGISTERS_PER_BANK];
/// The pressure lists of a machine.
pub type PressureBank = [Option<Vec<i32>>; REGISTERS_PER_BANK];

/// The parts of a machine that an accelerator changes in place. It answers for their agreement: whatever it leaves must be
/// what the interpreter would have left.
#[derive(Debug)]
pub struct NativeState<'a> {
    /// The hot registers.
    pub hot: &'a mut HotBank,
    /// The cold registers. Shared ones are copied before they are changed.
    pub cold: &'a mut ColdBank,
    /// The pressure lists.
    pub pressure: &'a mut PressureBank,
    /// The input buffer. Its spare capacity is the accelerator's to use.
    pub input: &'a mut Vec<i32>,
    /// The target buffer. Its spare capacity is the accelerator's to use.
    pub target: &'a mut Vec<i32>,
    /// The output buffer.
    pub output: &'a mut Vec<i32>,
    /// The control stack.
    pub control: &'a mut ControlStack,
    /// The index of the next instruction.
    pub pc: &'a mut usize,
    /// The fuel that is left.
    pub fuel: &'a mut u64,
    /// The level of dopamine.
    pub dopamine: u8,
    /// Most pending calls.
    pub call_limit: usize,
    /// Set when the host wants the run to stop.
    pub interrupt: &'a AtomicBool,
}

impl Machine {
    /// The parts that native code works on.
    #[inline(always)]
    pub fn native_state(&mut self) -> NativeState<'_> {
        NativeState {
            hot: &mut self.hot,
            cold: &mut self.cold,
            pressure: &mut self.pressure,
            input: &mut self.input,
            target: &mut self.target,
            output: &mut self.output,
            control: &mut self.control,
            pc: &mut self.pc,
            fuel: &mut self.fuel,
            dopamine: self.chemicals[0],
            call_limit: self.limits.calls,
            interrupt: self.interrupt.flag(),
        }
    }

    /// Says that an accelerator knows the machine as it is, registers and limits: a number that no other has, and one that
    /// it has not used before. Neither is 0.
    #[inline]
    pub const fn make_known(&mut self, accelerator: u64, visit: u64) {
        self.known_to.0 = [accelerator, visit];
    }

    /// Whether this was the last visit of an accelerator to the machine, and nothing but itself and the beginning of runs has
    /// changed it since, input and target buffers aside.
    #[must_use]
    #[inline]
    pub const fn is_known(&self, accelerator: u64, visit: u64) -> bool {
        let [known_to, since] = self.known_to.0;
        known_to == accelerator && since == visit
    }

    /// Whoever may change anything says so before.
    #[inline]
    pub(crate) const fn make_unknown(&mut self) {
        self.known_to.0 = [0; 2];
    }

    /// Whether native code may create registers and lists of at most `largest` elements each and `added` together,
    /// without asking for each whether the limits allow it.
    #[must_use]
    #[inline]
    pub fn has_room_for(&self, largest: usize, added: usize) -> bool {
        self.check_room_is_free(largest)
            || (largest <= self.limits.register_elements
                && self.total_with(added) <= self.limits.total_elements)
    }
}

impl ControlStack {
    /// The frames and the number of calls among them. Whoever changes one changes the other.
    pub const fn parts_mut(&mut self) -> (&mut Vec<Frame>, &mut usize) {
        (&mut self.frames, &mut self.calls)
    }
}
