//! What a brain senses: a sample each tick.

use crate::manifest::brain::StreamEntry;
use crate::manifest::{Format, Order};
use crate::source::{Dataset, Generator, SourceError, csv};
use serde::{Deserialize, Serialize};

/// A data set whose samples come again and again.
pub(super) struct Stream {
    data: Dataset,
    shuffles: bool,
    seed: u64,
    order: Vec<usize>,
    position: Position,
}

/// Where a stream stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub(super) struct Position {
    /// How often all samples have come.
    pass: u64,
    /// How many have come since.
    index: usize,
}

impl Stream {
    pub(super) fn read(entry: &StreamEntry, seed: u64) -> Result<Stream, SourceError> {
        let data = match &entry.format {
            Format::Csv(options) => csv::read(&entry.path, options)?,
        };
        let shuffles = entry.order == Order::Shuffled;
        let mut stream = Stream { data, shuffles, seed, order: Vec::new(), position: Position::default() };
        stream.go_to(Position::default());
        Ok(stream)
    }

    pub(super) const fn position(&self) -> Position {
        self.position
    }

    /// Goes on where another stream of the same data stood.
    pub(super) fn go_to(&mut self, position: Position) {
        self.position = position;
        self.order.clear();
        self.order.extend(0..self.data.len());
        if self.shuffles {
            // Each pass has an order of its own, which does not depend on the one before.
            let pass = Generator::new(position.pass).next_u64();
            Generator::new(self.seed ^ pass).shuffle(&mut self.order);
        }
    }

    /// The next sample.
    pub(super) fn advance(&mut self) {
        self.position.index += 1;
        if self.position.index >= self.order.len() {
            self.go_to(Position { pass: self.position.pass + 1, index: 0 });
        }
    }

    /// The sample of this tick and its class.
    pub(super) fn sample(&self) -> (&[i32], usize) {
        let sample = self.order.get(self.position.index).and_then(|&index| self.data.sample(index));
        sample.map_or((&[], 0), |sample| (sample.input, sample.label))
    }

    /// How many elements a sample has.
    pub(super) fn width(&self) -> usize {
        self.sample().0.len()
    }

    pub(super) fn classes(&self) -> usize {
        self.data.classes().len()
    }
}
