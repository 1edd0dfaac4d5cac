//! Operand fields: what one operand of an instruction is, where it is encoded and how it is written.

use crate::register::{Bank, Register};

/// A set of register banks that an operand accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Banks(u8);

impl Banks {
    /// Hot registers.
    pub const HOT: Banks = Banks(1);
    /// Cold registers.
    pub const COLD: Banks = Banks(2);
    /// Param registers.
    pub const PARAM: Banks = Banks(4);
    /// Any bank.
    pub const ANY: Banks = Banks(15);

    /// Both sets together.
    #[must_use]
    pub const fn or(self, other: Banks) -> Banks {
        Banks(self.0 | other.0)
    }

    /// Whether a bank is in the set.
    #[must_use]
    pub const fn contains(self, bank: Bank) -> bool {
        self.0 & (1 << bank as u8) != 0
    }

    /// "hot", "hot or cold", …
    #[must_use]
    pub fn describe(self) -> String {
        let names: Vec<_> = Bank::ALL.into_iter().filter(|&b| self.contains(b)).map(Bank::name).collect();
        names.join(" or ")
    }
}

/// How an instruction uses a register operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// Only read; must be allocated.
    Read,
    /// Replaced whole; created if needed.
    Write,
    /// Modified in place; must be allocated.
    ReadWrite,
    /// Modified in place; created empty first if needed.
    Extend,
    /// Only named: allocated, freed or bound by the instruction or the host.
    Name,
}

/// Where a field is encoded among the bytes A, B, C, D (0–3).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Slot {
    /// A whole byte.
    Byte(u8),
    /// Two bytes, big-endian, beginning at this one.
    Wide(u8),
    /// The high four bits of a byte.
    High(u8),
    /// The low four bits of a byte.
    Low(u8),
    /// The lowest bit of a byte.
    Bit(u8),
    /// Nowhere: the text chooses a form, the bytes are fixed by it.
    None,
}

/// What a field means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A register of one of the banks.
    Register(Banks),
    /// A register of one of the banks, or `_` (0xFF) for none.
    OptionalRegister(Banks),
    /// A param register, encoded as its index 0–63; written `P3` or `3`.
    ParamIndex,
    /// An unsigned number.
    Unsigned,
    /// A signed byte.
    Signed,
    /// An instruction index, written as a label.
    Label,
    /// A gain in sixteenths, written as a decimal number: byte = ⌊16·gain⌋.
    Gain,
    /// A raw byte by position; by name −128…127, stored with 128 added.
    Centered,
    /// A number for which 0 is encoded when it has this, its usual, value.
    UsuallyZero(i64),
    /// A layer: a cold register, or its index 0–63 as a number.
    Layer,
    /// A number of 256-element blocks; the operation carries the element count.
    Blocks,
    /// A number, or one of these names for it.
    Named(&'static [(&'static str, u8)]),
    /// Must be written as this word.
    Word(&'static str),
    /// A byte that has no meaning; written `0` or `_`.
    Filler,
}

/// How many elements a hot source must have at least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MinLen {
    /// This many.
    Fixed(usize),
    /// One more than the value of the field with this name.
    Beyond(&'static str),
}

/// One operand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Field {
    /// The name in documentation and in `name=value` operands.
    pub name: &'static str,
    /// The name of the [`DomainOp`](crate::DomainOp) field that receives it.
    pub op_name: &'static str,
    /// What it means.
    pub kind: Kind,
    /// Where it is encoded.
    pub slot: Slot,
    /// How a register operand is used.
    pub access: Access,
    /// The legal range of a number, inclusive.
    pub range: (i64, i64),
    /// The value when the operand is left out.
    pub default: Option<i64>,
    /// Whether it can only be written as `name=value`.
    pub named_only: bool,
    /// Least length of a hot source.
    pub min_len: MinLen,
}

impl Field {
    const fn new(name: &'static str, kind: Kind, slot: Slot, range: (i64, i64)) -> Field {
        let min_len = MinLen::Fixed(0);
        let (access, default, named_only) = (Access::Name, None, false);
        Field { name, op_name: name, kind, slot, access, range, default, named_only, min_len }
    }

    const fn register(byte: u8, name: &'static str, banks: Banks, access: Access) -> Field {
        let mut field = Field::new(name, Kind::Register(banks), Slot::Byte(byte), (0, 255));
        field.access = access;
        field
    }

    /// The default of an operand that may be left out.
    #[must_use]
    pub const fn or(mut self, default: i64) -> Field {
        self.default = Some(default);
        self
    }

    /// A narrower legal range.
    #[must_use]
    pub const fn within(mut self, least: i64, most: i64) -> Field {
        self.range = (least, most);
        self
    }

    /// The name of the `DomainOp` field, where it differs.
    #[must_use]
    pub const fn carries(mut self, op_name: &'static str) -> Field {
        self.op_name = op_name;
        self
    }

    /// An operand that cannot be written by position.
    #[must_use]
    pub const fn named(mut self) -> Field {
        self.named_only = true;
        self
    }

    /// A hot source needs at least this many elements.
    #[must_use]
    pub const fn at_least(mut self, len: usize) -> Field {
        self.min_len = MinLen::Fixed(len);
        self
    }

    /// A hot source needs more elements than the value of another field.
    #[must_use]
    pub const fn longer_than(mut self, field: &'static str) -> Field {
        self.min_len = MinLen::Beyond(field);
        self
    }

    /// A register that may be `_`.
    #[must_use]
    pub const fn optional(mut self) -> Field {
        if let Kind::Register(banks) = self.kind {
            self.kind = Kind::OptionalRegister(banks);
            self.default = Some(Register::NULL.byte() as i64);
        }
        self
    }

    /// The field's raw value in these operand bytes; 0 for a field without a slot.
    #[must_use]
    pub const fn extract(&self, bytes: [u8; 4]) -> i64 {
        match self.slot {
            Slot::Byte(i) => {
                let byte = bytes[i as usize];
                match self.kind {
                    Kind::Signed => byte as i8 as i64,
                    _ => byte as i64,
                }
            }
            Slot::Wide(i) => u16::from_be_bytes([bytes[i as usize], bytes[i as usize + 1]]) as i64,
            Slot::High(i) => (bytes[i as usize] >> 4) as i64,
            Slot::Low(i) => (bytes[i as usize] & 15) as i64,
            Slot::Bit(i) => (bytes[i as usize] & 1) as i64,
            Slot::None => 0,
        }
    }

    /// Writes the field's raw value into the operand bytes. The value must be within [`Field::range`].
    pub const fn insert(&self, value: i64, bytes: &mut [u8; 4]) {
        match self.slot {
            Slot::Byte(i) => bytes[i as usize] = value as u8,
            Slot::Wide(i) => {
                let [high, low] = (value as u16).to_be_bytes();
                bytes[i as usize] = high;
                bytes[i as usize + 1] = low;
            }
            Slot::High(i) => bytes[i as usize] = (bytes[i as usize] & 15) | ((value as u8) << 4),
            Slot::Low(i) => bytes[i as usize] = (bytes[i as usize] & 0xF0) | (value as u8 & 15),
            Slot::Bit(i) => bytes[i as usize] = (bytes[i as usize] & 0xFE) | (value as u8 & 1),
            Slot::None => {}
        }
    }

    /// Which of the bits of each operand byte this field occupies.
    #[must_use]
    pub const fn mask(&self) -> [u8; 4] {
        let mut mask = [0; 4];
        match self.slot {
            Slot::Byte(i) => mask[i as usize] = 0xFF,
            Slot::Wide(i) => {
                mask[i as usize] = 0xFF;
                mask[i as usize + 1] = 0xFF;
            }
            Slot::High(i) => mask[i as usize] = 0xF0,
            Slot::Low(i) => mask[i as usize] = 0x0F,
            Slot::Bit(i) => mask[i as usize] = 1,
            Slot::None => {}
        }
        mask
    }

    /// The banks that a register field accepts; `None` for other kinds.
    #[must_use]
    pub const fn banks(&self) -> Option<Banks> {
        match self.kind {
            Kind::Register(banks) | Kind::OptionalRegister(banks) => Some(banks),
            _ => None,
        }
    }

    /// The register in these operand bytes; `None` for other kinds and for `_`.
    #[must_use]
    pub fn register_in(&self, bytes: [u8; 4]) -> Option<Register> {
        let register = Register::from_byte(self.extract(bytes) as u8);
        match self.kind {
            Kind::Register(_) => Some(register),
            Kind::OptionalRegister(_) if !register.is_null() => Some(register),
            _ => None,
        }
    }
}

/// A hot register that is read.
#[must_use]
pub const fn hot(byte: u8, name: &'static str) -> Field {
    Field::register(byte, name, Banks::HOT, Access::Read)
}

/// A hot register that is replaced.
#[must_use]
pub const fn hot_w(byte: u8, name: &'static str) -> Field {
    Field::register(byte, name, Banks::HOT, Access::Write)
}

/// A hot register that is modified in place.
#[must_use]
pub const fn hot_rw(byte: u8, name: &'static str) -> Field {
    Field::register(byte, name, Banks::HOT, Access::ReadWrite)
}

/// A hot register that is modified in place and created if needed.
#[must_use]
pub const fn hot_extend(byte: u8, name: &'static str) -> Field {
    Field::register(byte, name, Banks::HOT, Access::Extend)
}

/// A hot register that is only named.
#[must_use]
pub const fn hot_name(byte: u8, name: &'static str) -> Field {
    Field::register(byte, name, Banks::HOT, Access::Name)
}

/// A cold register that is read.
#[must_use]
pub const fn cold(byte: u8, name: &'static str) -> Field {
    Field::register(byte, name, Banks::COLD, Access::Read)
}

/// A cold register that is replaced.
#[must_use]
pub const fn cold_w(byte: u8, name: &'static str) -> Field {
    Field::register(byte, name, Banks::COLD, Access::Write)
}

/// A cold register that is modified in place.
#[must_use]
pub const fn cold_rw(byte: u8, name: &'static str) -> Field {
    Field::register(byte, name, Banks::COLD, Access::ReadWrite)
}

/// A cold register that is only named.
#[must_use]
pub const fn cold_name(byte: u8, name: &'static str) -> Field {
    Field::register(byte, name, Banks::COLD, Access::Name)
}

/// A hot or cold register that is read.
#[must_use]
pub const fn hot_or_cold(byte: u8, name: &'static str) -> Field {
    Field::register(byte, name, Banks::HOT.or(Banks::COLD), Access::Read)
}

/// A hot or param register that is read.
#[must_use]
pub const fn hot_or_param(byte: u8, name: &'static str) -> Field {
    Field::register(byte, name, Banks::HOT.or(Banks::PARAM), Access::Read)
}

/// A hot, cold or param register that is read.
#[must_use]
pub const fn position(byte: u8, name: &'static str) -> Field {
    Field::register(byte, name, Banks::HOT.or(Banks::COLD).or(Banks::PARAM), Access::Read)
}

/// A hot or cold register that is only named.
#[must_use]
pub const fn storage(byte: u8, name: &'static str) -> Field {
    Field::register(byte, name, Banks::HOT.or(Banks::COLD), Access::Name)
}

/// A register of any bank that is only named.
#[must_use]
pub const fn any_name(byte: u8, name: &'static str) -> Field {
    Field::register(byte, name, Banks::ANY, Access::Name)
}

/// A param register by its index.
#[must_use]
pub const fn param_index(byte: u8, name: &'static str) -> Field {
    Field::new(name, Kind::ParamIndex, Slot::Byte(byte), (0, 63))
}

/// An unsigned byte.
#[must_use]
pub const fn u8_(byte: u8, name: &'static str) -> Field {
    Field::new(name, Kind::Unsigned, Slot::Byte(byte), (0, 255))
}

/// A signed byte.
#[must_use]
pub const fn i8_(byte: u8, name: &'static str) -> Field {
    Field::new(name, Kind::Signed, Slot::Byte(byte), (-128, 127))
}

/// An unsigned 16-bit number in two bytes.
#[must_use]
pub const fn u16_(byte: u8, name: &'static str) -> Field {
    Field::new(name, Kind::Unsigned, Slot::Wide(byte), (0, 65535))
}

/// A label in two bytes.
#[must_use]
pub const fn label(byte: u8, name: &'static str) -> Field {
    Field::new(name, Kind::Label, Slot::Wide(byte), (0, 65535))
}

/// A gain in sixteenths, 1–255.
#[must_use]
pub const fn gain(byte: u8, name: &'static str) -> Field {
    Field::new(name, Kind::Gain, Slot::Byte(byte), (1, 255))
}

/// A byte that is raw by position and centred on 128 by name.
#[must_use]
pub const fn centered(byte: u8, name: &'static str) -> Field {
    Field::new(name, Kind::Centered, Slot::Byte(byte), (0, 255))
}

/// A byte whose usual value is encoded as 0.
#[must_use]
pub const fn usually(byte: u8, name: &'static str, value: i64) -> Field {
    Field::new(name, Kind::UsuallyZero(value), Slot::Byte(byte), (1, 255)).or(value)
}

/// A number that is accepted but can only have one value.
#[must_use]
pub const fn always(name: &'static str, value: i64) -> Field {
    Field::new(name, Kind::Unsigned, Slot::None, (value, value)).or(value)
}

/// A layer by cold register or number.
#[must_use]
pub const fn layer(byte: u8, name: &'static str) -> Field {
    Field::new(name, Kind::Layer, Slot::Byte(byte), (0, 127))
}

/// A number of 256-element blocks.
#[must_use]
pub const fn blocks(byte: u8, name: &'static str) -> Field {
    Field::new(name, Kind::Blocks, Slot::Byte(byte), (0, 255))
}

/// The high four bits of a byte.
#[must_use]
pub const fn high(byte: u8, name: &'static str) -> Field {
    Field::new(name, Kind::Unsigned, Slot::High(byte), (0, 15))
}

/// The low four bits of a byte.
#[must_use]
pub const fn low(byte: u8, name: &'static str) -> Field {
    Field::new(name, Kind::Unsigned, Slot::Low(byte), (0, 15))
}

/// The lowest bit of a byte, 0 or 1.
#[must_use]
pub const fn bit(byte: u8, name: &'static str) -> Field {
    Field::new(name, Kind::Unsigned, Slot::Bit(byte), (0, 1))
}

/// A number that also has names.
#[must_use]
pub const fn named(byte: u8, name: &'static str, names: &'static [(&'static str, u8)]) -> Field {
    Field::new(name, Kind::Named(names), Slot::Byte(byte), (0, names.len() as i64 - 1))
}

/// A word that selects a form.
#[must_use]
pub const fn word(text: &'static str) -> Field {
    Field::new(text, Kind::Word(text), Slot::None, (0, 0))
}

/// A byte without meaning.
#[must_use]
pub const fn filler(byte: u8) -> Field {
    Field::new("_", Kind::Filler, Slot::Byte(byte), (0, 0))
}
