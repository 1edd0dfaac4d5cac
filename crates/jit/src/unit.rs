//! The code of one program, shared by all machines that run it.

use crate::analysis::facts::{Facts, Used};
use crate::analysis::flow::Flow;
use crate::analysis::infer;
use crate::background;
use crate::bit_set::BitSet;
use crate::engine::Shared;
use crate::lower::function::Settings;
use crate::lower::plan::may_ask_device;
use crate::version::Version;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicUsize, Ordering};
use std::sync::{Arc, PoisonError, RwLock};
use ternsig_isa::Effect;
use ternsig_program::{StepOp, ValidatedProgram};
use ternsig_vm::Machine;

/// The code of one program.
#[derive(Debug)]
pub(crate) struct Unit {
    pub(crate) program: ValidatedProgram,
    pub(crate) flow: Flow,
    pub(crate) used: Used,
    /// Where native code may begin.
    pub(crate) entries: BitSet,
    /// Where it is worth compiling a version that begins there.
    pub(crate) roots: BitSet,
    pub(crate) shared: Arc<Shared>,
    /// Whether its machines are checked against the interpreter.
    pub(crate) checked: bool,
    versions: RwLock<Vec<Arc<Version>>>,
    /// How many versions there are, to be looked at without the lock.
    pub(crate) generation: AtomicUsize,
    attempts: AtomicUsize,
    /// How often a machine came to where code could begin while there was none for it.
    waited: AtomicU32,
    /// Whether the background compiles a version.
    compiling: AtomicBool,
}

impl Unit {
    pub(crate) fn new(program: ValidatedProgram, shared: Arc<Shared>, checked: bool) -> Unit {
        let flow = Flow::of(&program);
        let used = infer::used(&program);
        let len = program.steps().len();
        let foreign = |at: usize| match program.steps()[at].op {
            StepOp::Standard(op) => {
                matches!(op.row().effect, Effect::Yield(_)) || checked && may_ask_device(op)
            }
            StepOp::User { .. } => true,
        };
        let fits = len <= shared.options.program_limit;
        let entries = (0..len).filter(|&at| fits && !foreign(at)).collect();
        let roots = (0..len).filter(|&at| flow.block_at(at).is_some() || foreign(at - 1)).collect();
        Unit {
            program,
            flow,
            used,
            entries,
            roots,
            shared,
            checked,
            versions: RwLock::default(),
            generation: AtomicUsize::new(0),
            attempts: AtomicUsize::new(0),
            waited: AtomicU32::new(0),
            compiling: AtomicBool::new(false),
        }
    }

    pub(crate) fn is_of(&self, program: &ValidatedProgram) -> bool {
        let (own, other) = (self.program.program(), program.program());
        own.instructions == other.instructions && own.registers == other.registers
    }

    /// Compiles a version for these facts, unless there is one already or there are enough.
    pub(crate) fn compile(&self, mut facts: Facts) -> bool {
        facts.devices_apart = self.checked;
        let options = &self.shared.options;
        if self.program.steps().is_empty() || self.program.steps().len() > options.program_limit {
            return false;
        }
        if self.versions().iter().any(|version| version.facts == facts) {
            return false;
        }
        if self.attempts.fetch_add(1, Ordering::Relaxed) >= options.versions {
            return false;
        }
        let shared = &self.shared;
        let settings = Settings::here(options.features, options.count_retired);
        let compiled = Version::compile(&self.program, &self.flow, &self.used, facts, &shared.isa, settings);
        match compiled {
            Ok(version) if version.is_useful() => {
                let mut versions = self.versions.write().unwrap_or_else(PoisonError::into_inner);
                versions.push(Arc::new(version));
                self.generation.store(versions.len(), Ordering::Release);
                true
            }
            _ => false,
        }
    }

    pub(crate) fn versions(&self) -> Vec<Arc<Version>> {
        self.versions.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Whether no further version will be compiled.
    pub(crate) fn is_full(&self) -> bool {
        self.attempts.load(Ordering::Relaxed) >= self.shared.options.versions
    }

    /// Whether machines have waited for code often enough for it to pay.
    pub(crate) fn is_hot(&self) -> bool {
        self.waited.fetch_add(1, Ordering::Relaxed) >= self.shared.options.tier_up_after
    }

    /// Whether the background has a version of it to compile.
    pub(crate) fn is_compiling(&self) -> bool {
        self.compiling.load(Ordering::Acquire)
    }

    /// Lets the background compile a version for these facts, unless it is at one already.
    pub(crate) fn request(self: &Arc<Unit>, machine: &Machine) {
        if !self.compiling.swap(true, Ordering::AcqRel) {
            background::submit(self, Facts::of(machine, &self.used));
        }
    }

    /// Compiles what was requested.
    pub(crate) fn fulfil(&self, facts: Facts) {
        self.compile(facts);
        self.compiling.store(false, Ordering::Release);
    }

    /// The facts that the first run will probably have: buffers as long as the program declares them.
    pub(crate) fn expected(&self, machine: &Machine) -> Facts {
        Facts::expected(&self.program, &self.used, machine)
    }
}
