//! What every statement needs: choices, registers by what is known of them, and the words written so far.

use super::known::{Known, Registers};
use super::piece::{Piece, Unaimed};
use crate::generate::Entropy;
use ternsig_isa::{Register, Row, Shape};

/// A subroutine that can be called again.
pub(super) struct Subroutine {
    /// What it relied on where it was first called.
    pub(super) before: Registers,
    /// What was known when it returned.
    pub(super) after: Registers,
}

/// Writes a program word by word.
pub(super) struct Weaver<'e, 'b> {
    pub(super) entropy: &'e mut Entropy<'b>,
    /// What is known before the next word.
    pub(super) now: Registers,
    /// What was known where the stretches begin that are being written and that may be executed again.
    pub(super) repeated: Vec<Registers>,
    /// The hot registers that statements choose from.
    pub(super) hot_pool: Vec<u8>,
    /// Hot registers outside the pool that hold one number.
    pub(super) counters: Vec<u8>,
    /// Registers outside the pools that are not allocated.
    pub(super) absent: Vec<u8>,
    /// The cold registers that statements choose from.
    pub(super) cold_pool: Vec<u8>,
    /// Cold registers that learning may not touch.
    pub(super) frozen: u64,
    /// The sizes that shapes are made of: few, so that they often fit each other.
    pub(super) sizes: Vec<u32>,
    /// Elements of the input and of the target buffer.
    pub(super) input: usize,
    pub(super) target: usize,
    pub(super) piece: Piece,
    pub(super) subroutines: Vec<(Piece, Subroutine)>,
    /// Jumps out of the loops that are being written, innermost last.
    pub(super) exits: Vec<Vec<Unaimed>>,
    /// How many blocks are being written inside each other, and how many of them are subroutines.
    pub(super) depth: usize,
    pub(super) calls: usize,
    /// The words that are still to be written.
    pub(super) left: usize,
    pub(super) last: u8,
    /// Declared hot registers that tell a later run from the first.
    pub(super) flags: Vec<u8>,
    /// Registers that the end of the program gives back.
    pub(super) borrowed: Vec<Register>,
}

impl Weaver<'_, '_> {
    pub(super) fn put(&mut self, row: &Row, operands: [u8; 4]) {
        self.left = self.left.saturating_sub(1);
        self.piece.put(row, operands);
    }

    /// A word that replaces hot register `dst`, which is the first operand.
    pub(super) fn put_to(&mut self, row: &Row, operands: [u8; 4], known: Known) {
        self.put(row, operands);
        self.wrote(operands[0], known);
    }

    pub(super) fn wrote(&mut self, dst: u8, known: Known) {
        self.now.set(Register::hot(dst), known);
        self.last = dst;
    }

    pub(super) fn hot(&self, index: u8) -> Known {
        self.now.get(Register::hot(index))
    }

    pub(super) fn cold(&self, index: u8) -> Known {
        self.now.get(Register::cold(index))
    }

    pub(super) fn is_frozen(&self, index: u8) -> bool {
        self.frozen >> index & 1 == 1
    }

    /// Whether this may become known of a register: where a stretch begins again, all that was known there must hold.
    pub(super) fn may_become(&self, register: Register, known: Known) -> bool {
        self.repeated.iter().all(|state| state.admits(register, known))
    }

    fn one_of(&mut self, open: &[u8]) -> Option<u8> {
        if open.is_empty() { None } else { Some(self.entropy.pick(open)) }
    }

    /// A hot register that may become this.
    pub(super) fn dst(&mut self, known: Known) -> Option<u8> {
        let may = |&&index: &&u8| self.may_become(Register::hot(index), known);
        let open: Vec<u8> = self.hot_pool.iter().filter(may).copied().collect();
        self.one_of(&open)
    }

    /// The same, but often the register whose shape it has already.
    pub(super) fn dst_or(&mut self, src: u8, known: Known) -> Option<u8> {
        if self.entropy.one_in(3) && self.may_become(Register::hot(src), known) {
            return Some(src);
        }
        self.dst(known)
    }

    /// A hot register whose shape is known and wanted, often the one that was written last.
    pub(super) fn src(&mut self, wanted: impl Fn(Shape) -> bool) -> Option<(u8, Shape)> {
        let fits = |known: Known| known.shape().filter(|&shape| wanted(shape));
        if let Some(shape) = fits(self.hot(self.last)).filter(|_| !self.entropy.one_in(3)) {
            return Some((self.last, shape));
        }
        let open: Vec<u8> =
            self.hot_pool.iter().copied().filter(|&index| fits(self.hot(index)).is_some()).collect();
        let index = self.one_of(&open)?;
        fits(self.hot(index)).map(|shape| (index, shape))
    }

    /// A hot register that is allocated.
    pub(super) fn any(&mut self) -> Option<(u8, Known)> {
        if self.hot(self.last).is_allocated() && !self.entropy.one_in(3) {
            return Some((self.last, self.hot(self.last)));
        }
        let open: Vec<u8> =
            self.hot_pool.iter().copied().filter(|&index| self.hot(index).is_allocated()).collect();
        let index = self.one_of(&open)?;
        Some((index, self.hot(index)))
    }

    /// A vector of one element with this value, in a register of its own or in place of another.
    pub(super) fn scalar(&mut self, value: u16) -> Option<u8> {
        let known = Known::Shape(Shape::vector(1));
        let dst = self.dst(known)?;
        let [high, low] = value.to_be_bytes();
        self.put_to(ternsig_isa::table::core::CoreOp::Set.row(), [dst, 0, high, low], known);
        Some(dst)
    }

    /// A cold register whose shape is known and wanted.
    pub(super) fn weights(&mut self, wanted: impl Fn(Shape) -> bool) -> Option<(u8, Shape)> {
        let fits = |known: Known| known.shape().filter(|&shape| wanted(shape));
        let open: Vec<u8> =
            self.cold_pool.iter().copied().filter(|&index| fits(self.cold(index)).is_some()).collect();
        let index = self.one_of(&open)?;
        fits(self.cold(index)).map(|shape| (index, shape))
    }

    /// A cold register that may be changed.
    pub(super) fn trainable(&mut self, wanted: impl Fn(Shape) -> bool) -> Option<(u8, Shape)> {
        self.weights(wanted).filter(|&(index, _)| !self.is_frozen(index))
    }

    /// The rest of the program goes on with what is known on both this and another path.
    pub(super) fn meet(&mut self, other: &Registers) {
        self.now.meet(other);
    }

    /// A byte, mostly small.
    pub(super) fn small(&mut self) -> u8 {
        match self.entropy.below(8) {
            0 => self.entropy.byte(),
            1 => 0,
            _ => self.entropy.below(12) as u8,
        }
    }
}

/// The operand byte of a cold register.
pub(super) fn cold(index: u8) -> u8 {
    Register::cold(index).byte()
}

/// Rows and columns; a vector is one row.
pub(super) fn matrix(shape: Shape) -> Option<(usize, usize)> {
    match *shape.dims() {
        [rows, columns] => Some((rows as usize, columns as usize)),
        _ => None,
    }
}
