//! Programs that are edited while the brain runs.

use super::preflight::{asked_for, not_filled};
use super::{Brain, lanes, lock};
use crate::telemetry::Event;
use crate::watch::{Change, Watch, WatchError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use ternsig_isa::{DomainOp, Register, RoleSet};
use ternsig_program::{AssembledProgram, Checks, ValidatedProgram};
use ternsig_vm::machine::reload::{Dropped, Reloaded};
use ternsig_vm::{Error, ExtensionRegistry};

/// A program file that was saved while the brain ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reload {
    /// The file, as the manifest names it.
    pub path: PathBuf,
    /// The tick after which it was looked at.
    pub tick: u64,
    /// From the last event of the change to the moment at which the next tick could begin with it.
    pub took: Duration,
    /// What became of it; an error says why the old program stays.
    pub result: Result<Swapped, String>,
}

/// Where a new version of a program is in place now.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Swapped {
    /// The regions and programs that have it.
    pub parts: Vec<String>,
    /// How many cold registers kept what they had.
    pub kept: usize,
    /// The registers whose weights are gone, with their region.
    pub dropped: Vec<(String, Dropped)>,
}

/// The files of a brain that are watched.
pub(super) struct Watched {
    watch: Watch,
    registry: Arc<ExtensionRegistry>,
    /// Changes whose region is in the midst of a run.
    waiting: Vec<Change>,
}

/// What a file is to the brain.
#[derive(Clone, Copy)]
enum Use {
    Region(usize),
    Model(usize, u8),
    Program(usize),
}

impl Brain {
    /// Watches the files of all programs from now on. A file that was saved is read and assembled beside the ticks; between two
    /// ticks the new program takes the place of the old one, which stays if something is wrong with the new.
    ///
    /// # Errors
    /// A directory cannot be watched.
    pub fn watch(&mut self, debounce: Duration, registry: &Arc<ExtensionRegistry>) -> Result<(), WatchError> {
        let regions = self.manifest.regions.iter();
        let files = regions.flat_map(|region| region.models.values().chain([&region.program]));
        let files = files.chain(self.manifest.programs.iter().map(|program| &program.program));
        let watch = Watch::files(files, debounce, registry)?;
        self.watched = Some(Watched { watch, registry: Arc::clone(registry), waiting: Vec::new() });
        Ok(())
    }

    /// Swaps what was saved since the last time. To be called between two ticks.
    pub fn reload_changed(&mut self) -> Vec<Reload> {
        let Some(mut watched) = self.watched.take() else { return Vec::new() };
        let mut changes = std::mem::take(&mut watched.waiting);
        while let Some(change) = watched.watch.poll() {
            changes.retain(|older| older.path != change.path);
            changes.push(change);
        }
        let mut reloads = Vec::new();
        for change in changes {
            let uses = self.uses(&change.path);
            if uses.iter().any(|part| self.is_busy(*part)) {
                watched.waiting.push(change);
            } else {
                reloads.push(self.swap(change, &uses, &watched.registry));
            }
        }
        self.watched = Some(watched);
        self.tally.reloaded(reloads.iter().filter(|reload| reload.result.is_ok()).count());
        reloads
    }

    fn uses(&self, path: &Path) -> Vec<Use> {
        let mut uses = Vec::new();
        for (place, region) in self.manifest.regions.iter().enumerate() {
            if region.program == path {
                uses.push(Use::Region(place));
            }
            let models = region.models.iter().filter(|(_, model)| *model == path);
            uses.extend(models.map(|(slot, _)| Use::Model(place, *slot)));
        }
        let programs =
            self.manifest.programs.iter().enumerate().filter(|(_, program)| program.program == path);
        uses.extend(programs.map(|(number, _)| Use::Program(number)));
        uses
    }

    fn is_busy(&self, part: Use) -> bool {
        match part {
            Use::Region(place) | Use::Model(place, _) => lock(&self.cells[place]).waits(),
            Use::Program(_) => false,
        }
    }

    fn swap(&mut self, change: Change, uses: &[Use], registry: &ExtensionRegistry) -> Reload {
        let Change { path, result, seen } = change;
        let span = tracing::trace_span!(
            "reload",
            path = %path.display(),
            parts = uses.iter().map(|part| self.part(*part).1).collect::<Vec<_>>().join(", "),
            result = tracing::field::Empty
        );
        let _entered = span.enter();
        let result = result.map_err(|error| error.to_string());
        let result = result.and_then(|loaded| self.swap_all(&path, uses, &loaded.program, registry));
        span.record("result", if result.is_ok() { "applied" } else { "failed" });
        if let Err(message) = &result {
            self.note_refusal(&path, uses, message);
        }
        Reload { path, tick: self.clock().tick, took: Instant::now() - seen, result }
    }

    /// The old program stays.
    fn note_refusal(&self, path: &Path, uses: &[Use], message: &str) {
        for place in uses.iter().map(|part| self.part(*part).0) {
            lock(&self.cells[place]).host.recorder_mut().failed_reload();
            let (tick, region) = (self.clock().tick, self.region_name(place));
            let (path, message) = (path.display().to_string(), message.to_owned());
            self.observer.log(|| Event::ReloadFailed { tick, region, path, message });
        }
    }

    fn region_name(&self, place: usize) -> Arc<str> {
        Arc::clone(lock(&self.cells[place]).host.recorder().region())
    }

    /// Every use is checked before the first is swapped.
    fn swap_all(
        &mut self,
        path: &Path,
        uses: &[Use],
        program: &AssembledProgram,
        registry: &ExtensionRegistry,
    ) -> Result<Swapped, String> {
        let checked = uses.iter().map(|part| self.checked(*part, program, registry));
        let checked = checked.collect::<Result<Vec<_>, _>>()?;
        let mut swapped = Swapped::default();
        let mut all = Ok(());
        for (part, (program, operations)) in uses.iter().zip(checked) {
            let (place, name) = self.part(*part);
            let reloaded = match self.put(*part, program) {
                Ok(reloaded) => reloaded,
                Err(error) => {
                    all = Err(format!("{name}: {error}"));
                    break;
                }
            };
            let (tick, region) = (self.clock().tick, self.region_name(place));
            self.observer.log(|| Event::reload(tick, &region, path, &reloaded));
            self.operations[place].extend(operations);
            swapped.kept += reloaded.kept.len();
            swapped.dropped.extend(reloaded.dropped.into_iter().map(|dropped| (name.clone(), dropped)));
            swapped.parts.push(name);
        }
        // What a program asks for decides what may run beside it.
        self.stages = lanes::stages(&self.manifest, &self.operations);
        all.map(|()| swapped)
    }

    /// The place of the region, and what messages call the part.
    fn part(&self, part: Use) -> (usize, String) {
        let region = |place: usize| format!("region \"{}\"", self.manifest.regions[place].name);
        match part {
            Use::Region(place) => (place, region(place)),
            Use::Model(place, slot) => (place, format!("model {slot} of {}", region(place))),
            Use::Program(number) => {
                let program = &self.manifest.programs[number];
                (self.place(program.on).unwrap_or_default(), format!("program \"{}\"", program.name))
            }
        }
    }

    fn checked(
        &self,
        part: Use,
        program: &AssembledProgram,
        registry: &ExtensionRegistry,
    ) -> Result<(ValidatedProgram, Vec<DomainOp>), String> {
        let (place, name) = self.part(part);
        let (granted, is_attached) = self.granted(part);
        let checks = Checks { granted, ..Checks::required() };
        let program = ValidatedProgram::with_checks(program.clone(), registry.instruction_set(), checks);
        let program = program.map_err(|error| format!("{name}: {error}"))?;
        if program.program().is_attached() != is_attached && !matches!(part, Use::Model(..)) {
            let what = if is_attached { "has registers of its own" } else { "declares no registers" };
            return Err(format!("{name}: the program {what}"));
        }
        let (operations, mut faults) = asked_for(&self.manifest, &self.manifest.regions[place], &program);
        faults.extend(self.foreign_keys(place, &program));
        if let Use::Region(place) = part {
            faults.extend(not_filled(&self.manifest.regions[place], &program));
        }
        if faults.is_empty() {
            Ok((program, operations))
        } else {
            Err(format!("{name}: {}", faults.join("; ")))
        }
    }

    /// What a program may do, and whether it runs on somebody else's registers.
    fn granted(&self, part: Use) -> (RoleSet, bool) {
        match part {
            Use::Region(place) | Use::Model(place, _) => (self.manifest.regions[place].granted, false),
            Use::Program(number) => (self.manifest.programs[number].granted, true),
        }
    }

    /// Keys that belong to other regions.
    fn foreign_keys(&self, place: usize, program: &ValidatedProgram) -> Vec<String> {
        let keys = program.program().registers.iter().filter_map(|decl| decl.key.as_deref());
        let owner = |key: &str| {
            let others = self.cells.iter().enumerate().filter(|(other, _)| *other != place);
            others.map(|(_, cell)| lock(cell)).find(|cell| cell.has_key(key)).map(|cell| cell.name.clone())
        };
        let foreign = keys.filter_map(|key| Some((key, owner(key)?)));
        foreign.map(|(key, owner)| format!("key \"{key}\" belongs to region \"{owner}\" already")).collect()
    }

    /// What the manifest fills and no earlier weights came to is filled again.
    fn put_region(&self, place: usize, program: ValidatedProgram) -> Result<Reloaded, Error> {
        let mut cell = lock(&self.cells[place]);
        let reloaded = cell.reload(program)?;
        for &index in self.manifest.regions[place].fill.iter().flat_map(|fill| &fill.registers) {
            if !reloaded.kept.iter().any(|kept| *kept == Register::cold(index as u8)) {
                cell.interpreter.machine_mut().init_random(index, self.manifest.brain.seed)?;
            }
        }
        Ok(reloaded)
    }

    fn put(&mut self, part: Use, program: ValidatedProgram) -> Result<Reloaded, String> {
        let reloaded = match part {
            Use::Region(place) => self.put_region(place, program),
            Use::Model(place, slot) => {
                let mut cell = lock(&self.cells[place]);
                let models = &mut cell.host.device_mut().models;
                // A slot that is empty is filled from the file when its time comes.
                if models.loaded(slot).is_some() {
                    models.replace(slot, program)
                } else {
                    Ok(Reloaded::default())
                }
            }
            Use::Program(number) => {
                self.programs[number].program = program;
                Ok(Reloaded::default())
            }
        };
        reloaded.map_err(|error| error.to_string())
    }
}
