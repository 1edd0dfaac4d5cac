//! The hold-out: samples that are only answered, never learned.

use super::order::Generator;
use std::cmp::Reverse;

/// The samples of a data set, by index, in two parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// Those that are learned, in a random order.
    pub training: Vec<usize>,
    /// Those that are held out, in a random order.
    pub holdout: Vec<usize>,
}

impl Split {
    /// Holds out `count` samples (all, if there are fewer), so that every class has the same share of them as of the
    /// data set: each class gets its quota rounded down, and those with the largest remainders get one more; of equal
    /// remainders the lower class does. The generator chooses which samples of a class they are.
    #[must_use]
    pub fn stratified(labels: &[u32], count: usize, generator: &mut Generator) -> Split {
        let mut order: Vec<usize> = (0..labels.len()).collect();
        generator.shuffle(&mut order);
        let mut quotas = quotas(labels, count.min(labels.len()));
        let mut split = Split { training: Vec::new(), holdout: Vec::new() };
        for index in order {
            let quota = &mut quotas[labels[index] as usize];
            if *quota > 0 {
                *quota -= 1;
                split.holdout.push(index);
            } else {
                split.training.push(index);
            }
        }
        split
    }
}

/// How many samples of each class are held out.
fn quotas(labels: &[u32], count: usize) -> Vec<usize> {
    let classes = labels.iter().max().map_or(0, |&last| last as usize + 1);
    let mut sizes = vec![0usize; classes];
    labels.iter().for_each(|&label| sizes[label as usize] += 1);
    // In 128 bits, because the product of two sizes may exceed 64.
    let share = |size: usize| size as u128 * count as u128;
    let total = labels.len().max(1) as u128;
    let mut quotas: Vec<usize> = sizes.iter().map(|&size| (share(size) / total) as usize).collect();
    let mut by_remainder: Vec<usize> = (0..classes).collect();
    by_remainder.sort_by_key(|&class| Reverse(share(sizes[class]) % total));
    let missing = count - quotas.iter().sum::<usize>();
    for &class in by_remainder.iter().take(missing) {
        quotas[class] += 1;
    }
    quotas
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_is_held_out_in_proportion() {
        // 5, 3 and 2 of 10; four held out are 2, 1.2 and 0.8.
        let labels = [0, 0, 0, 0, 0, 1, 1, 1, 2, 2];
        assert_eq!(quotas(&labels, 4), [2, 1, 1]);
        // 0.5, 0.3 and 0.2: the largest remainder gets the one.
        assert_eq!(quotas(&labels, 1), [1, 0, 0]);
        // Equal remainders: the lower classes first.
        assert_eq!(quotas(&[0, 1, 2, 3], 2), [1, 1, 0, 0]);
    }

    #[test]
    fn the_parts_hold_every_sample_once() {
        let labels: Vec<u32> = (0..100).map(|i| i % 7).collect();
        let split = Split::stratified(&labels, 30, &mut Generator::new(3));
        assert_eq!((split.training.len(), split.holdout.len()), (70, 30));
        let mut all = [split.training.clone(), split.holdout.clone()].concat();
        all.sort_unstable();
        assert_eq!(all, (0..100).collect::<Vec<usize>>());
        assert_eq!(split, Split::stratified(&labels, 30, &mut Generator::new(3)));
        assert_ne!(split, Split::stratified(&labels, 30, &mut Generator::new(4)));
    }

    #[test]
    fn nothing_and_everything_can_be_held_out() {
        let labels = [0, 1, 1];
        let none = Split::stratified(&labels, 0, &mut Generator::new(0));
        assert_eq!((none.training.len(), none.holdout.len()), (3, 0));
        let all = Split::stratified(&labels, usize::MAX, &mut Generator::new(0));
        assert_eq!((all.training.len(), all.holdout.len()), (0, 3));
        let empty = Split::stratified(&[], 5, &mut Generator::new(0));
        assert!(empty.training.is_empty() && empty.holdout.is_empty());
    }
}
