//! What products read and write beside registers: planes of 16-bit inputs and packed weights.

use super::emitter::{Emitter, MEMORY};
use super::place::{At, Place};
use cranelift_codegen::ir::types::I16X8;
use cranelift_codegen::ir::{InstBuilder, Value};

impl Emitter<'_> {
    /// The address of an element of so many bytes in working memory.
    pub(super) fn scratch_element(&mut self, begin: usize, at: At, size: i64) -> (Value, i32) {
        let base = self.base(Place::Scratch(0));
        let address = self.moved(base, at, size);
        (address, (begin + at.fixed * size as usize) as i32)
    }

    fn moved(&mut self, base: Value, at: At, size: i64) -> Value {
        match at.moving {
            None => base,
            Some(moving) => self.scaled(base, moving, size),
        }
    }

    /// Eight 16-bit inputs of a plane.
    pub(super) fn load_plane(&mut self, plane: usize, at: At) -> Value {
        let (address, offset) = self.scratch_element(plane, at, 2);
        self.b.ins().load(I16X8, MEMORY, address, offset)
    }

    pub(super) fn store_plane(&mut self, inputs: Value, plane: usize, at: At) {
        let (address, offset) = self.scratch_element(plane, at, 2);
        self.b.ins().store(MEMORY, inputs, address, offset);
    }

    /// One 16-bit input of a plane.
    pub(super) fn store_plane_one(&mut self, input: Value, plane: usize, at: At) {
        let (address, offset) = self.scratch_element(plane, at, 2);
        self.b.ins().store(MEMORY, input, address, offset);
    }

    /// The address of a packed weight.
    pub(super) fn packed_element(&mut self, base: Value, at: At) -> (Value, i32) {
        (self.moved(base, at, 2), (at.fixed * 2) as i32)
    }

    /// The address of a 32-bit word.
    pub(super) fn word_element(&mut self, base: Value, at: At) -> (Value, i32) {
        (self.moved(base, at, 4), (at.fixed * 4) as i32)
    }

    /// Eight packed weights.
    pub(super) fn load_packed(&mut self, address: Value, offset: i32) -> Value {
        self.b.ins().load(I16X8, MEMORY, address, offset)
    }
}
