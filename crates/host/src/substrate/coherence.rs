//! How coherent the divisions of the host are, each by itself and in pairs.

/// How many divisions there are.
pub const DIVISIONS: usize = 7;
/// How many unordered pairs of different divisions there are.
const PAIRS: usize = DIVISIONS * (DIVISIONS - 1) / 2;

/// The coherence of the divisions, 0–255; 0 until it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Coherence {
    /// Of each division.
    pub singular: [u8; DIVISIONS],
    /// Of each pair, by [`Pair`].
    pub(super) pairs: [u8; PAIRS],
}

/// An unordered pair of different divisions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Pair(usize);

impl Pair {
    /// The pair of two divisions, 0–6, in any order; `None` if there is no such division or both are the same.
    #[must_use]
    pub const fn new(a: usize, b: usize) -> Option<Pair> {
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        if low == high || high >= DIVISIONS { None } else { Some(Pair(high * (high - 1) / 2 + low)) }
    }
}

impl Coherence {
    /// The coherence of a pair, 0–255.
    #[must_use]
    pub const fn pair(&self, pair: Pair) -> u8 {
        self.pairs[pair.0]
    }

    pub(super) const fn set_pair(&mut self, pair: Pair, value: u8) {
        self.pairs[pair.0] = value;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_pair_has_a_place_of_its_own() {
        let mut places: Vec<_> =
            (0..DIVISIONS).flat_map(|a| (0..a).map(move |b| Pair::new(a, b).unwrap())).collect();
        places.sort_unstable();
        assert_eq!(places, (0..PAIRS).map(Pair).collect::<Vec<_>>());
        assert_eq!(Pair::new(2, 5), Pair::new(5, 2));
        assert_eq!((Pair::new(3, 3), Pair::new(0, 7), Pair::new(7, 0)), (None, None, None));
    }
}
