//! Ways into code that have been taken before: what is left to check as long as the machine is known.

use crate::version::Version;
use std::sync::Arc;
use ternsig_vm::Machine;
use ternsig_vm::machine::native::NativeState;

/// How an instruction was dealt with when it was last met.
#[derive(Debug, Clone, Default)]
pub(crate) enum Door {
    /// It was not.
    #[default]
    Closed,
    /// No code begins there, whatever the machine is.
    Foreign,
    /// It was left to the interpreter, which does it as fast as native code.
    Helped,
    /// By code that works on registers and buffers alone.
    Plain(Way),
    /// By code for which more has to be checked or prepared.
    Special(Way),
}

/// An entry of a version.
#[derive(Debug, Clone)]
pub(crate) struct Way {
    pub(crate) version: Arc<Version>,
    pub(crate) entry: u32,
    input: Wanted,
    target: Wanted,
    output_room: usize,
}

/// The length that a buffer must have, if the code reads it.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    len: usize,
    /// All bits if the code reads it, else none.
    mask: usize,
    /// The capacity for whole vectors.
    room: usize,
}

impl Wanted {
    const fn new(len: usize, is_read: bool) -> Wanted {
        if is_read {
            Wanted { len, mask: usize::MAX, room: len.next_multiple_of(8) }
        } else {
            Wanted { len, mask: 0, room: 0 }
        }
    }

    /// 0 if a buffer of this length will do.
    #[inline(always)]
    const fn misses(self, len: usize) -> usize {
        (self.len ^ len) & self.mask
    }
}

impl Door {
    pub(crate) fn to(version: &Arc<Version>, entry: u32) -> Door {
        let plans = &version.plans;
        let way = Way {
            version: version.clone(),
            entry,
            input: Wanted::new(version.facts.input_len, plans.reads_input),
            target: Wanted::new(version.facts.target_len, plans.reads_target),
            output_room: plans.output_room,
        };
        let needs = !version.entry_point(entry).needed.is_empty();
        let is_special = needs || plans.calls_out || plans.uses_control || !plans.pressed.is_empty();
        if is_special { Door::Special(way) } else { Door::Plain(way) }
    }

    pub(crate) fn leads_to(&self, version: &Arc<Version>, entry: u32) -> bool {
        match self {
            Door::Closed | Door::Foreign | Door::Helped => false,
            Door::Plain(way) | Door::Special(way) => way.entry == entry && Arc::ptr_eq(&way.version, version),
        }
    }
}

impl Way {
    /// Whether the buffers have the right lengths, and room for whole vectors.
    #[inline(always)]
    pub(crate) fn fits(&self, machine: &mut Machine) -> bool {
        let NativeState { input, target, output, .. } = machine.native_state();
        self.input.misses(input.len()) | self.target.misses(target.len()) == 0
            && input.capacity() >= self.input.room
            && target.capacity() >= self.target.room
            && output.capacity() >= self.output_room
    }
}
