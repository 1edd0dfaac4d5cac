//! The device `clock`.

use super::{bad_operand, byte};
use crate::device::{Device, elements, no_device, put};
use crate::substrate::Substrate;
use crate::substrate::effect::Effect;
use ternsig_isa::DomainOp;
use ternsig_vm::{Answer, Error, ErrorKind, ExecutionContext};

/// What a consolidation request starts, with its urgency, 0–255.
pub type Consolidator = Box<dyn FnMut(u8) -> Result<(), Error> + Send>;

/// Answers the operations of the device `clock`.
pub struct ClockDevice {
    substrate: Substrate,
    consolidate: Option<Consolidator>,
}

impl ClockDevice {
    /// The clock of a substrate, with nothing to consolidate.
    #[must_use]
    pub const fn new(substrate: Substrate) -> ClockDevice {
        ClockDevice { substrate, consolidate: None }
    }

    /// The same, with this to be done when a program asks for it while the host rests.
    #[must_use]
    pub fn consolidating(self, consolidate: Consolidator) -> ClockDevice {
        ClockDevice { consolidate: Some(consolidate), ..self }
    }

    /// From a phase a program goes to the next one.
    fn enter(&self, phase: i32) -> Result<(), Error> {
        let wanted = byte("the phase", phase)?;
        let mut inner = self.substrate.lock();
        let now = inner.state.levels.clock.phase;
        if wanted != now && Some(wanted) != now.checked_add(1) {
            return Err(denied(format!("phase {wanted} cannot follow phase {now}, only the next phase can")));
        }
        inner.perform(Effect::Phase(wanted));
        Ok(())
    }

    fn raise(&self, level: i32) -> Result<(), Error> {
        let wanted = byte("the level", level)?;
        let mut inner = self.substrate.lock();
        let now = inner.state.levels.clock.level;
        if wanted < now {
            return Err(denied(format!("the level is {now} and cannot go back to {wanted}")));
        }
        inner.perform(Effect::Level(wanted));
        Ok(())
    }

    fn rest(&self, value: i32) -> Result<(), Error> {
        let resting = match value {
            0 => false,
            1 => true,
            _ => {
                return Err(bad_operand(format!(
                    "the rest mode is {value}, allowed are 0 (wake) and 1 (rest)"
                )));
            }
        };
        let mut inner = self.substrate.lock();
        let (level, least) = (inner.state.levels.clock.level, inner.state.levels.rest_threshold);
        if resting && level < least {
            return Err(denied(format!("the level is {level}, rest needs at least {least}")));
        }
        inner.perform(Effect::Rest(resting));
        Ok(())
    }

    fn consolidate(&mut self, urgency: i32) -> Result<(), Error> {
        if !self.substrate.clock().resting {
            return Err(denied("consolidation needs rest: write rest mode 1 first".to_owned()));
        }
        let missing = || Error::new(ErrorKind::NoDevice, "the host has no memory to consolidate");
        let consolidate = self.consolidate.as_mut().ok_or_else(missing)?;
        consolidate(urgency.clamp(0, 255) as u8)
    }
}

impl Device for ClockDevice {
    fn answer(&mut self, op: &DomainOp, ctx: &mut ExecutionContext<'_>) -> Result<Answer, Error> {
        let m = ctx.machine_mut();
        let clock = self.substrate.clock();
        match *op {
            DomainOp::PhaseRead { target } => put(m, target, &[clock.phase.into()]),
            DomainOp::TickRead { target } => put(m, target, &[(clock.tick % (1 << 31)) as i32]),
            DomainOp::LevelRead { target } => put(m, target, &[clock.level.into()]),
            DomainOp::PhaseWrite { source } => self.enter(elements(m, source, 1)?[0]),
            DomainOp::LevelWrite { source } => self.raise(elements(m, source, 1)?[0]),
            DomainOp::RestWrite { source } => self.rest(elements(m, source, 1)?[0]),
            DomainOp::ConsolidationRequest { source } => self.consolidate(elements(m, source, 1)?[0]),
            _ => Err(no_device(op)),
        }?;
        Ok(Answer::Done)
    }
}

fn denied(message: String) -> Error {
    Error::new(ErrorKind::Denied, message)
}
