//! What native code calls: the interpreter's own functions for instructions that it does not own.

use crate::entry;
use crate::frame::Frame;
use crate::instance::Instance;
use crate::lower::function::exit;
use crate::mastery::Commit;
use crate::packs::Packs;
use crate::version::Version;
use ternsig_vm::accelerator::step;
use ternsig_vm::{Devices, Machine, StepResult};

/// What a helper works on while native code runs.
pub(crate) struct Context<'a> {
    pub(crate) machine: &'a mut Machine,
    pub(crate) devices: &'a mut Devices,
    pub(crate) instance: &'a mut Instance,
    pub(crate) packs: &'a Packs,
    pub(crate) version: &'a Version,
    /// The result of a step after which the run does not go on.
    pub(crate) stopped: Option<StepResult>,
}

/// Executes the instruction at `at` as the interpreter does. 0 if native code goes on behind it, else how it leaves.
pub(crate) extern "C" fn help(frame: *mut Frame, at: u64) -> u64 {
    // SAFETY: native code hands on the frame that `entry::run` entered it with, whose context lives on that function's
    // stack and is used by nothing else while the code runs.
    let context = unsafe { &mut *(*frame).context.cast::<Context<'_>>() };
    context.help(at as usize)
}

/// Lets weights take the steps of mastery: see [`Context::commit`].
pub(crate) extern "C" fn commit(frame: *mut Frame, what: u64, list: u64, count: u64) {
    // SAFETY: as in `help`.
    let context = unsafe { &mut *(*frame).context.cast::<Context<'_>>() };
    context.commit(Commit::unpacked(what), list as usize, count);
}

impl Context<'_> {
    fn help(&mut self, at: usize) -> u64 {
        entry::take(&mut self.instance.frame, &mut self.machine.native_state(), self.version);
        *self.machine.native_state().pc = at;
        self.instance.counts.helped[at] += 1;
        let result = step(self.machine, self.devices);
        let next = self.machine.pc();
        let code = if !entry::goes_on(&result) {
            self.stopped = Some(result);
            exit::STOPPED << 32 | next as u64
        } else {
            match self.version.entry(next).filter(|_| next == at + 1) {
                Some(entry) => match self.instance.admits(self.version, entry, self.machine, self.packs) {
                    Ok(()) => 0,
                    Err(guard) => {
                        self.instance.counts.guards[guard as usize] += 1;
                        next as u64
                    }
                },
                None => next as u64,
            }
        };
        entry::fill(&mut self.instance.frame, &mut self.machine.native_state(), self.version);
        code
    }
}
