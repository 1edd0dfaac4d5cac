//! Shapes at the head of every block: a forward analysis that ends where nothing changes any more.

use super::facts::{Buffer, Cell, Facts, Used, View};
use super::flow::Flow;
use crate::lower::plan::{Plan, plan};
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::{Access, Bank, Op, Shape};
use ternsig_program::{Step, StepOp, ValidatedProgram};

/// The registers and buffers that a program names.
pub(crate) fn used(program: &ValidatedProgram) -> Used {
    let mut used = Used::default();
    for step in program.steps() {
        let StepOp::Standard(op) = step.op else { continue };
        for (_, register) in op.row().registers(step.operands).filter(|(_, register)| !register.is_null()) {
            match register.bank() {
                Bank::Hot => used.hot |= 1 << register.index(),
                Bank::Cold => used.cold |= 1 << register.index(),
                Bank::Param | Bank::Shape => {}
            }
        }
        match op.row().name {
            "load_input" => used.input = true,
            "load_target" => used.target = true,
            _ => {}
        }
    }
    used
}

/// The cells at the head of each block that can be reached from the root; `None` for the others.
pub(crate) fn infer(program: &ValidatedProgram, flow: &Flow, facts: &Facts) -> Vec<Option<Vec<Cell>>> {
    let mut heads: Vec<Option<Vec<Cell>>> = vec![None; flow.blocks.len()];
    let mut pending = Vec::new();
    let Some(root) = flow.blocks.iter().rposition(|&(first, _)| first <= facts.root) else { return heads };
    // A root inside a block is analysed from there; the head of the block keeps what other ways say.
    let mut cells = facts.hot.clone();
    let (_, end) = flow.blocks[root];
    if flow.blocks[root].0 == facts.root {
        heads[root] = Some(cells);
        pending.push(root);
    } else {
        walk(program, facts, &mut cells, facts.root, end);
        hand_on(flow, root, &cells, &mut heads, &mut pending);
    }
    while let Some(block) = pending.pop() {
        let Some(mut cells) = heads[block].clone() else { continue };
        let (first, end) = flow.blocks[block];
        walk(program, facts, &mut cells, first, end);
        hand_on(flow, block, &cells, &mut heads, &mut pending);
    }
    heads
}

fn hand_on(
    flow: &Flow,
    block: usize,
    cells: &[Cell],
    heads: &mut [Option<Vec<Cell>>],
    pending: &mut Vec<usize>,
) {
    for next in flow.successors(block).into_iter().filter_map(|at| flow.block_at(at)) {
        let merged: Vec<Cell> = match &heads[next] {
            None => cells.to_vec(),
            Some(known) => known.iter().zip(cells).map(|(a, b)| a.merged(*b)).collect(),
        };
        if heads[next].as_ref() != Some(&merged) {
            heads[next] = Some(merged);
            pending.push(next);
        }
    }
}

fn walk(program: &ValidatedProgram, facts: &Facts, cells: &mut [Cell], first: usize, end: usize) {
    for step in &program.steps()[first..end] {
        let plan = plan(step, &View { facts, cells });
        apply(program, step, &plan, cells);
    }
}

/// The cells behind an instruction. What native code does not compute is taken to be as declared: its entry behind the
/// instruction checks that.
pub(crate) fn apply(program: &ValidatedProgram, step: &Step, plan: &Plan, cells: &mut [Cell]) {
    match plan {
        Plan::Lanes(lanes) => {
            if let Some((register, buffer)) = lanes.result() {
                cells[register] = Cell::Known(buffer);
            }
        }
        Plan::Product(product) => cells[product.dst] = Cell::Known(product.result),
        Plan::Routine(routine) => {
            if let Some((register, buffer)) = routine.write {
                cells[register] = Cell::Known(buffer);
            }
        }
        Plan::Control(_) | Plan::Nothing => {}
        Plan::Helper | Plan::Leave(_) => {
            for (register, cell) in speculated(program, step) {
                cells[register] = cell;
            }
        }
    }
}

fn speculated(program: &ValidatedProgram, step: &Step) -> Vec<(usize, Cell)> {
    let StepOp::Standard(op) = step.op else { return Vec::new() };
    if let Op::Core(CoreOp::AllocTensor) = op {
        return allocated(step).into_iter().collect();
    }
    let written = op.row().registers(step.operands).filter(|(field, register)| {
        field.access != Access::Read && register.bank() == Bank::Hot && !register.is_null()
    });
    let declared = |index: usize| {
        let declarations = &program.program().registers;
        let own = declarations
            .iter()
            .find(|decl| decl.register.bank() == Bank::Hot && decl.register.index() == index);
        own.map_or(Cell::Unknown, |decl| Cell::Known(Buffer::filling(decl.shape)))
    };
    written.map(|(_, register)| (register.index(), declared(register.index()))).collect()
}

fn allocated(step: &Step) -> Option<(usize, Cell)> {
    let [register, dim0, high, low] = step.operands;
    let dim1 = usize::from(u16::from_be_bytes([high, low]));
    let shape = if dim1 == 0 { Shape::vector(dim0.into()) } else { Shape::matrix(dim0.into(), dim1) };
    let hot = ternsig_isa::Register::from_byte(register).bank() == Bank::Hot;
    hot.then(|| (usize::from(register & 0x3F), Cell::Known(Buffer::filling(shape))))
}
