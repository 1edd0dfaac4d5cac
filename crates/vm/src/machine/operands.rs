//! What instructions need of a machine: sources and destinations by operand byte, and room for what they create.

use super::cold::ColdRegister;
use super::hot::HotRegister;
use super::{Machine, UNCOUNTED_ELEMENTS, slot};
use crate::arith::mastery;
use crate::error::{ErrorKind, Fault};
use ternsig_isa::limits::REGISTERS_PER_BANK;
use ternsig_isa::{Register, Shape};

/// A dimension is 32 bits wide, whatever the limits say.
const LARGEST_DIMENSION: usize = u32::MAX as usize;

impl Machine {
    /// Refuses elements beyond the limits.
    pub(crate) fn check_room(&self, elements: usize) -> Result<(), Fault> {
        if self.is_small(elements) { Ok(()) } else { self.check_large(elements) }
    }

    /// Whether a register of this size, and as many others as there can be lists, cannot exceed the limits: then the banks
    /// need not be summed up, which would cost more than most instructions.
    #[inline]
    const fn is_small(&self, elements: usize) -> bool {
        elements <= self.limits.register_elements
            && elements <= self.limits.total_elements / (16 * REGISTERS_PER_BANK)
            && elements <= UNCOUNTED_ELEMENTS
    }

    #[inline]
    pub(super) const fn check_room_is_free(&self, elements: usize) -> bool {
        self.is_small(elements)
    }

    /// Elements of everything that counts, with this many more.
    pub(super) fn total_with(&self, added: usize) -> usize {
        self.total_elements().saturating_add(added)
    }

    #[cold]
    fn check_large(&self, elements: usize) -> Result<(), Fault> {
        let limit = self.limits.register_elements.min(LARGEST_DIMENSION);
        if elements > limit {
            let message = format!("a register of {elements} elements exceeds the limit of {limit}");
            return Err(Fault::new(ErrorKind::Limit, message));
        }
        let limit = self.limits.total_elements;
        if self.total_elements().saturating_add(elements) > limit {
            let message = format!("the registers would hold more than {limit} elements");
            return Err(Fault::new(ErrorKind::Limit, message));
        }
        Ok(())
    }

    /// Elements of all registers and of the lists that programs can make beside them.
    fn total_elements(&self) -> usize {
        let copies = self.cold.iter().chain(&self.checkpoints).flatten().map(|register| register.len());
        let lists = self.pressure.iter().flatten().chain(self.tests.snapshots.values()).map(Vec::len);
        let recordings =
            self.contrast.free.iter().chain(&self.contrast.clamped).flatten().map(|list| 2 * list.len());
        let outputs = self.models.iter().filter_map(|(_, slot)| slot.last_output.as_ref()).map(Vec::len);
        self.hot.elements() + copies.chain(lists).chain(recordings).chain(outputs).sum::<usize>()
    }

    /// A hot register that an instruction reads.
    pub(crate) fn source(&self, byte: u8) -> Result<&HotRegister, Fault> {
        self.hot.get(slot(byte)).ok_or_else(|| Fault::unallocated(Register::from_byte(byte)))
    }

    /// The elements of a hot register that an instruction reads.
    pub(crate) fn data(&self, byte: u8) -> Result<&[i32], Fault> {
        self.source(byte).map(HotRegister::data)
    }

    /// A hot register that an instruction changes in place.
    pub(crate) fn modified(&mut self, byte: u8) -> Result<&mut HotRegister, Fault> {
        self.hot.get_mut(slot(byte)).ok_or_else(|| Fault::unallocated(Register::from_byte(byte)))
    }

    /// A cold register that an instruction reads.
    pub(crate) fn weights(&self, byte: u8) -> Result<&ColdRegister, Fault> {
        self.cold(slot(byte)).ok_or_else(|| Fault::unallocated(Register::from_byte(byte)))
    }

    /// A cold register that an instruction changes.
    pub(crate) fn modified_weights(&mut self, byte: u8) -> Result<&mut ColdRegister, Fault> {
        self.cold_mut(slot(byte)).ok_or_else(|| Fault::unallocated(Register::from_byte(byte)))
    }

    /// A cold register that an instruction changes unless it is frozen.
    pub(crate) fn trainable_weights(&mut self, byte: u8) -> Result<&mut ColdRegister, Fault> {
        if self.weights(byte)?.is_frozen() {
            return Err(Fault::frozen(Register::from_byte(byte)));
        }
        self.modified_weights(byte)
    }

    /// Computes a new content for hot register `dst` while every source, `dst` included, can still be read. Nothing is
    /// changed if that fails.
    pub(crate) fn produce(
        &mut self,
        dst: u8,
        compute: impl FnOnce(&Machine, &mut Vec<i32>) -> Result<Shape, Fault>,
    ) -> Result<(), Fault> {
        let mut out = std::mem::take(&mut self.scratch);
        out.clear();
        let result = compute(self, &mut out).and_then(|shape| self.check_room(out.len()).map(|()| shape));
        if let Ok(shape) = result {
            let register = self.hot.claim(slot(dst));
            register.data.clear();
            register.data.extend_from_slice(&out);
            register.shape = shape;
        }
        self.scratch = out;
        result.map(|_| ())
    }

    /// Replaces hot register `dst` by one element.
    pub(crate) fn put_scalar(&mut self, dst: u8, value: i32) {
        let register = self.hot.claim(slot(dst));
        register.data.clear();
        register.data.push(value);
        register.shape = Shape::vector(1);
    }

    /// Replaces hot register `dst` by these elements, shape `[len]`.
    pub(crate) fn put_vector(&mut self, dst: u8, data: &[i32]) {
        let register = self.hot.claim(slot(dst));
        register.data.clear();
        register.data.extend_from_slice(data);
        register.shape = Shape::vector(data.len());
    }

    /// Gives a cold register a zeroed pressure list of this length, unless it has one of this length.
    pub(crate) fn size_pressure(&mut self, byte: u8, len: usize) -> Result<(), Fault> {
        if self.pressure(slot(byte)).map(<[i32]>::len) == Some(len) {
            return Ok(());
        }
        self.check_room(len)?;
        let list = self.pressure[slot(byte)].get_or_insert_default();
        list.clear();
        list.resize(len, 0);
        Ok(())
    }

    /// The dopamine factor of learning, 1–3; `None` while learning is off.
    pub(crate) fn dopamine_factor(&self) -> Option<i64> {
        mastery::dopamine_factor(self.chemicals[0])
    }
}
