//! Matches that self-trade prevention kept from happening.

use marketd_actors::sandbox::views::prevented_body;
use marketd_domain::identity::Scope;
use marketd_protocol::sandbox::PreventedMatchBody;
use marketd_store::TimeRange;
use marketd_store::sandbox::{Page, PageOrder, PreventedFilter};
use serde_json::{Map, Value, json};

use super::error::FaceError;
use super::order_text::{eight, millis};
use super::orders::{Acting, ask};
use super::{Call, symbol_of};
use crate::http::past;

/// Accounts here belong to no group of which none trades with the others.
pub const NO_GROUP: i64 = -1;

const LIMIT_DEFAULT: usize = 500;
const LIMIT_MAX: usize = 1_000;

/// What both orders lost, where they did.
pub fn put_losses(map: &mut Map<String, Value>, prevented: &PreventedMatchBody) {
    for (name, qty) in
        [("takerPreventedQuantity", &prevented.taker_qty), ("makerPreventedQuantity", &prevented.maker_qty)]
    {
        if has_digits(qty) {
            map.insert(name.to_owned(), json!(eight(qty)));
        }
    }
}

/// Whether a decimal is not zero.
pub fn has_digits(text: &str) -> bool {
    text.bytes().any(|byte| matches!(byte, b'1'..=b'9'))
}

fn told(prevented: &PreventedMatchBody, symbol: &str) -> Value {
    let mut map = Map::new();
    let mut put = |name: &str, value: Value| map.insert(name.to_owned(), value);
    put("symbol", json!(symbol));
    put("preventedMatchId", json!(prevented.match_id));
    put("takerOrderId", json!(prevented.taker_order_id));
    put("makerSymbol", json!(symbol));
    put("makerOrderId", json!(prevented.maker_order_id));
    put("tradeGroupId", json!(NO_GROUP));
    put("selfTradePreventionMode", json!(prevented.self_trade_prevention.to_uppercase()));
    put("price", json!(eight(&prevented.price)));
    put_losses(&mut map, prevented);
    map.insert("transactTime".to_owned(), json!(millis(prevented.ts)));
    Value::Object(map)
}

/// Which matches: one, or those of an order from a number on.
fn page_of(call: &Call<'_>) -> Result<(Option<u64>, Page), FaceError> {
    let number = |name: &str| Ok(call.params.integer(name)?.map(i64::unsigned_abs));
    let (one, order_id) = (number("preventedMatchId")?, number("orderId")?);
    let from = number("fromPreventedMatchId")?;
    let limit = call.params.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    let has_limit = call.params.get("limit").is_some();
    let (from, before) = match (one, order_id) {
        (None, None) => {
            let message = "Param 'preventedMatchId' or 'orderId' must be sent, but both were empty/null!";
            return Err(FaceError::bad(-1102, message));
        }
        (Some(one), None) if from.is_none() && !has_limit => (one, Some(one.saturating_add(1))),
        (None, Some(_)) => (from.unwrap_or(0), None),
        _ => return Err(FaceError::bad(-1128, super::info::COMBINATION)),
    };
    let limit = u32::try_from(limit).unwrap_or(u32::MAX);
    let page = Page { order: PageOrder::OldestFirst, from, before, range: TimeRange::default(), limit };
    Ok((order_id, page))
}

pub async fn matches(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    let of_order = call.params.get("orderId").is_some();
    call.charge(if of_order { 20 } else { 2 })?;
    let entry = call.market()?;
    let acting = Acting::of(call, Scope::Read).await?;
    let (order_id, page) = page_of(call)?;
    let (user, account, market) = (acting.user(), acting.account.clone(), entry.id.as_str().to_owned());
    let (account, market) = ask(call, move |floor| {
        let listed = floor.sandbox.ledger().markets().find(|(_, terms)| terms.market.as_str() == market);
        let market = listed.map(|(number, _)| number);
        Ok((floor.account_of(user, account.as_deref())?, market))
    })
    .await?;
    // Where nobody has traded nothing was prevented.
    let Some(market) = market else { return Ok(b"[]".to_vec()) };
    let filter = PreventedFilter { market: Some(market), order_id };
    let found = past::read(call.shared, async |store| store.prevented(account, filter, page).await);
    let found = found.await.map_err(FaceError::of_refusal)?.unwrap_or_default();
    let told = found.iter().map(|row| told(&prevented_body(row), symbol_of(&entry)));
    Ok(Value::Array(told.collect()).to_string().into_bytes())
}
