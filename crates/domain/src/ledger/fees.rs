//! What a fill costs beside its price.
//!
//! The fee of an order is its rates times its fills, rounded up once for the whole order and not once a fill: however
//! an order is cut into fills, it pays the same. What a fill was charged above its exact share is carried to the
//! order's next fill, so each fill still pays whole units.

use super::amount::{Amount, MILLION, millions, product};
use super::refusal::Refusal;

/// Whether an order rested when it was filled, or removed what rested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Liquidity {
    Maker,
    Taker,
}

impl Liquidity {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Maker => "maker",
            Self::Taker => "taker",
        }
    }
}

/// A share of what is traded, in millionths: 1,000 is 0.1 %, or 10 basis points. Below zero it is a rebate.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FeeRate(i32);

impl FeeRate {
    pub const ZERO: Self = Self(0);
    pub const MIN: Self = Self(-10_000);
    pub const MAX: Self = Self(100_000);

    pub const fn from_millionths(millionths: i32) -> Option<Self> {
        if millionths >= Self::MIN.0 && millionths <= Self::MAX.0 { Some(Self(millionths)) } else { None }
    }

    pub const fn millionths(self) -> i32 {
        self.0
    }
}

/// Which asset a fee is paid in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum FeeIn {
    /// In what the fill brings: base when buying, quote when selling.
    #[default]
    Received,
    /// Always in quote: a buyer pays it on top.
    Quote,
}

impl FeeIn {
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Received => "received",
            Self::Quote => "quote",
        }
    }
}

/// What an account pays. An order keeps the schedule that it was accepted with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct FeeSchedule {
    maker: FeeRate,
    taker: FeeRate,
    pub paid_in: FeeIn,
}

impl FeeSchedule {
    pub const FREE: Self = Self { maker: FeeRate::ZERO, taker: FeeRate::ZERO, paid_in: FeeIn::Received };

    /// A rebate may not exceed the other side's fee: an account that trades with itself would make money.
    pub fn new(maker: FeeRate, taker: FeeRate, paid_in: FeeIn) -> Result<Self, Refusal> {
        if maker.0 + taker.0 < 0 {
            return Err(Refusal::FeeOutOfRange);
        }
        Ok(Self { maker, taker, paid_in })
    }

    pub const fn rate(&self, liquidity: Liquidity) -> FeeRate {
        match liquidity {
            Liquidity::Maker => self.maker,
            Liquidity::Taker => self.taker,
        }
    }

    /// The most that any fill can be charged: an order does not know beforehand whether it will take.
    pub fn worst(&self) -> FeeRate {
        self.maker.max(self.taker).max(FeeRate::ZERO)
    }
}

/// What an order has paid above its exact fee so far, in millionths of a unit: less than one unit, which is what
/// rounding up may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct FeeCarry(u32);

impl FeeCarry {
    pub const NONE: Self = Self(0);

    pub const fn millionths(self) -> u32 {
        self.0
    }

    /// Back from [`Self::millionths`]; `None` for what rounding cannot leave.
    pub const fn from_millionths(millionths: u32) -> Option<Self> {
        if (millionths as i128) < MILLION { Some(Self(millionths)) } else { None }
    }
}

/// The fee for `amount`, rounded up after what was paid too much before, and what is paid too much now.
#[inline]
pub fn charge(amount: Amount, rate: FeeRate, carry: FeeCarry) -> Option<(Amount, FeeCarry)> {
    if rate.0 == 0 {
        return Some((Amount::ZERO, carry));
    }
    let owed = product(amount.units(), i128::from(rate.0))?.checked_sub(i128::from(carry.0))?;
    let (whole, rest) = millions(owed.unsigned_abs());
    let (whole, rest) = (whole.cast_signed(), i128::from(rest));
    // Rounded up: what is missing to the next whole unit is paid now and carried. Below zero the rest is what a rebate
    // is rounded down by.
    let (fee, paid_above) = match rest {
        _ if owed < 0 => (-whole, rest),
        0 => (whole, 0),
        _ => (whole + 1, MILLION - rest),
    };
    let carry = u32::try_from(paid_above).ok()?;
    Some((Amount::from_units(fee), FeeCarry(carry)))
}

/// The most that fills of `amount` together can be charged from here on, however they are cut.
#[inline]
pub fn worst_charge(amount: Amount, schedule: &FeeSchedule, carry: FeeCarry) -> Option<Amount> {
    charge(amount, schedule.worst(), carry).map(|(fee, _)| fee)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn rate(millionths: i32) -> FeeRate {
        FeeRate::from_millionths(millionths).expect("a rate in range")
    }

    fn charged(amount: i128, millionths: i32, carry: u32) -> (i128, u32) {
        let (fee, carry) =
            charge(Amount::from_units(amount), rate(millionths), FeeCarry(carry)).expect("it fits");
        (fee.units(), carry.millionths())
    }

    #[test]
    fn fees_are_rounded_up_and_the_excess_is_carried() {
        let check = |amount, millionths, carry, expected| {
            assert_eq!(
                charged(amount, millionths, carry),
                expected,
                "{amount} at {millionths} after {carry}"
            );
        };
        check(1_000_000, 1_000, 0, (1_000, 0));
        // One unit at 0.1 % owes a thousandth of a unit, pays one and has 0.999 to its credit.
        check(1, 1_000, 0, (1, 999_000));
        check(1, 1_000, 999_000, (0, 998_000));
        check(1_000, 1_000, 999_000, (1, 999_000));
        check(1, 0, 5, (0, 5));
        check(0, 1_000, 0, (0, 0));
        // A rebate is rounded down: -0.1 of a unit is nothing, and remembered.
        check(100, -1_000, 0, (0, 100_000));
        check(2_000, -1_000, 0, (-2, 0));
    }

    #[test]
    fn rates_have_bounds() {
        assert!(FeeRate::from_millionths(100_001).is_none() && FeeRate::from_millionths(-10_001).is_none());
        assert!(FeeSchedule::new(rate(-500), rate(500), FeeIn::Quote).is_ok());
        assert_eq!(FeeSchedule::new(rate(-501), rate(500), FeeIn::Quote), Err(Refusal::FeeOutOfRange));
        assert!(
            FeeCarry::from_millionths(999_999).is_some() && FeeCarry::from_millionths(1_000_000).is_none()
        );
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        assert_eq!(charge(Amount::from_units(i128::MAX), rate(1_000), FeeCarry::NONE), None);
        assert_eq!(
            charge(Amount::from_units(i128::MAX), FeeRate::ZERO, FeeCarry::NONE).map(|(fee, _)| fee),
            Some(Amount::ZERO)
        );
    }

    proptest! {
        /// However an order is cut, its fees add up to the exact fee, rounded up once.
        #[test]
        fn cutting_an_order_does_not_change_its_fee(
            fills in prop::collection::vec((1i128..1_000_000_000_000, any::<bool>()), 1..50),
            maker in -10_000..=0i32, taker in 10_000..=100_000i32,
        ) {
            let (mut carry, mut paid, mut owed) = (0, 0, 0);
            for (amount, is_maker) in &fills {
                let millionths = if *is_maker { maker } else { taker };
                let (fee, carried) = charged(*amount, millionths, carry);
                carry = carried;
                paid += fee;
                owed += amount * i128::from(millionths);
                prop_assert!(fee <= *amount, "a fee never takes more than the fill brings");
            }
            prop_assert_eq!(paid * MILLION - owed, i128::from(carry));
            prop_assert!(i128::from(carry) < MILLION);
        }
    }
}
