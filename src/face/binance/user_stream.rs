//! What happens to an account, as events of Binance's user data stream.

use marketd_actors::board::Board;
use marketd_actors::sandbox::private::{ListNews, ListNewsKind, OrderNews, OrderNewsKind, PrivateNews};
use marketd_protocol::sandbox::{BalanceBody, FillBody, OrderBody};
use serde_json::{Map, Value, json};

use super::history::product;
use super::lists::contingency_of;
use super::order_text::{self, eight, eight_or_zero, millis};
use super::prevented::{NO_GROUP, has_digits};

/// The events that news come to: none for what Binance's clients do not see.
pub fn events_of(board: &Board, news: &PrivateNews) -> Option<Value> {
    match news {
        PrivateNews::Order(news) => {
            let symbol = board.market(&news.order.market)?.symbol.clone()?;
            report(news, &symbol)
        }
        PrivateNews::List(news) => {
            let market = news.list.orders.first()?.market.as_str();
            let symbol = board.market(market)?.symbol.clone()?;
            Some(list_status(news, &symbol))
        }
        PrivateNews::Balances { balances, at } => Some(position(balances, at.millis())),
        PrivateNews::Deposited { asset, amount, at } => Some(json!({
            "e": "balanceUpdate", "E": at.millis(), "a": asset, "d": eight(amount), "T": at.millis(),
        })),
    }
}

fn list_status(news: &ListNews, symbol: &str) -> Value {
    let (status, order_status) = match news.kind {
        ListNewsKind::Placed => ("EXEC_STARTED", "EXECUTING"),
        ListNewsKind::Renamed => ("UPDATED", "EXECUTING"),
        ListNewsKind::Over => ("ALL_DONE", "ALL_DONE"),
    };
    let orders: Vec<Value> = (news.list.orders.iter())
        .map(|order| json!({"s": symbol, "i": order.order_id, "c": order_text::client_id(order)}))
        .collect();
    json!({
        "e": "listStatus", "E": news.at.millis(), "s": symbol, "g": news.list.list_id,
        "c": contingency_of(&news.list), "l": status, "L": order_status, "r": "NONE",
        "C": order_text::list_name(&news.list), "T": news.at.millis(), "O": orders,
    })
}

fn position(balances: &[BalanceBody], at_ms: i64) -> Value {
    let balances: Vec<Value> = balances
        .iter()
        .map(|balance| json!({"a": balance.asset, "f": eight(&balance.free), "l": eight(&balance.reserved)}))
        .collect();
    json!({"e": "outboundAccountPosition", "E": at_ms, "u": at_ms, "B": balances})
}

/// `x`: what has happened now.
fn execution_of(news: &OrderNews) -> Option<&'static str> {
    Some(match news.kind {
        OrderNewsKind::Accepted => "NEW",
        OrderNewsKind::Filled => "TRADE",
        OrderNewsKind::Amended => "REPLACED",
        OrderNewsKind::Prevented => "TRADE_PREVENTION",
        OrderNewsKind::Ended => match order_text::status_of(&news.order) {
            "CANCELED" => "CANCELED",
            "REJECTED" => "REJECTED",
            "EXPIRED_IN_MATCH" if news.prevented.is_some() => "TRADE_PREVENTION",
            _ => "EXPIRED",
        },
        // The order goes on under the same name; what it does next is told.
        OrderNewsKind::Triggered => return None,
    })
}

/// `r`: why it was refused.
fn reason_of(order: &OrderBody) -> &'static str {
    match (order.status, order.reason) {
        ("rejected", Some("insufficient_balance")) => "INSUFFICIENT_BALANCES",
        ("rejected", Some("would_cross")) => "WOULD_MATCH_IMMEDIATELY",
        ("rejected", Some("would_trigger")) => "STOP_PRICE_WOULD_TRIGGER_IMMEDIATELY",
        ("rejected", _) => "UNKNOWN_ERROR",
        _ => "NONE",
    }
}

fn report(news: &OrderNews, symbol: &str) -> Option<Value> {
    let order = &news.order;
    let execution = execution_of(news)?;
    let is_cancel = execution == "CANCELED";
    let mut map = Map::new();
    let mut put = |name: &str, value: Value| map.insert(name.to_owned(), value);
    let client_id = order_text::client_id(order);
    put("e", json!("executionReport"));
    put("E", json!(news.at.millis()));
    put("s", json!(symbol));
    // Of a cancel: the cancel's own name, and the order's under `C`.
    let cancel_name = || news.cancel_name.clone().unwrap_or_else(|| order_text::cancel_id(order));
    put("c", json!(if is_cancel { cancel_name() } else { client_id.clone() }));
    put("S", json!(order_text::side_of(order)));
    put("o", json!(order_text::type_of(order)));
    put("f", json!(order_text::time_in_force_of(order)));
    put("q", json!(order_text::quantity_of(order)));
    put("p", json!(eight_or_zero(order.price.as_deref())));
    put("P", json!(eight_or_zero(order.stop_price.as_deref())));
    if let Some(bps) = order.trailing_bps {
        put("d", json!(bps));
    }
    put("F", json!(eight_or_zero(order.display_qty.as_deref())));
    put("g", json!(order_text::list_of(order)));
    let name_before = news.name_before.as_ref();
    let name_before = name_before.map(|name| order_text::name_or_number(name.as_deref(), order.order_id));
    put("C", json!(if is_cancel { client_id } else { name_before.unwrap_or_default() }));
    put("x", json!(execution));
    put("X", json!(order_text::status_of(order)));
    put("r", json!(reason_of(order)));
    put("i", json!(order.order_id));
    put("z", json!(eight(&order.filled_qty)));
    put_fill(&mut put, news.fill.as_ref());
    put("T", json!(news.at.millis()));
    put("I", json!(news.seq));
    let has_worked = order_text::has_worked(order);
    put("w", json!(has_worked && matches!(order.status, "open" | "partially_filled" | "pending")));
    put("m", json!(news.fill.as_ref().is_some_and(|fill| fill.liquidity == "maker")));
    put("M", json!(false));
    put("O", json!(millis(order.created_at)));
    put("Z", json!(eight(&order.filled_quote)));
    put("Q", json!(eight_or_zero(order.quote_qty.as_deref())));
    if has_worked {
        put("W", json!(millis(order.created_at)));
    }
    put("V", json!(order_text::prevention_of(order)));
    put_prevented(&mut put, order, news, symbol);
    if let Some(reason) = order.reason.filter(|_| execution == "EXPIRED") {
        put("eR", json!(reason));
    }
    Some(Value::Object(map))
}

/// What self-trade prevention took off the order so far, and what of it just now.
fn put_prevented(
    put: &mut impl FnMut(&str, Value) -> Option<Value>,
    order: &OrderBody,
    news: &OrderNews,
    symbol: &str,
) {
    if let Some(match_id) = order.prevented_match_id {
        put("v", json!(match_id));
    }
    if has_digits(&order.prevented_qty) {
        put("A", json!(eight(&order.prevented_qty)));
    }
    let Some(prevented) = &news.prevented else { return };
    let is_taker = prevented.taker_order_id == order.order_id;
    let (lost, counter) = match is_taker {
        true => (&prevented.taker_qty, prevented.maker_order_id),
        false => (&prevented.maker_qty, prevented.taker_order_id),
    };
    put("B", json!(eight(lost)));
    put("u", json!(NO_GROUP));
    put("U", json!(counter));
    put("Cs", json!(symbol));
    put("pl", json!(eight(&prevented.qty)));
    put("pL", json!(eight(&prevented.price)));
    put("pY", json!(eight(&product(&prevented.price, &prevented.qty))));
}

/// What was filled just now; zero and null when nothing was.
fn put_fill(put: &mut impl FnMut(&str, Value) -> Option<Value>, fill: Option<&FillBody>) {
    let zero = || json!("0.00000000");
    put("l", fill.map_or_else(zero, |fill| json!(eight(&fill.qty))));
    put("L", fill.map_or_else(zero, |fill| json!(eight(&fill.price))));
    put("n", fill.map_or_else(|| json!("0"), |fill| json!(eight(&fill.fee))));
    put("N", fill.map_or(Value::Null, |fill| json!(fill.fee_asset)));
    put("t", fill.map_or_else(|| json!(-1), |fill| json!(fill.fill_id)));
    put("Y", fill.map_or_else(zero, |fill| json!(eight(&product(&fill.price, &fill.qty)))));
}
