//! Lengths and shapes: what a version of the code is made for.

use crate::lower::cache;
use ternsig_isa::limits::REGISTERS_PER_BANK;
use ternsig_isa::table::tensor::TensorOp;
use ternsig_isa::{Bank, Op, Shape};
use ternsig_program::{StepOp, ValidatedProgram};
use ternsig_vm::fuel::Sizes;
use ternsig_vm::{ColdRegister, Machine};

/// Length and shape of the content of a hot register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Buffer {
    pub(crate) len: usize,
    pub(crate) shape: Shape,
}

impl Buffer {
    /// A vector.
    pub(crate) const fn vector(len: usize) -> Buffer {
        Buffer { len, shape: Shape::vector(len) }
    }

    /// What fills its shape.
    pub(crate) fn filling(shape: Shape) -> Buffer {
        Buffer { len: shape.elements(), shape }
    }

    /// So many elements, in this shape if they fill it, else as a vector.
    pub(crate) fn fitted(len: usize, shape: Shape) -> Buffer {
        Buffer { len, shape: shape.fitted(len) }
    }
}

/// What is known of a hot register at some instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Cell {
    /// It is not allocated.
    Absent,
    /// It is allocated and has this length and shape.
    Known(Buffer),
    /// Different on different ways here.
    Unknown,
}

impl Cell {
    /// What holds on both of two ways.
    pub(crate) fn merged(self, other: Cell) -> Cell {
        if self == other { self } else { Cell::Unknown }
    }
}

/// What is known of a cold register, for the whole of a version.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) struct Weights {
    pub(crate) len: usize,
    pub(crate) shape: Shape,
    /// It has a temperature list.
    pub(crate) gated: bool,
    /// It counts its usage.
    pub(crate) tracked: bool,
}

impl Weights {
    pub(crate) fn of(register: &ColdRegister) -> Weights {
        Weights {
            len: register.len(),
            shape: register.shape(),
            gated: register.temperatures().is_some(),
            tracked: register.usage().is_some(),
        }
    }
}

/// What a version is made for: the machine where its analysis begins.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(crate) struct Facts {
    /// The instruction where it begins.
    pub(crate) root: usize,
    pub(crate) input_len: usize,
    pub(crate) target_len: usize,
    pub(crate) hot: Vec<Cell>,
    pub(crate) cold: Vec<Option<Weights>>,
    /// Whatever may ask a device is left to the interpreter.
    pub(crate) devices_apart: bool,
}

impl Facts {
    /// The facts of a machine about the registers that a program names: others are taken as absent.
    pub(crate) fn of(machine: &Machine, used: &Used) -> Facts {
        let hot = (0..REGISTERS_PER_BANK).map(|index| match machine.hot(index).filter(|_| used.hot(index)) {
            Some(register) => Cell::Known(Buffer { len: register.data().len(), shape: register.shape() }),
            None => Cell::Absent,
        });
        let cold = (0..REGISTERS_PER_BANK)
            .map(|index| machine.cold(index).filter(|_| used.cold(index)).map(Weights::of));
        Facts {
            root: machine.pc(),
            input_len: if used.input { machine.input().len() } else { 0 },
            target_len: if used.target { machine.target().len() } else { 0 },
            hot: hot.collect(),
            cold: cold.collect(),
            devices_apart: false,
        }
    }

    /// The facts that the first run will probably have: buffers that are empty are as long as the program declares them.
    pub(crate) fn expected(program: &ValidatedProgram, used: &Used, machine: &Machine) -> Facts {
        let mut facts = Facts::of(machine, used);
        facts.root = 0;
        if used.input && machine.input().is_empty() {
            facts.input_len = declared(program, "load_input").unwrap_or(0);
        }
        if used.target && machine.target().is_empty() {
            facts.target_len = declared(program, "load_target").unwrap_or(0);
        }
        facts
    }
}

/// The declared elements of the register that an instruction fills.
fn declared(program: &ValidatedProgram, name: &str) -> Option<usize> {
    let is_named = |op: Op| op.row().name == name;
    let step = program.steps().iter().find(|step| matches!(step.op, StepOp::Standard(op) if is_named(op)))?;
    let index = usize::from(step.operands[0] & 0x3F);
    let declared = program.program().registers.iter().filter(|decl| decl.register.bank() == Bank::Hot);
    declared.filter(|decl| decl.register.index() == index).map(|decl| decl.shape.elements()).next()
}

/// Which registers and buffers a program names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct Used {
    pub(crate) hot: u64,
    pub(crate) cold: u64,
    pub(crate) input: bool,
    pub(crate) target: bool,
}

impl Used {
    pub(crate) const fn hot(&self, index: usize) -> bool {
        self.hot >> index & 1 == 1
    }

    pub(crate) const fn cold(&self, index: usize) -> bool {
        self.cold >> index & 1 == 1
    }
}

/// The facts at one instruction.
#[derive(Debug, Clone, Copy)]
pub(crate) struct View<'a> {
    pub(crate) facts: &'a Facts,
    pub(crate) cells: &'a [Cell],
}

impl View<'_> {
    pub(crate) fn cell(&self, byte: u8) -> Cell {
        self.cells[usize::from(byte & 0x3F)]
    }

    pub(crate) fn weights(&self, byte: u8) -> Option<Weights> {
        self.facts.cold[usize::from(byte & 0x3F)]
    }
}

impl Sizes for View<'_> {
    fn hot(&self, byte: u8) -> Option<(usize, Shape)> {
        match self.cell(byte) {
            Cell::Known(buffer) => Some((buffer.len, buffer.shape)),
            Cell::Absent | Cell::Unknown => None,
        }
    }

    fn cold(&self, byte: u8) -> Option<(usize, Shape)> {
        self.weights(byte).map(|weights| (weights.len, weights.shape))
    }

    fn input_len(&self) -> usize {
        self.facts.input_len
    }

    fn target_len(&self) -> usize {
        self.facts.target_len
    }

    // No native instruction costs by what follows.
    fn hot_first(&self, _byte: u8) -> Option<i32> {
        None
    }

    fn pressure_len(&self, _byte: u8) -> usize {
        0
    }

    fn recording_len(&self, _byte: u8) -> usize {
        0
    }

    fn checkpoint_len(&self, _byte: u8) -> usize {
        0
    }

    fn model_output_len(&self, _slot: u8) -> usize {
        0
    }

    fn cache_extent(&self, op: Op, [_, kv, pos, len]: [u8; 4]) -> usize {
        match (op, self.cell(kv)) {
            (Op::Tensor(TensorOp::KvAppend), Cell::Known(buffer)) => cache::extent(buffer, pos, len),
            _ => 0,
        }
    }
}
