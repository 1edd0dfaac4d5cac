//! Hot registers: activations.

use ternsig_isa::Shape;
use ternsig_isa::limits::REGISTERS_PER_BANK;

/// A buffer of `i32` with a shape. The data may be longer than the shape says: a key-value cache has spare capacity.
#[derive(Debug, Clone, Default)]
pub struct HotRegister {
    pub(crate) data: Vec<i32>,
    pub(crate) shape: Shape,
}

impl HotRegister {
    /// The elements, row-major.
    #[must_use]
    #[inline]
    pub fn data(&self) -> &[i32] {
        &self.data
    }

    /// The elements, to be changed in place.
    pub fn data_mut(&mut self) -> &mut [i32] {
        &mut self.data
    }

    /// The shape.
    #[must_use]
    #[inline]
    pub const fn shape(&self) -> Shape {
        self.shape
    }
}

/// The 64 hot registers. A freed register keeps its buffer, so that allocating it again need not.
#[derive(Debug, Clone)]
pub struct HotBank {
    registers: [HotRegister; REGISTERS_PER_BANK],
    allocated: u64,
}

impl Default for HotBank {
    fn default() -> HotBank {
        HotBank { registers: std::array::from_fn(|_| HotRegister::default()), allocated: 0 }
    }
}

impl HotBank {
    /// Register `index` if it is allocated.
    #[must_use]
    #[inline]
    pub fn allocated(&self, index: usize) -> Option<&HotRegister> {
        self.get(index)
    }

    /// The buffer and shape of register `index` (0–63), allocated or not. Its spare capacity is the accelerator's to use.
    #[inline]
    pub fn raw_parts(&mut self, index: usize) -> (&mut Vec<i32>, &mut Shape) {
        let HotRegister { data, shape } = &mut self.registers[index];
        (data, shape)
    }

    /// Marks register `index` (0–63) as allocated.
    #[inline]
    pub const fn mark_allocated(&mut self, index: usize) {
        self.allocated |= 1 << index;
    }

    pub(crate) fn is_allocated(&self, index: usize) -> bool {
        index < REGISTERS_PER_BANK && self.allocated >> index & 1 == 1
    }

    pub(crate) fn get(&self, index: usize) -> Option<&HotRegister> {
        if self.is_allocated(index) { Some(&self.registers[index]) } else { None }
    }

    pub(crate) fn get_mut(&mut self, index: usize) -> Option<&mut HotRegister> {
        if self.is_allocated(index) { Some(&mut self.registers[index]) } else { None }
    }

    /// The register, allocated if it was not; its content is whatever it last held.
    pub(crate) fn claim(&mut self, index: usize) -> &mut HotRegister {
        self.allocated |= 1 << index;
        &mut self.registers[index]
    }

    /// The destination, allocated, and a source that is another register.
    pub(crate) fn claim_with(&mut self, dst: usize, src: usize) -> Option<(&mut HotRegister, &HotRegister)> {
        if !self.is_allocated(src) {
            return None;
        }
        let [d, s] = self.registers.get_disjoint_mut([dst, src]).ok()?;
        self.allocated |= 1 << dst;
        Some((d, s))
    }

    pub(crate) fn free(&mut self, index: usize) -> bool {
        if !self.is_allocated(index) {
            return false;
        }
        self.allocated &= !(1 << index);
        self.registers[index].data.clear();
        true
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = (usize, &HotRegister)> {
        (0..REGISTERS_PER_BANK).filter_map(|index| Some((index, self.get(index)?)))
    }

    /// Elements of all allocated registers.
    pub(crate) fn elements(&self) -> usize {
        self.iter().map(|(_, register)| register.data.len()).sum()
    }
}
