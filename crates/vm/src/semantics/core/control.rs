//! Control flow.

use super::{Flow, Word};
use crate::error::{ErrorKind, Fault};
use crate::machine::Machine;
use ternsig_isa::Op;
use ternsig_isa::table::core::CoreOp;
use ternsig_program::StepOp;

fn target([_, _, high, low]: Word) -> usize {
    usize::from(u16::from_be_bytes([high, low]))
}

/// The index of the step that is being executed: the program counter is already behind it. No step has the index that
/// comes out where a word was dispatched by itself before the first one.
fn here(m: &Machine) -> u32 {
    (m.pc as u32).wrapping_sub(1)
}

pub(super) fn reset(m: &mut Machine) {
    m.control.clear();
    m.pc = 0;
}

/// A loop of count 0 goes behind its `end_loop`.
pub(super) fn begin_loop(m: &mut Machine, [_, _, high, low]: Word) -> Result<(), Fault> {
    let at = here(m);
    let step = m.program.steps().get(at as usize);
    let Some(step) = step.filter(|step| step.op == StepOp::Standard(Op::Core(CoreOp::Loop))) else {
        return Err(Fault::new(ErrorKind::ControlFlow, "the loop is not part of the loaded program"));
    };
    match (u16::from_be_bytes([high, low]), step.partner) {
        (0, end) => {
            m.pc = end as usize + 1;
            Ok(())
        }
        (count, end) => m.control.push_loop(at + 1, end, count),
    }
}

pub(super) fn end_loop(m: &mut Machine) -> Result<(), Fault> {
    if let Some(start) = m.control.end_loop(here(m))? {
        m.pc = start as usize;
    }
    Ok(())
}

pub(super) fn break_loop(m: &mut Machine) -> Result<Flow, Fault> {
    m.pc = m.control.leave_loop()? as usize;
    Ok(Flow::Break)
}

pub(super) fn call(m: &mut Machine, word: Word) -> Result<(), Fault> {
    m.control.call(m.pc as u32, m.limits.calls)?;
    m.pc = target(word);
    Ok(())
}

pub(super) fn return_call(m: &mut Machine) -> Flow {
    match m.control.leave_call() {
        Some(resume) => {
            m.pc = resume as usize;
            Flow::Return
        }
        None => Flow::Halt,
    }
}

pub(super) fn jump(m: &mut Machine, word: Word) {
    m.jump(target(word));
}

pub(super) fn if_zero(m: &mut Machine, word: Word) -> Result<(), Fault> {
    if m.data(word[0])?.iter().all(|&x| x == 0) {
        m.jump(target(word));
    }
    Ok(())
}

pub(super) fn if_nonzero(m: &mut Machine, word: Word) -> Result<(), Fault> {
    if m.data(word[0])?.iter().any(|&x| x != 0) {
        m.jump(target(word));
    }
    Ok(())
}
