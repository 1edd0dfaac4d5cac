//! What is known of the registers at a place of a program that is being written.

use ternsig_isa::limits::REGISTERS_PER_BANK;
use ternsig_isa::{Bank, Register, Shape};

/// What is known of one register.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// It is not allocated.
    Absent,
    /// It has this shape, and as many elements.
    Shape(Shape),
    /// It is allocated.
    Present,
    /// Nothing.
    Nothing,
}

impl Known {
    pub(super) fn shape(self) -> Option<Shape> {
        match self {
            Known::Shape(shape) => Some(shape),
            _ => None,
        }
    }

    pub(super) fn is_allocated(self) -> bool {
        matches!(self, Known::Shape(_) | Known::Present)
    }

    /// What is known where two paths meet.
    fn meet(self, other: Known) -> Known {
        match (self, other) {
            (a, b) if a == b => a,
            (a, b) if a.is_allocated() && b.is_allocated() => Known::Present,
            _ => Known::Nothing,
        }
    }

    /// Whether a register of which this was known where a stretch begins may have become `new` where it begins again.
    fn admits(self, new: Known) -> bool {
        match self {
            Known::Shape(_) => self == new,
            Known::Present => new.is_allocated(),
            Known::Absent | Known::Nothing => true,
        }
    }
}

/// What is known of all registers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Registers {
    hot: [Known; REGISTERS_PER_BANK],
    cold: [Known; REGISTERS_PER_BANK],
}

impl Default for Registers {
    fn default() -> Registers {
        let none = [Known::Absent; REGISTERS_PER_BANK];
        Registers { hot: none, cold: none }
    }
}

impl Registers {
    pub(super) fn get(&self, register: Register) -> Known {
        match register.bank() {
            Bank::Cold => self.cold[register.index()],
            _ => self.hot[register.index()],
        }
    }

    pub(super) fn set(&mut self, register: Register, known: Known) {
        match register.bank() {
            Bank::Cold => self.cold[register.index()] = known,
            _ => self.hot[register.index()] = known,
        }
    }

    pub(super) fn admits(&self, register: Register, new: Known) -> bool {
        self.get(register).admits(new)
    }

    /// What is known where this path and another one meet.
    pub(super) fn meet(&mut self, other: &Registers) {
        for (own, &other) in self.hot.iter_mut().zip(&other.hot) {
            *own = own.meet(other);
        }
        for (own, &other) in self.cold.iter_mut().zip(&other.cold) {
            *own = own.meet(other);
        }
    }

    /// Every register of both banks.
    pub(super) fn all() -> impl Iterator<Item = Register> {
        let indexes = 0..REGISTERS_PER_BANK as u8;
        indexes.clone().map(Register::hot).chain(indexes.map(Register::cold))
    }
}
