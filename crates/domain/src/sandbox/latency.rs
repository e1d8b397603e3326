//! How long an account's messages take to the market and back.
//!
//! A delay is a function of the model, its seed and the number of the event it belongs to. No generator is
//! kept, so a state that was restored draws what the original would have drawn.

use crate::time::Timestamp;

/// A distribution of delays, in nanoseconds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Delay {
    #[default]
    None,
    Constant {
        ns: u64,
    },
    Uniform {
        min_ns: u64,
        max_ns: u64,
    },
    /// `min_ns`, and on top of it an exponential with this mean, cut at twelve times the mean.
    LongTail {
        min_ns: u64,
        mean_ns: u64,
    },
}

/// Delays above this are cut: longer than any network, and no order is forgotten in a queue.
pub const DELAY_MAX_NS: u64 = 60_000_000_000;

/// The delays of one account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Latency {
    /// From a new or amended order to the market.
    pub entry: Delay,
    /// From a cancel to the market.
    pub cancel: Delay,
    /// From the market back to the client.
    pub reply: Delay,
    pub seed: u64,
}

/// Which of an event's delays is drawn, so that they do not depend on each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leg {
    Entry = 1,
    Cancel = 2,
    Reply = 3,
}

impl Latency {
    /// When what starts at `now` arrives.
    pub(super) fn arrival(&self, leg: Leg, now: Timestamp, event_seq: u64) -> Timestamp {
        let delay = match leg {
            Leg::Entry => self.entry,
            Leg::Cancel => self.cancel,
            Leg::Reply => self.reply,
        };
        if delay == Delay::None {
            return now;
        }
        let draw = mix(mix(mix(self.seed).wrapping_add(leg as u64)) ^ event_seq);
        let ns = delay.draw(draw).min(DELAY_MAX_NS);
        Timestamp::from_nanos(now.nanos().saturating_add(ns.cast_signed()))
    }
}

impl Delay {
    fn draw(self, draw: u64) -> u64 {
        match self {
            Self::None => 0,
            Self::Constant { ns } => ns,
            Self::Uniform { min_ns, max_ns } => {
                let span = u128::from(max_ns.saturating_sub(min_ns)) + 1;
                // The upper bits of the product: every value of the span is as likely as the next.
                min_ns.saturating_add(((u128::from(draw) * span) >> 64) as u64)
            }
            Self::LongTail { min_ns, mean_ns } => {
                let tail =
                    (u128::from(mean_ns.min(DELAY_MAX_NS)) * u128::from(exponential(draw))) >> FRACTION_BITS;
                min_ns.saturating_add(tail.min(12 * u128::from(mean_ns)) as u64)
            }
        }
    }
}

const FRACTION_BITS: u32 = 32;

/// ln 2 with 32 bits of fraction.
const LN_2: u64 = 2_977_044_472;

/// An exponential with mean close to one, with 32 bits of fraction: the logarithm of a number that is
/// uniform between 0 and 1, straight between powers of two. Integers only, so it is the same everywhere.
const fn exponential(draw: u64) -> u64 {
    let draw = draw | 1;
    let zeros = draw.leading_zeros() as u64;
    // What follows the leading one: how far it is from this power of two to the next.
    let fraction = ((draw << zeros) << 1) >> (64 - FRACTION_BITS);
    let log2 = ((zeros + 1) << FRACTION_BITS) - fraction;
    ((log2 as u128 * LN_2 as u128) >> FRACTION_BITS) as u64
}

/// The finalizer of splitmix64.
const fn mix(word: u64) -> u64 {
    let word = word.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let word = (word ^ (word >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let word = (word ^ (word >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    word ^ (word >> 31)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn draws(delay: Delay) -> Vec<u64> {
        let latency = Latency { entry: delay, seed: 7, ..Latency::default() };
        (0..20_000)
            .map(|seq| latency.arrival(Leg::Entry, Timestamp::ZERO, seq).nanos().cast_unsigned())
            .collect()
    }

    #[test]
    fn delays_follow_their_distribution() {
        let mean = |delays: &[u64]| delays.iter().sum::<u64>() / delays.len() as u64;
        assert!(draws(Delay::None).iter().all(|ns| *ns == 0));
        assert!(draws(Delay::Constant { ns: 5 }).iter().all(|ns| *ns == 5));
        let uniform = draws(Delay::Uniform { min_ns: 1_000, max_ns: 3_000 });
        assert!(uniform.iter().all(|ns| (1_000..=3_000).contains(ns)));
        assert!((1_950..2_050).contains(&mean(&uniform)), "{}", mean(&uniform));
        let tail = draws(Delay::LongTail { min_ns: 1_000_000, mean_ns: 1_000_000 });
        assert!(tail.iter().all(|ns| (1_000_000..=13_000_000).contains(ns)));
        assert!((1_900_000..2_100_000).contains(&mean(&tail)), "{}", mean(&tail));
        assert_eq!(
            draws(Delay::Uniform { min_ns: 9, max_ns: 3 }),
            vec![9; 20_000],
            "an upside-down range is its lower end"
        );
        assert!(draws(Delay::Constant { ns: u64::MAX }).iter().all(|ns| *ns == DELAY_MAX_NS));
        assert!(
            draws(Delay::LongTail { min_ns: u64::MAX, mean_ns: u64::MAX })
                .iter()
                .all(|ns| *ns == DELAY_MAX_NS)
        );
    }

    #[test]
    fn legs_do_not_depend_on_each_other_and_seeds_differ() {
        let delay = Delay::Uniform { min_ns: 0, max_ns: u64::from(u32::MAX) };
        let latency = Latency { entry: delay, cancel: delay, reply: delay, seed: 1 };
        let at = |latency: &Latency, leg| latency.arrival(leg, Timestamp::ZERO, 42);
        let other = Latency { seed: 2, ..latency };
        let drawn = [
            at(&latency, Leg::Entry),
            at(&latency, Leg::Cancel),
            at(&latency, Leg::Reply),
            at(&other, Leg::Entry),
        ];
        for (first, left) in drawn.iter().enumerate() {
            assert!(drawn[first + 1..].iter().all(|right| left != right), "{drawn:?}");
        }
        assert_eq!(at(&latency, Leg::Entry), drawn[0]);
    }
}
