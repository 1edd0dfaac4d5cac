//! Where the choices come from.

/// A source of choices: the given bytes first, then a generator that they seed.
#[derive(Debug, Clone)]
pub struct Entropy<'a> {
    bytes: std::slice::Iter<'a, u8>,
    state: u64,
}

impl<'a> Entropy<'a> {
    /// Choices from these bytes.
    #[must_use]
    pub fn new(bytes: &'a [u8]) -> Entropy<'a> {
        Entropy { bytes: bytes.iter(), state: crate::checksum(bytes) | 1 }
    }

    /// Eight bits.
    pub fn byte(&mut self) -> u8 {
        self.bytes.next().copied().unwrap_or_else(|| {
            self.state ^= self.state << 13;
            self.state ^= self.state >> 7;
            self.state ^= self.state << 17;
            (self.state >> 32) as u8
        })
    }

    /// A number below `bound`, which must not be 0.
    pub fn below(&mut self, bound: usize) -> usize {
        let wide = (usize::from(self.byte()) << 8) | usize::from(self.byte());
        wide % bound
    }

    /// True once in `n` times.
    pub fn one_in(&mut self, n: usize) -> bool {
        self.below(n) == 0
    }

    /// One of the items, of which there must be one.
    pub fn pick<T: Copy>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())]
    }

    /// An `i32`, mostly small, sometimes extreme.
    pub fn value(&mut self) -> i32 {
        match self.below(8) {
            0 => self.pick(&[i32::MIN, i32::MIN + 1, -65536, -256, 255, 256, 65536, i32::MAX - 1, i32::MAX]),
            1 => i32::from_le_bytes([self.byte(), self.byte(), self.byte(), self.byte()]),
            2 => 0,
            _ => i32::from(self.byte()) - 128,
        }
    }
}
