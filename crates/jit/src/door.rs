//! Ways into code that have been taken before: what is left to check as long as the machine is known. Its buffers have the
//! lengths that the code was made for then, lie where the frame points, and have room for whole vectors: that was seen to
//! when it became known.

use crate::instance::Instance;
use crate::version::Version;
use std::sync::Arc;
use ternsig_vm::Machine;
use ternsig_vm::machine::native::Visit;

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
    /// When the frame was pointed to the machine for this version.
    visit: Visit,
}

impl Door {
    pub(crate) fn to(version: &Arc<Version>, entry: u32, visit: Visit) -> Door {
        let plans = &version.plans;
        let way = Way { version: version.clone(), entry, visit };
        let point = version.entry_point(entry);
        let works_on_rest = plans.uses_control || !plans.pressed.is_empty();
        let is_special = point.calls_out || !point.needed.is_empty() || works_on_rest;
        if is_special { Door::Special(way) } else { Door::Plain(way) }
    }

    /// Opens the door again if it leads there.
    pub(crate) fn reopen(&mut self, version: &Arc<Version>, entry: u32, visit: Visit) -> bool {
        match self {
            Door::Plain(way) | Door::Special(way)
                if way.entry == entry && Arc::ptr_eq(&way.version, version) =>
            {
                way.visit = visit;
                true
            }
            _ => false,
        }
    }
}

impl Way {
    /// Whether the frame points to the machine as it is. Machines can be exchanged between two visits, and versions: the last
    /// visit of the instance has to be that one.
    #[inline(always)]
    pub(crate) fn is_open(&self, instance: &Instance, machine: &Machine) -> bool {
        instance.visit == self.visit && machine.is_known(&self.visit)
    }
}
