//! What native code reads and writes of a machine in place.

use super::Machine;
use super::cold::ColdRegister;
use super::control::{ControlStack, Frame};
use super::hot::HotBank;
use std::any::Any;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use ternsig_isa::limits::REGISTERS_PER_BANK;

/// What an accelerator keeps with a machine: its own memory of what it prepared for it. A clone of the machine has none.
#[derive(Default)]
pub(crate) struct NativeMemory(Option<Box<dyn Any + Send + Sync>>);

impl Clone for NativeMemory {
    fn clone(&self) -> NativeMemory {
        NativeMemory::default()
    }
}

impl fmt::Debug for NativeMemory {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("NativeMemory").field(&self.0.is_some()).finish()
    }
}

/// The parts of a machine that an accelerator changes in place. It answers for their agreement: whatever it leaves must be
/// what the interpreter would have left.
#[derive(Debug)]
pub struct NativeState<'a> {
    /// The hot registers.
    pub hot: &'a mut HotBank,
    /// The cold registers. Shared ones are copied before they are changed.
    pub cold: &'a mut [Option<Arc<ColdRegister>>; REGISTERS_PER_BANK],
    /// The pressure lists.
    pub pressure: &'a mut [Option<Vec<i32>>; REGISTERS_PER_BANK],
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
    #[inline]
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

    /// The accelerator's memory of this machine.
    #[inline]
    pub fn native_memory(&mut self) -> &mut Option<Box<dyn Any + Send + Sync>> {
        &mut self.native.0
    }

    /// The accelerator's memory of this machine, to be looked at.
    #[must_use]
    pub fn native_memory_ref(&self) -> Option<&(dyn Any + Send + Sync)> {
        self.native.0.as_deref()
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
