//! What extensions and host handlers see of a machine.

use crate::devices::{BankAccess, Devices, SubstrateHandle};
use crate::extension::ExtensionRegistry;
use crate::machine::Machine;
use std::fmt;

/// A machine between two instructions, with the devices that are attached to it.
///
/// Registers and all other state are read and changed through [`ExecutionContext::machine`] and
/// [`ExecutionContext::machine_mut`], whose methods keep lengths, shapes and limits in agreement.
pub struct ExecutionContext<'a> {
    machine: &'a mut Machine,
    /// Optional local bank cache: when present, simple bank operations execute without yielding.
    pub bank_cache: Option<&'a mut dyn BankAccess>,
    /// Optional substrate: when present, the operations that it covers execute without yielding.
    pub substrate: Option<&'a mut dyn SubstrateHandle>,
}

impl<'a> ExecutionContext<'a> {
    /// A context without devices.
    pub fn new(machine: &'a mut Machine) -> ExecutionContext<'a> {
        ExecutionContext { machine, bank_cache: None, substrate: None }
    }

    /// A context with the attached devices, for a host.
    #[inline]
    pub(crate) fn with_devices(machine: &'a mut Machine, devices: &'a mut Devices) -> ExecutionContext<'a> {
        ExecutionContext::beside_registry(machine, devices).0
    }

    /// The same for instructions, which change fields without a method of the machine's that tells accelerators.
    pub(crate) fn with_registry(
        machine: &'a mut Machine,
        devices: &'a mut Devices,
    ) -> (ExecutionContext<'a>, &'a ExtensionRegistry) {
        machine.make_unknown();
        ExecutionContext::beside_registry(machine, devices)
    }

    fn beside_registry(
        machine: &'a mut Machine,
        devices: &'a mut Devices,
    ) -> (ExecutionContext<'a>, &'a ExtensionRegistry) {
        let Devices { bank_cache, substrate, registry } = devices;
        let ctx = ExecutionContext {
            machine,
            bank_cache: bank_cache.as_deref_mut().map(|cache| cache as &mut dyn BankAccess),
            substrate: substrate.as_deref_mut().map(|handle| handle as &mut dyn SubstrateHandle),
        };
        (ctx, registry)
    }

    /// The machine.
    #[must_use]
    pub const fn machine(&self) -> &Machine {
        self.machine
    }

    /// The machine, to be changed.
    pub const fn machine_mut(&mut self) -> &mut Machine {
        self.machine
    }

    /// The machine to be changed beside the substrate to be read.
    pub(crate) fn split(&mut self) -> (&mut Machine, Option<&dyn SubstrateHandle>) {
        (self.machine, self.substrate.as_deref().map(|substrate| substrate as &dyn SubstrateHandle))
    }

    /// Takes the levels of the machine's four chemicals from the substrate, if one is attached.
    pub fn refresh_chemicals(&mut self) {
        if let Some(substrate) = &self.substrate {
            substrate.read_levels(&mut self.machine.chemicals);
        }
    }
}

impl fmt::Debug for ExecutionContext<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ExecutionContext")
            .field("pc", &self.machine.pc())
            .field("bank_cache", &self.bank_cache.is_some())
            .field("substrate", &self.substrate.is_some())
            .finish_non_exhaustive()
    }
}
