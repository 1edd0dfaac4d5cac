//! The device `chemicals`.

use super::bad_operand;
use crate::device::{Device, elements, no_device, put};
use crate::substrate::effect::{Effect, Shift};
use crate::substrate::{CHEMICALS, Substrate};
use ternsig_isa::DomainOp;
use ternsig_vm::arith::injected;
use ternsig_vm::{Answer, Error, ErrorKind, ExecutionContext, Machine};

/// Answers the operations of the device `chemicals`.
pub struct Chemicals {
    substrate: Substrate,
    may_change: bool,
}

impl Chemicals {
    /// The chemicals of a substrate, for a region that may change them or not.
    #[must_use]
    pub const fn new(substrate: Substrate, may_change: bool) -> Chemicals {
        Chemicals { substrate, may_change }
    }

    fn level(&self, id: u8) -> Result<i32, Error> {
        let level = self.substrate.chemical(id.into()).map(i32::from);
        let last = CHEMICALS - 1;
        level.ok_or_else(|| bad_operand(format!("there is no chemical {id}, there are 0 to {last}")))
    }

    /// Changes a level, and the copy that the machine has of it.
    fn change(&self, m: &mut Machine, id: u8, shift: Shift) -> Result<(), Error> {
        self.level(id)?;
        if !self.may_change {
            let message = format!("this region may read chemicals, but not change them (chemical {id})");
            return Err(Error::new(ErrorKind::Denied, message));
        }
        self.substrate.lock().perform(Effect::Chemical { id, shift });
        self.substrate.refresh(m);
        Ok(())
    }
}

impl Device for Chemicals {
    fn answer(&mut self, op: &DomainOp, ctx: &mut ExecutionContext<'_>) -> Result<Answer, Error> {
        let m = ctx.machine_mut();
        match *op {
            DomainOp::ChemRead { target, chem_id } => put(m, target, &[self.level(chem_id)?]),
            DomainOp::ChemSet { source, chem_id } => {
                let level = elements(m, source, 1)?[0].clamp(0, 255) as u8;
                self.change(m, chem_id, Shift::set(level))
            }
            DomainOp::ChemInject { source, chem_id, elem_idx, signed } => {
                let element = usize::from(elem_idx);
                let raw = elements(m, source, element + 1)?[element];
                self.change(m, chem_id, Shift::add(injected(raw, signed)))
            }
            _ => Err(no_device(op)),
        }?;
        Ok(Answer::Done)
    }
}
