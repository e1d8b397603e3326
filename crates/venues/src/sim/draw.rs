//! Randomness in integers: the same seed draws the same on every machine.

use marketd_domain::matching::OrderSide;
use rand_chacha::ChaCha8Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

/// -ln(1 - i/64) in units of 1/1024: where an exponential draw of mean 1,024 stands after i of its 64
/// equal parts. The last entry closes the tail at -ln(1/512), which brings the mean to 1,024.
const EXPONENTIAL: [i64; 65] = [
    0, 16, 33, 49, 66, 83, 101, 119, 137, 155, 174, 193, 213, 233, 253, 273, 295, 316, 338, 361, 384, 407,
    431, 456, 481, 507, 534, 561, 589, 618, 648, 678, 710, 742, 776, 811, 847, 884, 922, 963, 1004, 1048,
    1093, 1141, 1191, 1244, 1299, 1357, 1420, 1486, 1556, 1632, 1714, 1803, 1901, 2009, 2129, 2266, 2424,
    2611, 2839, 3134, 3549, 4259, 6388,
];

pub(super) struct Draw(ChaCha8Rng);

impl Draw {
    /// Streams of one seed are independent of each other, so that what is done to one market leaves
    /// the others' course alone.
    pub fn new(seed: u64, stream: u64) -> Self {
        let mut key = [0; 32];
        key[..8].copy_from_slice(&seed.to_le_bytes());
        let mut rng = ChaCha8Rng::from_seed(key);
        rng.set_stream(stream);
        Self(rng)
    }

    /// From zero to `bound`, exclusive. The high half of a product is even enough: the bounds here are
    /// tiny against 2^64.
    pub fn below(&mut self, bound: u64) -> u64 {
        ((u128::from(self.0.next_u64()) * u128::from(bound)) >> 64) as u64
    }

    /// From `low` to `high`, both inclusive.
    pub fn between(&mut self, low: i64, high: i64) -> i64 {
        debug_assert!(low <= high, "an empty range has nothing to draw");
        low + self.below((high - low) as u64 + 1) as i64
    }

    pub fn chance(&mut self, part: i64, of: i64) -> bool {
        self.between(1, of) <= part
    }

    pub fn side(&mut self) -> OrderSide {
        if self.chance(1, 2) { OrderSide::Buy } else { OrderSide::Sell }
    }

    /// Around zero, at most `reach` away, small values likelier (standard deviation 0.41 `reach`).
    pub fn around_zero(&mut self, reach: i64) -> i64 {
        self.between(0, reach) - self.between(0, reach)
    }

    /// How many coins in a row show heads, at most `most`.
    pub fn doublings(&mut self, most: u32) -> u32 {
        self.0.next_u64().trailing_ones().min(most)
    }

    /// Waiting time to the next of events that come `mean` apart on average, independent of each other.
    pub fn exponential(&mut self, mean: i64) -> i64 {
        let word = self.below(64 * 1_024);
        let (part, within) = ((word / 1_024) as usize, (word % 1_024) as i64);
        let (low, high) = (EXPONENTIAL[part], EXPONENTIAL[part + 1]);
        let draw = low * 1_024 + (high - low) * within;
        (i128::from(mean) * i128::from(draw) / (1_024 * 1_024)) as i64
    }

    /// A quantity with a heavy tail: mostly around `typical`, each of up to `tail` doublings half as
    /// likely as the last; every third is a round number, as people type them.
    pub fn lots(&mut self, typical: i64, tail: u32) -> i64 {
        let base = (typical / 2).max(1) << self.doublings(tail);
        let lots = base + self.between(0, base);
        if self.chance(1, 3) { rounded(lots) } else { lots }
    }
}

/// To half of the leading digit's unit: 1234 becomes 1000, 780 becomes 750.
fn rounded(lots: i64) -> i64 {
    let mut unit = 1;
    while unit <= lots / 10 {
        unit *= 10;
    }
    let unit = (unit / 2).max(1);
    lots / unit * unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn round_quantities_keep_their_leading_digits() {
        for (lots, expected) in [(1, 1), (7, 7), (10, 10), (14, 10), (19, 15), (780, 750), (1234, 1000)] {
            assert_eq!(rounded(lots), expected, "{lots}");
        }
    }

    #[test]
    fn waiting_times_have_the_mean_they_are_asked_for() {
        let mut draw = Draw::new(7, 0);
        let draws: Vec<i64> = (0..100_000).map(|_| draw.exponential(1_000_000)).collect();
        let mean = draws.iter().sum::<i64>() / 100_000;
        assert!((980_000..1_020_000).contains(&mean), "{mean}");
        // An exponential distribution has 63.2 % of its mass below the mean.
        let below = draws.iter().filter(|wait| **wait < 1_000_000).count();
        assert!((62_000..64_500).contains(&below), "{below}");
    }

    #[test]
    fn seeds_and_streams_differ_and_repeat() {
        let first = |seed: u64, stream: u64| Draw::new(seed, stream).below(u64::MAX);
        assert_eq!(first(1, 0), first(1, 0));
        assert_ne!(first(1, 0), first(1, 1));
        assert_ne!(first(1, 0), first(2, 0));
    }
}
