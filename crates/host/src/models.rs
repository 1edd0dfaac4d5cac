//! Programs that programs call: a table of models, and the host of a machine that has one.

mod call;
mod load;
mod program;

pub use program::ModelProgram;

use crate::device::{Device, Devices};
use crate::telemetry::Recorder;
use std::collections::BTreeMap;
use std::sync::Arc;
use ternsig_isa::DomainOp;
use ternsig_program::AssembledProgram;
use ternsig_vm::{Answer, Error, ErrorKind, ExecutionContext, ExtensionRegistry, Interpreter, Machine};

/// How many slots a table has.
pub const MODEL_SLOTS: usize = 256;

/// Models that call each other may be this deep.
pub const MAX_CALL_DEPTH: usize = 16;

/// The models of a machine. A slot is empty until a program loads it, and gets the program that is bound to its number.
pub struct ModelTable {
    slots: Vec<Option<LoadedModel>>,
    /// Models that were loaded when the program of the calling machine was replaced, until it loads them again.
    resting: BTreeMap<u8, LoadedModel>,
    programs: BTreeMap<u8, ModelProgram>,
    registry: Arc<ExtensionRegistry>,
    equip: Equip,
    recall: Option<Recall>,
    /// Slots that are being executed, the outermost first.
    calls: Vec<u8>,
}

/// A model in a slot.
pub struct LoadedModel {
    program: AssembledProgram,
    interpreter: Interpreter,
    /// The run of the calling machine in which it was left waiting.
    waits_in: Option<u64>,
}

/// Makes an interpreter ready: attaches the devices that answer in place, and an engine.
pub type Equip = Box<dyn Fn(&mut Interpreter) -> Result<(), Error> + Send>;

/// Fills the registers of a new machine whose keys have weights somewhere.
pub type Recall = Box<dyn Fn(&mut Machine) -> Result<(), Error> + Send>;

impl Default for ModelTable {
    fn default() -> ModelTable {
        ModelTable::new(Arc::default(), Box::new(|_| Ok(())))
    }
}

impl ModelTable {
    /// A table without programs. Models may use these extensions, and their machines are made ready in this way.
    #[must_use]
    pub fn new(registry: Arc<ExtensionRegistry>, equip: Equip) -> ModelTable {
        let slots = (0..MODEL_SLOTS).map(|_| None).collect();
        ModelTable {
            slots,
            resting: BTreeMap::new(),
            programs: BTreeMap::new(),
            registry,
            equip,
            recall: None,
            calls: Vec::new(),
        }
    }

    /// Gives each model that is loaded into an empty slot what its keys have, such as
    /// [`Memory::load_registers`](crate::Memory::load_registers) knows.
    #[must_use]
    pub fn recalling(self, recall: Recall) -> ModelTable {
        ModelTable { recall: Some(recall), ..self }
    }

    /// To be called when the program of the calling machine is replaced, which empties its slots: what it loads again then keeps
    /// its weights, as after a reload.
    pub fn rest(&mut self) {
        let loaded = self.slots.iter_mut().enumerate();
        self.resting.extend(loaded.filter_map(|(slot, model)| Some((slot as u8, model.take()?))));
    }

    /// Binds a program to a slot, in place of the one that was. What is loaded stays until it is loaded or reloaded.
    pub fn bind(&mut self, slot: u8, program: ModelProgram) {
        self.programs.insert(slot, program);
    }

    /// The model in a slot, unless the slot is empty or its model is being executed.
    #[must_use]
    pub fn loaded(&self, slot: u8) -> Option<&LoadedModel> {
        self.slots[usize::from(slot)].as_ref()
    }

    /// Every model with the number of its slot: those that are loaded, and those that [rest](ModelTable::rest).
    pub fn iter(&self) -> impl Iterator<Item = (u8, &LoadedModel)> {
        let loaded = self.slots.iter().enumerate();
        let loaded = loaded.filter_map(|(slot, model)| Some((slot as u8, model.as_ref()?)));
        loaded.chain(self.resting.iter().map(|(slot, model)| (*slot, model)))
    }

    /// The same models, to be changed between runs.
    pub fn iter_mut(&mut self) -> impl Iterator<Item = (u8, &mut LoadedModel)> {
        let loaded = self.slots.iter_mut().enumerate();
        let loaded = loaded.filter_map(|(slot, model)| Some((slot as u8, model.as_mut()?)));
        loaded.chain(self.resting.iter_mut().map(|(slot, model)| (*slot, model)))
    }
}

impl LoadedModel {
    /// Its program.
    #[must_use]
    pub const fn program(&self) -> &AssembledProgram {
        &self.program
    }

    /// The machine that it runs on.
    #[must_use]
    pub const fn interpreter(&self) -> &Interpreter {
        &self.interpreter
    }

    /// The machine that it runs on, to be changed between runs.
    pub const fn interpreter_mut(&mut self) -> &mut Interpreter {
        &mut self.interpreter
    }
}

/// The host of a machine: devices, and models whose operations the same devices answer.
///
/// ```
/// use ternsig_host::Device as _;
/// use ternsig_host::models::{Host, ModelProgram};
/// use ternsig_isa::InstructionSet;
/// use ternsig_vm::Interpreter;
///
/// let twice = ".registers\n H0: i32[1]\n.program\n load_input H0\n add H0, H0, H0\n store_output H0\n halt\n";
/// let caller = "
/// .requires
///     orchestration 0x0007
/// .registers
///     H0: i32[1]
///     H1: i32[1]
/// .program
///     orchestration.model_load H0, 3
///     set H0, 21
///     orchestration.model_input H0, 3
///     orchestration.model_exec H1, 3
///     store_output H1
///     halt
/// ";
/// let set = InstructionSet::standard();
/// let program = ternsig_asm::assemble(caller, &set).into_result().unwrap();
/// let mut interpreter = Interpreter::from_program(&program).unwrap();
/// let mut host = Host::default();
/// host.models.bind(3, ModelProgram::from_text(twice));
/// let outcome = interpreter.run_with_host(|op, ctx| host.answer(op, ctx));
/// assert!(outcome.is_complete(), "{outcome}");
/// assert_eq!(interpreter.machine().output(), [42]);
/// ```
#[derive(Default)]
pub struct Host {
    /// What answers all operations but those on models.
    pub devices: Devices,
    /// The models.
    pub models: ModelTable,
}

impl Device for Host {
    fn answer(&mut self, op: &DomainOp, ctx: &mut ExecutionContext<'_>) -> Result<Answer, Error> {
        self.fulfil(op, ctx, None)
    }

    fn answer_measured(
        &mut self,
        op: &DomainOp,
        ctx: &mut ExecutionContext<'_>,
        recorder: &mut Recorder,
    ) -> Result<Answer, Error> {
        recorder.measure(op.kind(), |recorder| self.fulfil(op, ctx, Some(recorder)))
    }
}

impl Host {
    /// The answer, and what models ask for on the way counted by the recorder.
    fn fulfil(
        &mut self,
        op: &DomainOp,
        ctx: &mut ExecutionContext<'_>,
        recorder: Option<&mut Recorder>,
    ) -> Result<Answer, Error> {
        match *op {
            DomainOp::ModelLoad { slot, .. } => self.models.load(slot, ctx),
            DomainOp::ModelReload { slot } => self.models.reload(slot),
            DomainOp::ModelExec { target, slot } => self.execute(target, slot, ctx, recorder),
            _ => self.devices.answer(op, ctx),
        }
    }
}

fn empty(slot: u8) -> Error {
    Error::new(ErrorKind::NotFound, format!("model slot {slot} is empty; MODEL_LOAD fills it"))
}

#[cfg(test)]
mod tests;
