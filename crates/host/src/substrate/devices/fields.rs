//! The device `fields`.

use super::bad_operand;
use crate::device::{Device, elements, no_device, put};
use crate::substrate::branch::Inner;
use crate::substrate::effect::{ACTIVITY, Effect};
use crate::substrate::{Field, FieldError, Substrate};
use ternsig_isa::{DomainOp, Register};
use ternsig_vm::{Answer, Error, ErrorKind, ExecutionContext, Machine};

/// Answers the operations of the device `fields` for one region.
pub struct Fields {
    substrate: Substrate,
    slice: usize,
}

impl Fields {
    /// The fields of a substrate, for the region with this slice of each.
    #[must_use]
    pub const fn new(substrate: Substrate, slice: usize) -> Fields {
        Fields { substrate, slice }
    }

    fn read(&self, m: &mut Machine, target: Register, field: u8, slice: usize) -> Result<(), Error> {
        put(m, target, self.substrate.lock().state.slice(field, slice).map_err(refusal)?)
    }

    /// Writes the region's own slice as far as there are elements: in place, that is what is done, too.
    fn write_own(&self, m: &Machine, source: Register, field: u8) -> Result<(), Error> {
        let mut inner = self.substrate.lock();
        let width = inner.state.slice(field, self.slice).map_err(refusal)?.len();
        let values = elements(m, source, 0)?;
        let values = &values[..values.len().min(width)];
        inner.perform(Effect::Write { field, slice: self.slice, start: 0, values });
        Ok(())
    }

    /// Writes a slice whole.
    fn write(&self, m: &Machine, source: Register, field: u8, slice: usize) -> Result<(), Error> {
        let mut inner = self.substrate.lock();
        let width = inner.state.slice(field, slice).map_err(refusal)?.len();
        let values = elements(m, source, 0)?;
        if values.len() != width {
            let message =
                format!("{source} has {} elements, slices of field {field} have {width}", values.len());
            return Err(Error::about(ErrorKind::BadRegister, source, message));
        }
        inner.perform(Effect::Write { field, slice, start: 0, values });
        Ok(())
    }

    /// Does something to a whole field.
    fn on_field(&self, field: u8, effect: Effect<&[i32]>) -> Result<(), Error> {
        let mut inner = self.substrate.lock();
        existing(&inner, field)?;
        inner.check_room()?;
        inner.perform(effect);
        Ok(())
    }

    /// Does something to field 0, for each slice of which the source has an energy.
    fn compete<'m>(
        &self,
        m: &'m Machine,
        source: Register,
        effect: impl FnOnce(&'m [i32]) -> Effect<&'m [i32]>,
    ) -> Result<(), Error> {
        let mut inner = self.substrate.lock();
        let slices = existing(&inner, ACTIVITY)?.slices();
        let energies = elements(m, source, slices)?;
        inner.check_room()?;
        inner.perform(effect(&energies[..slices]));
        Ok(())
    }
}

impl Device for Fields {
    fn answer(&mut self, op: &DomainOp, ctx: &mut ExecutionContext<'_>) -> Result<Answer, Error> {
        let m = ctx.machine_mut();
        match *op {
            DomainOp::FieldRead { target, field_id } => self.read(m, target, field_id, self.slice),
            DomainOp::FieldWrite { source, field_id } => self.write_own(m, source, field_id),
            DomainOp::FieldTick { field_id } => self.on_field(field_id, Effect::Tick { field: field_id }),
            DomainOp::FieldDecay { field_id: field, retention, fatigue_boost } => {
                self.on_field(field, Effect::Decay { field, retention, fatigue_boost })
            }
            DomainOp::FieldSliceRead { target, field_id, slice_index } => {
                self.read(m, target, field_id, slice_index.into())
            }
            DomainOp::FieldSliceWrite { source, field_id, slice_index } => {
                self.write(m, source, field_id, slice_index.into())
            }
            DomainOp::LateralInhibit { source, strength } => {
                self.compete(m, source, |energies| Effect::Inhibit { winner: strongest(energies), strength })
            }
            DomainOp::ExhaustionBoost { source, factor } => {
                self.compete(m, source, |energies| Effect::Exhaust { energies, factor })
            }
            _ => Err(no_device(op)),
        }?;
        Ok(Answer::Done)
    }
}

fn existing(inner: &Inner, field: u8) -> Result<&Field, Error> {
    inner.state.field(field).ok_or_else(|| refusal(FieldError::NoField(field)))
}

/// The first of the largest.
fn strongest(energies: &[i32]) -> usize {
    let first_of_largest = |best: usize, (slice, energy): (usize, &i32)| {
        if energies.get(best).is_some_and(|largest| energy > largest) { slice } else { best }
    };
    energies.iter().enumerate().fold(0, first_of_largest)
}

fn refusal(error: FieldError) -> Error {
    bad_operand(error.to_string())
}
