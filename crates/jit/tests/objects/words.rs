//! Lists of 32-bit words, as the runner reads and writes them.

use ternsig_isa::Shape;

/// Words to write.
#[derive(Debug, Default)]
pub(crate) struct Writer(pub(crate) Vec<u8>);

impl Writer {
    pub(crate) fn word(&mut self, word: u32) {
        self.0.extend_from_slice(&word.to_le_bytes());
    }

    /// A list with its length before it.
    pub(crate) fn list(&mut self, list: impl ExactSizeIterator<Item = u32>) {
        self.word(list.len() as u32);
        list.for_each(|word| self.word(word));
    }

    pub(crate) fn numbers(&mut self, list: &[i32]) {
        self.list(list.iter().map(|&number| number as u32));
    }
}

/// Words to read.
#[derive(Debug)]
pub(crate) struct Reader<'a>(pub(crate) &'a [u8]);

impl Reader<'_> {
    pub(crate) fn word(&mut self) -> u32 {
        let (word, rest) = self.0.split_first_chunk().expect("the results are complete");
        self.0 = rest;
        u32::from_le_bytes(*word)
    }

    pub(crate) fn list(&mut self) -> Vec<u32> {
        (0..self.word()).map(|_| self.word()).collect()
    }

    pub(crate) fn numbers(&mut self) -> Vec<i32> {
        self.list().into_iter().map(|word| word as i32).collect()
    }

    pub(crate) fn shape(&mut self) -> Shape {
        Shape::new(&self.list()).expect("shapes have at most eight dimensions")
    }
}
