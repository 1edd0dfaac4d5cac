//! What native code reads and writes of a machine in place.

use super::Machine;
use super::cold::ColdRegister;
use super::control::{ControlStack, Frame};
use super::hot::HotBank;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use ternsig_isa::limits::REGISTERS_PER_BANK;
use ternsig_program::StepOp;

/// The visit of an accelerator after which nothing has changed; 0 for none. A clone lies elsewhere in memory.
#[derive(Debug, Default)]
pub(crate) struct KnownSince(u64);

/// A moment at which an accelerator knew where everything in a machine lies. No two are the same in a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Visit(u64);

impl Visit {
    /// The visit of an accelerator that has not been to any machine.
    pub const NEVER: Visit = Visit(u64::MAX);

    fn now() -> Visit {
        static NEXT: AtomicU64 = AtomicU64::new(1);
        Visit(NEXT.fetch_add(1, Ordering::Relaxed))
    }
}

impl KnownSince {
    /// What [`Clone`] does not do: the machine is the same.
    pub(crate) const fn of_same_machine(&self) -> KnownSince {
        KnownSince(self.0)
    }

    /// A buffer with so many elements, to be filled. Accelerators know where the input and the target lie and how long they
    /// are: both stay unless the length is another.
    #[inline(always)]
    pub(crate) fn sized<'a>(&mut self, buffer: &'a mut Vec<i32>, len: usize) -> &'a mut [i32] {
        if buffer.len() != len {
            self.0 = 0;
            buffer.resize(len, 0);
        }
        buffer
    }

    /// Replaces the elements of such a buffer. A program without any does not pay for a call that copies nothing.
    #[inline(always)]
    pub(crate) fn fill(&mut self, buffer: &mut Vec<i32>, data: &[i32]) {
        let buffer = self.sized(buffer, data.len());
        if !data.is_empty() {
            buffer.copy_from_slice(data);
        }
    }
}

impl Clone for KnownSince {
    fn clone(&self) -> KnownSince {
        KnownSince::default()
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
    /// The parts that native code works on. Only the accelerator that knows the machine may change them; buffers keep their
    /// capacity, and the input and the target their length.
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

    /// Says that an accelerator knows the machine as it is, registers and limits.
    #[inline]
    pub fn make_known(&mut self) -> Visit {
        let visit = Visit::now();
        self.known_since.0 = visit.0;
        visit
    }

    /// Whether nobody but the accelerator whose visit this was can have changed the machine since, its control stack, its
    /// fuel and what its buffers hold aside. The input and the target are as long as they were and lie where they lay; the
    /// output lies where it lay.
    #[must_use]
    #[inline]
    pub const fn is_known(&self, visit: &Visit) -> bool {
        self.known_since.0 == visit.0
    }

    /// Whoever may change registers, weights, pressure, checkpoints, models or limits says so before: the public methods
    /// that do, and everything that executes instructions.
    #[inline]
    pub(crate) const fn make_unknown(&mut self) {
        self.known_since.0 = 0;
    }

    /// Whether the instruction at an index is one of the standard, and not of a user's extension.
    pub(crate) fn is_standard_at(&self, at: usize) -> bool {
        self.program.steps().get(at).is_some_and(|step| matches!(step.op, StepOp::Standard(_)))
    }

    /// The machine, to be changed in what accelerators know.
    #[inline]
    pub(crate) const fn unknown(&mut self) -> &mut Machine {
        self.make_unknown();
        self
    }

    /// Whether native code may write registers of at most `largest` elements each that have room for `added` together, as
    /// often as it likes, without asking for each whether the limits allow it. The interpreter asks whether what there is
    /// and the new content fit beside each other.
    #[must_use]
    #[inline]
    pub fn has_room_for(&self, largest: usize, added: usize) -> bool {
        self.check_room_is_free(largest)
            || (largest <= self.limits.register_elements
                && self.total_with(added.saturating_add(largest)) <= self.limits.total_elements)
    }
}

impl ControlStack {
    /// The frames and the number of calls among them. Whoever changes one changes the other.
    pub const fn parts_mut(&mut self) -> (&mut Vec<Frame>, &mut usize) {
        (&mut self.frames, &mut self.calls)
    }
}
