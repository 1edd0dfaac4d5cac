//! What an instruction costs.
//!
//! An instruction costs 1 + ⌈work / 1024⌉ units of fuel, charged before it executes. What counts as work stands in the
//! instruction table: nothing, the elements of the longest register or buffer involved, the multiply-accumulates of a
//! product, or the elements that are created. Registers that are not allocated count as empty. Where a result can have as
//! many elements as a dimension, that counts even beside a dimension of 0.

use crate::machine::{Machine, slot};
use crate::semantics::cache_extent;
use ternsig_isa::table::arch::ArchOp;
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::table::learning::LearningOp;
use ternsig_isa::table::neuro::NeuroOp;
use ternsig_isa::table::orchestration::OrchestrationOp;
use ternsig_isa::table::tensor::TensorOp;
use ternsig_isa::table::ternary::TernaryOp;
use ternsig_isa::{Bank, Op, Register, Shape, Work};
use ternsig_program::{Step, StepOp};

/// Elements or multiply-accumulates for one unit of fuel.
pub const WORK_PER_UNIT: u64 = 1024;

/// The fuel that this step costs on this machine as it is now.
#[must_use]
pub fn cost<M: Sizes>(machine: &M, step: &Step) -> u64 {
    let work = match (step.work, step.op) {
        (Work::Unit, _) | (_, StepOp::User { .. }) => return 1,
        (Work::Elements, StepOp::Standard(op)) => elements(machine, op, step),
        (Work::Product, StepOp::Standard(op)) => product(machine, op, step.operands),
        (Work::Created, StepOp::Standard(op)) => created(machine, op, step.operands),
    };
    1 + (work as u64).div_ceil(WORK_PER_UNIT)
}

/// What the cost of an instruction depends on. The machine knows it while it runs, an analysis perhaps before.
///
/// Operand bytes name registers; what is not allocated has no size.
pub trait Sizes {
    /// Elements and shape of a hot register.
    fn hot(&self, byte: u8) -> Option<(usize, Shape)>;
    /// The first element of a hot register.
    fn hot_first(&self, byte: u8) -> Option<i32>;
    /// Weights and shape of a cold register.
    fn cold(&self, byte: u8) -> Option<(usize, Shape)>;
    /// Elements of the input buffer.
    fn input_len(&self) -> usize;
    /// Elements of the target buffer.
    fn target_len(&self) -> usize;
    /// Elements of the pressure list of a cold register.
    fn pressure_len(&self, byte: u8) -> usize;
    /// Elements of the recording of the free phase of a cold register.
    fn recording_len(&self, byte: u8) -> usize;
    /// Weights of the checkpoint of a cold register.
    fn checkpoint_len(&self, byte: u8) -> usize;
    /// Elements of the last output of the model in a slot.
    fn model_output_len(&self, slot: u8) -> usize;
    /// How many elements a cache needs to have after an append, as far as one can have them.
    fn cache_extent(&self, op: Op, operands: [u8; 4]) -> usize;
}

impl Sizes for Machine {
    fn hot(&self, byte: u8) -> Option<(usize, Shape)> {
        self.hot(slot(byte)).map(|register| (register.data().len(), register.shape()))
    }

    fn hot_first(&self, byte: u8) -> Option<i32> {
        self.hot(slot(byte)).and_then(|register| register.data().first().copied())
    }

    fn cold(&self, byte: u8) -> Option<(usize, Shape)> {
        self.cold(slot(byte)).map(|register| (register.len(), register.shape()))
    }

    fn input_len(&self) -> usize {
        self.input().len()
    }

    fn target_len(&self) -> usize {
        self.target().len()
    }

    fn pressure_len(&self, byte: u8) -> usize {
        self.pressure(slot(byte)).map_or(0, <[i32]>::len)
    }

    fn recording_len(&self, byte: u8) -> usize {
        self.contrast.free[slot(byte)].as_ref().map_or(0, Vec::len)
    }

    fn checkpoint_len(&self, byte: u8) -> usize {
        self.checkpoints[slot(byte)].as_ref().map_or(0, |register| register.len())
    }

    fn model_output_len(&self, slot: u8) -> usize {
        self.models().slot(slot).and_then(|model| model.last_output.as_ref()).map_or(0, Vec::len)
    }

    fn cache_extent(&self, op: Op, operands: [u8; 4]) -> usize {
        cache_extent(self, op, operands)
    }
}

fn hot_len(m: &impl Sizes, byte: u8) -> usize {
    m.hot(byte).map_or(0, |(len, _)| len)
}

fn hot_shape(m: &impl Sizes, byte: u8) -> Shape {
    m.hot(byte).map_or(Shape::vector(0), |(_, shape)| shape)
}

/// The largest dimension.
fn hot_extent(m: &impl Sizes, byte: u8) -> usize {
    hot_shape(m, byte).dims().iter().max().map_or(0, |&dim| dim as usize)
}

/// Rows and columns of weights; none if they are not allocated.
fn weights(m: &impl Sizes, byte: u8) -> (usize, usize) {
    m.cold(byte).map_or((0, 0), |(_, shape)| matrix(shape))
}

/// The multiply-accumulates of one product with weights, and at least one for each element of its result.
fn weights_work(m: &impl Sizes, byte: u8) -> usize {
    let (rows, columns) = weights(m, byte);
    rows.saturating_mul(columns).max(rows).max(columns)
}

/// How long the rows of a table are; a vector is one row.
fn row_width(m: &impl Sizes, byte: u8) -> usize {
    let shape = m.cold(byte).map_or(Shape::vector(0), |(_, shape)| shape);
    shape.dim(1).or(shape.dim(0)).unwrap_or(0)
}

fn matrix(shape: Shape) -> (usize, usize) {
    (shape.dim(0).unwrap_or(1), shape.dim(1).unwrap_or(1))
}

fn elements(m: &impl Sizes, op: Op, step: &Step) -> usize {
    match op {
        Op::Core(CoreOp::LoadInput) => m.input_len(),
        Op::Core(CoreOp::LoadTarget) | Op::Learning(LearningOp::LoadTarget) => m.target_len(),
        // How much a substrate is asked for is up to the target.
        Op::Neuro(NeuroOp::FieldRead) => hot_len(m, step.operands[0]),
        Op::Core(CoreOp::ReduceMean) | Op::Tensor(TensorOp::ReduceMeanDim) => {
            longest(m, step).max(hot_extent(m, step.operands[1]))
        }
        Op::Tensor(TensorOp::KvRead | TensorOp::KvReadPos) => {
            longest(m, step).max(hot_extent(m, step.operands[0]))
        }
        Op::Tensor(TensorOp::KvAppend | TensorOp::KvAppendPos) => {
            longest(m, step).max(m.cache_extent(op, step.operands))
        }
        Op::Learning(LearningOp::DecayEligibility | LearningOp::UpdateWeights) => {
            longest(m, step).max(m.pressure_len(step.operands[0]))
        }
        Op::Learning(LearningOp::ChlUpdate) => longest(m, step).max(m.recording_len(step.operands[0])),
        _ => longest(m, step),
    }
}

/// The elements of the longest register that is read, modified or named.
fn longest(m: &impl Sizes, step: &Step) -> usize {
    let sources = (0..4).filter(|byte| step.sources >> byte & 1 == 1);
    sources.map(|byte| register_len(m, step.operands[byte])).max().unwrap_or(0)
}

fn register_len(m: &impl Sizes, byte: u8) -> usize {
    match Register::from_byte(byte).bank() {
        Bank::Hot => hot_len(m, byte),
        Bank::Cold => m.cold(byte).map_or(0, |(len, _)| len),
        Bank::Param | Bank::Shape => 1,
    }
}

fn product(m: &impl Sizes, op: Op, [a, b, c, _]: [u8; 4]) -> usize {
    match op {
        Op::Core(CoreOp::TernaryBatchMatmul) | Op::Ternary(TernaryOp::TernaryBatchMatmul) => {
            let (rows, columns) = weights(m, b);
            rows.max(1).saturating_mul(hot_len(m, c).max(columns))
        }
        Op::Core(_) | Op::Ternary(_) | Op::Arch(ArchOp::WireForward) => weights_work(m, b),
        Op::Tensor(TensorOp::Matmul) => {
            let ((rows, inner), (_, columns)) = (matrix(hot_shape(m, b)), matrix(hot_shape(m, c)));
            let products = rows.saturating_mul(inner.max(1)).saturating_mul(columns);
            // Both operands are looked through for their largest element.
            products.max(hot_len(m, b)).max(hot_len(m, c))
        }
        Op::Tensor(_) => {
            // Attention takes a dimension of 0 for 1.
            let [(queries, width), (keys, _), (_, values)] = [a, b, c]
                .map(|byte| matrix(hot_shape(m, byte)))
                .map(|(rows, columns)| (rows.max(1), columns.max(1)));
            queries.saturating_mul(keys).saturating_mul(width.saturating_add(values))
        }
        Op::Learning(LearningOp::MasteryOuter) => weights_work(m, a),
        Op::Learning(LearningOp::ChlBackpropClamp) => weights_work(m, if c == 0 { a } else { c }),
        Op::Learning(_) => hot_len(m, a).max(1).saturating_mul(hot_len(m, b).max(1)),
        _ => 0,
    }
}

fn created(m: &impl Sizes, op: Op, operands: [u8; 4]) -> usize {
    let [a, b, c, d] = operands;
    let wide = usize::from(u16::from_be_bytes([c, d]));
    match op {
        Op::Core(CoreOp::AllocTensor) | Op::Arch(ArchOp::AllocTensor) => usize::from(b) * wide.max(1),
        Op::Arch(ArchOp::DefineLayer) => usize::from(b) * wide,
        Op::Core(CoreOp::GrowNeuron) | Op::Arch(ArchOp::GrowNeuron) => {
            let by_register = m.hot_first(b).map_or(0, |n| n.clamp(0, 65535) as usize);
            let count = if c == 0 { by_register } else { usize::from(c) };
            let (_, width) = weights(m, a);
            count.saturating_mul(width)
        }
        Op::Core(CoreOp::EmbedLookup) | Op::Ternary(TernaryOp::EmbedLookup) => {
            hot_len(m, c).saturating_mul(row_width(m, b))
        }
        Op::Core(CoreOp::EmbedSequence) | Op::Ternary(TernaryOp::EmbedSequence) => {
            usize::from(c).saturating_mul(row_width(m, b))
        }
        Op::Learning(_) => m.checkpoint_len(a),
        Op::Orchestration(OrchestrationOp::ModelOutput) => m.model_output_len(b),
        _ => hot_len(m, b) + hot_len(m, c),
    }
}
