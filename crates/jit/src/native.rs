//! The accelerator: it looks for a version that fits, enters it, and asks for one where there is none.

use crate::analysis::facts::Facts;
use crate::entry;
use crate::instance::Instance;
use crate::options::Mode;
use crate::statistics::Guard;
use crate::unit::Unit;
use crate::version::Version;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use ternsig_vm::{Accelerator, BitSet, Devices, Entered, Machine};

/// The accelerator of machines that run one program.
#[derive(Debug)]
pub(crate) struct Native {
    pub(crate) unit: Arc<Unit>,
    pub(crate) mode: Mode,
}

impl Accelerator for Native {
    fn entries(&self) -> &BitSet {
        &self.unit.entries
    }

    fn enter(&self, machine: &mut Machine, devices: &mut Devices) -> Entered {
        let mut memory = machine.native_memory().take();
        let own = memory.as_mut().and_then(|memory| memory.downcast_mut::<Instance>());
        let entered = match own.filter(|instance| instance.unit == self.unit.id) {
            Some(instance) => self.enter_with(instance, machine, devices),
            None => {
                let mut instance = Instance::new(self.unit.id, self.unit.program.steps().len());
                let entered = self.enter_with(&mut instance, machine, devices);
                memory = Some(Box::new(instance));
                entered
            }
        };
        *machine.native_memory() = memory;
        entered
    }
}

impl Native {
    fn enter_with(&self, instance: &mut Instance, machine: &mut Machine, devices: &mut Devices) -> Entered {
        if let Some(entered) = self.try_versions(instance, machine, devices) {
            return entered;
        }
        let at = machine.pc();
        if self.tier_up(instance, machine)
            && let Some(entered) = self.try_versions(instance, machine, devices)
        {
            return entered;
        }
        instance.counts.fallbacks[at] += 1;
        Entered::Declined
    }

    fn try_versions(
        &self,
        instance: &mut Instance,
        machine: &mut Machine,
        devices: &mut Devices,
    ) -> Option<Entered> {
        if instance.generation != self.unit.generation.load(Ordering::Acquire) {
            instance.learn_versions(&self.unit.versions());
        }
        // The list is set aside meanwhile: sharing a version would cost more than entering it.
        let versions = std::mem::take(&mut instance.versions);
        let entered = self.try_each(&versions, instance, machine, devices);
        instance.versions = versions;
        entered
    }

    fn try_each(
        &self,
        versions: &[Arc<Version>],
        instance: &mut Instance,
        machine: &mut Machine,
        devices: &mut Devices,
    ) -> Option<Entered> {
        let (at, packs) = (machine.pc(), &self.unit.shared.packs);
        let mut failed: Option<Guard> = None;
        for (number, version) in versions.iter().enumerate() {
            let Some(entry) = version.entry(at) else { continue };
            match instance.admits(version, entry, machine, packs) {
                Ok(()) => {
                    return Some(entry::run(instance, packs, (version, number), entry, machine, devices));
                }
                Err(guard) => failed = failed.or(Some(guard)),
            }
        }
        if let Some(guard) = failed {
            instance.counts.guards[guard as usize] += 1;
        }
        None
    }

    /// Whether there may be a version now that fits.
    fn tier_up(&self, instance: &Instance, machine: &Machine) -> bool {
        let unit = &self.unit;
        if unit.is_full() || !unit.roots.contains(machine.pc()) {
            return false;
        }
        let known = instance.versions.iter().any(|version| version.plans.foreign.contains_key(&machine.pc()));
        if known && instance.versions.iter().all(|version| version.entry(machine.pc()).is_none()) {
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
