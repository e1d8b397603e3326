//! What an order must be like, whatever the market does: fields that go together, prices on the tick,
//! quantities on the lot. Nothing is rounded.

use super::desk::MarketRules;
use super::order::{OrderRequest, OrderType, SelfTradePrevention, TimeInForce};
use super::reject::Rule;
use crate::numbers::{Notional, Price, Qty};
use crate::time::Timestamp;

/// Half of it moves every price to nothing or beyond reason.
const TRAILING_BPS_MAX: u32 = 5_000;

/// Prices and quantities stay far from where sums and products of them could overflow.
pub(super) const MANTISSA_MAX: i64 = i64::MAX / 16;

pub(super) fn check_request(request: &OrderRequest, rules: &MarketRules, now: Timestamp) -> Result<(), Rule> {
    check_fields(request)?;
    check_time(request, now)?;
    check_numbers(request, rules)
}

fn check_fields(request: &OrderRequest) -> Result<(), Rule> {
    use OrderType::{Market, Stop, StopLimit, TakeProfit, TakeProfitLimit, TrailingStop};
    let order_type = request.order_type;
    match (order_type.has_limit(), request.price) {
        (true, None) => return Err(Rule::MissingPrice),
        (false, Some(_)) => return Err(Rule::UnexpectedPrice),
        _ => {}
    }
    let needs_stop = matches!(order_type, Stop | StopLimit | TakeProfit | TakeProfitLimit);
    match (needs_stop, request.stop_price) {
        (true, None) => return Err(Rule::MissingStopPrice),
        (false, Some(_)) => return Err(Rule::UnexpectedStopPrice),
        _ => {}
    }
    match (order_type == TrailingStop, request.trailing_bps) {
        (true, Some(bps)) if (1..=TRAILING_BPS_MAX).contains(&bps) => {}
        (true, _) => return Err(Rule::MissingTrailing),
        (false, Some(_)) => return Err(Rule::UnexpectedTrailing),
        (false, None) => {}
    }
    match (request.qty, request.quote_qty) {
        (Some(_), None) => {}
        (None, Some(_)) if order_type == Market => {
            if request.self_trade_prevention == SelfTradePrevention::Decrement {
                // A quantity of base cannot be taken off a quantity of quote.
                return Err(Rule::BadFields);
            }
        }
        _ => return Err(Rule::MissingQty),
    }
    if request.post_only && !(order_type == OrderType::Limit && request.may_rest()) {
        return Err(Rule::BadPostOnly);
    }
    if request.display_qty.is_some_and(|shown| {
        !request.may_rest() || shown <= Qty::ZERO || request.qty.is_none_or(|qty| shown > qty)
    }) {
        return Err(Rule::BadDisplayQty);
    }
    Ok(())
}

fn check_time(request: &OrderRequest, now: Timestamp) -> Result<(), Rule> {
    use TimeInForce::{Fok, Gtc, Gtd, Ioc};
    // What waits for a price may wait for good or until a date; without a limit it takes what it gets then.
    let fits = match request.order_type {
        OrderType::Market => matches!(request.time_in_force, Ioc | Fok),
        OrderType::Stop | OrderType::TakeProfit | OrderType::TrailingStop => {
            matches!(request.time_in_force, Gtc | Gtd)
        }
        OrderType::Limit | OrderType::StopLimit | OrderType::TakeProfitLimit => true,
    };
    if !fits {
        return Err(Rule::BadTimeInForce);
    }
    match (request.time_in_force == Gtd, request.expires_at) {
        (true, Some(at)) if at > now => Ok(()),
        (false, None) => Ok(()),
        _ => Err(Rule::BadExpiry),
    }
}

fn check_numbers(request: &OrderRequest, rules: &MarketRules) -> Result<(), Rule> {
    for price in [request.price, request.stop_price].into_iter().flatten() {
        check_price(price, rules)?;
    }
    if let Some(qty) = request.qty {
        check_qty(qty, rules)?;
    }
    if let Some(shown) = request.display_qty {
        check_qty(shown, rules)?;
    }
    if let Some(quote) = request.quote_qty
        && (quote <= Notional::ZERO || quote.mantissa() > i128::from(MANTISSA_MAX) << 32)
    {
        return Err(Rule::OutOfRange);
    }
    let notional = match (request.qty, request.price.or(request.stop_price), request.quote_qty) {
        (Some(qty), Some(price), _) => Some(price.notional(qty)),
        (_, _, quote) => quote,
    };
    if notional.is_some_and(|notional| notional < rules.min_notional) {
        return Err(Rule::MinNotional);
    }
    Ok(())
}

pub(super) fn check_price(price: Price, rules: &MarketRules) -> Result<(), Rule> {
    if price <= Price::ZERO || price.mantissa() > MANTISSA_MAX {
        return Err(Rule::OutOfRange);
    }
    if price.mantissa() % rules.tick_size.mantissa().max(1) != 0 {
        return Err(Rule::Tick);
    }
    Ok(())
}

pub(super) fn check_qty(qty: Qty, rules: &MarketRules) -> Result<(), Rule> {
    if qty <= Qty::ZERO || qty.mantissa() > MANTISSA_MAX {
        return Err(Rule::OutOfRange);
    }
    if qty.mantissa() % rules.lot_size.mantissa().max(1) != 0 {
        return Err(Rule::Lot);
    }
    Ok(())
}
