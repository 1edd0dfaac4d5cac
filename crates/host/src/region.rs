//! A region: the programs of a manifest entry, validated, and the machines made from them.

use crate::engine::Engine;
use crate::loader::{LoadedProgram, load_program_file};
use crate::manifest::{Fill, FillWith, Manifest, Moment, RegionEntry};
use crate::run::{Progress, RunError};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use ternsig_isa::RoleSet;
use ternsig_jit::Kept;
use ternsig_program::{Checks, ValidatedProgram};
use ternsig_vm::{ExtensionRegistry, Interpreter, Limits, Machine};

/// A program that was validated, and the file that it came from.
#[derive(Debug, Clone)]
pub struct RegionProgram {
    /// The file.
    pub path: PathBuf,
    /// The program.
    pub program: ValidatedProgram,
}

/// The programs of a region and what its machines begin with.
#[derive(Debug, Clone)]
pub struct Region {
    name: String,
    own: RegionProgram,
    holdout: Option<RegionProgram>,
    params: Vec<(usize, i32)>,
    fill: Vec<Fill>,
    limits: Limits,
    registry: Arc<ExtensionRegistry>,
    engine: Engine,
    /// The code of the programs, between machines too.
    _code: Vec<Kept>,
}

impl Region {
    /// Loads and validates the programs of a region.
    ///
    /// # Errors
    /// This processor does not have the engine, a file is no program, a program is invalid or goes beyond its roles, or an attached
    /// program has registers of its own.
    pub fn load(
        manifest: &Manifest,
        entry: &RegionEntry,
        registry: &Arc<ExtensionRegistry>,
        progress: &mut dyn Progress,
    ) -> Result<Region, RunError> {
        entry.engine.check().map_err(RunError::Engine)?;
        let own = load(&entry.program, entry.granted, registry, progress)?;
        let attached = manifest.attached_to(entry).find(|program| program.at == Moment::Holdout);
        let holdout = attached.map(|program| load(&program.program, program.granted, registry, progress));
        let holdout = holdout.transpose()?;
        if let Some(program) = holdout.as_ref().filter(|program| !program.program.program().is_attached()) {
            return Err(RunError::HasRegisters { path: program.path.clone() });
        }
        let programs = std::iter::once(&own).chain(&holdout);
        let kept = programs.map(|own| entry.engine.keep(&own.program)).collect::<Result<Vec<_>, _>>();
        let code = kept.map_err(RunError::Engine)?.into_iter().flatten().collect();
        let defaults = Limits::default();
        let limits = Limits { fuel: manifest.run.fuel.unwrap_or(defaults.fuel), ..defaults };
        Ok(Region {
            name: entry.name.clone(),
            own,
            holdout,
            params: entry.params.clone(),
            fill: entry.fill.clone(),
            limits,
            registry: Arc::clone(registry),
            engine: entry.engine,
            _code: code,
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The engine that runs its programs.
    #[must_use]
    pub const fn engine(&self) -> Engine {
        self.engine
    }

    /// Its own program.
    #[must_use]
    pub const fn program(&self) -> &RegionProgram {
        &self.own
    }

    /// The program that answers held-out samples: an attached one, or else its own.
    #[must_use]
    pub fn holdout_program(&self) -> &RegionProgram {
        self.holdout.as_ref().unwrap_or(&self.own)
    }

    /// A machine at the beginning of the run of a seed.
    ///
    /// # Errors
    /// The registers exceed the machine's limits, one that is to be filled is not declared, or the processor does not have
    /// the engine.
    pub fn begin(&self, seed: u64) -> Result<Interpreter, RunError> {
        let error = |error| RunError::Machine { path: self.own.path.clone(), error };
        let mut machine = Machine::with_limits(self.own.program.clone(), self.limits).map_err(error)?;
        for &(index, value) in &self.params {
            machine.set_param(index, value);
        }
        for Fill { registers, with } in &self.fill {
            for &index in registers {
                match with {
                    FillWith::InitRandom => machine.init_random(index, seed).map_err(error)?,
                }
            }
        }
        self.equipped(machine)
    }

    /// A copy of a machine that answers held-out samples. Nothing that is done to it reaches the original.
    ///
    /// # Errors
    /// The attached program cannot be loaded into it, or the processor does not have the engine.
    pub fn examine(&self, learner: &Machine) -> Result<Interpreter, RunError> {
        let mut machine = learner.clone();
        if let Some(RegionProgram { path, program }) = &self.holdout {
            let error = |error| RunError::Machine { path: path.clone(), error };
            machine.load(program.clone()).map_err(error)?;
        }
        machine.set_target(&[]);
        self.equipped(machine)
    }

    fn equipped(&self, machine: Machine) -> Result<Interpreter, RunError> {
        let mut interpreter = Interpreter::from_machine(machine, Arc::clone(&self.registry));
        self.engine.equip(&mut interpreter).map_err(RunError::Engine)?;
        Ok(interpreter)
    }
}

fn load(
    path: &Path,
    granted: RoleSet,
    registry: &ExtensionRegistry,
    progress: &mut dyn Progress,
) -> Result<RegionProgram, RunError> {
    let set = registry.instruction_set();
    let loaded = load_program_file(path, set).map_err(RunError::Load)?;
    progress.loaded(&loaded);
    let LoadedProgram { program, path, .. } = loaded;
    match ValidatedProgram::with_checks(program, set, Checks { granted, ..Checks::required() }) {
        Ok(program) => Ok(RegionProgram { path, program }),
        Err(error) => Err(RunError::Invalid { path, error }),
    }
}
