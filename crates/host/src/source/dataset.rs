//! Labelled samples in memory.

/// Labelled samples of integers, all of one width.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dataset {
    width: usize,
    features: Vec<i32>,
    labels: Vec<u32>,
    classes: Vec<String>,
}

/// One sample.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sample<'d> {
    /// What a program gets as its input.
    pub input: &'d [i32],
    /// The index of its class.
    pub label: usize,
}

impl Dataset {
    /// A data set of features, row by row, and the label of each row as text.
    ///
    /// The classes are the different labels: in numerical order if all of them are integers, else in the order of their
    /// text.
    pub(crate) fn new(width: usize, features: Vec<i32>, labels: &Labels) -> Dataset {
        let order = labels.sorted();
        let mut position = vec![0; order.len()];
        for (place, &id) in order.iter().enumerate() {
            position[id] = place as u32;
        }
        Dataset {
            width,
            features,
            labels: labels.ids.iter().map(|&id| position[id]).collect(),
            classes: order.iter().map(|&id| labels.names[id].clone()).collect(),
        }
    }

    /// How many samples there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.labels.len()
    }

    /// Whether there is no sample.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.labels.is_empty()
    }

    /// How many elements the input of a sample has.
    #[must_use]
    pub const fn width(&self) -> usize {
        self.width
    }

    /// The names of the classes.
    #[must_use]
    pub fn classes(&self) -> &[String] {
        &self.classes
    }

    /// The class of every sample.
    #[must_use]
    pub fn labels(&self) -> &[u32] {
        &self.labels
    }

    /// A sample, if there are that many.
    #[must_use]
    pub fn sample(&self, index: usize) -> Option<Sample<'_>> {
        let label = *self.labels.get(index)? as usize;
        let start = index * self.width;
        Some(Sample { input: &self.features[start..start + self.width], label })
    }
}

/// Labels as they are read: each different text gets the next number.
#[derive(Debug, Default)]
pub(crate) struct Labels {
    ids: Vec<usize>,
    names: Vec<String>,
    by_name: std::collections::HashMap<String, usize>,
}

impl Labels {
    pub(crate) fn push(&mut self, name: &str) {
        let id = self.by_name.get(name).copied().unwrap_or_else(|| {
            let id = self.names.len();
            self.names.push(name.to_owned());
            self.by_name.insert(name.to_owned(), id);
            id
        });
        self.ids.push(id);
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.ids.is_empty()
    }

    /// How many different labels there are.
    pub(crate) fn classes(&self) -> usize {
        self.names.len()
    }

    /// The numbers in the order of the classes.
    fn sorted(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.names.len()).collect();
        let numbers: Option<Vec<i64>> = self.names.iter().map(|name| name.parse().ok()).collect();
        match numbers {
            // Two texts may stand for one number, such as 1 and 01; they are different classes.
            Some(numbers) => order.sort_by_key(|&id| (numbers[id], &self.names[id])),
            None => order.sort_by_key(|&id| &self.names[id]),
        }
        order
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(names: &[&str]) -> Labels {
        let mut labels = Labels::default();
        names.iter().for_each(|name| labels.push(name));
        labels
    }

    #[test]
    fn integer_labels_are_classes_in_numerical_order() {
        let data = Dataset::new(1, vec![0; 4], &labels(&["10", "-1", "9", "10"]));
        assert_eq!(data.classes(), ["-1", "9", "10"]);
        assert_eq!(data.labels(), [2, 0, 1, 2]);
    }

    #[test]
    fn other_labels_are_classes_in_the_order_of_their_text() {
        let data = Dataset::new(2, (0..6).collect(), &labels(&["setosa", "10", "9"]));
        assert_eq!(data.classes(), ["10", "9", "setosa"]);
        assert_eq!(data.sample(1), Some(Sample { input: &[2, 3], label: 0 }));
        assert_eq!(data.sample(3), None);
    }
}
