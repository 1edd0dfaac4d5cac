//! Building a network from the host: what the arch instructions do, for every register and without a program.
//!
//! The host is not bound by the frozen flag, which protects weights from programs: a manifest fills frozen registers
//! before the first run.

use super::{Machine, fault_error};
use crate::error::{Error, ErrorKind};
use crate::machine::cold::ColdRegister;
use crate::semantics::structure;
use std::sync::Arc;
use ternsig_isa::limits::REGISTERS_PER_BANK;
use ternsig_isa::{Bank, Register, Shape};

/// What the registers of a machine hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Statistics {
    /// Allocated hot registers.
    pub hot_registers: usize,
    /// Their elements.
    pub hot_elements: usize,
    /// Allocated cold registers.
    pub cold_registers: usize,
    /// Their weights.
    pub cold_elements: usize,
}

impl Statistics {
    /// The memory of elements (four bytes each) and weights (two bytes each).
    #[must_use]
    pub const fn bytes(&self) -> usize {
        4 * self.hot_elements + 2 * self.cold_elements
    }
}

impl Machine {
    /// Allocates the first free hot register with zeros and returns its index.
    ///
    /// # Errors
    /// All are allocated, or a limit is exceeded.
    pub fn alloc_hot(&mut self, shape: Shape) -> Result<usize, Error> {
        let free = (0..REGISTERS_PER_BANK).find(|&index| self.hot(index).is_none());
        self.allocate(Bank::Hot, free, shape)
    }

    /// Allocates the first free cold register with weights of value 0 and a storage key, and returns its index.
    ///
    /// # Errors
    /// All are allocated, or a limit is exceeded.
    pub fn alloc_cold(&mut self, shape: Shape, key: Option<&str>) -> Result<usize, Error> {
        let free = (0..REGISTERS_PER_BANK).find(|&index| self.cold(index).is_none());
        let index = self.allocate(Bank::Cold, free, shape)?;
        if let Some(register) = self.cold_mut(index) {
            register.set_key(key);
        }
        Ok(index)
    }

    fn allocate(&mut self, bank: Bank, free: Option<usize>, shape: Shape) -> Result<usize, Error> {
        let none = || Error::new(ErrorKind::Limit, format!("every {} register is allocated", bank.name()));
        let index = free.ok_or_else(none)?;
        self.make_unknown();
        structure::allocate(self, Register::new(bank, index as u8), shape).map_err(fault_error)?;
        Ok(index)
    }

    /// Replaces cold register `dst` by a full copy of `src`, key and frozen flag included. Pressure and recordings of
    /// `dst` belonged to its old weights and are dropped.
    ///
    /// # Errors
    /// `src` is not allocated, there is no such register, or a limit is exceeded.
    pub fn clone_cold(&mut self, src: usize, dst: usize) -> Result<(), Error> {
        named(Bank::Cold, dst)?;
        let mut copy: ColdRegister = self.allocated_cold(src)?.clone();
        if src == dst {
            return Ok(());
        }
        copy.set_dirty(true);
        self.set_cold(dst, Arc::new(copy))?;
        self.pressure[dst] = None;
        self.contrast.forget(dst);
        Ok(())
    }

    /// The product of a matrix of weights and an input, without temperature gating: the core's `wire_forward`.
    ///
    /// # Errors
    /// A source is not allocated, the weights have a rank below 2, there is no such register, a limit is exceeded, or
    /// the machine is being interrupted.
    pub fn wire_forward(&mut self, dst: usize, weights: usize, input: usize) -> Result<(), Error> {
        let word = [byte(Bank::Hot, dst)?, byte(Bank::Cold, weights)?, byte(Bank::Hot, input)?, 0];
        self.make_unknown();
        structure::wire_forward(self, word).map_err(fault_error)
    }

    /// The sum of two registers, the shorter one repeated: the core's `wire_skip`.
    ///
    /// # Errors
    /// A source is not allocated, or there is no such register.
    pub fn wire_skip(&mut self, dst: usize, a: usize, b: usize) -> Result<(), Error> {
        let word = [byte(Bank::Hot, dst)?, byte(Bank::Hot, a)?, byte(Bank::Hot, b)?, 0];
        self.make_unknown();
        structure::wire_skip(self, word).map_err(fault_error)
    }

    /// Replaces every weight of a cold register by those of the generator that begins at `seed`; shape and temperatures
    /// stay.
    ///
    /// # Errors
    /// It is not allocated.
    pub fn init_random(&mut self, index: usize, seed: u64) -> Result<(), Error> {
        self.allocated_cold(index)?;
        if let Some(register) = self.cold_mut(index) {
            structure::randomise(register, seed);
        }
        Ok(())
    }

    /// How many registers are allocated and what they hold.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        Statistics {
            hot_registers: self.hot.iter().count(),
            hot_elements: self.hot.elements(),
            cold_registers: self.cold.iter().flatten().count(),
            cold_elements: self.cold.iter().flatten().map(|register| register.len()).sum(),
        }
    }

    fn allocated_cold(&self, index: usize) -> Result<&ColdRegister, Error> {
        let register = named(Bank::Cold, index)?;
        let absent =
            || Error::about(ErrorKind::BadRegister, register, format!("{register} is not allocated"));
        self.cold(index).ok_or_else(absent)
    }
}

fn byte(bank: Bank, index: usize) -> Result<u8, Error> {
    named(bank, index).map(Register::byte)
}

/// The name of a register, if its index is one.
pub(super) fn named(bank: Bank, index: usize) -> Result<Register, Error> {
    match u8::try_from(index) {
        Ok(index) if usize::from(index) < REGISTERS_PER_BANK => Ok(Register::new(bank, index)),
        _ => {
            let message = format!(
                "there is no {} register {index}, the last is {}",
                bank.name(),
                REGISTERS_PER_BANK - 1
            );
            Err(Error::new(ErrorKind::BadRegister, message))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use ternsig_isa::{InstructionSet, Signal};
    use ternsig_program::{AssembledProgram, ValidatedProgram};

    fn machine() -> Machine {
        let program =
            ValidatedProgram::new(AssembledProgram::default(), &InstructionSet::standard()).unwrap();
        Machine::new(program).unwrap()
    }

    fn weights(values: &[i32], shape: Shape) -> Arc<ColdRegister> {
        let signals = values.iter().map(|&value| Signal::from_i32(value)).collect();
        Arc::new(ColdRegister::new(signals, shape).unwrap())
    }

    #[test]
    fn the_first_free_register_is_taken_in_all_64() {
        let mut m = machine();
        m.set_hot(0, &[], Shape::vector(0)).unwrap();
        m.set_hot(2, &[], Shape::vector(0)).unwrap();
        assert_eq!(m.alloc_hot(Shape::matrix(2, 3)), Ok(1));
        assert_eq!(m.hot(1).unwrap().data(), [0; 6]);
        let taken: Vec<_> = (0..61).map(|_| m.alloc_hot(Shape::vector(1)).unwrap()).collect();
        assert_eq!(taken, (3..64).collect::<Vec<_>>());
        let error = m.alloc_hot(Shape::vector(1)).unwrap_err();
        assert_eq!((error.kind(), error.message()), (ErrorKind::Limit, "every hot register is allocated"));
        assert!(m.free_hot(63));
        assert_eq!(m.alloc_hot(Shape::default()), Ok(63));
    }

    #[test]
    fn cold_registers_are_allocated_with_their_key() {
        let mut m = machine();
        assert_eq!(m.alloc_cold(Shape::matrix(2, 2), Some("region.layer")), Ok(0));
        assert_eq!(m.alloc_cold(Shape::vector(3), None), Ok(1));
        let register = m.cold(0).unwrap();
        assert_eq!((register.key(), register.signals()), (Some("region.layer"), &[Signal::ZERO; 4][..]));
        let error = m.alloc_cold(Shape::new(&[u32::MAX; 8]).unwrap(), None).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Limit);
        assert!(m.cold(2).is_none());
    }

    #[test]
    fn a_copy_is_full_and_has_the_old_pressure_of_nothing() {
        let mut m = machine();
        m.set_cold(3, weights(&[1, -2], Shape::vector(2))).unwrap();
        m.cold_mut(3).unwrap().set_key(Some("k"));
        m.cold_mut(3).unwrap().set_frozen(true);
        m.set_pressure(60, Some(vec![9]));
        m.clone_cold(3, 60).unwrap();
        let copy = m.cold(60).unwrap();
        assert_eq!(
            (copy.values(), copy.key(), copy.is_frozen(), copy.is_dirty()),
            (&[1, -2][..], Some("k"), true, true)
        );
        assert_ne!(copy.version(), m.cold(3).unwrap().version());
        assert_eq!(m.pressure(60), None);
        m.set_pressure(3, Some(vec![9, 9]));
        m.clone_cold(3, 3).unwrap();
        assert_eq!(m.pressure(3), Some(&[9, 9][..]));
        assert_eq!(m.clone_cold(4, 3).unwrap_err().message(), "C4 is not allocated");
        assert_eq!(m.clone_cold(3, 64).unwrap_err().kind(), ErrorKind::BadRegister);
        assert_eq!(
            m.clone_cold(999, 3).unwrap_err().message(),
            "there is no cold register 999, the last is 63"
        );
    }

    #[test]
    fn wiring_computes_what_the_instructions_do() {
        let mut m = machine();
        m.set_cold(63, weights(&[1, 2, 3, -4, 0, 255], Shape::matrix(2, 3))).unwrap();
        m.set_hot(62, &[10, 20, 30], Shape::vector(3)).unwrap();
        m.wire_forward(63, 63, 62).unwrap();
        // 10 + 40 + 90, −40 + 7650
        assert_eq!(m.hot(63).unwrap().data(), [140, 7610]);
        m.set_hot(0, &[1, 2, 3], Shape::vector(3)).unwrap();
        m.set_hot(1, &[10, 20], Shape::vector(2)).unwrap();
        m.wire_skip(0, 0, 1).unwrap();
        assert_eq!(m.hot(0).unwrap().data(), [11, 22, 13]);
        assert_eq!(m.wire_forward(0, 1, 0).unwrap_err().kind(), ErrorKind::BadRegister);
        assert_eq!(m.wire_skip(0, 0, 40).unwrap_err().register(), Some(Register::hot(40)));
        assert_eq!(m.wire_skip(64, 0, 1).unwrap_err().kind(), ErrorKind::BadRegister);
    }

    #[test]
    fn random_weights_follow_the_whole_seed_and_ignore_the_frozen_flag() {
        let mut m = machine();
        let index = m.alloc_cold(Shape::matrix(2, 4), None).unwrap();
        m.cold_mut(index).unwrap().set_frozen(true);
        m.init_random(index, 42).unwrap();
        let first = [(1, 211), (0, 222), (-1, 104), (1, 73), (0, 157), (0, 170), (-1, 164), (1, 89)];
        let first = first.map(|(polarity, magnitude)| Signal::new(polarity, magnitude).unwrap());
        assert_eq!(m.cold(index).unwrap().signals(), first);
        assert!(m.cold(index).unwrap().is_dirty());
        m.init_random(index, 42 + (1 << 40)).unwrap();
        assert_ne!(m.cold(index).unwrap().signals(), first);
        assert_eq!(m.init_random(1, 42).unwrap_err().register(), Some(Register::cold(1)));
        assert!(m.init_random(64, 42).is_err());
    }

    #[test]
    fn statistics_count_all_64() {
        let mut m = machine();
        assert_eq!(m.statistics(), Statistics::default());
        m.set_hot(63, &[0; 5], Shape::vector(5)).unwrap();
        m.set_hot(0, &[], Shape::vector(0)).unwrap();
        m.set_cold(40, weights(&[1, 2, 3], Shape::vector(3))).unwrap();
        let statistics = m.statistics();
        let expected = Statistics { hot_registers: 2, hot_elements: 5, cold_registers: 1, cold_elements: 3 };
        assert_eq!((statistics, statistics.bytes()), (expected, 26));
    }
}
