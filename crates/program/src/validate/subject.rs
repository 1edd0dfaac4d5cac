//! What the checks look at.

use crate::program::AssembledProgram;
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::{Instruction, InstructionSet, Op, RoleSet, Row};

/// A program, the instructions that a machine knows, and the row of each word.
pub(super) struct Subject<'a> {
    pub(super) program: &'a AssembledProgram,
    pub(super) set: &'a InstructionSet,
    pub(super) granted: RoleSet,
    rows: Vec<Option<&'static Row>>,
}

/// A word with its index and its row.
#[derive(Clone, Copy)]
pub(super) struct Word {
    pub(super) index: usize,
    pub(super) instruction: Instruction,
    pub(super) row: &'static Row,
}

impl Word {
    pub(super) fn bytes(&self) -> [u8; 4] {
        self.instruction.operands
    }

    /// The instruction, unless it is of a user extension.
    pub(super) fn op(&self) -> Option<Op> {
        Op::lookup(self.instruction.ext, self.instruction.opcode)
    }

    pub(super) fn core(&self) -> Option<CoreOp> {
        core_op(&self.instruction)
    }

    pub(super) fn is_extension(&self) -> bool {
        self.instruction.ext != 0
    }
}

/// The core instruction of a word.
pub(super) fn core_op(instruction: &Instruction) -> Option<CoreOp> {
    if instruction.ext == 0 { CoreOp::from_opcode(instruction.opcode) } else { None }
}

impl<'a> Subject<'a> {
    pub(super) fn new(
        program: &'a AssembledProgram,
        set: &'a InstructionSet,
        granted: RoleSet,
    ) -> Subject<'a> {
        let row = |word: &Instruction| set.row(word.ext, word.opcode);
        let rows = program.instructions.iter().map(row).collect();
        Subject { program, set, granted, rows }
    }

    /// All words.
    pub(super) fn instructions(&self) -> &'a [Instruction] {
        &self.program.instructions
    }

    /// The words that a machine knows, reserved ones included.
    pub(super) fn known(&self) -> impl Iterator<Item = Word> {
        let words = self.program.instructions.iter().zip(&self.rows).enumerate();
        words.filter_map(|(index, (&instruction, row))| row.map(|row| Word { index, instruction, row }))
    }

    /// The words that can be executed.
    pub(super) fn words(&self) -> impl Iterator<Item = Word> {
        self.known().filter(|word| !word.row.is_reserved())
    }

    /// The executable word at an index.
    pub(super) fn word(&self, index: usize) -> Option<Word> {
        let row = (*self.rows.get(index)?).filter(|row| !row.is_reserved())?;
        Some(Word { index, instruction: *self.program.instructions.get(index)?, row })
    }

    /// The row of a word, if a machine knows it.
    pub(super) fn row(&self, index: usize) -> Option<&'static Row> {
        self.rows.get(index).copied().flatten()
    }

    /// How an instruction is called.
    pub(super) fn mnemonic(&self, word: &Instruction) -> String {
        self.set.mnemonic(word.ext, word.opcode)
    }
}
