//! What has to be right before the first tick: every program, key, number and role.

use super::error::Fault;
use super::wires;
use crate::loader::load_program_file;
use crate::manifest::BrainManifest;
use crate::manifest::brain::{BrainProgram, BrainRegion, When};
use std::collections::BTreeMap;
use std::fmt::Display;
use std::path::Path;
use ternsig_isa::{Bank, DomainOp, Role, RoleSet};
use ternsig_program::{Checks, ValidatedProgram};
use ternsig_vm::ExtensionRegistry;

/// The programs of a brain.
pub(super) struct Programs {
    /// Those of the regions, in their order.
    pub(super) own: Vec<ValidatedProgram>,
    /// Those that run on regions, in their order.
    pub(super) attached: Vec<ValidatedProgram>,
    /// What the programs of each region may ask for, its models' and those that run on it included.
    pub(super) operations: Vec<Vec<DomainOp>>,
}

/// Loads and checks everything. Samples of the stream have so many elements, if it can be read.
pub(super) fn check(
    manifest: &BrainManifest,
    registry: &ExtensionRegistry,
    stream: Option<usize>,
) -> Result<Programs, Vec<Fault>> {
    let mut check = Check { manifest, registry, faults: Vec::new(), keys: BTreeMap::new() };
    let mut operations = Vec::new();
    let own: Vec<_> = manifest.regions.iter().map(|region| check.region(region, &mut operations)).collect();
    let attached: Vec<_> =
        manifest.programs.iter().map(|program| check.attached(program, &mut operations)).collect();
    let metas: Vec<_> = own.iter().map(|own| own.as_ref().map(|own| &own.program().meta)).collect();
    check.faults.extend(wires::faults(manifest, &metas, stream));
    let (own, attached): (Option<Vec<_>>, Option<Vec<_>>) =
        (own.into_iter().collect(), attached.into_iter().collect());
    match (own, attached, check.faults) {
        (Some(own), Some(attached), faults) if faults.is_empty() => {
            Ok(Programs { own, attached, operations })
        }
        (_, _, faults) => Err(faults),
    }
}

struct Check<'m> {
    manifest: &'m BrainManifest,
    registry: &'m ExtensionRegistry,
    faults: Vec<Fault>,
    /// Who has a register with a key.
    keys: BTreeMap<String, &'m str>,
}

impl<'m> Check<'m> {
    fn fault(&mut self, part: &str, message: impl Display) {
        self.faults.push(Fault::new(part, &message));
    }

    fn load(&mut self, part: &str, path: &Path, granted: RoleSet) -> Option<ValidatedProgram> {
        let set = self.registry.instruction_set();
        let loaded = match load_program_file(path, set) {
            Ok(loaded) => loaded,
            Err(error) => {
                self.fault(part, error);
                return None;
            }
        };
        let checks = Checks { granted, ..Checks::required() };
        match ValidatedProgram::with_checks(loaded.program, set, checks) {
            Ok(program) => Some(program),
            Err(error) => {
                self.fault(part, format_args!("{}: {error}", path.display()));
                None
            }
        }
    }

    fn region(
        &mut self,
        region: &'m BrainRegion,
        operations: &mut Vec<Vec<DomainOp>>,
    ) -> Option<ValidatedProgram> {
        let part = format!("region \"{}\"", region.name);
        let own = self.load(&part, &region.program, region.granted);
        if own.as_ref().is_some_and(|own| own.program().is_attached()) {
            self.fault(&part, "its program declares no registers");
        }
        let models: Vec<_> =
            region.models.values().map(|path| self.load(&part, path, region.granted)).collect();
        operations.push(Vec::new());
        for program in own.iter().chain(models.iter().flatten()) {
            self.keys_of(&part, &region.name, program);
            self.operations_of(&part, region, program, operations);
        }
        for message in own.iter().flat_map(|own| not_filled(region, own)) {
            self.fault(&part, message);
        }
        own
    }

    fn attached(
        &mut self,
        entry: &BrainProgram,
        operations: &mut [Vec<DomainOp>],
    ) -> Option<ValidatedProgram> {
        let part = format!("program \"{}\"", entry.name);
        let program = self.load(&part, &entry.program, entry.granted)?;
        if !program.program().is_attached() {
            self.fault(&part, "it runs on a region's machine, so it declares no registers of its own");
        }
        if entry.granted.contains(Role::Boot) && !matches!(entry.when, When::Phase(0)) {
            self.fault(&part, "a boot program runs in the first phase only");
        }
        let region = self.manifest.region(entry.on)?;
        self.operations_of(&part, region, &program, operations);
        Some(program)
    }

    /// A key belongs to one region: what two of them save would overwrite each other.
    fn keys_of(&mut self, part: &str, region: &'m str, program: &ValidatedProgram) {
        for key in program.program().registers.iter().filter_map(|decl| decl.key.as_deref()) {
            match self.keys.get(key) {
                Some(other) if *other != region => {
                    let message = format!("key \"{key}\" belongs to region \"{other}\" already");
                    self.fault(part, message);
                }
                _ => drop(self.keys.insert(key.to_owned(), region)),
            }
        }
    }

    fn operations_of(
        &mut self,
        part: &str,
        region: &BrainRegion,
        program: &ValidatedProgram,
        operations: &mut [Vec<DomainOp>],
    ) {
        let (found, faults) = asked_for(self.manifest, region, program);
        faults.into_iter().for_each(|message| self.fault(part, message));
        let place = self.manifest.regions.iter().position(|other| other.id == region.id);
        if let Some(operations) = place.and_then(|place| operations.get_mut(place)) {
            operations.extend(found);
        }
    }
}

/// Registers of a region that are to be filled, but that its program does not declare.
pub(super) fn not_filled(region: &BrainRegion, program: &ValidatedProgram) -> Vec<String> {
    let declared = |index: usize| {
        let mut registers = program.program().registers.iter().map(|decl| decl.register);
        registers.any(|register| register.bank() == Bank::Cold && register.index() == index)
    };
    let missing = region.fill.iter().flat_map(|fill| &fill.registers).filter(|index| !declared(**index));
    missing.map(|index| format!("C{index} is to be filled, but is not declared")).collect()
}

/// What a program on the machine of a region may ask for, and what of that is not there.
pub(super) fn asked_for(
    manifest: &BrainManifest,
    region: &BrainRegion,
    program: &ValidatedProgram,
) -> (Vec<DomainOp>, Vec<String>) {
    let param =
        |index| region.params.iter().find(|(param, _)| *param == index).map_or(0, |(_, value)| *value);
    let (mut operations, mut faults) = (Vec::new(), Vec::new());
    for (index, op) in program.operations(param) {
        if let Some(message) = missing(manifest, region, &op) {
            let line = program.program().line(index);
            let line = line.map_or_else(|| format!("instruction {index}"), |line| format!("line {line}"));
            faults.push(format!("{line}: {message}"));
        }
        operations.push(op);
    }
    (operations, faults)
}

/// What an operation asks for that is not there.
fn missing(manifest: &BrainManifest, region: &BrainRegion, op: &DomainOp) -> Option<String> {
    let no_region = |id: u8| manifest.region(id).is_none().then(|| format!("there is no region {id}"));
    let no_field = |id: u8| {
        let is_there = manifest.fields.iter().any(|field| field.id == id);
        (!is_there).then(|| format!("there is no field {id}; a [[field]] makes one"))
    };
    let no_slice = |id: u8, slice: u8| {
        let count = manifest.regions.len();
        let beyond = usize::from(slice) >= count;
        no_field(id).or_else(|| beyond.then(|| format!("field {id} has {count} slices, not a slice {slice}")))
    };
    match *op {
        DomainOp::SendSignal { region_id, .. }
        | DomainOp::RouteInput { region_id, .. }
        | DomainOp::RegionFire { region_id, .. }
        | DomainOp::RegionStatus { region_id, .. }
        | DomainOp::RegionEnable { region_id }
        | DomainOp::RegionDisable { region_id }
        | DomainOp::HaltRegion { region_id } => no_region(region_id),
        DomainOp::FieldRead { field_id, .. }
        | DomainOp::FieldWrite { field_id, .. }
        | DomainOp::FieldTick { field_id }
        | DomainOp::FieldDecay { field_id, .. } => no_field(field_id),
        DomainOp::LateralInhibit { .. } | DomainOp::ExhaustionBoost { .. } => no_field(0),
        DomainOp::FieldSliceRead { field_id, slice_index, .. }
        | DomainOp::FieldSliceWrite { field_id, slice_index, .. } => no_slice(field_id, slice_index),
        DomainOp::BarrierWait { barrier_id } => no_barrier(manifest, region, barrier_id),
        DomainOp::ModelLoad { slot, .. } => (!region.models.contains_key(&slot))
            .then(|| format!("no program is bound to model slot {slot}; `models` binds one")),
        DomainOp::LoadWeights { key_id, .. } | DomainOp::StoreWeights { key_id, .. } => {
            (!region.keys.contains_key(&key_id)).then(|| format!("there is no key {key_id}; `keys` names it"))
        }
        _ => no_bank(region, op),
    }
}

fn no_barrier(manifest: &BrainManifest, region: &BrainRegion, id: u8) -> Option<String> {
    match manifest.barriers.iter().find(|barrier| barrier.id == id) {
        None => Some(format!("there is no barrier {id}; a [[barrier]] makes one")),
        Some(barrier) if !barrier.parties.contains(&region.id) => {
            Some(format!("region \"{}\" is no party of barrier {id}", region.name))
        }
        Some(_) => None,
    }
}

fn no_bank(region: &BrainRegion, op: &DomainOp) -> Option<String> {
    let slot = match *op {
        DomainOp::BankQuery { bank_slot, .. }
        | DomainOp::BankWrite { bank_slot, .. }
        | DomainOp::BankLoad { bank_slot, .. }
        | DomainOp::BankLink { bank_slot, .. }
        | DomainOp::BankTraverse { bank_slot, .. }
        | DomainOp::BankTouch { bank_slot, .. }
        | DomainOp::BankDelete { bank_slot, .. }
        | DomainOp::BankCount { bank_slot, .. }
        | DomainOp::BankPromote { bank_slot, .. }
        | DomainOp::BankDemote { bank_slot, .. }
        | DomainOp::BankEvict { bank_slot, .. }
        | DomainOp::BankCompact { bank_slot } => bank_slot,
        _ => return None,
    };
    (!region.banks.contains_key(&slot)).then(|| format!("no bank is bound to slot {slot}; `banks` binds one"))
}
