//! What has become of an account's orders: from memory while it is remembered, else from the store.

use marketd_actors::sandbox::doors::orders::OrderName;
use marketd_domain::identity::Scope;
use marketd_protocol::sandbox::{FillBody, OrderBody};
use marketd_store::TimeRange;
use marketd_store::sandbox::Page;
use serde_json::Value;

use super::error::FaceError;
use super::order_text::{self, millis};
use super::orders::Acting;
use super::refusal::{self, Asked};
use super::{Call, symbol_of};
use crate::http::sandbox::fills::{FillsWanted, found_fills};
use crate::http::sandbox::orders as stored;

const LIMIT_DEFAULT: usize = 500;
const LIMIT_MAX: usize = 1_000;
/// Pages that are looked through for the beginning of a list, newest first.
const PAGES_MAX: usize = 50;
const PAGE: u32 = 1_000;
/// The longest span of one request.
const SPAN_MS: i64 = 86_400_000;

fn see(refused: marketd_actors::sandbox::Refused) -> FaceError {
    refusal::of(refused, Asked::Seeing)
}

pub async fn one_order(call: &Call<'_>, acting: &Acting, name: OrderName) -> Result<OrderBody, FaceError> {
    stored::one_order(call.shared, acting.user(), acting.account.clone(), name).await.map_err(see)
}

/// Times in milliseconds that a list is bounded by, both included.
fn span_of(call: &Call<'_>) -> Result<(Option<i64>, Option<i64>), FaceError> {
    let time = |name: &str| call.params.time(name).map(|time| time.map(|time| time.millis()));
    let (start, end) = (time("startTime")?, time("endTime")?);
    if let (Some(start), Some(end)) = (start, end) {
        if end < start {
            return Err(FaceError::bad(-1100, "Start time is greater than end time."));
        }
        if end - start > SPAN_MS {
            return Err(FaceError::bad(-1127, "More than 24 hours between startTime and endTime."));
        }
    }
    Ok((start, end))
}

/// Of a list that is told oldest first: the first ones behind its start where it has one, else the last.
fn cut<T>(mut oldest_first: Vec<T>, limit: usize, has_start: bool) -> Vec<T> {
    if has_start {
        oldest_first.truncate(limit);
        return oldest_first;
    }
    let more = oldest_first.len().saturating_sub(limit);
    oldest_first.split_off(more)
}

pub async fn orders(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(20)?;
    let entry = call.market()?;
    let acting = Acting::of(call, Scope::Read).await?;
    let limit = call.params.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    let from_id = call.params.integer("orderId")?.map(i64::unsigned_abs);
    let (start, end) = span_of(call)?;
    let has_start = from_id.is_some() || start.is_some();
    let is_before_start = |order: &OrderBody| {
        from_id.is_some_and(|from| order.order_id < from)
            || start.is_some_and(|start| millis(order.created_at) < start)
    };
    let (mut found, mut before) = (Vec::new(), None);
    for _ in 0..PAGES_MAX {
        let statuses = stored::Statuses::parse("all").map_err(see)?;
        let whose = (acting.user(), acting.account.clone());
        let which = (statuses, Some(entry.id.as_str().to_owned()));
        let page = stored::stored_orders(call.shared, whose, which, (PAGE, before)).await.map_err(see)?;
        before = page.items.last().map(|order| order.order_id);
        let is_over = page.next_cursor.is_none() || page.items.last().is_some_and(&is_before_start);
        let wanted = page
            .items
            .into_iter()
            .filter(|order| !is_before_start(order) && end.is_none_or(|end| millis(order.created_at) <= end));
        found.extend(wanted);
        if is_over || (!has_start && found.len() >= limit) {
            break;
        }
    }
    found.reverse();
    let told =
        cut(found, limit, has_start).iter().map(|order| order_text::full(order, symbol_of(&entry))).collect();
    Ok(Value::Array(told).to_string().into_bytes())
}

pub async fn trades(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    let order_id = call.params.integer("orderId")?.map(i64::unsigned_abs);
    call.charge(if order_id.is_some() { 5 } else { 20 })?;
    let entry = call.market()?;
    let acting = Acting::of(call, Scope::Read).await?;
    let limit = call.params.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    let from_id = call.params.integer("fromId")?.map(i64::unsigned_abs);
    let (start, end) = span_of(call)?;
    let has_start = from_id.is_some() || start.is_some() || order_id.is_some();
    let is_before_start = |fill: &FillBody| {
        from_id.is_some_and(|from| fill.fill_id < from) || start.is_some_and(|start| millis(fill.ts) < start)
    };
    let (mut found, mut before) = (Vec::new(), None);
    for _ in 0..PAGES_MAX {
        let wanted = FillsWanted {
            user: acting.user(),
            account: acting.account.clone(),
            market: Some(entry.id.as_str().to_owned()),
            order_id,
        };
        let page = Page { before, range: TimeRange::default(), limit: PAGE };
        let fills = found_fills(call.shared, wanted, page).await.map_err(see)?;
        before = fills.last().map(|fill| fill.fill_id);
        let is_over = fills.len() < PAGE as usize || fills.last().is_some_and(&is_before_start);
        let wanted = fills
            .into_iter()
            .filter(|fill| !is_before_start(fill) && end.is_none_or(|end| millis(fill.ts) <= end));
        found.extend(wanted);
        if is_over || (!has_start && found.len() >= limit) {
            break;
        }
    }
    found.reverse();
    let told = cut(found, limit, has_start);
    let told =
        told.iter().map(|fill| order_text::trade(fill, symbol_of(&entry), &product(&fill.price, &fill.qty)));
    Ok(Value::Array(told.collect()).to_string().into_bytes())
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

    #[test]
    fn lists_are_cut_at_their_start_or_their_end() {
        assert_eq!(cut(vec![1, 2, 3, 4], 2, true), [1, 2]);
        assert_eq!(cut(vec![1, 2, 3, 4], 2, false), [3, 4]);
    }
}
