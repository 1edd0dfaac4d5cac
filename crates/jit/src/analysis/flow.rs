//! Where control goes: the instructions that begin a block, and what can follow each block.

use ternsig_isa::Op;
use ternsig_isa::table::core::CoreOp;
use ternsig_program::{Step, StepOp, ValidatedProgram};

/// How an instruction hands on control.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Control {
    /// To the next one.
    Next,
    Halt,
    Reset,
    /// A loop of so many rounds with its `end_loop`.
    Loop {
        count: u16,
        end: usize,
    },
    /// The end of a loop with the first instruction of its body.
    EndLoop {
        start: usize,
    },
    /// Out of the innermost loop around it, which ends there; `None` outside of any.
    Break {
        end: Option<usize>,
    },
    Call {
        target: usize,
    },
    Return,
    Jump {
        target: usize,
    },
    /// A jump that depends on a register, taken if all its elements are 0 or if any is not.
    Branch {
        register: u8,
        target: usize,
        if_zero: bool,
    },
}

impl Control {
    /// Whether it looks at the control stack or changes it.
    pub(crate) const fn uses_stack(self) -> bool {
        !matches!(self, Control::Next | Control::Halt)
    }
}

/// A program as blocks.
#[derive(Debug)]
pub(crate) struct Flow {
    pub(crate) controls: Vec<Control>,
    /// First and end of each block, ascending.
    pub(crate) blocks: Vec<(usize, usize)>,
    /// The block that begins at an instruction.
    block_at: Vec<Option<u32>>,
    /// The instructions behind calls.
    pub(crate) returns: Vec<usize>,
}

impl Flow {
    pub(crate) fn of(program: &ValidatedProgram) -> Flow {
        let steps = program.steps();
        let controls = controls(steps);
        let mut leader = vec![false; steps.len() + 1];
        leader[0] = true;
        let mut returns = Vec::new();
        for (at, control) in controls.iter().enumerate() {
            if *control == Control::Next {
                continue;
            }
            leader[at + 1] = true;
            match *control {
                Control::Loop { end, .. } => leader[end + 1] = true,
                Control::Break { end: Some(end) } => leader[end + 1] = true,
                Control::EndLoop { start } => leader[start] = true,
                Control::Jump { target } | Control::Branch { target, .. } => leader[target] = true,
                Control::Call { target } => {
                    leader[target] = true;
                    returns.push(at + 1);
                }
                _ => {}
            }
        }
        let heads: Vec<usize> = (0..steps.len()).filter(|&at| leader[at]).collect();
        let ends = heads.iter().skip(1).copied().chain([steps.len()]);
        let blocks: Vec<_> = heads.iter().copied().zip(ends).collect();
        let mut block_at = vec![None; steps.len() + 1];
        for (index, &(first, _)) in blocks.iter().enumerate() {
            block_at[first] = Some(index as u32);
        }
        Flow { controls, blocks, block_at, returns }
    }

    /// The block that begins at an instruction.
    pub(crate) fn block_at(&self, at: usize) -> Option<usize> {
        self.block_at.get(at).copied().flatten().map(|block| block as usize)
    }

    /// The instructions to which a block can hand on control.
    pub(crate) fn successors(&self, block: usize) -> Vec<usize> {
        let (_, end) = self.blocks[block];
        match self.controls[end - 1] {
            Control::Next => vec![end],
            Control::Halt => vec![],
            Control::Reset => vec![0],
            Control::Loop { count: 0, end } => vec![end + 1],
            Control::Loop { .. } => vec![end],
            Control::EndLoop { start } => vec![start, end],
            Control::Break { end } => end.map(|end| end + 1).into_iter().collect(),
            Control::Call { target } | Control::Jump { target } => vec![target],
            Control::Return => self.returns.clone(),
            Control::Branch { target, .. } => vec![target, end],
        }
    }
}

fn controls(steps: &[Step]) -> Vec<Control> {
    let mut open = Vec::new();
    let mut controls = Vec::with_capacity(steps.len());
    for step in steps {
        let StepOp::Standard(Op::Core(op)) = step.op else {
            controls.push(Control::Next);
            continue;
        };
        let [register, _, high, low] = step.operands;
        let wide = u16::from_be_bytes([high, low]);
        let (target, partner) = (usize::from(wide), step.partner as usize);
        controls.push(match op {
            CoreOp::Halt => Control::Halt,
            CoreOp::Reset => Control::Reset,
            CoreOp::Loop => {
                open.push(partner);
                Control::Loop { count: wide, end: partner }
            }
            CoreOp::EndLoop => {
                open.pop();
                Control::EndLoop { start: partner + 1 }
            }
            CoreOp::Break => Control::Break { end: open.last().copied() },
            CoreOp::Call => Control::Call { target },
            CoreOp::Return => Control::Return,
            CoreOp::Jump => Control::Jump { target },
            CoreOp::IfZero => Control::Branch { register, target, if_zero: true },
            CoreOp::IfNonzero => Control::Branch { register, target, if_zero: false },
            _ => Control::Next,
        });
    }
    controls
}
