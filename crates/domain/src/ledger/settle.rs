//! Fills: base and quote change hands, fees are taken, reservations shrink to what the rest of an order needs.

use super::account::{Balance, Holding, day_of};
use super::event::{Party, Settled, SettledLeg, Settlement};
use super::fees::{FeeIn, charge};
use super::ids::AccountNo;
use super::order::{OrderMoney, worst_cost};
use super::position::Position;
use super::refusal::Refusal;
use super::terms::Terms;
use super::{Amount, Ledger, Rounding, Totals};
use crate::matching::OrderSide;
use crate::numbers::{Price, Qty};

/// A trade in amounts.
#[derive(Clone, Copy)]
struct Trade {
    price: Price,
    base: Amount,
    quote: Amount,
}

/// What of one account a fill touches.
#[derive(Clone, Copy)]
struct Sheet {
    base: Holding,
    quote: Holding,
    position: Position,
}

impl Ledger {
    /// Settles a trade between two orders, or between an order and the venue. Whoever sends it keeps the orders' money
    /// that comes back.
    pub fn settle(&mut self, settlement: &Settlement) -> Result<Settled, Refusal> {
        let Settlement { market, price, qty, at, .. } = *settlement;
        let terms = self.terms(market).ok_or(Refusal::UnknownMarket)?;
        if price <= Price::ZERO || qty <= Qty::ZERO {
            return Err(Refusal::OutOfRange);
        }
        let base = terms.base_amount(qty).ok_or(Refusal::OutOfRange)?;
        let quote = terms.quote_amount(price, qty).ok_or(Refusal::OutOfRange)?;
        let trade = Trade { price, base, quote };
        let leg = |party: &Party, side| match party {
            Party::Venue => Ok(None),
            Party::Order { money, .. } if (money.market, money.side) != (market, side) => {
                Err(Refusal::Inconsistent)
            }
            Party::Order { money, liquidity, left } => {
                let fee = leg_fee(terms, money, &trade, *liquidity)?;
                settled_leg(terms, *money, trade, fee, left)
                    .map(|leg| Some(SettledLeg { liquidity: *liquidity, ..leg }))
            }
        };
        let buyer = leg(&settlement.buyer, OrderSide::Buy)?;
        let seller = leg(&settlement.seller, OrderSide::Sell)?;
        let settled = Settled { market, price, qty, base, quote, buyer, seller, at };
        self.apply_settled(&settled)?;
        Ok(settled)
    }

    /// Does what a settlement did: as a whole, or not at all.
    pub(super) fn apply_settled(&mut self, settled: &Settled) -> Result<(), Refusal> {
        let terms = self.terms(settled.market).ok_or(Refusal::UnknownMarket)?;
        let (base, quote) = (terms.base, terms.quote);
        let (mut base_totals, mut quote_totals) = (self.totals(base)?, self.totals(quote)?);
        let mut buyer_sheet = None;
        match &settled.buyer {
            None => {
                base_totals.venue = add(base_totals.venue, settled.base)?;
                quote_totals.venue = sub(quote_totals.venue, settled.quote)?;
            }
            Some(leg) => {
                let sheet = self.sheet(leg.money.account, settled)?.bought(leg, settled)?;
                buyer_sheet = Some((leg.money.account, sheet));
                base_totals.accounts = add(base_totals.accounts, leg.received)?;
                quote_totals.accounts = sub(quote_totals.accounts, leg.spent)?;
                let fees = if leg.fee_asset == base { &mut base_totals.fees } else { &mut quote_totals.fees };
                *fees = add(*fees, leg.fee)?;
            }
        }
        let mut seller_sheet = None;
        match &settled.seller {
            None => {
                base_totals.venue = sub(base_totals.venue, settled.base)?;
                quote_totals.venue = add(quote_totals.venue, settled.quote)?;
            }
            Some(leg) => {
                // Both may be the same account: then the second starts where the first has ended.
                let from = match buyer_sheet {
                    Some((account, sheet)) if account == leg.money.account => sheet,
                    _ => self.sheet(leg.money.account, settled)?,
                };
                seller_sheet = Some((leg.money.account, from.sold(leg, settled)?));
                base_totals.accounts = sub(base_totals.accounts, leg.spent)?;
                quote_totals.accounts = add(quote_totals.accounts, leg.received)?;
                quote_totals.fees = add(quote_totals.fees, leg.fee)?;
            }
        }
        for totals in [&base_totals, &quote_totals] {
            if !totals.is_within_bounds() {
                return Err(Refusal::OutOfRange);
            }
            if totals.sum() != Some(Amount::ZERO) {
                return Err(Refusal::Inconsistent);
            }
        }
        self.assets[base.index()].totals = base_totals;
        self.assets[quote.index()].totals = quote_totals;
        for (account, sheet) in [buyer_sheet, seller_sheet].into_iter().flatten() {
            let account = &mut self.accounts[account.index()];
            *account.holding_mut(base) = sheet.base;
            *account.holding_mut(quote) = sheet.quote;
            *account.position_mut(settled.market) = sheet.position;
        }
        Ok(())
    }

    fn totals(&self, asset: super::AssetNo) -> Result<Totals, Refusal> {
        self.assets.get(asset.index()).map(|state| state.totals).ok_or(Refusal::UnknownAsset)
    }

    #[inline]
    fn sheet(&self, account: AccountNo, settled: &Settled) -> Result<Sheet, Refusal> {
        let terms = self.terms(settled.market).ok_or(Refusal::UnknownMarket)?;
        let account = self.open_account_of(account)?;
        Ok(Sheet {
            base: account.holding(terms.base),
            quote: account.holding(terms.quote),
            position: account.position(settled.market),
        })
    }
}

/// A fee in its asset and in quote, and what is carried to the order's next fill.
#[derive(Clone, Copy)]
struct Fee {
    amount: Amount,
    value: Amount,
    is_in_base: bool,
    carry: super::FeeCarry,
}

#[inline]
fn leg_fee(
    terms: &Terms,
    money: &OrderMoney,
    trade: &Trade,
    liquidity: super::Liquidity,
) -> Result<Fee, Refusal> {
    let is_in_base = money.side == OrderSide::Buy && money.fees.paid_in == FeeIn::Received;
    let charged = if is_in_base { trade.base } else { trade.quote };
    let (amount, carry) =
        charge(charged, money.fees.rate(liquidity), money.carry).ok_or(Refusal::OutOfRange)?;
    let value = if is_in_base {
        terms.value_of(amount, trade.price, Rounding::Up).ok_or(Refusal::OutOfRange)?
    } else {
        amount
    };
    Ok(Fee { amount, value, is_in_base, carry })
}

#[inline]
fn settled_leg(
    terms: &Terms,
    money: OrderMoney,
    trade: Trade,
    fee: Fee,
    left: &super::Need,
) -> Result<SettledLeg, Refusal> {
    let (spent, received) = match (money.side, fee.is_in_base) {
        (OrderSide::Buy, true) => (trade.quote, sub(trade.base, fee.amount)?),
        (OrderSide::Buy, false) => (add(trade.quote, fee.amount)?, trade.base),
        (OrderSide::Sell, _) => (trade.base, sub(trade.quote, fee.amount)?),
    };
    let hold = worst_cost(terms, money.side, left, &money.fees, fee.carry)?;
    // What worst_cost promises: the fill and the rest together need no more than what was reserved for both.
    let released = sub(sub(money.hold, spent)?, hold)?;
    if released.is_negative() {
        return Err(Refusal::Inconsistent);
    }
    Ok(SettledLeg {
        money: OrderMoney { hold, carry: fee.carry, ..money },
        liquidity: super::Liquidity::Taker,
        spent,
        released,
        received,
        fee: fee.amount,
        fee_asset: if fee.is_in_base { terms.base } else { terms.quote },
        fee_value: fee.value,
    })
}

impl Sheet {
    #[inline]
    fn bought(self, leg: &SettledLeg, settled: &Settled) -> Result<Self, Refusal> {
        let quote = gave(self.quote, leg)?;
        let base = got(self.base, leg)?;
        Self { base, quote, ..self }.traded(OrderSide::Buy, leg, settled)
    }

    #[inline]
    fn sold(self, leg: &SettledLeg, settled: &Settled) -> Result<Self, Refusal> {
        let base = gave(self.base, leg)?;
        let quote = got(self.quote, leg)?;
        Self { base, quote, ..self }.traded(OrderSide::Sell, leg, settled)
    }

    #[inline]
    fn traded(self, side: OrderSide, leg: &SettledLeg, settled: &Settled) -> Result<Self, Refusal> {
        // The fees of a buyer who pays in quote, and of a seller, did not touch base.
        let gross = if side == OrderSide::Buy { sub(settled.base, leg.received)? } else { Amount::ZERO };
        let net_before = self.position.net().ok_or(Refusal::OutOfRange)?;
        let position = (self.position.traded(side, settled.base, settled.quote))
            .and_then(|position| position.charged(gross, leg.fee_value))
            .ok_or(Refusal::OutOfRange)?;
        let result = sub(position.net().ok_or(Refusal::OutOfRange)?, net_before)?;
        let quote = self.quote.with_result(day_of(settled.at), result).ok_or(Refusal::OutOfRange)?;
        Ok(Self { position, quote, ..self })
    }
}

/// What is spent or released leaves reserved; what is released becomes free.
#[inline]
fn gave(holding: Holding, leg: &SettledLeg) -> Result<Holding, Refusal> {
    let Balance { free, reserved } = holding.balance;
    let reserved = sub(sub(reserved, leg.spent)?, leg.released)?;
    let free = add(free, leg.released)?;
    if reserved.is_negative() || free.is_negative() {
        return Err(Refusal::Inconsistent);
    }
    Ok(Holding { balance: Balance { free, reserved }, ..holding })
}

#[inline]
fn got(holding: Holding, leg: &SettledLeg) -> Result<Holding, Refusal> {
    let free = add(holding.balance.free, leg.received)?;
    if free.is_negative() {
        return Err(Refusal::Inconsistent);
    }
    Ok(Holding { balance: Balance { free, ..holding.balance }, ..holding })
}

#[inline]
fn add(left: Amount, right: Amount) -> Result<Amount, Refusal> {
    left.checked_add(right).ok_or(Refusal::OutOfRange)
}

#[inline]
fn sub(left: Amount, right: Amount) -> Result<Amount, Refusal> {
    left.checked_sub(right).ok_or(Refusal::OutOfRange)
}
