//! The validated program: the only kind that is executed.

use crate::checksum::checksum;
use crate::program::AssembledProgram;
use crate::request::Request;
use crate::validate::loops::Loops;
use crate::validate::{Checks, Finding, Level, validate};
use std::fmt;
use std::sync::Arc;
use ternsig_isa::{Access, DomainOp, Instruction, InstructionSet, Op, Row, Slot, Work};

/// What a step executes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum StepOp {
    /// An instruction of the core or of a standard extension.
    Standard(Op),
    /// An instruction of a registered user extension.
    User {
        /// The extension's id.
        ext: u16,
        /// The opcode.
        opcode: u16,
    },
}

/// One decoded instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// What it executes.
    pub op: StepOp,
    /// Its operand bytes.
    pub operands: [u8; 4],
    /// For `loop` the index of its `end_loop`, for `end_loop` the index of its `loop`, for an instruction that may yield
    /// the index of its [`Request`] among the program's, else 0.
    pub partner: u32,
    /// What its fuel is charged for.
    pub work: Work,
    /// The operand bytes that name a register whose elements are read or modified, one bit each.
    pub sources: u8,
}

/// A program that passed validation.
///
/// Engines rely on: every word is a known instruction of the core, a standard or a registered extension, and none is
/// reserved; every register operand is of a bank that the row accepts, and only optional ones are absent; every number is
/// within its field's range, except where the instruction itself refuses it (`set_activation`, `alloc_dynamic`,
/// `log_event`, `expect_chem`), except the byte of a param register in place of its index, and except 0 for a gain or a number that usually has one value; bounds of a clamp are in
/// order; loops are paired lexically; every jump target is at most the number of steps; no register is declared twice.
#[derive(Debug, Clone)]
pub struct ValidatedProgram {
    program: Arc<AssembledProgram>,
    steps: Arc<[Step]>,
    requests: Arc<[Request]>,
    hash: u64,
}

/// Why a program may not run: the findings at the level of an error.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ValidationError {
    /// At least one.
    pub findings: Vec<Finding>,
}

impl fmt::Display for ValidationError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, finding) in self.findings.iter().enumerate() {
            write!(f, "{}{finding}", if i == 0 { "" } else { "; " })?;
        }
        Ok(())
    }
}

impl std::error::Error for ValidationError {}

impl ValidatedProgram {
    /// Validates a program against the instructions that the machine will know.
    ///
    /// # Errors
    /// Every finding at the level of an error.
    pub fn new(program: AssembledProgram, set: &InstructionSet) -> Result<ValidatedProgram, ValidationError> {
        ValidatedProgram::with_checks(program, set, Checks::required())
    }

    /// Validates a program that is granted only some roles.
    ///
    /// # Errors
    /// Every finding at the level of an error.
    pub fn with_checks(
        program: AssembledProgram,
        set: &InstructionSet,
        checks: Checks,
    ) -> Result<ValidatedProgram, ValidationError> {
        let report = validate(&program, set, checks);
        let errors: Vec<_> = report.findings.into_iter().filter(|f| f.level == Level::Error).collect();
        if !errors.is_empty() {
            return Err(ValidationError { findings: errors });
        }
        let (steps, requests) = decode(&program, set);
        let hash = hash(&program);
        Ok(ValidatedProgram { program: Arc::new(program), steps, requests, hash })
    }

    /// The program as it was before validation.
    #[must_use]
    pub fn program(&self) -> &AssembledProgram {
        &self.program
    }

    /// The decoded instructions.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What the step at this index asks its host for, if it is this instruction with these operand bytes.
    #[must_use]
    #[inline]
    pub fn request(&self, index: usize, row: &'static Row, operands: [u8; 4]) -> Option<&Request> {
        let step = self.steps.get(index)?;
        self.requests.get(step.partner as usize).filter(|request| request.is_of(row, operands))
    }

    /// What its instructions may ask their host for, with the index of each, where the param registers have these values. Of an
    /// instruction of a user extension it is what its row says that it yields.
    pub fn operations(&self, param: impl Fn(usize) -> i32) -> impl Iterator<Item = (usize, DomainOp)> {
        self.program.instructions.iter().zip(&*self.steps).enumerate().filter_map(
            move |(index, (word, step))| {
                let request =
                    self.requests.get(step.partner as usize).filter(|request| request.is_of_word(word))?;
                Some((index, request.operation(&param)))
            },
        )
    }

    /// A fingerprint of instructions and register declarations: programs with equal fingerprints can resume each
    /// other's suspended machines.
    #[must_use]
    pub const fn hash(&self) -> u64 {
        self.hash
    }
}

fn decode(program: &AssembledProgram, set: &InstructionSet) -> (Arc<[Step]>, Arc<[Request]>) {
    let loops = Loops::of(&program.instructions);
    let mut requests = Vec::new();
    let steps = program.instructions.iter().enumerate().map(|(index, word)| {
        let row = set.row(word.ext, word.opcode);
        let request = row.and_then(|row| Request::of(row, word.operands)).map(|request| {
            requests.push(request);
            requests.len() - 1
        });
        let partner = request.or(loops.partner(index)).unwrap_or_default() as u32;
        let Some(op) = Op::lookup(word.ext, word.opcode) else { return user_step(word, partner) };
        let row = op.row();
        Step {
            op: StepOp::Standard(op),
            operands: word.operands,
            partner,
            work: row.work,
            sources: sources(row, word.operands),
        }
    });
    (steps.collect(), requests.into())
}

fn user_step(word: &Instruction, partner: u32) -> Step {
    let op = StepOp::User { ext: word.ext, opcode: word.opcode };
    Step { op, operands: word.operands, partner, work: Work::Unit, sources: 0 }
}

/// The operand bytes that name a register whose elements are read or modified, one bit each.
fn sources(row: &Row, operands: [u8; 4]) -> u8 {
    let read = row.registers(operands).filter(|(field, _)| field.access != Access::Write);
    read.fold(0, |bits, (field, _)| match field.slot {
        Slot::Byte(byte) => bits | 1 << byte,
        _ => bits,
    })
}

/// The lists say how long they are, so that no declaration reads like an instruction.
fn hash(program: &AssembledProgram) -> u64 {
    let mut bytes = Vec::with_capacity(8 + program.instructions.len() * 8 + program.registers.len() * 16);
    bytes.extend((program.registers.len() as u64).to_le_bytes());
    for decl in &program.registers {
        bytes.extend([decl.register.byte(), u8::from(decl.frozen), decl.shape.rank() as u8]);
        bytes.extend(decl.shape.dims().iter().flat_map(|dim| dim.to_le_bytes()));
        let key = decl.key.as_deref().unwrap_or_default();
        bytes.extend((key.len() as u64).to_le_bytes());
        bytes.extend(key.as_bytes());
    }
    bytes.resize(bytes.len().next_multiple_of(8), 0);
    bytes.extend(program.instructions.iter().flat_map(|word| word.to_bytes()));
    checksum(&bytes)
}
