//! What each instruction becomes in native code, given the facts where it stands.

use crate::analysis::facts::{Buffer, Cell, View, Weights};
use crate::lower::emitter::Emitter;
use crate::lower::lanes::Lanes;
use crate::lower::product::Product;
use crate::lower::{activation, core, learning, repeating, tensor, ternary};
use crate::packs::Form;
use std::fmt;
use ternsig_isa::table::arch::ArchOp;
use ternsig_isa::table::neuro::NeuroOp;
use ternsig_isa::table::test::TestOp;
use ternsig_isa::{Effect, Op, Shape};
use ternsig_program::{Step, StepOp};

/// Most elements of a register that native code works on.
pub(crate) const LARGEST: usize = 1 << 24;

/// Why an instruction is left to the interpreter.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// It hands an operation to the host.
    Yields,
    /// It belongs to an extension that the host registered.
    Extension,
    /// With these shapes it fails, or the program is incomplete.
    Fails,
    /// The shape of a register depends on the way here.
    ShapeUnknown,
    /// The weights count their usage.
    UsageTracked,
    /// A register is too large for native code.
    TooLarge,
    /// It may ask a device, which must be asked once although two engines execute the program.
    Device,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Reason; 7] = [
        Reason::Yields,
        Reason::Extension,
        Reason::Fails,
        Reason::ShapeUnknown,
        Reason::UsageTracked,
        Reason::TooLarge,
        Reason::Device,
    ];

    /// A word for reports.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Reason::Yields => "yields",
            Reason::Extension => "extension",
            Reason::Fails => "fails",
            Reason::ShapeUnknown => "shape_unknown",
            Reason::UsageTracked => "usage_tracked",
            Reason::TooLarge => "too_large",
            Reason::Device => "device",
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// A computation that is emitted by itself.
pub(crate) trait Routine: fmt::Debug {
    /// Emits code that reads and writes registers in memory. Destinations have room; lengths and shapes are recorded by
    /// the caller.
    fn emit(&self, e: &mut Emitter<'_>);

    /// The cold register whose packed form it reads.
    fn packed(&self) -> Option<(usize, Form)> {
        None
    }

    /// The cold register whose pressure list it works on, by index.
    fn pressed(&self) -> Option<usize> {
        None
    }

    /// Whether it calls functions of the frame.
    fn calls_out(&self) -> bool {
        self.packed().is_some() || self.pressed().is_some()
    }

    /// Whether it may be abandoned: because it can take so long that it has to look at the interrupt flag
    /// ([`Emitter::poll`]), or because it can turn out to be the interpreter's. It stands alone then and writes its
    /// register only at its end.
    fn is_long(&self) -> bool {
        false
    }
}

/// A routine with what it reads and writes.
#[derive(Debug)]
pub(crate) struct RoutinePlan {
    /// The hot registers whose elements it reads, by index.
    pub(crate) reads: Vec<usize>,
    /// The hot register that it replaces, by index.
    pub(crate) write: Option<(usize, Buffer)>,
    pub(crate) routine: Box<dyn Routine>,
}

/// What an instruction becomes.
#[derive(Debug)]
pub(crate) enum Plan {
    /// Lanes of vectors, which can be fused with others of the same length.
    Lanes(Lanes),
    /// A product of weights with a vector, whose results can pass through lanes before they are stored.
    Product(Product),
    /// Code of its own.
    Routine(RoutinePlan),
    /// A change of the program counter or the control stack; a branch looks at so many elements of its register.
    Control(usize),
    /// No effect beside its fuel.
    Nothing,
    /// A call of the interpreter's own function.
    Helper,
    /// The interpreter.
    Leave(Reason),
}

impl Plan {
    /// Whether the instruction has to look at the interrupt flag while it works.
    pub(crate) fn is_long(&self) -> bool {
        match self {
            Plan::Product(product) => product.is_long(),
            Plan::Routine(plan) => plan.routine.is_long(),
            _ => false,
        }
    }
}

/// A plan, or why there is none.
pub(crate) type Planned = Result<Plan, Reason>;

/// What native code makes of an instruction.
pub(crate) fn plan(step: &Step, view: &View<'_>) -> Plan {
    let StepOp::Standard(op) = step.op else { return Plan::Leave(Reason::Extension) };
    if view.facts.devices_apart && may_ask_device(op) {
        return Plan::Leave(Reason::Device);
    }
    let planned = match op {
        Op::Core(op) => core::plan(op, step.operands, view),
        Op::Tensor(op) => tensor::plan(op, step.operands, view),
        Op::Ternary(op) => ternary::plan(op, step.operands, view),
        Op::Activation(op) => activation::plan(op, step.operands, view),
        Op::Learning(op) => learning::plan(op, step.operands, view),
        Op::Arch(ArchOp::WireSkip) => repeating::wire_skip(view, step.operands),
        _ => Ok(by_effect(op)),
    };
    planned.unwrap_or_else(Plan::Leave)
}

/// Whether an instruction reads or changes what is attached to a machine, or may do so.
pub(crate) fn may_ask_device(op: Op) -> bool {
    matches!(op.row().effect, Effect::Yield(_))
        || matches!(op, Op::Neuro(NeuroOp::TempRead) | Op::Test(TestOp::ExpectChem))
}

/// What becomes of an instruction that has no code of its own: its effect decides.
pub(crate) fn by_effect(op: Op) -> Plan {
    match op.row().effect {
        Effect::Yield(ternsig_isa::Inline::None) => Plan::Leave(Reason::Yields),
        _ => Plan::Helper,
    }
}

/// Length and shape of a source.
pub(crate) fn source(view: &View<'_>, byte: u8) -> Result<Buffer, Reason> {
    match view.cell(byte) {
        Cell::Known(buffer) if buffer.len <= LARGEST => Ok(buffer),
        Cell::Known(_) => Err(Reason::TooLarge),
        Cell::Absent => Err(Reason::Fails),
        Cell::Unknown => Err(Reason::ShapeUnknown),
    }
}

/// Shape of weights that are read.
pub(crate) fn weights(view: &View<'_>, byte: u8) -> Result<Weights, Reason> {
    match view.weights(byte) {
        Some(weights) if weights.len <= LARGEST => Ok(weights),
        Some(_) => Err(Reason::TooLarge),
        None => Err(Reason::Fails),
    }
}

/// A result that native code can hold.
pub(crate) fn result(buffer: Buffer) -> Result<Buffer, Reason> {
    if buffer.len <= LARGEST { Ok(buffer) } else { Err(Reason::TooLarge) }
}

/// The rows and columns of a weight matrix.
pub(crate) fn matrix(shape: Shape) -> Result<(usize, usize), Reason> {
    match (shape.dim(0), shape.dim(1)) {
        (Some(rows), Some(columns)) => Ok((rows, columns)),
        _ => Err(Reason::Fails),
    }
}

/// The index of a register byte within its bank.
pub(crate) const fn index(byte: u8) -> usize {
    (byte & 0x3F) as usize
}
