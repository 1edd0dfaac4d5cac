//! What a region holds of its substrate.

use super::Substrate;
use super::effect::{Effect, Shift};
use crate::telemetry::InPlace;
use ternsig_isa::domain_op::DomainOpKind;
use ternsig_vm::SubstrateHandle;

/// A region's reference to the substrate it lives in. In every field it reads and writes its own slice.
#[derive(Debug, Clone)]
pub struct Handle {
    substrate: Substrate,
    slice: usize,
    may_change_chemicals: bool,
    /// Where its answers are counted, if anywhere.
    in_place: Option<InPlace>,
}

impl Handle {
    pub(super) const fn new(substrate: Substrate, slice: usize) -> Handle {
        Handle { substrate, slice, may_change_chemicals: true, in_place: None }
    }

    /// The same for a region that may read chemicals only. What changes them is yielded, for a device to refuse.
    #[must_use]
    pub fn reading_chemicals(self) -> Handle {
        Handle { may_change_chemicals: false, ..self }
    }

    /// The same, whose answers are counted from now on: an operation on a whole slice counts once.
    #[must_use]
    pub fn counting(self, in_place: InPlace) -> Handle {
        Handle { in_place: Some(in_place), ..self }
    }

    /// The index of its own slice in every field.
    #[must_use]
    pub const fn slice(&self) -> usize {
        self.slice
    }
}

impl Handle {
    fn count(&self, kind: DomainOpKind) {
        if let Some(in_place) = &self.in_place {
            in_place.count(kind);
        }
    }

    /// What reads or writes elements does it in their order, so that the first stands for all.
    fn count_first(&self, kind: DomainOpKind, index: usize) {
        if index == 0 {
            self.count(kind);
        }
    }

    fn shift_chemical(&self, kind: DomainOpKind, id: u8, shift: Shift) {
        if self.may_change_chemicals {
            self.count(kind);
            self.substrate.lock().perform(Effect::Chemical { id, shift });
        }
    }
}

/// The interface has no way to fail: what does not exist reads as 0, and writing it changes nothing.
impl SubstrateHandle for Handle {
    fn read_chemical(&self, chem_id: u8) -> i32 {
        self.count(DomainOpKind::ChemRead);
        self.substrate.chemical(usize::from(chem_id)).map_or(0, i32::from)
    }

    /// The beginning of a run asks for all levels: that is no operation of a program, and one look at the substrate is enough.
    fn read_levels(&self, levels: &mut [u8]) {
        let known = self.substrate.lock().state.levels.chemicals;
        let known = known.into_iter().chain(std::iter::repeat(0));
        levels.iter_mut().zip(known).for_each(|(level, known)| *level = known);
    }

    fn write_chemical(&mut self, chem_id: u8, value: i32) {
        self.shift_chemical(DomainOpKind::ChemSet, chem_id, Shift::set(value.clamp(0, 255) as u8));
    }

    fn inject_chemical(&mut self, chem_id: u8, delta: i32) {
        self.shift_chemical(DomainOpKind::ChemInject, chem_id, Shift::add(delta.clamp(-255, 255)));
    }

    fn may_change_chemicals(&self) -> bool {
        self.may_change_chemicals
    }

    fn read_field(&self, field_id: u8, index: usize) -> i32 {
        self.count_first(DomainOpKind::FieldRead, index);
        let inner = self.substrate.lock();
        let slice = inner.state.slice(field_id, self.slice).ok();
        slice.and_then(|slice| slice.get(index)).copied().unwrap_or(0)
    }

    fn write_field(&mut self, field_id: u8, index: usize, value: i32) {
        self.count_first(DomainOpKind::FieldWrite, index);
        let mut inner = self.substrate.lock();
        if inner.state.slice(field_id, self.slice).is_ok_and(|slice| index < slice.len()) {
            let (slice, values) = (self.slice, &[value][..]);
            inner.perform(Effect::Write { field: field_id, slice, start: index, values });
        }
    }

    fn read_convergence(&self) -> i32 {
        self.count(DomainOpKind::ConvRead);
        self.substrate.convergence()
    }

    fn read_stimulation(&self, stim_id: u8) -> i32 {
        self.count_first(DomainOpKind::StimRead, usize::from(stim_id));
        self.substrate.stimulation(stim_id)
    }

    /// Temperatures are kept in the registers, so a register without them is all Hot.
    fn read_temperature(&self, _cold_reg: u8, _index: usize) -> i32 {
        0
    }

    fn boot_phase(&self) -> u8 {
        self.count(DomainOpKind::PhaseRead);
        self.substrate.clock().phase
    }

    fn tick_count(&self) -> u64 {
        self.count(DomainOpKind::TickRead);
        self.substrate.clock().tick
    }

    fn neuronal_level(&self) -> u8 {
        self.count(DomainOpKind::LevelRead);
        self.substrate.clock().level
    }
}
