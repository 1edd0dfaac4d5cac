//! All state of a running program.

pub mod cold;
pub mod control;
pub mod hot;
pub mod learning;
pub mod models;
pub mod structural;
pub mod tests;
pub mod usage;

use crate::error::{Error, ErrorKind, Fault};
use crate::outcome::Outcome;
use cold::ColdRegister;
use control::ControlStack;
use hot::{HotBank, HotRegister};
use learning::Contrast;
use models::ModelTable;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use ternsig_isa::limits::{MAX_ELEMENTS, REGISTERS_PER_BANK};
use ternsig_isa::{Bank, DomainOp, Register, Shape};
use ternsig_program::ValidatedProgram;
use tests::TestState;

/// The chemicals that the machine keeps itself, by id.
pub const CHEMICAL_NAMES: [&str; 4] = ["dopamine", "serotonin", "norepinephrine", "GABA"];
/// The level that chemicals begin with.
pub const CHEMICAL_BASELINE: u8 = 128;
/// The dopamine level from which learning is on.
pub const LEARNING_DOPAMINE: u8 = 76;
/// Registers of at most this many elements are not counted against the limit of all registers together.
pub(crate) const UNCOUNTED_ELEMENTS: usize = 1 << 16;

/// What a machine may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Fuel of one run; see [`crate::fuel`].
    pub fuel: u64,
    /// Most elements in one register.
    pub register_elements: usize,
    /// Most elements in all hot and cold registers together.
    pub total_elements: usize,
    /// Most pending calls.
    pub calls: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { fuel: 1_000_000_000, register_elements: MAX_ELEMENTS, total_elements: 1 << 28, calls: 1024 }
    }
}

/// Whether a run is going on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Status {
    /// No run: never started, or the last one has this outcome.
    Finished(Option<Outcome>),
    /// In a run, at an instruction boundary.
    Running,
    /// In a run, behind a yield whose answer is outstanding. `waited`: the host has asked for it to be delivered again.
    Pending { op: DomainOp, instruction: usize, waited: bool },
}

/// All state of a running program: registers, buffers, learning state, program counter, control stack and fuel.
///
/// It is plain data and can be moved between threads. Engines change it in place.
#[derive(Debug, Clone)]
pub struct Machine {
    pub(crate) program: ValidatedProgram,
    pub(crate) hot: HotBank,
    pub(crate) cold: [Option<Arc<ColdRegister>>; REGISTERS_PER_BANK],
    pub(crate) params: [i32; REGISTERS_PER_BANK],
    pub(crate) shapes: [Shape; REGISTERS_PER_BANK],
    pub(crate) input: Vec<i32>,
    pub(crate) output: Vec<i32>,
    pub(crate) target: Vec<i32>,
    pub(crate) pressure: [Option<Vec<i32>>; REGISTERS_PER_BANK],
    pub(crate) chemicals: [u8; 4],
    pub(crate) current_error: i32,
    pub(crate) babble_scale: i32,
    pub(crate) babble_phase: u64,
    pub(crate) generator: u64,
    pub(crate) contrast: Contrast,
    pub(crate) checkpoints: [Option<Arc<ColdRegister>>; REGISTERS_PER_BANK],
    pub(crate) models: ModelTable,
    pub(crate) tests: TestState,
    pub(crate) pc: usize,
    pub(crate) control: ControlStack,
    pub(crate) fuel: u64,
    pub(crate) runs: u64,
    pub(crate) status: Status,
    pub(crate) limits: Limits,
    pub(crate) interrupt: Arc<AtomicBool>,
    pub(crate) scratch: Vec<i32>,
}

impl Machine {
    /// A machine with this program loaded.
    ///
    /// # Errors
    /// The declared registers exceed the default limits.
    pub fn new(program: ValidatedProgram) -> Result<Machine, Error> {
        Machine::with_limits(program, Limits::default())
    }

    /// A machine with this program loaded and its own limits.
    ///
    /// # Errors
    /// The declared registers exceed the limits.
    pub fn with_limits(program: ValidatedProgram, limits: Limits) -> Result<Machine, Error> {
        let mut machine = Machine {
            program: program.clone(),
            hot: HotBank::default(),
            cold: std::array::from_fn(|_| None),
            params: [0; REGISTERS_PER_BANK],
            shapes: [Shape::default(); REGISTERS_PER_BANK],
            input: Vec::new(),
            output: Vec::new(),
            target: Vec::new(),
            pressure: std::array::from_fn(|_| None),
            chemicals: [CHEMICAL_BASELINE; 4],
            current_error: 0,
            babble_scale: 0,
            babble_phase: 0,
            generator: 0,
            contrast: Contrast::default(),
            checkpoints: std::array::from_fn(|_| None),
            models: ModelTable::default(),
            tests: TestState::default(),
            pc: 0,
            control: ControlStack::default(),
            fuel: limits.fuel,
            runs: 0,
            status: Status::Finished(None),
            limits,
            interrupt: Arc::new(AtomicBool::new(false)),
            scratch: Vec::new(),
        };
        machine.load(program)?;
        Ok(machine)
    }

    /// Replaces the program. Everything is reset except chemicals, babble scale, param registers, the input and target
    /// buffers; a program that declares no registers resets none and runs on those that are there.
    ///
    /// # Errors
    /// The declared registers exceed the limits; the machine is unchanged then.
    pub fn load(&mut self, program: ValidatedProgram) -> Result<(), Error> {
        if !program.program().is_attached() {
            self.check_declarations(&program)?;
            self.hot = HotBank::default();
            self.cold = std::array::from_fn(|_| None);
            self.shapes = [Shape::default(); REGISTERS_PER_BANK];
            self.pressure = std::array::from_fn(|_| None);
            self.checkpoints = std::array::from_fn(|_| None);
            self.contrast = Contrast::default();
            self.current_error = 0;
            self.babble_phase = 0;
            self.generator = 0;
            self.declare_registers(&program);
        }
        self.models = ModelTable::default();
        self.tests.clear();
        self.output.clear();
        self.control.clear();
        self.pc = 0;
        self.status = Status::Finished(None);
        self.program = program;
        Ok(())
    }

    fn check_declarations(&self, program: &ValidatedProgram) -> Result<(), Error> {
        let sizes = program.program().registers.iter().map(|decl| decl.shape.elements());
        let (largest, total) = sizes.fold((0, 0usize), |(m, t), n| (m.max(n), t.saturating_add(n)));
        if largest > self.limits.register_elements || total > self.limits.total_elements {
            let message =
                format!("the declared registers hold {total} elements, which exceeds the machine's limits");
            return Err(Error::new(ErrorKind::Limit, message));
        }
        Ok(())
    }

    fn declare_registers(&mut self, program: &ValidatedProgram) {
        for decl in &program.program().registers {
            let index = decl.register.index();
            match decl.register.bank() {
                Bank::Hot => {
                    let register = self.hot.claim(index);
                    register.data.clear();
                    register.data.resize(decl.shape.elements(), 0);
                    register.shape = decl.shape;
                }
                Bank::Cold => {
                    let mut register = ColdRegister::zeros(decl.shape);
                    register.set_key(decl.key.as_deref());
                    register.set_frozen(decl.frozen);
                    self.cold[index] = Some(Arc::new(register));
                }
                Bank::Param => {}
                Bank::Shape => self.shapes[index] = decl.shape,
            }
        }
    }

    /// The loaded program.
    #[must_use]
    pub const fn program(&self) -> &ValidatedProgram {
        &self.program
    }

    /// The limits.
    #[must_use]
    pub const fn limits(&self) -> Limits {
        self.limits
    }

    /// Changes the limits; registers that already exceed them stay.
    pub const fn set_limits(&mut self, limits: Limits) {
        self.limits = limits;
    }

    /// Hot register `index`, if it is allocated.
    #[must_use]
    pub fn hot(&self, index: usize) -> Option<&HotRegister> {
        self.hot.get(index)
    }

    /// Hot register `index`, if it is allocated, to be changed in place.
    pub fn hot_mut(&mut self, index: usize) -> Option<&mut HotRegister> {
        self.hot.get_mut(index)
    }

    /// Replaces hot register `index`, allocating it if needed.
    ///
    /// # Errors
    /// The data do not fit the shape, or a limit is exceeded.
    pub fn set_hot(&mut self, index: usize, data: &[i32], shape: Shape) -> Result<(), Error> {
        if shape.elements() != data.len() {
            let message = format!("{} elements do not fit the shape {shape}", data.len());
            return Err(Error::about(ErrorKind::ShapeMismatch, Register::hot(index as u8), message));
        }
        self.check_room(data.len()).map_err(fault_error)?;
        let register = self.hot.claim(index);
        register.data.clear();
        register.data.extend_from_slice(data);
        register.shape = shape;
        Ok(())
    }

    /// Frees hot register `index`; false if it was not allocated.
    pub fn free_hot(&mut self, index: usize) -> bool {
        self.hot.free(index)
    }

    /// Cold register `index`, if it is allocated.
    #[must_use]
    pub fn cold(&self, index: usize) -> Option<&ColdRegister> {
        self.cold[index].as_deref()
    }

    /// Cold register `index`, if it is allocated, to be changed. A register that is shared with another machine is
    /// copied first.
    pub fn cold_mut(&mut self, index: usize) -> Option<&mut ColdRegister> {
        self.cold[index].as_mut().map(Arc::make_mut)
    }

    /// Cold register `index` to be shared with another machine, copy-on-write.
    #[must_use]
    pub fn share_cold(&self, index: usize) -> Option<Arc<ColdRegister>> {
        self.cold[index].clone()
    }

    /// Replaces cold register `index`.
    ///
    /// # Errors
    /// A limit is exceeded.
    pub fn set_cold(&mut self, index: usize, register: Arc<ColdRegister>) -> Result<(), Error> {
        self.check_room(register.len()).map_err(fault_error)?;
        self.cold[index] = Some(register);
        Ok(())
    }

    /// Frees cold register `index` with its pressure and recordings; a checkpoint stays. False if it was not allocated.
    pub fn free_cold(&mut self, index: usize) -> bool {
        self.pressure[index] = None;
        self.contrast.forget(index);
        self.cold[index].take().is_some()
    }

    /// Param register `index`.
    #[must_use]
    pub const fn param(&self, index: usize) -> i32 {
        self.params[index]
    }

    /// Sets param register `index`.
    pub const fn set_param(&mut self, index: usize, value: i32) {
        self.params[index] = value;
    }

    /// Shape register `index`.
    #[must_use]
    pub const fn shape(&self, index: usize) -> Shape {
        self.shapes[index]
    }

    /// Sets shape register `index`.
    pub const fn set_shape(&mut self, index: usize, shape: Shape) {
        self.shapes[index] = shape;
    }

    /// The input buffer.
    #[must_use]
    pub fn input(&self) -> &[i32] {
        &self.input
    }

    /// Replaces the input buffer.
    pub fn set_input(&mut self, data: &[i32]) {
        self.input.clear();
        self.input.extend_from_slice(data);
    }

    /// The output buffer.
    #[must_use]
    pub fn output(&self) -> &[i32] {
        &self.output
    }

    /// The target buffer.
    #[must_use]
    pub fn target(&self) -> &[i32] {
        &self.target
    }

    /// Replaces the target buffer.
    pub fn set_target(&mut self, data: &[i32]) {
        self.target.clear();
        self.target.extend_from_slice(data);
    }

    /// The pressure list of cold register `index`, if there is one.
    #[must_use]
    pub fn pressure(&self, index: usize) -> Option<&[i32]> {
        self.pressure[index].as_deref()
    }

    /// Replaces the pressure list of cold register `index`.
    pub fn set_pressure(&mut self, index: usize, pressure: Option<Vec<i32>>) {
        self.pressure[index] = pressure;
    }

    /// The levels of dopamine, serotonin, norepinephrine and GABA.
    #[must_use]
    pub const fn chemicals(&self) -> [u8; 4] {
        self.chemicals
    }

    /// Sets the level of dopamine (0), serotonin (1), norepinephrine (2) or GABA (3); other ids are not kept here.
    pub fn set_chemical(&mut self, id: usize, level: u8) {
        if let Some(slot) = self.chemicals.get_mut(id) {
            *slot = level;
        }
    }

    /// The current error.
    #[must_use]
    pub const fn current_error(&self) -> i32 {
        self.current_error
    }

    /// Sets the current error.
    pub const fn set_current_error(&mut self, error: i32) {
        self.current_error = error;
    }

    /// The babble scale, 0–255.
    #[must_use]
    pub const fn babble_scale(&self) -> i32 {
        self.babble_scale
    }

    /// Sets the babble scale, clamped to 0–255.
    pub fn set_babble_scale(&mut self, scale: i32) {
        self.babble_scale = scale.clamp(0, 255);
    }

    /// The babble phase.
    #[must_use]
    pub const fn babble_phase(&self) -> u64 {
        self.babble_phase
    }

    /// Sets the babble phase.
    pub const fn set_babble_phase(&mut self, phase: u64) {
        self.babble_phase = phase;
    }

    /// The state of the generator that `sampling.sample` draws from.
    #[must_use]
    pub const fn generator(&self) -> u64 {
        self.generator
    }

    /// Seeds that generator.
    pub const fn set_generator(&mut self, state: u64) {
        self.generator = state;
    }

    /// The model slots.
    #[must_use]
    pub const fn models(&self) -> &ModelTable {
        &self.models
    }

    /// What the test extension recorded in this run.
    #[must_use]
    pub const fn tests(&self) -> &TestState {
        &self.tests
    }

    /// Whether a failed assertion marks its test and goes on behind it, instead of ending the run.
    pub const fn set_collect_failures(&mut self, collect: bool) {
        self.tests.collect = collect;
    }

    /// The index of the next instruction.
    #[must_use]
    pub const fn pc(&self) -> usize {
        self.pc
    }

    /// Sets the index of the next instruction; beyond the program, the next step is its end.
    pub const fn set_pc(&mut self, pc: usize) {
        self.pc = pc;
    }

    /// Active loops and pending calls, outermost first.
    #[must_use]
    pub fn control_stack(&self) -> &[control::Frame] {
        self.control.frames()
    }

    /// The fuel that is left.
    #[must_use]
    pub const fn fuel(&self) -> u64 {
        self.fuel
    }

    /// Sets the fuel that is left in this run; a new run begins with [`Limits::fuel`].
    pub const fn set_fuel(&mut self, fuel: u64) {
        self.fuel = fuel;
    }

    /// How many runs have begun.
    #[must_use]
    pub const fn runs(&self) -> u64 {
        self.runs
    }

    /// The operation whose answer is outstanding, and the instruction that yielded it.
    #[must_use]
    pub const fn pending(&self) -> Option<(DomainOp, usize)> {
        match &self.status {
            Status::Pending { op, instruction, .. } => Some((*op, *instruction)),
            _ => None,
        }
    }

    /// The outcome of the last run, if it is over.
    #[must_use]
    pub const fn last_outcome(&self) -> Option<&Outcome> {
        match &self.status {
            Status::Finished(outcome) => outcome.as_ref(),
            _ => None,
        }
    }

    /// The mnemonic of an instruction of the loaded program, for messages.
    #[must_use]
    pub fn mnemonic_at(&self, index: usize) -> String {
        let word = self.program.program().instructions.get(index);
        let row = word.and_then(|word| ternsig_isa::table::row(word.ext, word.opcode));
        match (row, word) {
            (Some(row), _) => ternsig_isa::operand::mnemonic(row),
            (None, Some(word)) => format!("ext_{:04X}.{:#06x}", word.ext, word.opcode),
            (None, None) => String::new(),
        }
    }

    /// Refuses elements beyond the limits.
    pub(crate) fn check_room(&self, elements: usize) -> Result<(), Fault> {
        if elements > self.limits.register_elements {
            let limit = self.limits.register_elements;
            let message = format!("a register of {elements} elements exceeds the limit of {limit}");
            return Err(Fault::new(ErrorKind::Limit, message));
        }
        if !self.is_small(elements) && self.total_elements() + elements > self.limits.total_elements {
            let limit = self.limits.total_elements;
            return Err(Fault::new(
                ErrorKind::Limit,
                format!("the registers would hold more than {limit} elements"),
            ));
        }
        Ok(())
    }

    /// Whether a register of this size cannot exceed the total whatever the others hold: then the banks need not be
    /// summed up, which would cost more than most instructions.
    const fn is_small(&self, elements: usize) -> bool {
        elements <= self.limits.total_elements / (8 * REGISTERS_PER_BANK) && elements <= 1 << 16
    }

    /// Elements of all registers and of the lists that programs can make beside them.
    fn total_elements(&self) -> usize {
        let copies = self.cold.iter().chain(&self.checkpoints).flatten().map(|register| register.len());
        let lists = self.pressure.iter().chain(&self.tests.snapshots).flatten().map(Vec::len);
        let recordings =
            self.contrast.free.iter().chain(&self.contrast.clamped).flatten().map(|list| 2 * list.len());
        self.hot.elements() + copies.chain(lists).chain(recordings).sum::<usize>()
    }

    /// A hot register that an instruction reads.
    pub(crate) fn source(&self, byte: u8) -> Result<&HotRegister, Fault> {
        self.hot.get(slot(byte)).ok_or_else(|| Fault::unallocated(Register::from_byte(byte)))
    }

    /// The elements of a hot register that an instruction reads.
    pub(crate) fn data(&self, byte: u8) -> Result<&[i32], Fault> {
        self.source(byte).map(HotRegister::data)
    }

    /// A hot register that an instruction changes in place.
    pub(crate) fn modified(&mut self, byte: u8) -> Result<&mut HotRegister, Fault> {
        self.hot.get_mut(slot(byte)).ok_or_else(|| Fault::unallocated(Register::from_byte(byte)))
    }

    /// A cold register that an instruction reads.
    pub(crate) fn weights(&self, byte: u8) -> Result<&ColdRegister, Fault> {
        self.cold(slot(byte)).ok_or_else(|| Fault::unallocated(Register::from_byte(byte)))
    }

    /// A cold register that an instruction changes.
    pub(crate) fn modified_weights(&mut self, byte: u8) -> Result<&mut ColdRegister, Fault> {
        self.cold_mut(slot(byte)).ok_or_else(|| Fault::unallocated(Register::from_byte(byte)))
    }

    /// A cold register that an instruction changes unless it is frozen.
    pub(crate) fn trainable_weights(&mut self, byte: u8) -> Result<&mut ColdRegister, Fault> {
        if self.weights(byte)?.is_frozen() {
            return Err(Fault::frozen(Register::from_byte(byte)));
        }
        self.modified_weights(byte)
    }

    /// Computes a new content for hot register `dst` while every source, `dst` included, can still be read. Nothing is
    /// changed if that fails.
    pub(crate) fn produce(
        &mut self,
        dst: u8,
        compute: impl FnOnce(&Machine, &mut Vec<i32>) -> Result<Shape, Fault>,
    ) -> Result<(), Fault> {
        let mut out = std::mem::take(&mut self.scratch);
        out.clear();
        let result = compute(self, &mut out).and_then(|shape| self.check_room(out.len()).map(|()| shape));
        if let Ok(shape) = result {
            let register = self.hot.claim(slot(dst));
            register.data.clear();
            register.data.extend_from_slice(&out);
            register.shape = shape;
        }
        self.scratch = out;
        result.map(|_| ())
    }

    /// Replaces hot register `dst` by one element.
    pub(crate) fn put_scalar(&mut self, dst: u8, value: i32) {
        let register = self.hot.claim(slot(dst));
        register.data.clear();
        register.data.push(value);
        register.shape = Shape::vector(1);
    }

    /// Replaces hot register `dst` by these elements, shape `[len]`.
    pub(crate) fn put_vector(&mut self, dst: u8, data: &[i32]) {
        let register = self.hot.claim(slot(dst));
        register.data.clear();
        register.data.extend_from_slice(data);
        register.shape = Shape::vector(data.len());
    }

    /// Gives a cold register a zeroed pressure list of this length, unless it has one of this length.
    pub(crate) fn size_pressure(&mut self, byte: u8, len: usize) -> Result<(), Fault> {
        if self.pressure(slot(byte)).map(<[i32]>::len) == Some(len) {
            return Ok(());
        }
        self.check_room(len)?;
        let list = self.pressure[slot(byte)].get_or_insert_default();
        list.clear();
        list.resize(len, 0);
        Ok(())
    }

    /// The dopamine factor of learning, 1–3; `None` while learning is off.
    pub(crate) fn dopamine_factor(&self) -> Option<i64> {
        let above = self.chemicals[0].checked_sub(LEARNING_DOPAMINE)?;
        Some(1 + i64::from(above) / 64)
    }

    /// Whether the host asked to interrupt the run; long products poll it.
    pub(crate) fn is_interrupted(&self) -> bool {
        self.interrupt.load(Ordering::Relaxed)
    }
}

/// The index within its bank of a register byte.
pub(crate) const fn slot(byte: u8) -> usize {
    (byte & 0x3F) as usize
}

fn fault_error(fault: Fault) -> Error {
    match fault {
        Fault::Error(error) => error,
        Fault::Interrupted => Error::new(ErrorKind::Conflict, "interrupted"),
    }
}
