//! Extensions: instructions beside the core.

use crate::context::ExecutionContext;
use crate::error::{Error, ErrorKind, Fault};
use crate::machine::Machine;
use crate::outcome::StepResult;
use crate::semantics::{self, Flow};
use std::fmt;
use std::sync::Arc;
use ternsig_isa::instruction_set::{RegisterError, SharedMnemonic};
use ternsig_isa::operand::{Operand, OperandError, Packed};
use ternsig_isa::{ExtensionSyntax, Field, InstructionSet, Kind, Op, Register, Row, StandardSyntax, table};

/// The executing side of an extension.
///
/// State that belongs to one machine is kept in that machine's registers: an extension is shared by all machines that
/// know it.
pub trait Extension: ExtensionSyntax {
    /// Executes one instruction. The program counter is already behind it; to go on elsewhere, see
    /// [`Machine::jump`](crate::Machine::jump). An error must leave the machine as it was, and so must
    /// [`StepResult::OutOfFuel`] and [`StepResult::Interrupted`], after which the instruction is executed again. See
    /// [`Machine::spend_fuel`](crate::Machine::spend_fuel) and
    /// [`Machine::is_interrupted`](crate::Machine::is_interrupted) for long work.
    fn execute(&self, opcode: u16, operands: [u8; 4], ctx: &mut ExecutionContext<'_>) -> StepResult;
}

impl Extension for StandardSyntax {
    fn execute(&self, opcode: u16, operands: [u8; 4], ctx: &mut ExecutionContext<'_>) -> StepResult {
        // Hosts and other extensions can get here with a machine that accelerators know.
        ctx.machine_mut().make_unknown();
        match Op::lookup(self.id(), opcode) {
            Some(op) => match check_operands(op.row(), operands)
                .and_then(|()| semantics::execute(ctx, op, operands))
            {
                Ok(flow) => flow.result(ctx.machine()),
                Err(Fault::Error(error)) => StepResult::Error(error),
                Err(Fault::Interrupted) => StepResult::Interrupted,
            },
            None => StepResult::Error(unknown(self.id(), opcode)),
        }
    }
}

impl Flow {
    fn result(self, machine: &Machine) -> StepResult {
        match self {
            Flow::Next => StepResult::Continue,
            Flow::Halt => StepResult::Halt,
            Flow::Break => StepResult::Break,
            Flow::Return => StepResult::Return,
            Flow::Yield => StepResult::Yield(machine.asked),
        }
    }
}

/// Checks the operand banks and ranges of a word that no validator has seen.
fn check_operands(row: &Row, operands: [u8; 4]) -> Result<(), Fault> {
    for field in row.form_of(operands).fields {
        check_operand(field, operands)?;
    }
    Ok(())
}

fn check_operand(field: &Field, operands: [u8; 4]) -> Result<(), Fault> {
    let value = field.extract(operands);
    if let (Some(banks), Some(register)) = (field.banks(), field.register_in(operands)) {
        if !banks.contains(register.bank()) || register == Register::NULL {
            let message = format!("is no {} register (operand {})", banks.describe(), field.name);
            return Err(Fault::about(ErrorKind::BadRegister, register, message));
        }
    } else if matches!(field.kind, Kind::Layer) && value > 127 {
        return Err(Fault::operand(format!("operand {} is {value}, not a layer", field.name)));
    }
    Ok(())
}

fn unknown(ext: u16, opcode: u16) -> Error {
    let reserved = table::row(ext, opcode).filter(|row| row.is_reserved());
    let message = match reserved {
        Some(row) => format!("opcode {opcode:#06x} ({}) is reserved and cannot be executed", row.name),
        None => format!("unknown opcode {opcode:#06x} of extension {ext:#06x}"),
    };
    Error::new(ErrorKind::UnknownInstruction, message)
}

/// The extensions that an interpreter knows: the standard ones and those that the host registered.
#[derive(Clone)]
pub struct ExtensionRegistry {
    set: InstructionSet,
    user: Vec<Arc<dyn Extension>>,
}

impl Default for ExtensionRegistry {
    fn default() -> Self {
        ExtensionRegistry::standard()
    }
}

impl fmt::Debug for ExtensionRegistry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("ExtensionRegistry").field(&self.set).finish()
    }
}

impl ExtensionRegistry {
    /// The core and the thirteen standard extensions.
    #[must_use]
    pub fn standard() -> ExtensionRegistry {
        ExtensionRegistry { set: InstructionSet::standard(), user: Vec::new() }
    }

    /// Adds a user extension (id 0x0100–0xFFFE). The returned notes name mnemonics that other extensions have too; an
    /// unqualified look-up finds the one that was registered last.
    ///
    /// # Errors
    /// The id is reserved or taken, the name is taken, or a row is malformed; nothing is added then.
    pub fn register(&mut self, extension: Arc<dyn Extension>) -> Result<Vec<SharedMnemonic>, RegisterError> {
        let notes = self.set.register(Arc::new(Syntax(extension.clone())))?;
        self.user.push(extension);
        Ok(notes)
    }

    /// The instructions of all extensions, as the assembler and the validator take them.
    #[must_use]
    pub const fn instruction_set(&self) -> &InstructionSet {
        &self.set
    }

    /// The registered user extension with this id.
    #[must_use]
    pub fn user_extension(&self, id: u16) -> Option<&dyn Extension> {
        self.user.iter().find(|extension| extension.id() == id).map(AsRef::as_ref)
    }

    /// The instruction that a mnemonic names: `extension.mnemonic`, or a mnemonic alone, for which the extension that
    /// was registered last wins and the core comes before the standard extensions.
    #[must_use]
    pub fn resolve(&self, mnemonic: &str) -> Option<&'static Row> {
        let mnemonic = match mnemonic.get(..5) {
            Some(prefix) if prefix.eq_ignore_ascii_case("tvmr.") => &mnemonic[5..],
            _ => mnemonic,
        };
        let find = |extension: &dyn ExtensionSyntax, name: &str| {
            extension.rows().iter().find(|row| row.is_called(name))
        };
        if let Some((extension, name)) = mnemonic.split_once('.') {
            return find(self.set.by_name(extension)?, name);
        }
        let user = self.user.iter().rev().map(|extension| extension.as_ref() as &dyn ExtensionSyntax);
        user.chain(self.set.extensions().filter(|e| e.id() < 0x0100)).find_map(|e| find(e, mnemonic))
    }

    /// Executes one word, known to a validator or not.
    pub fn dispatch(
        &self,
        ext: u16,
        opcode: u16,
        operands: [u8; 4],
        ctx: &mut ExecutionContext<'_>,
    ) -> StepResult {
        if let Some(extension) = self.user_extension(ext) {
            return extension.execute(opcode, operands, ctx);
        }
        match Op::lookup(ext, opcode) {
            Some(op) => {
                let standard = table::STANDARD.iter().find(|standard| standard.id == op.ext());
                standard.map_or_else(
                    || StepResult::Error(unknown(ext, opcode)),
                    |standard| StandardSyntax::of(standard).execute(opcode, operands, ctx),
                )
            }
            None if self.set.extension(ext).is_none() => {
                let message = format!("unknown extension {ext:#06x}");
                StepResult::Error(Error::new(ErrorKind::UnknownInstruction, message))
            }
            None => StepResult::Error(unknown(ext, opcode)),
        }
    }
}

/// The text side of an executable extension.
struct Syntax(Arc<dyn Extension>);

impl ExtensionSyntax for Syntax {
    fn id(&self) -> u16 {
        self.0.id()
    }

    fn name(&self) -> &str {
        self.0.name()
    }

    fn version(&self) -> (u16, u16, u16) {
        self.0.version()
    }

    fn rows(&self) -> &'static [Row] {
        self.0.rows()
    }

    fn assemble_operands(&self, opcode: u16, operands: &[Operand]) -> Result<Packed, OperandError> {
        self.0.assemble_operands(opcode, operands)
    }

    fn disassemble(&self, opcode: u16, bytes: [u8; 4]) -> Option<String> {
        self.0.disassemble(opcode, bytes)
    }

    fn row(&self, opcode: u16) -> Option<&'static Row> {
        self.0.row(opcode)
    }
}
