//! The compiler: what machines share.

use crate::crosscheck::Crosscheck;
use crate::error::JitError;
use crate::native::Native;
use crate::options::{Mode, Options};
use crate::packs::Packs;
use crate::statistics::{Guard, Statistics, Totals};
use crate::target;
use crate::unit::Unit;
use cranelift_codegen::isa::OwnedTargetIsa;
use std::any::Any;
use std::collections::HashMap;
use std::fmt;
use std::sync::{Arc, Mutex, PoisonError, Weak};
use ternsig_program::ValidatedProgram;
use ternsig_vm::Interpreter;

/// The compiler with everything that machines share: code and packed weights.
#[derive(Debug, Clone)]
pub struct Jit(Arc<Shared>);

pub(crate) struct Shared {
    pub(crate) options: Options,
    pub(crate) isa: OwnedTargetIsa,
    pub(crate) packs: Packs,
    units: Mutex<HashMap<u64, Vec<Weak<Unit>>>>,
}

impl fmt::Debug for Shared {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Shared").field("options", &self.options).finish_non_exhaustive()
    }
}

impl Jit {
    /// A compiler for this processor.
    ///
    /// # Errors
    /// There is no code generator for it.
    pub fn new(options: Options) -> Result<Jit, JitError> {
        let isa = target::host(options.features)?;
        Ok(Jit(Arc::new(Shared { options, isa, packs: Packs::default(), units: Mutex::default() })))
    }

    /// Lets an interpreter use native code for the program that is loaded in it. In [`Mode::Jit`] and
    /// [`Mode::Crosscheck`] the program is compiled now, for the machine as it is.
    pub fn equip(&self, interpreter: &mut Interpreter, mode: Mode) {
        let checked = mode == Mode::Crosscheck;
        let unit = self.unit(interpreter.machine().program(), checked);
        if mode != Mode::Auto {
            unit.compile(unit.expected(interpreter.machine()));
        }
        let native = Box::new(Native::new(unit, mode));
        interpreter.set_accelerator(Some(if checked { Box::new(Crosscheck::new(native)) } else { native }));
    }

    /// Keeps the code of a program for as long as the result lives. Without it the code goes with the last interpreter
    /// that uses it.
    #[must_use]
    pub fn keep(&self, program: &ValidatedProgram, mode: Mode) -> Kept {
        Kept { _unit: self.unit(program, mode == Mode::Crosscheck) }
    }

    /// What is held at this moment: what no machine uses any more is gone.
    #[must_use]
    pub fn totals(&self) -> Totals {
        let units = self.0.units.lock().unwrap_or_else(PoisonError::into_inner);
        let mut totals = Totals { packs: self.0.packs.in_use(), ..Totals::default() };
        for unit in units.values().flatten().filter_map(Weak::upgrade) {
            let versions = unit.versions();
            totals.programs += 1;
            totals.versions += versions.len();
            totals.bytes += versions.iter().map(|version| version.code.bytes()).sum::<usize>();
            totals.compiling += usize::from(unit.is_compiling());
        }
        totals
    }

    /// The code of a program: the same for all machines that run it, those aside that are checked.
    fn unit(&self, program: &ValidatedProgram, checked: bool) -> Arc<Unit> {
        let mut units = self.0.units.lock().unwrap_or_else(PoisonError::into_inner);
        units.retain(|_, units| {
            units.retain(|unit| unit.strong_count() > 0);
            !units.is_empty()
        });
        let same = units.entry(program.hash()).or_default();
        if let Some(unit) =
            same.iter().filter_map(Weak::upgrade).find(|unit| unit.checked == checked && unit.is_of(program))
        {
            return unit;
        }
        let unit = Arc::new(Unit::new(program.clone(), Arc::clone(&self.0), checked));
        same.push(Arc::downgrade(&unit));
        unit
    }
}

/// The code of a program, kept between the machines that use it.
#[derive(Debug, Clone)]
pub struct Kept {
    _unit: Arc<Unit>,
}

/// What the engine did for a machine, if it did anything.
#[must_use]
pub fn statistics(interpreter: &Interpreter) -> Option<Statistics> {
    let any: &dyn Any = interpreter.accelerator()?;
    let checked = any.downcast_ref::<Crosscheck>().map(Crosscheck::inner);
    let native = checked.unwrap_or(any).downcast_ref::<Native>()?;
    let Native { versions, instance, .. } = native;
    let counts = &instance.counts;
    let nonzero = |list: &[u64]| {
        list.iter().enumerate().filter(|&(_, &count)| count > 0).map(|(at, &count)| (at, count)).collect()
    };
    let mut statistics = Statistics {
        compiled: versions.len(),
        bytes: versions.iter().map(|version| version.code.bytes()).sum(),
        compile_time: versions.iter().map(|version| version.compile_time).sum(),
        entered: counts.entered,
        guards: Guard::ALL.iter().map(|&guard| (guard.name(), counts.guards[guard as usize])).collect(),
        fallbacks: nonzero(&counts.fallbacks),
        helped: nonzero(&counts.helped),
        ..Statistics::default()
    };
    for (version, counters) in versions.iter().zip(&instance.counters) {
        for (&(first, end), &count) in
            version.plans.counted.iter().zip(counters).filter(|&(_, &count)| count > 0)
        {
            (first..end).for_each(|at| *statistics.retired.entry(at).or_default() += count);
        }
    }
    Some(statistics)
}
