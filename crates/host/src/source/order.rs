//! The generator behind every seeded order.
//!
//! It stands here and is not taken from a library, so that a seed means the same order for ever.

/// SplitMix64: a counter with a step of 2⁶⁴ divided by the golden ratio, and a mixing function (Steele, Lea and Flood,
/// "Fast splittable pseudorandom number generators", 2014).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Generator(u64);

impl Generator {
    /// The generator of a seed.
    #[must_use]
    pub const fn new(seed: u64) -> Generator {
        Generator(seed)
    }

    /// The next 64 bits.
    pub const fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let z = self.0;
        let z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    /// A number below `bound`, or 0 if there is none: the upper 53 bits modulo the bound, which favours no number
    /// noticeably for any bound that fits into memory.
    pub const fn below(&mut self, bound: usize) -> usize {
        let bits = self.next_u64() >> 11;
        if bound == 0 { 0 } else { (bits % bound as u64) as usize }
    }

    /// Puts the items into a random order (Fisher and Yates, from the last item to the second).
    pub fn shuffle<T>(&mut self, items: &mut [T]) {
        for last in (1..items.len()).rev() {
            items.swap(last, self.below(last + 1));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sequence_is_that_of_the_reference_implementation() {
        // The first outputs of Vigna's splitmix64.c for the seed 1234567.
        let mut generator = Generator::new(1_234_567);
        let first = [(); 5].map(|()| generator.next_u64());
        assert_eq!(
            first,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821,
            ]
        );
    }

    #[test]
    fn an_order_depends_on_the_seed_alone() {
        let shuffled = |seed| {
            let mut items: Vec<u32> = (0..10).collect();
            Generator::new(seed).shuffle(&mut items);
            items
        };
        assert_eq!(shuffled(1), shuffled(1));
        assert_ne!(shuffled(1), shuffled(2));
        assert_eq!(shuffled(1), ORDER_OF_SEED_1);
        let mut sorted = shuffled(1);
        sorted.sort_unstable();
        assert_eq!(sorted, (0..10).collect::<Vec<u32>>());
    }

    /// Written down so that the meaning of a seed cannot change unnoticed.
    const ORDER_OF_SEED_1: [u32; 10] = [0, 6, 7, 3, 8, 4, 5, 2, 9, 1];

    #[test]
    fn bounds_hold() {
        let mut generator = Generator::new(0);
        assert_eq!(generator.below(0), 0);
        assert!((0..1000).all(|_| generator.below(7) < 7));
    }
}
