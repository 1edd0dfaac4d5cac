//! The accelerator: it looks for a version that fits, enters it, and asks for one where there is none.

use crate::analysis::facts::Facts;
use crate::door::Door;
use crate::entry;
use crate::instance::Instance;
use crate::options::Mode;
use crate::statistics::Guard;
use crate::unit::Unit;
use crate::version::Version;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use ternsig_vm::{Accelerator, Devices, Entered, Machine};

/// The accelerator of an interpreter.
#[derive(Debug)]
pub(crate) struct Native {
    pub(crate) unit: Arc<Unit>,
    pub(crate) mode: Mode,
    /// The versions of the unit that it knows.
    pub(crate) versions: Vec<Arc<Version>>,
    /// By instruction.
    doors: Vec<Door>,
    pub(crate) instance: Instance,
}

impl Accelerator for Native {
    #[inline]
    fn enter(&mut self, machine: &mut Machine, devices: &mut Devices) -> Entered {
        match self.doors.get(machine.pc()) {
            Some(Door::Plain(way)) if way.is_open(&self.instance, machine) => {
                entry::run_plain(&mut self.instance, way, machine)
            }
            _ => self.enter_otherwise(machine, devices),
        }
    }
}

impl Native {
    pub(crate) fn new(unit: Arc<Unit>, mode: Mode) -> Native {
        let steps = unit.program.steps().len();
        let (doors, instance) = (vec![Door::Closed; steps], Instance::new(steps));
        Native { unit, mode, versions: Vec::new(), doors, instance }
    }

    /// Enters where more than registers and buffers counts.
    #[inline(never)]
    fn enter_otherwise(&mut self, machine: &mut Machine, devices: &mut Devices) -> Entered {
        let at = machine.pc();
        let is_current = self.versions.len() == self.unit.generation.load(Ordering::Acquire);
        match self.doors.get(at) {
            Some(Door::Special(way)) if self.instance.finds_open(way, machine) => {
                entry::run(&mut self.instance, &self.unit, &way.version, way.entry, machine, devices)
            }
            Some(Door::Foreign) => Entered::Declined,
            Some(Door::Helped) if is_current => {
                self.instance.counts.helped[at] += 1;
                Entered::Declined
            }
            _ => self.enter_unknown(machine, devices),
        }
    }

    /// Looks for a version that fits.
    #[inline(never)]
    fn enter_unknown(&mut self, machine: &mut Machine, devices: &mut Devices) -> Entered {
        if let Some(entered) = self.try_versions(machine, devices) {
            return entered;
        }
        self.enter_new(machine, devices)
    }

    fn try_versions(&mut self, machine: &mut Machine, devices: &mut Devices) -> Option<Entered> {
        let Native { unit, versions, doors, instance, .. } = self;
        if versions.len() != unit.generation.load(Ordering::Acquire) {
            learn_versions(unit, versions, instance);
        }
        let (at, packs) = (machine.pc(), &unit.shared.packs);
        let mut failed: Option<Guard> = None;
        for (number, version) in versions.iter().enumerate() {
            let Some(entry) = version.begin(at) else { continue };
            match instance.admits(version, entry, machine, packs) {
                Ok(()) => {
                    entry::prepare(instance, (version, number), machine);
                    if let Some(door) = doors.get_mut(at)
                        && !door.reopen(version, entry, instance.visit)
                    {
                        *door = Door::to(version, entry, instance.visit);
                    }
                    return Some(entry::run(instance, unit, version, entry, machine, devices));
                }
                Err(guard) => failed = failed.or(Some(guard)),
            }
        }
        if let Some(guard) = failed {
            instance.counts.guards[guard as usize] += 1;
        }
        None
    }

    /// Enters a version that has not been there before, if there can be one.
    #[cold]
    fn enter_new(&mut self, machine: &mut Machine, devices: &mut Devices) -> Entered {
        let at = machine.pc();
        if !self.unit.entries.contains(at) {
            self.doors.get_mut(at).into_iter().for_each(|door| *door = Door::Foreign);
            return Entered::Declined;
        }
        if self.versions.iter().any(|version| version.is_helper(at)) {
            self.instance.counts.helped[at] += 1;
            if self.versions.iter().all(|version| version.begin(at).is_none()) {
                self.doors[at] = Door::Helped;
            }
            return Entered::Declined;
        }
        if self.tier_up(machine)
            && let Some(entered) = self.try_versions(machine, devices)
        {
            return entered;
        }
        self.instance.counts.fallbacks[at] += 1;
        Entered::Declined
    }

    /// Whether there may be a version now that fits.
    fn tier_up(&self, machine: &Machine) -> bool {
        let (unit, at) = (&self.unit, machine.pc());
        if unit.is_full() || !unit.roots.contains(at) {
            return false;
        }
        let known = self.versions.iter().any(|version| version.plans.foreign.contains_key(&at));
        if known && self.versions.iter().all(|version| version.begin(at).is_none()) {
            return false;
        }
        match self.mode {
            Mode::Jit | Mode::Crosscheck => unit.compile(Facts::of(machine, &unit.used)),
            Mode::Auto => {
                if unit.is_hot() {
                    unit.request(machine);
                }
                false
            }
        }
    }
}

/// Takes over the versions that a unit has by now.
#[cold]
fn learn_versions(unit: &Unit, versions: &mut Vec<Arc<Version>>, instance: &mut Instance) {
    for version in unit.versions().into_iter().skip(versions.len()) {
        instance.prepare(&version);
        versions.push(version);
    }
}
