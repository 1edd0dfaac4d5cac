//! Which classes were taken for which.

use super::report::Score;

/// For every class, how often its samples were answered as which class.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confusion {
    classes: usize,
    counts: Vec<u64>,
}

impl Confusion {
    /// No samples of so many classes.
    #[must_use]
    pub fn new(classes: usize) -> Confusion {
        Confusion { classes, counts: vec![0; classes.saturating_mul(classes)] }
    }

    /// How many classes there are.
    #[must_use]
    pub const fn classes(&self) -> usize {
        self.classes
    }

    /// Counts a sample of a class that was answered as another, or the same.
    pub fn count(&mut self, class: usize, answer: usize) {
        if class < self.classes && answer < self.classes {
            self.counts[class * self.classes + answer] += 1;
        }
    }

    /// How often samples of a class were answered as which.
    #[must_use]
    pub fn row(&self, class: usize) -> &[u64] {
        self.counts.get(class * self.classes..(class + 1) * self.classes).unwrap_or_default()
    }

    /// Adds the samples of another run.
    pub fn add(&mut self, other: &Confusion) {
        for class in 0..other.classes {
            for (answer, &times) in other.row(class).iter().enumerate() {
                if class < self.classes && answer < self.classes {
                    self.counts[class * self.classes + answer] += times;
                }
            }
        }
    }

    /// How many answers were right.
    #[must_use]
    pub fn score(&self) -> Score {
        let right: u64 = (0..self.classes).map(|class| self.row(class)[class]).sum();
        let of: u64 = self.counts.iter().sum();
        Score { right: right as usize, of: of as usize }
    }

    /// As a table: a row for every class, a column for every answer.
    #[must_use]
    pub fn table(&self, names: &[String]) -> String {
        let name = |class: usize| names.get(class).map_or("?", String::as_str);
        let cells = self.counts.iter().map(|count| count.to_string().len());
        let width =
            (0..self.classes).map(|class| name(class).chars().count()).chain(cells).max().unwrap_or(1);
        let line = |head: &str, cells: Vec<String>| {
            let cells: String = cells.iter().map(|cell| format!("  {cell:>width$}")).collect();
            format!("{head:>width$} |{cells}\n")
        };
        let mut table = line("", (0..self.classes).map(|class| name(class).to_owned()).collect());
        table.push_str(&format!("{}-+{}\n", "-".repeat(width), "-".repeat(self.classes * (width + 2))));
        for class in 0..self.classes {
            // A dot for zero lets the mistakes stand out.
            let cell = |&count: &u64| if count == 0 { "·".to_owned() } else { count.to_string() };
            table.push_str(&line(name(class), self.row(class).iter().map(cell).collect()));
        }
        table
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn answers_are_counted_by_class() {
        let mut first = Confusion::new(2);
        first.count(0, 0);
        first.count(1, 0);
        first.count(2, 0);
        let mut sum = Confusion::new(2);
        sum.count(1, 1);
        sum.add(&first);
        assert_eq!((sum.row(0), sum.row(1)), (&[1, 0][..], &[1, 1][..]));
        assert_eq!(sum.score(), Score { right: 2, of: 3 });
        assert!(sum.row(2).is_empty());
    }

    #[test]
    fn the_table_has_the_names_of_the_classes() {
        let mut confusion = Confusion::new(2);
        (0..12).for_each(|_| confusion.count(0, 0));
        confusion.count(1, 0);
        let names = ["yes".to_owned(), "no".to_owned()];
        let expected = "    |  yes   no\n----+----------\nyes |   12    ·\n no |    1    ·\n";
        assert_eq!(confusion.table(&names), expected);
    }
}
