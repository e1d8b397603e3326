//! What has become of an account's orders: from memory while it is remembered, else from the store.

use std::collections::{BTreeSet, HashMap};

use marketd_actors::sandbox::doors::orders::OrderName;
use marketd_domain::Timestamp;
use marketd_domain::identity::Scope;
use marketd_domain::sandbox::{ListId, OrderId};
use marketd_protocol::sandbox::OrderBody;
use marketd_store::TimeRange;
use marketd_store::sandbox::{Page, PageOrder};
use serde_json::Value;

use super::error::FaceError;
use super::order_text;
use super::orders::{Acting, ask};
use super::refusal::{self, Asked};
use super::{Call, symbol_of};
use crate::http::sandbox::fills::{FillsWanted, found_fills};
use crate::http::sandbox::orders as stored;

const LIMIT_DEFAULT: usize = 500;
const LIMIT_MAX: usize = 1_000;
/// The longest span of one request.
const SPAN_MS: i64 = 86_400_000;

pub fn see(refused: marketd_actors::sandbox::Refused) -> FaceError {
    refusal::of(refused, Asked::Seeing)
}

pub async fn one_order(call: &Call<'_>, acting: &Acting, name: OrderName) -> Result<OrderBody, FaceError> {
    stored::one_order(call.shared, acting.user(), acting.account.clone(), name).await.map_err(see)
}

/// Times that a list is bounded by, both included.
fn span_of(call: &Call<'_>) -> Result<TimeRange, FaceError> {
    let (start, end) = (call.params.time("startTime")?, call.params.time("endTime")?);
    if let (Some(start), Some(end)) = (start, end) {
        if end < start {
            return Err(FaceError::bad(-1100, "Start time is greater than end time."));
        }
        if end.millis() - start.millis() > SPAN_MS {
            return Err(FaceError::bad(
                -1127,
                "Lookup interval is too big. More than 24 hours between startTime and endTime.",
            ));
        }
    }
    // Their millisecond is meant whole.
    let after = |end: Timestamp| Timestamp::from_millis(end.millis().saturating_add(1));
    Ok(TimeRange { start: start.map(|start| Timestamp::from_millis(start.millis())), end: end.map(after) })
}

/// What a list is made of: the first ones from its start on where it has one, else the last.
pub fn page_of(call: &Call<'_>, from: &str, has_start: bool) -> Result<Page, FaceError> {
    let limit = call.params.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    let from = call.params.integer(from)?.map(i64::unsigned_abs);
    let range = span_of(call)?;
    let has_start = has_start || from.is_some() || range.start.is_some();
    Ok(Page {
        order: if has_start { PageOrder::OldestFirst } else { PageOrder::NewestFirst },
        from: from.unwrap_or(0),
        before: None,
        range,
        limit: u32::try_from(limit).unwrap_or(u32::MAX),
    })
}

/// Lists are told oldest first.
pub fn told<T>(mut found: Vec<T>, page: Page, text: impl Fn(&T) -> Value) -> Vec<u8> {
    if page.order == PageOrder::NewestFirst {
        found.reverse();
    }
    Value::Array(found.iter().map(text).collect()).to_string().into_bytes()
}

pub async fn orders(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(20)?;
    let entry = call.market()?;
    let acting = Acting::of(call, Scope::Read).await?;
    let page = page_of(call, "orderId", false)?;
    let whose = (acting.user(), acting.account.clone());
    let which = (stored::Statuses::parse("all").map_err(see)?, Some(entry.id.as_str().to_owned()));
    let found = stored::stored_orders(call.shared, whose, which, page).await.map_err(see)?;
    Ok(told(found, page, |order| order_text::full(order, symbol_of(&entry))))
}

/// A list begins at a number or at a time, and is of an order or of a time.
pub fn check_combination(call: &Call<'_>) -> Result<(), FaceError> {
    let has = |name: &str| call.params.get(name).is_some();
    let has_time = has("startTime") || has("endTime");
    if has_time && (has("fromId") || has("orderId")) {
        return Err(FaceError::bad(-1128, super::info::COMBINATION));
    }
    Ok(())
}

pub async fn trades(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    check_combination(call)?;
    let order_id = call.params.integer("orderId")?.map(i64::unsigned_abs);
    call.charge(if order_id.is_some() { 5 } else { 20 })?;
    let entry = call.market()?;
    let acting = Acting::of(call, Scope::Read).await?;
    let page = page_of(call, "fromId", order_id.is_some())?;
    let wanted = FillsWanted {
        user: acting.user(),
        account: acting.account.clone(),
        market: Some(entry.id.as_str().to_owned()),
        order_id,
    };
    let found = found_fills(call.shared, wanted, page).await.map_err(see)?;
    let lists = lists_of(call, &acting, entry.id.as_str(), found.iter().map(|fill| fill.order_id)).await?;
    Ok(told(found, page, |fill| {
        let list = lists.get(&fill.order_id).copied().unwrap_or(-1);
        order_text::trade(fill, (symbol_of(&entry), list), &product(&fill.price, &fill.qty))
    }))
}

/// The lists of orders, as far as they are in any: a fill does not know its order's. Those that memory has forgotten are read
/// from the store, as many at once as lie together.
async fn lists_of(
    call: &Call<'_>,
    acting: &Acting,
    market: &str,
    order_ids: impl Iterator<Item = u64>,
) -> Result<HashMap<u64, i64>, FaceError> {
    let asked: BTreeSet<u64> = order_ids.collect();
    let (mut lists, mut unknown) = ask(call, move |floor| {
        let (mut lists, mut unknown) = (HashMap::new(), BTreeSet::new());
        for order_id in asked {
            match floor.sandbox.order(OrderId::new(order_id)) {
                Some(order) => drop(lists.insert(order_id, list_number(order.list.map(ListId::get)))),
                None => drop(unknown.insert(order_id)),
            }
        }
        Ok((lists, unknown))
    })
    .await?;
    while let Some(first) = unknown.pop_first() {
        let page = Page {
            order: PageOrder::OldestFirst,
            from: first,
            before: None,
            range: TimeRange::default(),
            limit: u32::try_from(unknown.len() + 1).unwrap_or(u32::MAX),
        };
        let which = (stored::Statuses::parse("all").map_err(see)?, Some(market.to_owned()));
        let whose = (acting.user(), acting.account.clone());
        for order in stored::stored_orders(call.shared, whose, which, page).await.map_err(see)? {
            unknown.remove(&order.order_id);
            lists.insert(order.order_id, list_number(order.list_id));
        }
    }
    Ok(lists)
}

fn list_number(list: Option<u64>) -> i64 {
    list.and_then(|list| i64::try_from(list).ok()).unwrap_or(-1)
}

/// Price times quantity, exactly.
pub fn product(price: &str, qty: &str) -> String {
    let parts = |text: &str| -> (i128, usize) {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, ""));
        (format!("{whole}{fraction}").parse().unwrap_or(0), fraction.len())
    };
    let ((price, price_decimals), (qty, qty_decimals)) = (parts(price), parts(qty));
    let mut out = Vec::new();
    let decimals = u8::try_from(price_decimals + qty_decimals).unwrap_or(u8::MAX);
    marketd_domain::numbers::write_fixed_i128(&mut out, price.saturating_mul(qty), decimals);
    String::from_utf8(out).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn products_are_exact() {
        assert_eq!(product("61828.57", "0.00012"), "7.4194284");
        assert_eq!(product("2", "3"), "6");
    }
}
