//! Orders, fills and lists as Binance tells them.

use marketd_actors::sandbox::Floor;
use marketd_domain::sandbox::Phase;
use marketd_protocol::sandbox::{FillBody, OrderBody, OrderListBody, PreventedMatchBody};
use serde_json::{Map, Value, json};

use super::prevented::{has_digits, put_losses};

/// A decimal with eight decimals. Finer ones are cut off: they are dust of products.
pub fn eight(text: &str) -> String {
    let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
    let kept = &fraction[..fraction.len().min(8)];
    format!("{whole}.{kept:0<8}")
}

pub fn eight_or_zero(text: Option<&str>) -> String {
    eight(text.unwrap_or("0"))
}

/// The name that an order has whose client gave it none: made from its number, so that it can be asked for by it.
pub fn client_id(order: &OrderBody) -> String {
    name_or_number(order.client_order_id.as_deref(), order.order_id)
}

pub fn name_or_number(name: Option<&str>, order_id: u64) -> String {
    name.map_or_else(|| format!("marketd-{order_id}"), str::to_owned)
}

/// The number in a name that was made from it.
pub fn number_in(client_id: &str) -> Option<u64> {
    client_id.strip_prefix("marketd-").and_then(|number| number.parse().ok())
}

const LIST_PREFIX: &str = "marketd-list-";

/// The name that a list has, as for orders.
pub fn list_name(list: &OrderListBody) -> String {
    list.client_list_id.clone().unwrap_or_else(|| format!("{LIST_PREFIX}{}", list.list_id))
}

/// The number in a list's name that was made from it.
pub fn list_number_in(name: &str) -> Option<u64> {
    name.strip_prefix(LIST_PREFIX).and_then(|number| number.parse().ok())
}

/// What a cancel is called whose client gave it no name.
pub fn cancel_id(order: &OrderBody) -> String {
    format!("cancel-{}", order.order_id)
}

pub const fn millis(us: i64) -> i64 {
    us.div_euclid(1_000)
}

pub fn type_of(order: &OrderBody) -> &'static str {
    match order.order_type {
        "market" => "MARKET",
        "limit" if order.post_only => "LIMIT_MAKER",
        "limit" => "LIMIT",
        "stop" | "trailing_stop" => "STOP_LOSS",
        "stop_limit" => "STOP_LOSS_LIMIT",
        "take_profit" => "TAKE_PROFIT",
        _ => "TAKE_PROFIT_LIMIT",
    }
}

pub fn side_of(order: &OrderBody) -> &'static str {
    if order.side == "sell" { "SELL" } else { "BUY" }
}

pub fn time_in_force_of(order: &OrderBody) -> &'static str {
    match order.time_in_force {
        // A market order has none, and there it shows this one.
        "ioc" if order.order_type == "market" => "GTC",
        "ioc" => "IOC",
        "fok" => "FOK",
        _ => "GTC",
    }
}

pub fn prevention_of(order: &OrderBody) -> String {
    order.self_trade_prevention.to_uppercase()
}

/// Ended by the rules of the order itself, which Binance calls expired.
fn has_expired(order: &OrderBody) -> bool {
    matches!(
        order.reason,
        Some(
            "ioc_remainder"
                | "fok_unfilled"
                | "no_liquidity"
                | "quote_remainder"
                | "expires_at"
                | "list_sibling"
                | "list_entry_unfilled"
        )
    )
}

pub fn status_of(order: &OrderBody) -> &'static str {
    match order.status {
        // It waits for another one of its list.
        "pending" if order.phase == Phase::Dependent => "PENDING_NEW",
        "pending" | "open" => "NEW",
        "partially_filled" => "PARTIALLY_FILLED",
        "filled" => "FILLED",
        "rejected" => "REJECTED",
        _ if order.reason == Some("self_trade") => "EXPIRED_IN_MATCH",
        _ if has_expired(order) => "EXPIRED",
        "cancelled" => "CANCELED",
        _ => "EXPIRED",
    }
}

/// Whether it is, or was, at its market; not while it waits for a price or for another order.
pub const fn has_worked(order: &OrderBody) -> bool {
    !matches!(order.phase, Phase::Armed | Phase::Dependent)
}

const fn working_time(order: &OrderBody) -> i64 {
    if has_worked(order) { millis(order.created_at) } else { -1 }
}

/// Quantity; of an order by quote, as much as it has filled.
pub fn quantity_of(order: &OrderBody) -> String {
    eight(order.qty.as_deref().unwrap_or(&order.filled_qty))
}

pub fn list_of(order: &OrderBody) -> i64 {
    order.list_id.and_then(|list| i64::try_from(list).ok()).unwrap_or(-1)
}

/// What every answer about an order has.
pub fn core(order: &OrderBody, symbol: &str) -> Map<String, Value> {
    let mut map = Map::new();
    let mut put = |name: &str, value: Value| map.insert(name.to_owned(), value);
    put("symbol", json!(symbol));
    put("orderId", json!(order.order_id));
    put("orderListId", json!(list_of(order)));
    put("clientOrderId", json!(client_id(order)));
    put("price", json!(eight_or_zero(order.price.as_deref())));
    put("origQty", json!(quantity_of(order)));
    put("executedQty", json!(eight(&order.filled_qty)));
    put("origQuoteOrderQty", json!(eight_or_zero(order.quote_qty.as_deref())));
    put("cummulativeQuoteQty", json!(eight(&order.filled_quote)));
    put("status", json!(status_of(order)));
    put("timeInForce", json!(time_in_force_of(order)));
    put("type", json!(type_of(order)));
    put("side", json!(side_of(order)));
    if let Some(stop) = &order.stop_price {
        put("stopPrice", json!(eight(stop)));
    }
    if let Some(bps) = order.trailing_bps {
        put("trailingDelta", json!(bps));
    }
    if let Some(shown) = &order.display_qty {
        put("icebergQty", json!(eight(shown)));
    }
    put("workingTime", json!(working_time(order)));
    put("selfTradePreventionMode", json!(prevention_of(order)));
    if let Some(match_id) = order.prevented_match_id {
        put("preventedMatchId", json!(match_id));
    }
    if has_digits(&order.prevented_qty) {
        put("preventedQuantity", json!(eight(&order.prevented_qty)));
    }
    map
}

/// As it is looked up.
pub fn full(order: &OrderBody, symbol: &str) -> Value {
    let mut map = core(order, symbol);
    map.entry("stopPrice").or_insert_with(|| json!("0.00000000"));
    map.entry("icebergQty").or_insert_with(|| json!("0.00000000"));
    map.insert("time".to_owned(), json!(millis(order.created_at)));
    map.insert("updateTime".to_owned(), json!(millis(order.updated_at)));
    map.insert("isWorking".to_owned(), json!(has_worked(order)));
    Value::Object(map)
}

/// As it has just been cancelled, under the cancel's own name.
pub fn cancelled(order: &OrderBody, symbol: &str, cancel_name: Option<&str>) -> Value {
    let mut map = core(order, symbol);
    map.remove("workingTime");
    map.insert("origClientOrderId".to_owned(), json!(client_id(order)));
    map.insert(
        "clientOrderId".to_owned(),
        json!(cancel_name.map_or_else(|| cancel_id(order), str::to_owned)),
    );
    map.insert("transactTime".to_owned(), json!(millis(order.updated_at)));
    // It may still be on its way.
    if !matches!(map["status"].as_str(), Some("FILLED" | "EXPIRED" | "REJECTED")) {
        map.insert("status".to_owned(), json!("CANCELED"));
    }
    Value::Object(map)
}

/// What became of an order when it was placed.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Oldest first.
    pub fills: Vec<FillBody>,
    pub prevented: Vec<PreventedMatchBody>,
}

/// As it has just been placed, with as much as `grade` asks for.
pub fn placed(order: &OrderBody, symbol: &str, outcome: &Outcome, grade: &str) -> Value {
    if grade == "ACK" {
        return json!({
            "symbol": symbol,
            "orderId": order.order_id,
            "orderListId": list_of(order),
            "clientOrderId": client_id(order),
            "transactTime": millis(order.created_at),
        });
    }
    let mut map = core(order, symbol);
    map.insert("transactTime".to_owned(), json!(millis(order.updated_at)));
    if grade == "FULL" {
        let fills: Vec<Value> = outcome.fills.iter().map(fill_of).collect();
        map.insert("fills".to_owned(), Value::Array(fills));
        if !outcome.prevented.is_empty() {
            let prevented = outcome.prevented.iter().map(|prevented| prevented_of(prevented, symbol));
            map.insert("preventedMatches".to_owned(), Value::Array(prevented.collect()));
        }
    }
    Value::Object(map)
}

/// As the taker's answer tells it.
fn prevented_of(prevented: &PreventedMatchBody, symbol: &str) -> Value {
    let mut map = Map::new();
    map.insert("preventedMatchId".to_owned(), json!(prevented.match_id));
    map.insert("makerSymbol".to_owned(), json!(symbol));
    map.insert("makerOrderId".to_owned(), json!(prevented.maker_order_id));
    map.insert("price".to_owned(), json!(eight(&prevented.price)));
    put_losses(&mut map, prevented);
    Value::Object(map)
}

fn fill_of(fill: &FillBody) -> Value {
    json!({
        "price": eight(&fill.price),
        "qty": eight(&fill.qty),
        "commission": eight(&fill.fee),
        "commissionAsset": fill.fee_asset,
        "tradeId": fill.fill_id,
    })
}

/// One of an account's trades, with the list of its order, which a fill does not know.
pub fn trade(fill: &FillBody, (symbol, list): (&str, i64), quote_qty: &str) -> Value {
    json!({
        "symbol": symbol,
        "id": fill.fill_id,
        "orderId": fill.order_id,
        "orderListId": list,
        "price": eight(&fill.price),
        "qty": eight(&fill.qty),
        "quoteQty": eight(quote_qty),
        "commission": eight(&fill.fee),
        "commissionAsset": fill.fee_asset,
        "time": millis(fill.ts),
        "isBuyer": fill.side == "buy",
        "isMaker": fill.liquidity == "maker",
        "isBestMatch": true,
    })
}

/// What a market is called here; of one that has no symbol, nothing is shown.
pub fn symbol_in(floor: &Floor, market: &str) -> Option<String> {
    floor.board.market(market)?.symbol.as_deref().map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_eight_decimals() {
        for (text, expected) in [
            ("1", "1.00000000"),
            ("0.5", "0.50000000"),
            ("12.345678901234", "12.34567890"),
            ("-0.1", "-0.10000000"),
        ] {
            assert_eq!(eight(text), expected);
        }
        assert_eq!((number_in("marketd-17"), number_in("x-17")), (Some(17), None));
    }
}
