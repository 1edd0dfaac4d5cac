//! Buffers that messages travelled in.

/// Most elements that are kept room for: a burst of large messages does not stay in memory.
const MOST_ELEMENTS: usize = 1 << 20;

/// Buffers that are free.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Spare {
    buffers: Vec<Vec<i32>>,
    elements: usize,
}

impl Spare {
    /// A copy of a message in a buffer that was used before, if there is one.
    pub(super) fn copy(&mut self, message: &[i32]) -> Vec<i32> {
        let mut copy = self.buffers.pop().unwrap_or_default();
        self.elements -= copy.capacity();
        copy.clear();
        copy.extend_from_slice(message);
        copy
    }

    pub(super) fn keep(&mut self, buffer: Vec<i32>) {
        let elements = self.elements.saturating_add(buffer.capacity());
        if buffer.capacity() > 0 && elements <= MOST_ELEMENTS {
            self.elements = elements;
            self.buffers.push(buffer);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buffers_are_used_again_up_to_a_limit() {
        let mut spare = Spare::default();
        let copy = spare.copy(&[1, 2, 3]);
        let place = copy.as_ptr();
        spare.keep(copy);
        let copy = spare.copy(&[4]);
        assert_eq!((copy.as_ptr(), copy.as_slice()), (place, &[4][..]));
        spare.keep(vec![0; MOST_ELEMENTS]);
        spare.keep(vec![0; 1]);
        assert_eq!(spare.buffers.len(), 1);
        assert_eq!(spare.copy(&[5]), [5]);
        assert_eq!(spare, Spare::default());
    }
}
