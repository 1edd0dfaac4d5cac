//! Storage whose address suits any vector load.

use std::fmt;

/// What one aligned load reads at most, in bytes.
const LINE_BYTES: usize = 64;

/// A list of numbers at an address that is a multiple of 64 bytes, followed by zeros up to the next such address and by 64
/// bytes more, so that a vector may be read from anywhere in it.
pub struct Lanes<T> {
    /// Up to two lines more than is needed, so that an aligned address lies within the first, and one follows.
    storage: Vec<T>,
    /// The index of the first element in the storage.
    start: usize,
    len: usize,
}

/// 16-bit elements.
pub type Lanes16 = Lanes<i16>;

/// 32-bit elements.
pub type Lanes32 = Lanes<i32>;

impl<T: Copy + Default> Lanes<T> {
    /// How many elements a line has.
    const LINE: usize = {
        assert!(matches!(size_of::<T>(), 1 | 2 | 4 | 8) && align_of::<T>() == size_of::<T>());
        LINE_BYTES / size_of::<T>()
    };

    /// A list of `len` zeros.
    #[must_use]
    pub fn zeroed(len: usize) -> Lanes<T> {
        let storage = vec![T::default(); (len.div_ceil(Self::LINE) + 2) * Self::LINE];
        let address = storage.as_ptr().addr();
        let start = (address.next_multiple_of(LINE_BYTES) - address) / size_of::<T>();
        Lanes { storage, start, len }
    }

    /// How many elements, without the zeros that fill the last line.
    #[must_use]
    pub const fn len(&self) -> usize {
        self.len
    }

    /// Whether there is no element.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.len == 0
    }

    /// The elements.
    #[must_use]
    pub fn as_slice(&self) -> &[T] {
        &self.storage[self.start..self.start + self.len]
    }

    /// The elements, to be replaced.
    #[must_use]
    pub fn as_mut_slice(&mut self) -> &mut [T] {
        &mut self.storage[self.start..self.start + self.len]
    }

    /// The address of the first element, a multiple of 64, for reading up to the end of the line behind the last. It
    /// stays the same for as long as the list lives.
    #[must_use]
    pub fn as_ptr(&self) -> *const T {
        self.storage[self.start..].as_ptr()
    }
}

/// A copy has another address, and so its elements may begin elsewhere in the storage.
impl<T: Copy + Default> Clone for Lanes<T> {
    fn clone(&self) -> Lanes<T> {
        let mut copy = Lanes::zeroed(self.len);
        copy.as_mut_slice().copy_from_slice(self.as_slice());
        copy
    }
}

impl<T: Copy + Default + PartialEq> PartialEq for Lanes<T> {
    fn eq(&self, other: &Lanes<T>) -> bool {
        self.as_slice() == other.as_slice()
    }
}

impl<T: Copy + Default + Eq> Eq for Lanes<T> {}

impl<T: Copy + Default + fmt::Debug> fmt::Debug for Lanes<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.as_slice().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Whether the address is aligned, and zeros lie behind the elements up to the end of a line.
    fn is_whole<T: Copy + Default + PartialEq>(lanes: &Lanes<T>) -> bool {
        let end = lanes.len().next_multiple_of(Lanes::<T>::LINE);
        let lines = &lanes.storage[lanes.start..][..end];
        lanes.as_ptr().addr().is_multiple_of(LINE_BYTES)
            && lanes.as_slice().as_ptr() == lanes.as_ptr()
            && lines[lanes.len()..].iter().all(|&zero| zero == T::default())
    }

    #[test]
    fn addresses_are_aligned_and_lines_are_whole() {
        for len in [0, 1, 15, 16, 17, 31, 32, 33, 1000] {
            let (mut narrow, mut wide) = (Lanes16::zeroed(len), Lanes32::zeroed(len));
            assert_eq!((narrow.len(), wide.len()), (len, len));
            narrow.as_mut_slice().fill(-1);
            wide.as_mut_slice().fill(-1);
            assert!(is_whole(&narrow) && is_whole(&wide), "{len}");
            assert!(is_whole(&narrow.clone()) && is_whole(&wide.clone()), "{len}");
            assert_eq!((narrow.clone(), wide.clone()), (narrow, wide));
        }
    }
}
