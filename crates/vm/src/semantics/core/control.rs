//! Control flow.

use super::{Flow, Word};
use crate::error::Fault;
use crate::machine::Machine;

fn target([_, _, high, low]: Word) -> u32 {
    u32::from(u16::from_be_bytes([high, low]))
}

/// The step that is being executed: the program counter is already behind it.
fn here(m: &Machine) -> u32 {
    m.pc as u32 - 1
}

fn go(m: &mut Machine, target: u32) {
    m.control.jump(target);
    m.pc = target as usize;
}

pub(super) fn reset(m: &mut Machine) {
    m.control.clear();
    m.pc = 0;
}

/// A loop of count 0 goes behind its `end_loop`.
pub(super) fn begin_loop(m: &mut Machine, [_, _, high, low]: Word) {
    let count = u16::from_be_bytes([high, low]);
    let start = here(m) + 1;
    let end = m.program.steps()[here(m) as usize].partner;
    if count == 0 {
        m.pc = end as usize + 1;
    } else {
        m.control.push_loop(start, end, count);
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
    m.pc = target(word) as usize;
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
    go(m, target(word));
}

pub(super) fn if_zero(m: &mut Machine, word: Word) -> Result<(), Fault> {
    if m.data(word[0])?.iter().all(|&x| x == 0) {
        go(m, target(word));
    }
    Ok(())
}

pub(super) fn if_nonzero(m: &mut Machine, word: Word) -> Result<(), Fault> {
    if m.data(word[0])?.iter().any(|&x| x != 0) {
        go(m, target(word));
    }
    Ok(())
}
