//! The instructions that a program may use: the standard ones and those of registered extensions.

use crate::operand::{self, Operand, OperandError, Packed};
use crate::row::Row;
use crate::table::{self, STANDARD};
use std::fmt;
use std::sync::Arc;

/// The text side of an extension: its name and rows, and how its operands are written.
///
/// The provided methods derive everything from the rows.
pub trait ExtensionSyntax: Send + Sync {
    /// The id: 0x0100–0xFFFE for user extensions.
    fn id(&self) -> u16;

    /// The name that precedes the dot in a mnemonic.
    fn name(&self) -> &str;

    /// Major, minor, patch.
    fn version(&self) -> (u16, u16, u16) {
        (1, 0, 0)
    }

    /// Its instructions.
    fn rows(&self) -> &'static [Row];

    /// The row with this opcode.
    fn row(&self, opcode: u16) -> Option<&'static Row> {
        self.rows().iter().find(|row| row.opcode == opcode)
    }

    /// Packs written operands.
    ///
    /// # Errors
    /// The opcode is unknown or the operands do not fit.
    fn assemble_operands(&self, opcode: u16, operands: &[Operand]) -> Result<Packed, OperandError> {
        let row = self.row(opcode).ok_or_else(|| OperandError {
            operand: None,
            message: format!("{} has no opcode {opcode:#06x}", self.name()),
            help: None,
        })?;
        operand::pack(row, operands)
    }

    /// The operands that assemble to these bytes; `None` if no text does.
    fn disassemble(&self, opcode: u16, bytes: [u8; 4]) -> Option<String> {
        self.row(opcode).and_then(|row| operand::unpack(row, bytes))
    }
}

/// The text side of a standard extension.
#[derive(Debug, Clone, Copy)]
pub struct StandardSyntax(&'static table::Standard);

impl StandardSyntax {
    /// The text side of this extension.
    #[must_use]
    pub const fn of(standard: &'static table::Standard) -> StandardSyntax {
        StandardSyntax(standard)
    }
}

impl ExtensionSyntax for StandardSyntax {
    fn id(&self) -> u16 {
        self.0.id
    }

    fn name(&self) -> &str {
        self.0.name
    }

    fn version(&self) -> (u16, u16, u16) {
        self.0.version
    }

    fn rows(&self) -> &'static [Row] {
        self.0.rows
    }
}

/// Why an extension cannot be registered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RegisterError {
    /// The id is not in 0x0100–0xFFFE.
    IdOutOfRange(u16),
    /// The id is taken by the extension with this name.
    IdTaken(u16, String),
    /// The name is taken by the extension with this id.
    NameTaken(String, u16),
    /// A row belongs to another id, has no form, lacks operands for what it yields, or repeats an opcode.
    BadRow(u16, &'static str),
}

impl fmt::Display for RegisterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RegisterError::IdOutOfRange(id) => {
                write!(f, "extension id {id:#06x} is not a user id (0x0100 to 0xFFFE)")
            }
            RegisterError::IdTaken(id, name) => write!(f, "extension id {id:#06x} is taken by {name}"),
            RegisterError::NameTaken(name, id) => {
                write!(f, "extension name \"{name}\" is taken by id {id:#06x}")
            }
            RegisterError::BadRow(opcode, why) => write!(f, "row {opcode:#06x}: {why}"),
        }
    }
}

impl std::error::Error for RegisterError {}

/// Something to know about a registration that succeeded: a mnemonic that another extension has too.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedMnemonic {
    /// The mnemonic.
    pub mnemonic: &'static str,
    /// The id of the other extension.
    pub other: u16,
    /// Whether the operands are written alike (a duplicate) or not (a conflict).
    pub same_operands: bool,
}

/// The standard instructions and those of registered extensions.
#[derive(Clone)]
pub struct InstructionSet {
    extensions: Vec<Arc<dyn ExtensionSyntax>>,
}

impl fmt::Debug for InstructionSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.extensions.iter().map(|ext| ext.name())).finish()
    }
}

impl Default for InstructionSet {
    fn default() -> Self {
        InstructionSet::standard()
    }
}

impl InstructionSet {
    /// The core and the thirteen standard extensions.
    #[must_use]
    pub fn standard() -> InstructionSet {
        let extensions = STANDARD.iter().map(|ext| Arc::new(StandardSyntax(ext)) as Arc<dyn ExtensionSyntax>);
        InstructionSet { extensions: extensions.collect() }
    }

    /// Adds a user extension.
    ///
    /// # Errors
    /// The id is reserved or taken, the name is taken, or a row is malformed; nothing is added then.
    pub fn register(&mut self, ext: Arc<dyn ExtensionSyntax>) -> Result<Vec<SharedMnemonic>, RegisterError> {
        let id = ext.id();
        if !(0x0100..=0xFFFE).contains(&id) {
            return Err(RegisterError::IdOutOfRange(id));
        }
        if let Some(other) = self.extension(id) {
            return Err(RegisterError::IdTaken(id, other.name().to_owned()));
        }
        if let Some(other) = self.by_name(ext.name()) {
            return Err(RegisterError::NameTaken(ext.name().to_owned(), other.id()));
        }
        for (i, row) in ext.rows().iter().enumerate() {
            let why = if row.ext != id {
                "the row names another extension id"
            } else if row.forms.is_empty() {
                "the row has no form"
            } else if row
                .yields
                .is_some_and(|kind| row.forms.iter().any(|form| form.fields.len() < kind.field_names().len()))
            {
                "the row has fewer operands than the operation that it yields has fields"
            } else if ext.rows()[..i].iter().any(|other| other.opcode == row.opcode) {
                "the opcode is declared twice"
            } else {
                continue;
            };
            return Err(RegisterError::BadRow(row.opcode, why));
        }
        let shared = self.shared_mnemonics(ext.rows());
        self.extensions.push(ext);
        Ok(shared)
    }

    fn shared_mnemonics(&self, rows: &'static [Row]) -> Vec<SharedMnemonic> {
        let known = self.extensions.iter().flat_map(|ext| ext.rows());
        known
            .filter_map(|other| {
                let row = rows.iter().find(|row| row.is_called(other.name))?;
                let same_operands = row.forms == other.forms;
                Some(SharedMnemonic { mnemonic: row.name, other: other.ext, same_operands })
            })
            .collect()
    }

    /// All extensions, the core first, user extensions in the order of their registration.
    pub fn extensions(&self) -> impl Iterator<Item = &dyn ExtensionSyntax> {
        self.extensions.iter().map(AsRef::as_ref)
    }

    /// The extension with this id.
    #[must_use]
    pub fn extension(&self, id: u16) -> Option<&dyn ExtensionSyntax> {
        self.extensions().find(|ext| ext.id() == id)
    }

    /// The extension with this name, in any letter case, with or without the prefix `tvmr.`.
    #[must_use]
    pub fn by_name(&self, name: &str) -> Option<&dyn ExtensionSyntax> {
        let name = match name.get(..5) {
            Some(prefix) if prefix.eq_ignore_ascii_case("tvmr.") => &name[5..],
            _ => name,
        };
        self.extensions().find(|ext| ext.name().eq_ignore_ascii_case(name))
    }

    /// The row with these numbers, reserved core rows included.
    #[must_use]
    pub fn row(&self, ext: u16, opcode: u16) -> Option<&'static Row> {
        if ext < 0x0100 { table::row(ext, opcode) } else { self.extension(ext)?.row(opcode) }
    }

    /// The name of an extension: its own, or `ext_XXXX`.
    #[must_use]
    pub fn extension_name(&self, id: u16) -> String {
        self.extension(id).map_or_else(|| format!("ext_{id:04X}"), |ext| ext.name().to_owned())
    }

    /// The mnemonic as it is written; numbers for an unknown instruction.
    #[must_use]
    pub fn mnemonic(&self, ext: u16, opcode: u16) -> String {
        match (ext, self.row(ext, opcode)) {
            (0, Some(row)) => row.name.to_owned(),
            (_, Some(row)) => format!("{}.{}", self.extension_name(ext), row.name),
            (_, None) => format!("{}.{opcode:#06x}", self.extension_name(ext)),
        }
    }
}
