//! The assembled program: what the assembler and the binary readers produce.

use std::collections::BTreeMap;
use ternsig_isa::table::core::CoreOp;
use ternsig_isa::{Bank, Instruction, Register, RoleSet, Shape, TypeId};

/// A program before validation.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AssembledProgram {
    /// The `.meta` section.
    pub meta: Meta,
    /// The `.requires` section, in its order.
    pub requires: Vec<Requirement>,
    /// The `.registers` section, in its order. Empty for an attached program, which runs on the registers of the machine
    /// that it is loaded into.
    pub registers: Vec<RegisterDecl>,
    /// The instructions; jumps name them by index.
    pub instructions: Vec<Instruction>,
    /// Labels and the instruction index each stands for, at most the number of instructions.
    pub labels: BTreeMap<String, u32>,
    /// The `.projection` sections, in their order.
    pub projections: Vec<Projection>,
    /// The source line of each instruction, counted from 1; empty for programs that were not read from text.
    pub lines: Vec<u32>,
}

/// The `.meta` section.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    /// The program's name, empty if it has none.
    pub name: String,
    /// The program's version, 1 if not given.
    pub version: u32,
    /// A category.
    pub domain: Option<String>,
    /// The expected number of input elements.
    pub input_dim: Option<usize>,
    /// The expected number of output elements.
    pub output_dim: Option<usize>,
    /// Placement in the skull: x, y, z.
    pub skull: Option<[u16; 3]>,
    /// The roles that the program asks for; `None` asks for what it is granted.
    pub roles: Option<RoleSet>,
}

impl Default for Meta {
    fn default() -> Meta {
        Meta {
            name: String::new(),
            version: 1,
            domain: None,
            input_dim: None,
            output_dim: None,
            skull: None,
            roles: None,
        }
    }
}

/// A line of `.requires`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Requirement {
    /// The extension's id.
    pub ext: u16,
    /// The extension's name, without the prefix `tvmr.`.
    pub name: String,
}

/// A line of `.registers`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RegisterDecl {
    /// The register.
    pub register: Register,
    /// The declared type; a note, without effect on execution.
    pub ty: TypeId,
    /// The declared shape, rank 1 to 8.
    pub shape: Shape,
    /// The storage key of a cold register.
    pub key: Option<String>,
    /// Whether learning and structural changes are refused.
    pub frozen: bool,
}

/// A `.projection` section: an outgoing connection of the region that the program runs in.
#[derive(Debug, Clone, PartialEq)]
pub struct Projection {
    /// The region it leads to.
    pub target: String,
    /// The bundle it belongs to.
    pub bundle: String,
    /// −128…127.
    pub weight: i8,
    /// Ticks, 1–15.
    pub delay: u8,
    /// How many of the possible connections exist, 0–1.
    pub density: f32,
    /// How sources map to targets, lower case.
    pub mapping: String,
    /// The chemical that modulates it, lower case.
    pub modulator: Option<String>,
}

impl AssembledProgram {
    /// Whether the program declares no registers and so runs on those of the machine it is loaded into.
    #[must_use]
    pub fn is_attached(&self) -> bool {
        self.registers.is_empty()
    }

    /// The declaration of a register; of a register declared twice, the last.
    #[must_use]
    pub fn declaration(&self, register: Register) -> Option<&RegisterDecl> {
        self.registers.iter().rev().find(|decl| decl.register == register)
    }

    /// The declared shape of the first declared `load_input` destination, `[1]` if there is none.
    #[must_use]
    pub fn input_shape(&self) -> Shape {
        self.buffer_shape(CoreOp::LoadInput, 0)
    }

    /// The declared shape of the first declared `store_output` source, `[1]` if there is none.
    #[must_use]
    pub fn output_shape(&self) -> Shape {
        self.buffer_shape(CoreOp::StoreOutput, 1)
    }

    fn buffer_shape(&self, op: CoreOp, byte: usize) -> Shape {
        let words = self.instructions.iter().filter(|w| w.ext == 0 && w.opcode == op.row().opcode);
        let registers = words.map(|word| Register::from_byte(word.operands[byte]));
        let mut declared = registers.filter(|r| r.bank() == Bank::Hot).filter_map(|r| self.declaration(r));
        declared.next().map_or(Shape::vector(1), |decl| decl.shape)
    }

    /// The label that stands at an instruction index.
    #[must_use]
    pub fn label_at(&self, index: u32) -> Option<&str> {
        self.labels.iter().find(|&(_, &at)| at == index).map(|(name, _)| name.as_str())
    }

    /// The source line of an instruction, if it is known.
    #[must_use]
    pub fn line(&self, index: usize) -> Option<u32> {
        self.lines.get(index).copied()
    }
}
