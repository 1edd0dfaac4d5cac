//! The one block of memory in which a C host keeps what the code works on.

/// What everything in the block begins at a multiple of.
pub(super) const ALIGNMENT: usize = 64;

/// A block that grows while its parts are given their places.
#[derive(Debug, Default)]
pub(super) struct Block {
    bytes: usize,
}

impl Block {
    /// Room for so many bytes, and where it begins. Vectors may be read up to its end.
    pub(super) fn reserve(&mut self, bytes: usize) -> u64 {
        let begin = self.bytes;
        self.bytes += bytes.next_multiple_of(ALIGNMENT);
        begin as u64
    }

    /// How many bytes it has.
    pub(super) const fn bytes(&self) -> usize {
        self.bytes
    }
}
