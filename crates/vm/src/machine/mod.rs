//! All state of a running program.

pub mod cold;
pub mod control;
mod difference;
pub mod hot;
pub(crate) mod interrupt;
pub mod learning;
pub mod models;
pub mod native;
mod operands;
pub mod reload;
mod state;
pub(crate) mod status;
pub mod structural;
pub mod test_state;
pub mod usage;

use crate::error::{Error, ErrorKind, Fault};
use cold::ColdRegister;
use control::ControlStack;
use hot::{HotBank, HotRegister};
use interrupt::Interrupt;
use learning::Contrast;
use models::ModelTable;
use native::KnownSince;
use status::Status;
use std::sync::Arc;
use ternsig_isa::limits::{MAX_ELEMENTS, REGISTERS_PER_BANK};
use ternsig_isa::{Bank, DomainOp, Shape};
use ternsig_program::ValidatedProgram;
use test_state::TestState;

/// The chemicals that the machine keeps itself, by id.
pub const CHEMICAL_NAMES: [&str; 4] = ["dopamine", "serotonin", "norepinephrine", "GABA"];
/// The level that chemicals begin with.
pub const CHEMICAL_BASELINE: u8 = 128;
/// Registers of at most this many elements are not counted against the limit of all registers together.
pub(crate) const UNCOUNTED_ELEMENTS: usize = 1 << 16;

/// What a machine may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Fuel of one run; see [`crate::fuel`].
    pub fuel: u64,
    /// Most elements in one register.
    pub register_elements: usize,
    /// Most elements in all hot and cold registers and in the lists beside them (pressure, checkpoints, recordings,
    /// snapshots, model outputs) together.
    pub total_elements: usize,
    /// Most pending calls.
    pub calls: usize,
}

impl Default for Limits {
    fn default() -> Limits {
        Limits { fuel: 1_000_000_000, register_elements: MAX_ELEMENTS, total_elements: 1 << 28, calls: 1024 }
    }
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
    pub(crate) interrupt: Interrupt,
    pub(crate) scratch: Vec<i32>,
    pub(crate) known_since: KnownSince,
    /// The operation that the last yielding instruction asked for; outstanding ones stand in the status.
    pub(crate) asked: DomainOp,
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
            status: Status::IDLE,
            limits,
            interrupt: Interrupt::default(),
            scratch: Vec::new(),
            known_since: KnownSince::default(),
            asked: DomainOp::PoolSave,
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
        self.make_unknown();
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
        self.output.clear();
        self.attach(program);
        Ok(())
    }

    /// Puts a program onto the machine as it is: no register, buffer or model binding is reset, whatever it declares. An unfinished
    /// run is dropped. The same puts the machine's own program back afterwards.
    pub fn attach(&mut self, program: ValidatedProgram) {
        self.make_unknown();
        self.tests.clear();
        self.control.clear();
        self.pc = 0;
        self.status = Status::IDLE;
        self.program = program;
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
        self.make_unknown();
        self.limits = limits;
    }

    /// Hot register `index`, if there is one and it is allocated.
    #[must_use]
    pub fn hot(&self, index: usize) -> Option<&HotRegister> {
        self.hot.get(index)
    }

    /// Hot register `index`, if there is one and it is allocated, to be changed in place.
    pub fn hot_mut(&mut self, index: usize) -> Option<&mut HotRegister> {
        self.make_unknown();
        self.hot.get_mut(index)
    }

    /// Replaces hot register `index`, allocating it if needed. Where only elements change, native code need not look at the
    /// machine anew: to answer an operation this is the way.
    ///
    /// # Errors
    /// The data do not fit the shape, there is no such register, or a limit is exceeded.
    pub fn set_hot(&mut self, index: usize, data: &[i32], shape: Shape) -> Result<(), Error> {
        let register = structural::named(Bank::Hot, index)?;
        if shape.elements() != data.len() {
            let message = format!("{} elements do not fit the shape {shape}", data.len());
            return Err(Error::about(ErrorKind::ShapeMismatch, register, message));
        }
        self.check_room(data.len()).map_err(|fault| fault_error(fault).naming(register))?;
        if let Some(register) = self.hot.get_mut(index)
            && register.shape == shape
            && register.data.len() == data.len()
        {
            register.data.copy_from_slice(data);
            return Ok(());
        }
        self.make_unknown();
        let register = self.hot.claim(index);
        register.data.clear();
        register.data.extend_from_slice(data);
        register.shape = shape;
        Ok(())
    }

    /// That hot register `index` can be [replaced](Machine::set_hot) by so many elements, for a host that acts before it knows which.
    ///
    /// # Errors
    /// There is no such register, or a limit would be exceeded.
    pub fn check_hot(&self, index: usize, elements: usize) -> Result<(), Error> {
        let register = structural::named(Bank::Hot, index)?;
        self.check_room(elements).map_err(|fault| fault_error(fault).naming(register))
    }

    /// Frees hot register `index`; false if it was not allocated.
    pub fn free_hot(&mut self, index: usize) -> bool {
        self.make_unknown();
        self.hot.free(index)
    }

    /// Cold register `index`, if there is one and it is allocated.
    #[must_use]
    pub fn cold(&self, index: usize) -> Option<&ColdRegister> {
        self.cold.get(index)?.as_deref()
    }

    /// Cold register `index`, if there is one and it is allocated, to be changed. A register that is shared with another
    /// machine is copied first.
    pub fn cold_mut(&mut self, index: usize) -> Option<&mut ColdRegister> {
        self.make_unknown();
        self.cold.get_mut(index)?.as_mut().map(Arc::make_mut)
    }

    /// Cold register `index` to be shared with another machine, copy-on-write.
    #[must_use]
    pub fn share_cold(&self, index: usize) -> Option<Arc<ColdRegister>> {
        self.cold.get(index)?.clone()
    }

    /// Replaces cold register `index`.
    ///
    /// # Errors
    /// There is no such register, or a limit is exceeded.
    pub fn set_cold(&mut self, index: usize, register: Arc<ColdRegister>) -> Result<(), Error> {
        let name = structural::named(Bank::Cold, index)?;
        self.check_room(register.len()).map_err(|fault| fault_error(fault).naming(name))?;
        self.make_unknown();
        self.cold[index] = Some(register);
        Ok(())
    }

    /// Frees cold register `index` with its pressure and recordings; a checkpoint stays. False if it was not allocated.
    pub fn free_cold(&mut self, index: usize) -> bool {
        if index >= REGISTERS_PER_BANK {
            return false;
        }
        self.make_unknown();
        self.pressure[index] = None;
        self.contrast.forget(index);
        self.cold[index].take().is_some()
    }
}

/// The index within its bank of a register byte.
pub(crate) const fn slot(byte: u8) -> usize {
    (byte & 0x3F) as usize
}

pub(crate) fn fault_error(fault: Fault) -> Error {
    match fault {
        Fault::Error(error) => error,
        Fault::Interrupted => Error::new(ErrorKind::Conflict, "interrupted"),
    }
}
