//! The interpreter on the way that an accelerator went.

use crate::entry::goes_on;
use std::collections::VecDeque;
use ternsig_vm::accelerator::step;
use ternsig_vm::{Devices, Entered, Machine, StepResult};

/// How many of the last instructions are remembered.
pub(super) const REMEMBERED: usize = 50;

/// An instruction that was executed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Executed {
    pub(super) at: usize,
    /// The fuel that was left before it.
    pub(super) fuel: u64,
}

/// What the interpreter did until it had spent as much fuel as an accelerator, and how the two machines differ then.
#[derive(Debug)]
pub(super) struct Followed {
    /// The last instructions.
    pub(super) trace: VecDeque<Executed>,
    /// How many there were.
    pub(super) executed: u64,
    pub(super) difference: Option<String>,
}

impl Followed {
    /// Follows an accelerator that began with the one machine and left the other. Every instruction costs fuel, so the
    /// fuel that is left names the boundary where it stopped.
    pub(super) fn by_interpreter(
        before: &Machine,
        after: &Machine,
        entered: &Entered,
        devices: &mut Devices,
    ) -> Followed {
        let mut shadow = before.clone();
        let mut followed = Followed { trace: VecDeque::new(), executed: 0, difference: None };
        let mut last = StepResult::Continue;
        while goes_on(&last) && shadow.fuel() > after.fuel() {
            last = followed.step(&mut shadow, devices);
        }
        // Too little fuel for an instruction costs none.
        if goes_on(&last) && matches!(entered, Entered::Stopped(result) if **result == StepResult::OutOfFuel)
        {
            last = followed.step(&mut shadow, devices);
        }
        followed.difference = after
            .difference(&shadow)
            .map(|difference| format!("{difference} (the one is native, the other interpreted)"))
            .or_else(|| differs(entered, &last));
        followed
    }

    fn step(&mut self, shadow: &mut Machine, devices: &mut Devices) -> StepResult {
        if self.trace.len() == REMEMBERED {
            self.trace.pop_front();
        }
        self.trace.push_back(Executed { at: shadow.pc(), fuel: shadow.fuel() });
        self.executed += 1;
        step(shadow, devices)
    }
}

/// Whether the ways in which both stopped differ. Who was interrupted took the request away from the other.
fn differs(entered: &Entered, last: &StepResult) -> Option<String> {
    let agree = match entered {
        Entered::Halted => *last == StepResult::Halt,
        Entered::Ran | Entered::Declined => goes_on(last),
        Entered::Yielded => matches!(last, StepResult::Yield(_)),
        Entered::Stopped(result) => **result == *last || **result == StepResult::Interrupted,
    };
    (!agree).then(|| format!("the result is {entered:?} of native code and {last:?} of the interpreter"))
}
