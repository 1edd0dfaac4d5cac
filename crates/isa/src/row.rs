//! A row of the instruction table.

use crate::domain_op::DomainOpKind;
use crate::field::{Field, Kind, Slot};
use crate::register::Register;
use crate::role::RoleSet;

/// What a device may do with an operation before it is yielded.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Inline {
    /// Always yields.
    None,
    /// Answered by an attached bank cache.
    Bank,
    /// Answered by an attached substrate.
    Substrate,
}

impl Inline {
    /// `none`, `bank` or `substrate`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Inline::None => "none",
            Inline::Bank => "bank",
            Inline::Substrate => "substrate",
        }
    }
}

/// What an instruction touches.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Effect {
    /// Reads registers and buffers, writes hot registers and buffers.
    Pure,
    /// Changes the program counter or the control stack.
    Control,
    /// Touches other machine state: weights, pressure, temperatures, generator, …
    State,
    /// Hands a [`DomainOp`](crate::DomainOp) to the host.
    Yield(Inline),
    /// A number that is kept free: executing it is an error.
    Reserved,
}

impl Effect {
    /// The class's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Effect::Pure => "Pure",
            Effect::Control => "Control",
            Effect::State => "State",
            Effect::Yield(_) => "Yield",
            Effect::Reserved => "Reserved",
        }
    }
}

/// What an instruction's fuel is charged for, beside the constant 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Work {
    /// Nothing.
    Unit,
    /// The element count of the longest register or buffer that it reads or modifies.
    Elements,
    /// The multiply-accumulates of a product.
    Product,
    /// The elements that it creates.
    Created,
}

impl Work {
    /// The rule's name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Work::Unit => "unit",
            Work::Elements => "elements",
            Work::Product => "multiply-accumulates",
            Work::Created => "created elements",
        }
    }
}

/// One way to write and encode an instruction's operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Form {
    /// The operands in the order of the text.
    pub fields: &'static [Field],
    /// Bytes that select this form: (byte, value).
    pub fixed: &'static [(u8, u8)],
    /// Unused bytes that the assembler fills with 0xFF instead of 0.
    pub null_bytes: &'static [u8],
}

impl Form {
    /// The operand bytes before any field is inserted.
    #[must_use]
    pub fn template(&self) -> [u8; 4] {
        let mut bytes = [0; 4];
        for &i in self.null_bytes {
            bytes[usize::from(i)] = 0xFF;
        }
        for &(i, value) in self.fixed {
            bytes[usize::from(i)] = value;
        }
        bytes
    }

    /// Whether these operand bytes are of this form.
    #[must_use]
    pub fn selects(&self, bytes: [u8; 4]) -> bool {
        self.fixed.iter().all(|&(i, value)| bytes[usize::from(i)] == value)
    }

    /// The bits of each operand byte that mean something in this form.
    #[must_use]
    pub fn mask(&self) -> [u8; 4] {
        let mut mask = [0u8; 4];
        for field in self.fields.iter().filter(|f| !matches!(f.kind, Kind::Filler)) {
            for (m, bits) in mask.iter_mut().zip(field.mask()) {
                *m |= bits;
            }
        }
        for &(i, _) in self.fixed {
            mask[usize::from(i)] = 0xFF;
        }
        mask
    }

    /// The field with this name, or with this name in the yielded operation.
    #[must_use]
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        let same = |other: &str| other.eq_ignore_ascii_case(name);
        self.fields.iter().find(|f| same(f.name) || same(f.op_name))
    }

    /// The register operands in these bytes, with their fields.
    pub fn registers(&self, bytes: [u8; 4]) -> impl Iterator<Item = (&'static Field, Register)> {
        self.fields.iter().filter_map(move |field| field.register_in(bytes).map(|register| (field, register)))
    }
}

/// One instruction.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    /// Extension id; 0 is the core.
    pub ext: u16,
    /// Opcode within the extension.
    pub opcode: u16,
    /// The mnemonic, lower case, without the extension's name.
    pub name: &'static str,
    /// Other mnemonics for the same instruction.
    pub aliases: &'static [&'static str],
    /// How its operands are written; never empty, and the first form that selects the bytes explains them.
    pub forms: &'static [Form],
    /// What it touches.
    pub effect: Effect,
    /// What its fuel is charged for.
    pub work: Work,
    /// The roles that may use it.
    pub roles: RoleSet,
    /// The operation it yields, if it yields.
    pub yields: Option<DomainOpKind>,
    /// What it does, in one line.
    pub doc: &'static str,
}

impl Row {
    /// Whether the number is kept free and cannot be executed.
    #[must_use]
    pub const fn is_reserved(&self) -> bool {
        matches!(self.effect, Effect::Reserved)
    }

    /// Whether it has this mnemonic, in any letter case.
    #[must_use]
    pub fn is_called(&self, mnemonic: &str) -> bool {
        self.name.eq_ignore_ascii_case(mnemonic)
            || self.aliases.iter().any(|a| a.eq_ignore_ascii_case(mnemonic))
    }

    /// The form that these operand bytes have.
    #[must_use]
    pub fn form_of(&self, bytes: [u8; 4]) -> &'static Form {
        self.forms.iter().find(|form| form.selects(bytes)).unwrap_or(&self.forms[0])
    }

    /// The register operands in these bytes, with their fields.
    pub fn registers(&self, bytes: [u8; 4]) -> impl Iterator<Item = (&'static Field, Register)> {
        self.form_of(bytes).registers(bytes)
    }

    /// Whether bits are set that mean nothing in this row. Bytes that only hold the null filler do not count.
    #[must_use]
    pub fn has_stray_bits(&self, bytes: [u8; 4]) -> bool {
        let form = self.form_of(bytes);
        let template = form.template();
        (0..4).any(|i| {
            let stray = bytes[i] & !form.mask()[i];
            stray != 0 && !(bytes[i] == 0xFF && template[i] == 0xFF)
        })
    }

    /// Whether a slot-less word distinguishes the form.
    #[must_use]
    pub fn label_field(&self) -> Option<&'static Field> {
        self.forms[0].fields.iter().find(|f| matches!(f.kind, Kind::Label) && !matches!(f.slot, Slot::None))
    }
}
