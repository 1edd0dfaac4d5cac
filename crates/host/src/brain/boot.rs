//! Putting a brain together.

use super::cell::{Cell, Counts, expected_input};
use super::error::{BrainError, Fault};
use super::keep::Begun;
use super::observer::Observer;
use super::preflight::{self, Programs};
use super::programs::Attached;
use super::report::Tally;
use super::routes::{Regions, Route, Routes};
use super::stream::Stream;
use super::{Brain, Cells, Mode, lanes};
use crate::banks::{Slots, WritePolicy};
use crate::engine::Engine;
use crate::ipc::{InProcess, Ipc, Timing, Topology, Transport};
use crate::manifest::BrainManifest;
use crate::manifest::brain::BrainRegion;
use crate::memory::Memory;
use crate::models::{Host, ModelProgram, ModelTable};
use crate::substrate::Substrate;
use crate::substrate::devices::RegionParts;
use crate::telemetry::{Measured, Recorder};
use std::fmt::Display;
use std::sync::{Arc, Mutex, OnceLock, Weak};
use std::time::Duration;
use ternsig_program::ValidatedProgram;
use ternsig_vm::{Error, ErrorKind, ExtensionRegistry, Interpreter, Limits, Machine};

impl Brain {
    /// Checks everything that a manifest names, and puts the brain together, with what its store has kept of it.
    ///
    /// # Errors
    /// Something is wrong with a program, a key, a number or a role; the stream cannot be read; the store cannot be used.
    pub fn boot(
        manifest: BrainManifest,
        registry: &Arc<ExtensionRegistry>,
        mode: Mode,
    ) -> Result<Brain, BrainError> {
        let checked = check(&manifest, registry)?;
        let memory = Memory::open(&manifest.brain.store, WritePolicy::BACK)?;
        Brain::assemble(manifest, checked, memory, registry, mode)
    }

    /// The same with a memory that is open already.
    ///
    /// # Errors
    /// As for [`Brain::boot`].
    pub fn boot_with(
        manifest: BrainManifest,
        memory: Memory,
        registry: &Arc<ExtensionRegistry>,
        mode: Mode,
    ) -> Result<Brain, BrainError> {
        let checked = check(&manifest, registry)?;
        Brain::assemble(manifest, checked, memory, registry, mode)
    }

    fn assemble(
        manifest: BrainManifest,
        (programs, stream): (Programs, Option<Stream>),
        memory: Memory,
        registry: &Arc<ExtensionRegistry>,
        mode: Mode,
    ) -> Result<Brain, BrainError> {
        let fault = |part: &str, error: &dyn Display| BrainError::Preflight(vec![Fault::new(part, error)]);
        let trunk = substrate(&manifest).map_err(|error| fault("the fields", &error))?;
        for bank in &manifest.banks {
            memory.banks().find_or_create(&bank.name, bank.config).map_err(BrainError::Memory)?;
        }
        let stages = lanes::stages(&manifest, &programs.operations);
        let parts = Shared {
            manifest: &manifest,
            registry,
            memory: &memory,
            trunk: &trunk,
            transport: Arc::new(InProcess::new(topology(&manifest), Timing::Rounds)),
            routes: Arc::new(Mutex::new(routes(&manifest))),
            cells: Arc::new(OnceLock::new()),
            classes: stream.as_ref().map_or(0, Stream::classes),
        };
        let cells = manifest.regions.iter().enumerate().zip(programs.own);
        let cells = cells.map(|((place, region), program)| {
            let made = parts.cell(region, place, program);
            made.map(Mutex::new).map_err(|error| fault(&format!("region \"{}\"", region.name), &error))
        });
        let cells: Arc<Cells> = Arc::new(cells.collect::<Result<Vec<_>, _>>()?);
        let Shared { transport, routes, cells: own, .. } = parts;
        let _ = own.set(Arc::downgrade(&cells));
        let branches = cells.iter().map(|cell| super::lock(cell).parts.substrate.clone()).collect();
        let places = |on: u8| manifest.regions.iter().position(|region| region.id == on).unwrap_or_default();
        let attached = manifest.programs.iter().zip(programs.attached);
        let attached = attached.map(|(entry, program)| {
            let place = places(entry.on);
            let number = super::lock(&cells[place]).host.recorder_mut().add_program(&entry.name);
            Attached::new(entry, program, place, number)
        });
        let attached = attached.collect();
        let operations = programs.operations;
        let tally = Tally::new(manifest.brain.phases.clone());
        let mut brain = Brain {
            mode,
            cells,
            stages,
            operations,
            watched: None,
            observer: Observer::default(),
            programs: attached,
            trunk,
            branches,
            carrier: Arc::clone(&transport) as Arc<dyn Transport>,
            transport,
            routes,
            memory,
            stream,
            begun: Begun::Anew,
            phase: None,
            saved: 0,
            tally,
            manifest,
        };
        brain.take_up()?;
        Ok(brain)
    }
}

/// Everything that is read before the brain is put together.
fn check(
    manifest: &BrainManifest,
    registry: &ExtensionRegistry,
) -> Result<(Programs, Option<Stream>), BrainError> {
    let seed = manifest.brain.seed;
    let stream = manifest.stream.as_ref().map(|entry| Stream::read(entry, seed)).transpose();
    let stream = stream.map_err(|error| Fault::new("the stream", &error));
    let width = stream.as_ref().ok().and_then(Option::as_ref).map(Stream::width);
    match (preflight::check(manifest, registry, width), stream) {
        (Ok(programs), Ok(stream)) => Ok((programs, stream)),
        (programs, stream) => {
            let faults = stream.err().into_iter().chain(programs.err().into_iter().flatten());
            Err(BrainError::Preflight(faults.collect()))
        }
    }
}

/// What the regions are made with.
struct Shared<'b> {
    manifest: &'b BrainManifest,
    registry: &'b Arc<ExtensionRegistry>,
    memory: &'b Memory,
    trunk: &'b Substrate,
    transport: Arc<InProcess>,
    routes: Arc<Mutex<Routes>>,
    cells: Arc<OnceLock<Weak<Cells>>>,
    classes: usize,
}

impl Shared<'_> {
    fn cell(&self, region: &BrainRegion, place: usize, program: ValidatedProgram) -> Result<Cell, Error> {
        let slots = self.slots(region)?;
        let recorder = Recorder::new(&region.name);
        let parts = RegionParts {
            may_change_chemicals: region.chemicals,
            in_place: recorder.in_place().clone(),
            memory: Some((self.memory.clone(), slots.clone())),
            ..RegionParts::new(self.trunk.branch(), place)
        };
        let ipc = Ipc::new(region.id, Arc::clone(&self.transport) as Arc<dyn Transport>);
        let keys = region.keys.iter().map(|(number, key)| (*number, key.clone())).collect();
        let mut devices = self.memory.devices(&region.name, keys, slots.clone());
        parts.attach(&mut devices);
        devices.attach("ipc", ipc.clone());
        let (routes, cells) = (Arc::clone(&self.routes), Arc::clone(&self.cells));
        devices.attach("regions", Regions::new(region.id, routes, cells));
        let models = self.models(region, &parts, &slots);
        let width = expected_input(&program);
        let mut interpreter = self.interpreter(region, program)?;
        equip(&mut interpreter, region.engine, &parts, self.memory, &slots)?;
        Ok(Cell {
            id: region.id,
            name: region.name.clone(),
            interpreter,
            engine: region.engine,
            host: Measured::new(Host { devices, models }, recorder),
            ipc,
            parts,
            input: Vec::new(),
            target: if region.target { vec![0; self.classes] } else { Vec::new() },
            takes_part: false,
            width,
            counts: Counts::default(),
            typical: Duration::ZERO,
        })
    }

    fn slots(&self, region: &BrainRegion) -> Result<Slots, Error> {
        let mut slots = Slots::new();
        for (&slot, name) in &region.banks {
            let bank = self.memory.banks().read(|cluster| cluster.named(name).map(|bank| bank.head().id));
            let missing = || Error::new(ErrorKind::NotFound, format!("there is no bank \"{name}\""));
            slots.bind(slot, bank.ok_or_else(missing)?);
        }
        Ok(slots)
    }

    fn limits(&self) -> Limits {
        let default = Limits::default();
        Limits { fuel: self.manifest.brain.fuel.unwrap_or(default.fuel), ..default }
    }

    fn models(&self, region: &BrainRegion, parts: &RegionParts, slots: &Slots) -> ModelTable {
        let (engine, parts, memory, slots) =
            (region.engine, parts.clone(), self.memory.clone(), slots.clone());
        let equip = move |interpreter: &mut Interpreter| equip(interpreter, engine, &parts, &memory, &slots);
        let recalling = self.memory.clone();
        let recall = move |machine: &mut Machine| recalling.load_registers(machine).complete().map(drop);
        let mut models =
            ModelTable::new(Arc::clone(self.registry), Box::new(equip)).recalling(Box::new(recall));
        for (&slot, path) in &region.models {
            let program = ModelProgram::from_file(path).granted(region.granted).limited(self.limits());
            models.bind(slot, program);
        }
        models
    }

    /// The region's machine with the weights that its keys had, or else those of the brain's seed.
    fn interpreter(&self, region: &BrainRegion, program: ValidatedProgram) -> Result<Interpreter, Error> {
        let mut machine = Machine::with_limits(program, self.limits())?;
        region.params.iter().for_each(|&(index, value)| machine.set_param(index, value));
        for &index in region.fill.iter().flat_map(|fill| &fill.registers) {
            machine.init_random(index, self.manifest.brain.seed)?;
        }
        self.memory.load_registers(&mut machine).complete()?;
        Ok(Interpreter::from_machine(machine, Arc::clone(self.registry)))
    }
}

/// Attaches what answers in place, and the engine.
fn equip(
    interpreter: &mut Interpreter,
    engine: Engine,
    parts: &RegionParts,
    memory: &Memory,
    slots: &Slots,
) -> Result<(), Error> {
    interpreter.set_substrate(Box::new(parts.handle()));
    let banks = memory.banks().handle(slots.clone()).counting(parts.in_place.clone());
    interpreter.set_bank_cache(Box::new(banks));
    engine.equip(interpreter).map_err(|error| Error::new(ErrorKind::NoDevice, error.to_string()))
}

fn substrate(manifest: &BrainManifest) -> Result<Substrate, crate::substrate::FieldError> {
    let mut trunk = Substrate::new();
    for field in &manifest.fields {
        trunk.define_field(field.id, manifest.regions.len(), field.width)?;
        trunk.set_retention(field.id, field.retention)?;
    }
    trunk.set_level(manifest.brain.level);
    trunk.set_rest_threshold(manifest.brain.rest_level);
    Ok(trunk)
}

fn topology(manifest: &BrainManifest) -> Topology {
    let mut topology = Topology::of(manifest.regions.iter().map(|region| region.id));
    topology.barriers =
        manifest.barriers.iter().map(|barrier| (barrier.id, barrier.parties.clone())).collect();
    topology
}

fn routes(manifest: &BrainManifest) -> Routes {
    manifest.regions.iter().map(|region| Route { id: region.id, ..Route::default() }).collect()
}
