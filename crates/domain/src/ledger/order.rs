//! The money side of an order: what it has reserved, and what it may cost at worst.

use super::amount::Amount;
use super::fees::{FeeCarry, FeeSchedule, worst_charge};
use super::ids::{AccountNo, AssetNo, MarketNo};
use super::refusal::Refusal;
use super::terms::Terms;
use crate::matching::OrderSide;
use crate::numbers::{Price, Qty};

/// What an order, or what is left of it, may still trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// It is done: all that it holds goes back.
    Nothing,
    /// So much base, at this price or better. A seller holds base, so for one the price does not matter.
    Base { price: Price, qty: Qty },
    /// Base for so much quote, fees not included. Only buyers.
    Quote(Amount),
}

/// What an order has reserved and how it is charged. The owner of the order keeps it; only the ledger changes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct OrderMoney {
    pub(super) hold: Amount,
    pub(super) account: AccountNo,
    pub(super) market: MarketNo,
    pub(super) side: OrderSide,
    pub(super) fees: FeeSchedule,
    pub(super) carry: FeeCarry,
}

impl OrderMoney {
    /// Puts together what was taken apart, by a journal.
    pub const fn from_parts(
        order: (AccountNo, MarketNo, OrderSide),
        hold: Amount,
        fees: FeeSchedule,
        carry: FeeCarry,
    ) -> Self {
        let (account, market, side) = order;
        Self { hold, account, market, side, fees, carry }
    }

    /// What is reserved for it: quote when buying, base when selling.
    pub const fn hold(&self) -> Amount {
        self.hold
    }

    pub const fn account(&self) -> AccountNo {
        self.account
    }

    pub const fn market(&self) -> MarketNo {
        self.market
    }

    pub const fn side(&self) -> OrderSide {
        self.side
    }

    pub const fn fees(&self) -> &FeeSchedule {
        &self.fees
    }

    pub const fn carry(&self) -> FeeCarry {
        self.carry
    }
}

/// The asset that an order gives, and reserves.
pub const fn given_asset(terms: &Terms, side: OrderSide) -> AssetNo {
    match side {
        OrderSide::Buy => terms.quote,
        OrderSide::Sell => terms.base,
    }
}

/// What an order may take from its account at worst, fees included: the one rule by which orders reserve, fills give
/// back, and audits compare. However an order is filled, it never takes more.
#[inline]
pub fn worst_cost(
    terms: &Terms,
    side: OrderSide,
    need: &Need,
    fees: &FeeSchedule,
    carry: FeeCarry,
) -> Result<Amount, Refusal> {
    let notional = match (need, side) {
        (Need::Nothing, _) => return Ok(Amount::ZERO),
        (Need::Base { qty, .. }, OrderSide::Sell) if *qty > Qty::ZERO => {
            return terms.base_amount(*qty).ok_or(Refusal::OutOfRange);
        }
        (Need::Base { price, qty }, OrderSide::Buy) if *price > Price::ZERO && *qty > Qty::ZERO => {
            terms.quote_amount(*price, *qty)
        }
        (Need::Quote(amount), OrderSide::Buy) if *amount > Amount::ZERO => Some(*amount),
        _ => None,
    };
    let notional = notional.ok_or(Refusal::OutOfRange)?;
    match fees.paid_in {
        super::FeeIn::Received => Ok(notional),
        super::FeeIn::Quote => worst_charge(notional, fees, carry)
            .and_then(|fee| notional.checked_add(fee))
            .ok_or(Refusal::OutOfRange),
    }
}
