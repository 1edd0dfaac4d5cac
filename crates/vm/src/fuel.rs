//! What an instruction costs.
//!
//! An instruction costs 1 + ⌈work / 1024⌉ units of fuel, charged before it executes. What counts as work stands in the
//! instruction table: nothing, the elements of the longest register or buffer involved, the multiply-accumulates of a
//! product, or the elements that are created. Registers that are not allocated count as empty.

use crate::machine::{Machine, slot};
use ternsig_isa::table::arch::ArchOp;
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::table::learning::LearningOp;
use ternsig_isa::table::tensor::TensorOp;
use ternsig_isa::table::ternary::TernaryOp;
use ternsig_isa::{Access, Bank, Op, Shape, Work};
use ternsig_program::{Step, StepOp};

/// Elements or multiply-accumulates for one unit of fuel.
pub const WORK_PER_UNIT: u64 = 1024;

/// The fuel that this step costs on this machine as it is now.
#[must_use]
pub fn cost(machine: &Machine, step: &Step) -> u64 {
    match step.op {
        StepOp::Standard(op) => 1 + work(machine, op, step.operands).div_ceil(WORK_PER_UNIT),
        StepOp::User { .. } => 1,
    }
}

fn work(m: &Machine, op: Op, operands: [u8; 4]) -> u64 {
    let work = match op.row().work {
        Work::Unit => return 0,
        Work::Elements => elements(m, op, operands),
        Work::Product => product(m, op, operands),
        Work::Created => created(m, op, operands),
    };
    work as u64
}

fn hot_len(m: &Machine, byte: u8) -> usize {
    m.hot(slot(byte)).map_or(0, |register| register.data().len())
}

fn hot_shape(m: &Machine, byte: u8) -> Shape {
    m.hot(slot(byte)).map_or(Shape::vector(0), |register| register.shape())
}

fn cold_shape(m: &Machine, byte: u8) -> Shape {
    m.cold(slot(byte)).map_or(Shape::vector(0), |register| register.shape())
}

fn matrix(shape: Shape) -> (usize, usize) {
    (shape.dim(0).unwrap_or(1), shape.dim(1).unwrap_or(1))
}

fn elements(m: &Machine, op: Op, operands: [u8; 4]) -> usize {
    match op {
        Op::Core(CoreOp::LoadInput) => m.input().len(),
        Op::Core(CoreOp::LoadTarget) | Op::Learning(LearningOp::LoadTarget) => m.target().len(),
        _ => op
            .row()
            .registers(operands)
            .filter(|(field, _)| field.access != Access::Write)
            .map(|(_, register)| match register.bank() {
                Bank::Hot => hot_len(m, register.byte()),
                Bank::Cold => m.cold(register.index()).map_or(0, |r| r.len()),
                Bank::Param | Bank::Shape => 1,
            })
            .max()
            .unwrap_or(0),
    }
}

fn product(m: &Machine, op: Op, [a, b, c, _]: [u8; 4]) -> usize {
    match op {
        Op::Core(CoreOp::TernaryBatchMatmul) | Op::Ternary(TernaryOp::TernaryBatchMatmul) => {
            let (rows, columns) = matrix(cold_shape(m, b));
            rows.saturating_mul(hot_len(m, c).max(columns))
        }
        Op::Core(_) | Op::Ternary(_) | Op::Arch(ArchOp::WireForward) => {
            let (rows, columns) = matrix(cold_shape(m, b));
            rows.saturating_mul(columns)
        }
        Op::Tensor(TensorOp::Matmul) => {
            let ((rows, inner), (_, columns)) = (matrix(hot_shape(m, b)), matrix(hot_shape(m, c)));
            rows.saturating_mul(inner.max(1)).saturating_mul(columns)
        }
        Op::Tensor(_) => {
            // Attention takes a dimension of 0 for 1.
            let [(queries, width), (keys, _), (_, values)] = [a, b, c]
                .map(|byte| matrix(hot_shape(m, byte)))
                .map(|(rows, columns)| (rows.max(1), columns.max(1)));
            queries.saturating_mul(keys).saturating_mul(width.saturating_add(values))
        }
        Op::Learning(LearningOp::MasteryOuter) => m.cold(slot(a)).map_or(0, |register| register.len()),
        Op::Learning(LearningOp::ChlBackpropClamp) => {
            m.cold(slot(if c == 0 { a } else { c })).map_or(0, |register| register.len())
        }
        Op::Learning(_) => hot_len(m, a).max(1).saturating_mul(hot_len(m, b).max(1)),
        _ => 0,
    }
}

fn created(m: &Machine, op: Op, operands: [u8; 4]) -> usize {
    let [a, b, c, d] = operands;
    let wide = usize::from(u16::from_be_bytes([c, d]));
    match op {
        Op::Core(CoreOp::AllocTensor) | Op::Arch(ArchOp::AllocTensor) => usize::from(b) * wide.max(1),
        Op::Arch(ArchOp::DefineLayer) => usize::from(b) * wide,
        Op::Core(CoreOp::GrowNeuron) | Op::Arch(ArchOp::GrowNeuron) => {
            let by_register =
                m.hot(slot(b)).and_then(|r| r.data().first()).map_or(0, |&n| n.clamp(0, 65535) as usize);
            let count = if c == 0 { by_register } else { usize::from(c) };
            let register = cold_shape(m, a);
            count.saturating_mul(register.elements() / register.dim(0).unwrap_or(1).max(1))
        }
        Op::Core(CoreOp::EmbedLookup) | Op::Ternary(TernaryOp::EmbedLookup) => {
            hot_len(m, c).saturating_mul(cold_shape(m, b).last().unwrap_or(0))
        }
        Op::Core(CoreOp::EmbedSequence) | Op::Ternary(TernaryOp::EmbedSequence) => {
            usize::from(c) * cold_shape(m, b).last().unwrap_or(0)
        }
        _ => hot_len(m, b) + hot_len(m, c),
    }
}
