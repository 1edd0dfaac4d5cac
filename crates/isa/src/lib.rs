//! What the whole of Ternsig agrees on: the instruction table and the values its instructions speak about.
//!
//! Everything that lists instructions (encoder, decoder, assembler, disassembler, validator, engines,
//! documentation) is derived from [`table`], or checked against it by a test.
#![forbid(unsafe_code)]

pub mod domain_op;
pub mod field;
pub mod instruction;
pub mod instruction_set;
pub mod limits;
pub mod operand;
pub mod register;
pub mod role;
pub mod row;
pub mod shape;
pub mod signal;
pub mod table;
pub mod temperature;
pub mod type_id;

pub use domain_op::{DomainOp, DomainOpKind, FieldValue};
pub use field::{Access, Banks, Field, Kind, MinLen, Slot};
pub use instruction::Instruction;
pub use instruction_set::{ExtensionSyntax, InstructionSet, StandardSyntax};
pub use operand::{Operand, OperandError};
pub use register::{Bank, Register};
pub use role::{Role, RoleSet};
pub use row::{Effect, Form, Inline, Row, Work};
pub use shape::Shape;
pub use signal::{Polarity, Signal};
pub use table::{Op, rows};
pub use temperature::Temperature;
pub use type_id::TypeId;
