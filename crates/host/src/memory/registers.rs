//! Registers that programs get while they run.

use crate::device::{Device, no_device};
use ternsig_isa::limits::REGISTERS_PER_BANK;
use ternsig_isa::{Bank, DomainOp, Register, Shape};
use ternsig_vm::{Answer, Error, ErrorKind, ExecutionContext, Machine};

/// Answers the operations of the device `registers` for one machine: the first free hot or cold register, with as many zeros as
/// the program asks for. Param and shape registers are always there; those that are handed out are taken from the last one down,
/// so that they are seldom ones that the program names itself.
#[derive(Debug, Clone, Default)]
pub struct Registers {
    /// One bit for each param register that was handed out.
    params: u64,
    /// One bit for each shape register that was handed out.
    shapes: u64,
}

impl Registers {
    fn allocate(&mut self, m: &mut Machine, bank: u8, size: u16) -> Result<Register, Error> {
        let shape = Shape::vector(size.into());
        let (bank, index) = match bank {
            0 => (Bank::Hot, m.alloc_hot(shape)?),
            1 => (Bank::Cold, m.alloc_cold(shape, None)?),
            2 => (Bank::Param, take_last(&mut self.params, Bank::Param)?),
            3 => (Bank::Shape, take_last(&mut self.shapes, Bank::Shape)?),
            _ => {
                let message = format!("there is no register bank {bank}, allowed are 0 to 3");
                return Err(Error::new(ErrorKind::BadOperand, message));
            }
        };
        match bank {
            Bank::Param => m.set_param(index, 0),
            Bank::Shape => m.set_shape(index, shape),
            Bank::Hot | Bank::Cold => {}
        }
        Ok(Register::new(bank, index as u8))
    }

    fn free(&mut self, m: &mut Machine, register: Register) -> Result<(), Error> {
        let index = register.index();
        let freed = match register.bank() {
            Bank::Hot => m.free_hot(index),
            Bank::Cold => m.free_cold(index),
            Bank::Param => give_back(&mut self.params, index),
            Bank::Shape => give_back(&mut self.shapes, index),
        };
        let missing = || Error::about(ErrorKind::NotFound, register, format!("{register} is not allocated"));
        if freed { Ok(()) } else { Err(missing()) }
    }
}

/// The last register that is not handed out.
fn take_last(taken: &mut u64, bank: Bank) -> Result<usize, Error> {
    let full = || {
        Error::new(
            ErrorKind::Limit,
            format!("all {REGISTERS_PER_BANK} registers of bank {bank:?} are allocated"),
        )
    };
    let index = (0..REGISTERS_PER_BANK).rev().find(|index| *taken >> index & 1 == 0).ok_or_else(full)?;
    *taken |= 1 << index;
    Ok(index)
}

fn give_back(taken: &mut u64, index: usize) -> bool {
    let was_taken = *taken >> index & 1 == 1;
    *taken &= !(1 << index);
    was_taken
}

impl Device for Registers {
    fn answer(&mut self, op: &DomainOp, ctx: &mut ExecutionContext<'_>) -> Result<Answer, Error> {
        let m = ctx.machine_mut();
        match *op {
            DomainOp::AllocRegister { target, bank, size } => {
                let register = self.allocate(m, bank, size)?;
                m.set_hot(target.index(), &[register.byte().into()], Shape::vector(1))?;
            }
            DomainOp::FreeRegister { register } => self.free(m, register)?,
            _ => return Err(no_device(op)),
        }
        Ok(Answer::Done)
    }
}
