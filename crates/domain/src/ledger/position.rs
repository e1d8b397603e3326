//! What an account has bought and sold in a market, and what came of it.
//!
//! The cost of what is open is kept as a sum, never as an average: averages are computed when they are shown. Closing a
//! part takes out its share of the cost, rounded towards zero, and what rounding left stays with the rest until
//! the position is closed, so nothing is lost: once it is flat, the realized result is exactly what came in less what
//! went out.

use super::amount::{Amount, Rounding, mul_div};
use super::terms::Terms;
use crate::matching::OrderSide;
use crate::numbers::Price;

/// A position by average cost. Quantities are in units of base, money in units of quote.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Position {
    /// Below zero when more was sold than bought.
    pub qty: Amount,
    /// What the open quantity was bought for; below zero what it was sold for.
    pub cost: Amount,
    /// What closed quantities have brought, before fees.
    pub realized: Amount,
    /// Fees paid, those in base at the price of their fill.
    pub fees: Amount,
}

/// Decimals beyond the market's price scale that an average entry is shown with.
pub const AVERAGE_EXTRA_DECIMALS: u8 = 4;

impl Position {
    /// Takes over a fill. `None` when a sum does not fit.
    pub fn traded(self, side: OrderSide, base: Amount, quote: Amount) -> Option<Self> {
        let (base, quote) = match side {
            OrderSide::Buy => (base, quote),
            OrderSide::Sell => (base.checked_neg()?, quote.checked_neg()?),
        };
        let closes = !self.qty.is_zero() && self.qty.is_negative() != base.is_negative();
        if !closes {
            return Some(Self {
                qty: self.qty.checked_add(base)?,
                cost: self.cost.checked_add(quote)?,
                ..self
            });
        }
        let (open, traded) = (self.qty.units().checked_abs()?, base.units().checked_abs()?);
        if traded <= open {
            // Of the whole cost when nothing stays open, and exactly then nothing is left of it.
            let closed = Amount::from_units(mul_div(self.cost.units(), traded, open, Rounding::TowardsZero)?);
            // Cost and price of what closes have opposite signs: their sum is the loss.
            let loss = closed.checked_add(quote)?;
            return Some(Self {
                qty: self.qty.checked_add(base)?,
                cost: self.cost.checked_sub(closed)?,
                realized: self.realized.checked_sub(loss)?,
                ..self
            });
        }
        // It turns: the part that closes goes at its share of the price, the rest opens at what is left of it.
        let closing = Amount::from_units(mul_div(quote.units(), open, traded, Rounding::TowardsZero)?);
        let loss = self.cost.checked_add(closing)?;
        Some(Self {
            qty: self.qty.checked_add(base)?,
            cost: quote.checked_sub(closing)?,
            realized: self.realized.checked_sub(loss)?,
            ..self
        })
    }

    /// Takes over a fee. Paid in base, it is a sale of so much base at the fill's price.
    pub fn charged(self, fee_in_base: Amount, value: Amount) -> Option<Self> {
        let sold = if fee_in_base.is_zero() {
            self
        } else if fee_in_base.is_negative() {
            self.traded(OrderSide::Buy, fee_in_base.checked_neg()?, value.checked_neg()?)?
        } else {
            self.traded(OrderSide::Sell, fee_in_base, value)?
        };
        Some(Self { fees: sold.fees.checked_add(value)?, ..sold })
    }

    /// Realized less fees.
    pub fn net(&self) -> Option<Amount> {
        self.realized.checked_sub(self.fees)
    }

    /// What closing all of it at `mark` would bring, before fees; rounded down. `None` when it does not fit.
    pub fn unrealized(&self, terms: &Terms, mark: Price) -> Option<Amount> {
        terms.value_of(self.qty, mark, Rounding::Down)?.checked_sub(self.cost)
    }

    /// The average entry at the market's price scale and [`AVERAGE_EXTRA_DECIMALS`] more; rounded up when long and
    /// down when short, so that it never looks better than it is. `None` when flat.
    pub fn average_entry(&self, terms: &Terms) -> Option<i128> {
        let rounding = if self.qty.is_negative() { Rounding::Down } else { Rounding::Up };
        if self.qty.is_zero() {
            return None;
        }
        terms.average_price(self.cost, self.qty, AVERAGE_EXTRA_DECIMALS, rounding)
    }

    /// Whether no sequence of fills could have led here.
    pub(super) const fn is_inconsistent(&self) -> bool {
        let (qty, cost) = (self.qty.units(), self.cost.units());
        (qty == 0 && cost != 0) || (qty > 0 && cost < 0) || (qty < 0 && cost > 0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::instrument::MarketId;
    use crate::ledger::AssetNo;
    use crate::matching::OrderSide::{Buy, Sell};
    use crate::numbers::{Scale, Scales};

    const fn units(units: i128) -> Amount {
        Amount::from_units(units)
    }

    fn after(fills: &[(OrderSide, i128, i128)]) -> Position {
        fills.iter().fold(Position::default(), |position, (side, base, quote)| {
            position.traded(*side, units(*base), units(*quote)).expect("it fits")
        })
    }

    #[test]
    fn positions_open_grow_shrink_turn_and_close() {
        let check = |fills: &[(OrderSide, i128, i128)], qty, cost, realized| {
            let expected = Position {
                qty: units(qty),
                cost: units(cost),
                realized: units(realized),
                fees: Amount::ZERO,
            };
            assert_eq!(after(fills), expected, "{fills:?}");
        };
        check(&[(Buy, 10, 1_000)], 10, 1_000, 0);
        check(&[(Buy, 10, 1_000), (Buy, 10, 2_000)], 20, 3_000, 0);
        check(&[(Buy, 10, 1_000), (Buy, 10, 2_000), (Sell, 5, 1_000)], 15, 2_250, 250);
        check(&[(Buy, 10, 1_000), (Sell, 10, 900)], 0, 0, -100);
        check(&[(Buy, 10, 1_000), (Sell, 15, 1_800)], -5, -600, 200);
        check(&[(Sell, 10, 1_000)], -10, -1_000, 0);
        check(&[(Sell, 10, 1_000), (Buy, 4, 300)], -6, -600, 100);
        check(&[(Sell, 10, 1_000), (Buy, 15, 1_200)], 5, 400, 200);
        // A third of 100 is 33 and something: what rounding left is there when the last part closes.
        check(&[(Buy, 3, 100), (Sell, 1, 33)], 2, 67, 0);
        check(&[(Buy, 3, 100), (Sell, 1, 33), (Sell, 1, 33)], 1, 34, 0);
        check(&[(Buy, 3, 100), (Sell, 1, 33), (Sell, 1, 33), (Sell, 1, 33)], 0, 0, -1);
    }

    #[test]
    fn a_fee_in_base_is_a_sale_at_the_fills_price() {
        let bought = after(&[(Buy, 1_000, 100_000)]);
        let charged = bought.charged(units(1), units(100)).expect("it fits");
        assert_eq!((charged.qty, charged.cost, charged.realized), (units(999), units(99_900), Amount::ZERO));
        assert_eq!(charged.net(), Some(units(-100)));
        // All that is held is sold at 120: 119,880 in, 100,000 out.
        let sold = charged.traded(Sell, units(999), units(119_880)).expect("it fits");
        assert_eq!((sold.qty, sold.cost, sold.net()), (Amount::ZERO, Amount::ZERO, Some(units(19_880))));
    }

    #[test]
    fn averages_never_flatter() {
        let market = MarketId::new("sim", "BTC", "USD");
        let scale = Scale::of(18);
        let terms = Terms::new(market, (AssetNo::new(0), scale), (AssetNo::new(1), scale), Scales::of(2, 8))
            .expect("fine units");
        let one = 10i128.pow(18);
        let check = |side, quote: i128, expected: i128| {
            let position = after(&[(side, 3 * one, quote * one)]);
            assert_eq!(position.average_entry(&terms), Some(expected), "{side:?} at {quote}");
        };
        // 100 / 3 at six decimals.
        check(Buy, 100, 33_333_334);
        check(Sell, 100, 33_333_333);
        check(Buy, 99, 33_000_000);
        assert_eq!(Position::default().average_entry(&terms), None);
        let long = after(&[(Buy, 3 * one, 100 * one)]);
        assert_eq!(long.unrealized(&terms, Price::from_mantissa(3_400)), Some(units(2 * one)));
        let short = after(&[(Sell, 3 * one, 100 * one)]);
        assert_eq!(short.unrealized(&terms, Price::from_mantissa(3_400)), Some(units(-2 * one)));
    }

    proptest! {
        /// At any time realized less cost is what came in less what went out: no fill is lost to rounding.
        #[test]
        fn realized_and_cost_are_the_cash(
            fills in prop::collection::vec((any::<bool>(), 1i128..1_000, 1i128..1_000_000_000_000), 1..100),
        ) {
            let (mut position, mut cash) = (Position::default(), 0);
            for (buys, base, quote) in fills {
                let (side, flow) = if buys { (Buy, -quote) } else { (Sell, quote) };
                position = position.traded(side, units(base), units(quote)).expect("it fits");
                cash += flow;
                prop_assert_eq!(position.realized.units() - position.cost.units(), cash);
                prop_assert!(!position.is_inconsistent());
            }
        }
    }
}
