//! How prices and quantities of a market become units of its assets: always exactly.

use super::amount::Amount;
use super::ids::AssetNo;
use super::refusal::Refusal;
use crate::instrument::MarketId;
use crate::numbers::{Price, Qty, Scale, Scales, pow10_i128};

/// An asset and its smallest unit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asset {
    /// Upper case: `BTC`.
    pub code: String,
    pub scale: Scale,
}

impl Asset {
    /// The coarsest units an asset may have.
    pub const MIN_SCALE: Scale = Scale::of(8);
    /// The usual units: prices and quantities of every venue multiply to no more decimals than these, and an `i128`
    /// still holds 10^20 of the asset.
    pub const USUAL_SCALE: Scale = Scale::MAX;
}

/// A market as the ledger knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    pub market: MarketId,
    pub base: AssetNo,
    pub quote: AssetNo,
    pub scales: Scales,
    /// Units of base in the smallest quantity: scales have at most 18 decimals, so it fits, and so does its product with
    /// a quantity.
    base_units: i64,
    /// Units of quote in the smallest notional.
    quote_units: i128,
    /// By what price (mantissa) times base units is divided for units of quote.
    value_divisor: i128,
}

impl Terms {
    /// Refused when a quantity or a notional would not be whole units.
    pub fn new(
        market: MarketId,
        base: (AssetNo, Scale),
        quote: (AssetNo, Scale),
        scales: Scales,
    ) -> Result<Self, Refusal> {
        let finer = |asset: Scale, decimals: u8| {
            asset.decimals().checked_sub(decimals).and_then(|more| pow10_i128(u32::from(more)))
        };
        let base_units = finer(base.1, scales.qty.decimals()).ok_or(Refusal::ScaleMismatch)?;
        let quote_units = finer(quote.1, scales.notional_decimals()).ok_or(Refusal::ScaleMismatch)?;
        if base.0 == quote.0 {
            return Err(Refusal::ScaleMismatch);
        }
        // A unit of quote more or less at the price scale: never more than 10^36.
        let more =
            i32::from(base.1.decimals()) + i32::from(scales.price.decimals()) - i32::from(quote.1.decimals());
        let power = pow10_i128(more.unsigned_abs()).ok_or(Refusal::ScaleMismatch)?;
        let value_divisor = if more >= 0 { power } else { -power };
        let base_units = i64::try_from(base_units).map_err(|_| Refusal::ScaleMismatch)?;
        Ok(Self { market, base: base.0, quote: quote.0, scales, base_units, quote_units, value_divisor })
    }

    /// A quantity in units of base.
    #[inline]
    pub fn base_amount(&self, qty: Qty) -> Option<Amount> {
        Some(Amount::from_units(i128::from(qty.mantissa()) * i128::from(self.base_units)))
    }

    /// Price times quantity in units of quote.
    #[inline]
    pub fn quote_amount(&self, price: Price, qty: Qty) -> Option<Amount> {
        super::amount::product(price.notional(qty).mantissa(), self.quote_units).map(Amount::from_units)
    }

    /// What an amount of base is worth at `price`, in units of quote. Amounts may be finer than the lot, such as a fee,
    /// so this is the one place that may round.
    #[inline]
    pub fn value_of(&self, base: Amount, price: Price, rounding: super::Rounding) -> Option<Amount> {
        let price = i128::from(price.mantissa());
        let units = if self.value_divisor > 0 {
            super::mul_div(base.units(), price, self.value_divisor, rounding)
        } else {
            base.units().checked_mul(price)?.checked_mul(-self.value_divisor)
        };
        units.map(Amount::from_units)
    }

    /// Quote for each base, rounded as told, at the market's price scale and `extra` more decimals.
    pub fn average_price(
        &self,
        quote: Amount,
        base: Amount,
        extra: u8,
        rounding: super::Rounding,
    ) -> Option<i128> {
        let (quote, base) =
            if base.is_negative() { (quote.checked_neg()?, base.checked_neg()?) } else { (quote, base) };
        let finer = pow10_i128(u32::from(extra))?;
        if self.value_divisor > 0 {
            let times = self.value_divisor.checked_mul(finer)?;
            super::mul_div(quote.units(), times, base.units(), rounding)
        } else {
            let by = base.units().checked_mul(-self.value_divisor)?;
            super::mul_div(quote.units(), finer, by, rounding)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::Rounding;
    use super::*;

    fn terms(base: u8, quote: u8, scales: Scales) -> Result<Terms, Refusal> {
        let market = MarketId::new("sim", "BTC", "USD");
        Terms::new(market, (AssetNo::new(0), Scale::of(base)), (AssetNo::new(1), Scale::of(quote)), scales)
    }

    #[test]
    fn prices_and_quantities_are_whole_units_or_the_market_is_refused() {
        let given = terms(18, 18, Scales::of(2, 8)).expect("fine units");
        assert_eq!(given.base_amount(Qty::from_mantissa(3)), Some(Amount::from_units(30_000_000_000)));
        let quote = given.quote_amount(Price::from_mantissa(6_000_010), Qty::from_mantissa(1));
        assert_eq!(quote, Some(Amount::from_units(600_001_000_000_000)));
        assert_eq!(given.quote_amount(Price::from_mantissa(i64::MAX), Qty::from_mantissa(i64::MAX)), None);
        assert!(terms(8, 10, Scales::of(2, 8)).is_ok());
        assert_eq!(terms(8, 9, Scales::of(2, 8)), Err(Refusal::ScaleMismatch));
        assert_eq!(terms(7, 18, Scales::of(2, 8)), Err(Refusal::ScaleMismatch));
    }

    #[test]
    fn a_value_agrees_with_the_notional_and_rounds_only_below_the_lot() {
        let price = Price::from_mantissa(6_000_010);
        for (base, quote) in [(18, 18), (8, 18), (18, 10), (8, 10)] {
            let given = terms(base, quote, Scales::of(2, 8)).expect("fine enough");
            let qty = Qty::from_mantissa(123);
            let amount = given.base_amount(qty).expect("it fits");
            for rounding in [Rounding::Up, Rounding::Down] {
                assert_eq!(given.value_of(amount, price, rounding), given.quote_amount(price, qty));
            }
            let average =
                given.average_price(given.quote_amount(price, qty).expect("fits"), amount, 2, Rounding::Down);
            assert_eq!(average, Some(600_001_000));
        }
        let given = terms(18, 10, Scales::of(2, 8)).expect("fine enough");
        let dust = Amount::from_units(1);
        assert_eq!(given.value_of(dust, price, Rounding::Up), Some(Amount::from_units(1)));
        assert_eq!(given.value_of(dust, price, Rounding::Down), Some(Amount::ZERO));
    }
}
