//! Where an accelerator goes wrong: with less fuel it stops earlier, at each boundary of its own.

use super::follow::{Executed, Followed, REMEMBERED};
use ternsig_vm::{Accelerator, Devices, Entered, Machine};

/// What an accelerator executed between two boundaries at which it can stop.
#[derive(Debug)]
pub(super) struct Stretch {
    /// What the interpreter executes from the state at the first boundary.
    pub(super) trace: Vec<Executed>,
    /// Where the stretch began and where the accelerator went on from it.
    pub(super) from: usize,
    pub(super) to: usize,
    /// The difference between the two, both begun at the first boundary.
    pub(super) difference: Option<String>,
}

/// An accelerator's run with a portion of the fuel.
struct Probe {
    after: Machine,
    entered: Entered,
    spent: u64,
}

/// The stretches up to the first after which the machine is wrong, ascending, for a run that spent so much fuel. None if
/// the fault does not show again when the run is repeated from a clean start.
pub(super) fn last(
    inner: &mut dyn Accelerator,
    before: &Machine,
    spent: u64,
    devices: &mut Devices,
) -> Vec<Stretch> {
    let Some(mut end) = first_wrong(inner, before, spent, devices) else { return Vec::new() };
    let mut stretches = Vec::new();
    let mut shown = 0;
    while shown < REMEMBERED {
        let to = probe(inner, before, end, devices);
        let from = end.checked_sub(1).map(|less| probe(inner, before, less, devices));
        let (start, begin) = from.map_or_else(|| (before.clone(), 0), |from| (from.after, from.spent));
        let stretch = compare(start, &to, begin, devices);
        shown += stretch.trace.len().max(1);
        stretches.push(stretch);
        // A stretch that spends nothing is the first one.
        if begin == 0 || begin >= end {
            break;
        }
        end = begin;
    }
    stretches.reverse();
    stretches
}

/// The least fuel with which the machine becomes wrong.
fn first_wrong(
    inner: &mut dyn Accelerator,
    before: &Machine,
    spent: u64,
    devices: &mut Devices,
) -> Option<u64> {
    let mut is_wrong = |fuel: u64| {
        let probe = probe(inner, before, fuel, devices);
        let start = with_fuel(before, fuel);
        Followed::by_interpreter(&start, &probe.after, &probe.entered, devices).difference.is_some()
    };
    if is_wrong(0) {
        return Some(0);
    }
    if !is_wrong(spent) {
        return None;
    }
    let (mut right, mut wrong) = (0, spent);
    while wrong - right > 1 {
        let middle = right + (wrong - right) / 2;
        *(if is_wrong(middle) { &mut wrong } else { &mut right }) = middle;
    }
    Some(wrong)
}

fn probe(inner: &mut dyn Accelerator, before: &Machine, fuel: u64, devices: &mut Devices) -> Probe {
    let mut after = with_fuel(before, fuel);
    let entered = inner.enter(&mut after, devices);
    let spent = fuel.saturating_sub(after.fuel());
    Probe { after, entered, spent }
}

/// The stretch from a machine that has spent so much to where a probe stopped.
fn compare(mut start: Machine, to: &Probe, begin: u64, devices: &mut Devices) -> Stretch {
    start.set_fuel(to.after.fuel() + to.spent.saturating_sub(begin));
    let followed = Followed::by_interpreter(&start, &to.after, &to.entered, devices);
    Stretch {
        trace: followed.trace.into(),
        from: start.pc(),
        to: to.after.pc(),
        difference: followed.difference,
    }
}

fn with_fuel(machine: &Machine, fuel: u64) -> Machine {
    let mut machine = machine.clone();
    machine.set_fuel(fuel);
    machine
}
