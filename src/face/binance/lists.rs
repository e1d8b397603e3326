//! Orders that depend on each other: OCO, OTO and OTOCO.

use std::sync::Arc;

use marketd_actors::board::MarketEntry;
use marketd_actors::sandbox::doors::orders::OrderName;
use marketd_actors::sandbox::{Floor, Refused};
use marketd_domain::identity::Scope;
use marketd_domain::ledger::UserNo;
use marketd_domain::sandbox::ListId;
use marketd_protocol::code::ErrorCode;
use marketd_protocol::sandbox::{ListFields, NumberText, OrderBody, OrderFields, OrderListBody};
use serde_json::{Value, json};

use super::error::FaceError;
use super::order_text::{self, millis};
use super::orders::{Acting, Named, ask, count_orders, fields_of, submit};
use super::refusal::Asked;
use super::{Call, symbol_of};

fn number(call: &Call<'_>, name: &str) -> Result<NumberText, FaceError> {
    Named { call, prefix: "" }.required_number(name)
}

fn leg(
    call: &Call<'_>,
    entry: &MarketEntry,
    prefix: &str,
    (side, quantity): (&str, NumberText),
) -> Result<OrderFields, FaceError> {
    let named = Named { call, prefix };
    fields_of(&named, entry.id.as_str(), (None, Some(side), Some(quantity)))
}

/// Two of which one cancels the other, as their prefixes name them: the one that waits for a stop comes last.
fn pair(
    call: &Call<'_>,
    entry: &MarketEntry,
    prefixes: [&str; 2],
    (side, quantity): (&str, NumberText),
) -> Result<Vec<OrderFields>, FaceError> {
    let [one, other] = prefixes;
    let mut legs =
        vec![leg(call, entry, one, (side, quantity.clone()))?, leg(call, entry, other, (side, quantity))?];
    legs.sort_by_key(|fields| matches!(fields.order_type.as_str(), "stop" | "stop_limit" | "trailing_stop"));
    Ok(legs)
}

async fn placed(
    call: &Call<'_>,
    acting: &Acting,
    entry: &Arc<MarketEntry>,
    (kind, orders): (&str, Vec<OrderFields>),
) -> Result<Vec<u8>, FaceError> {
    count_orders(call, acting, u32::try_from(orders.len()).unwrap_or(3))?;
    let fields = ListFields { account: acting.account.clone(), kind: kind.to_owned(), orders };
    let symbol = symbol_of(entry).to_owned();
    submit(call, acting, Asked::Placing, move |floor, user| {
        let done = floor.place_list(user, &fields)?;
        let list: Value = serde_json::from_slice(&done.data).unwrap_or_default();
        let list = found(floor, (user, fields.account.as_deref()), list["list_id"].as_u64().unwrap_or(0))?;
        Ok(told(&list, &symbol, true))
    })
    .await
}

pub async fn oco(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(1)?;
    let entry = call.market()?;
    let acting = Acting::of(call, Scope::Trade).await?;
    let (side, quantity) = (call.params.required("side")?, number(call, "quantity")?);
    let orders = pair(call, &entry, ["above", "below"], (side, quantity))?;
    placed(call, &acting, &entry, ("oco", orders)).await
}

/// As it was before Binance told the legs apart by where they stand.
pub async fn old_oco(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(1)?;
    let entry = call.market()?;
    let acting = Acting::of(call, Scope::Trade).await?;
    let side = call.params.required("side")?.to_lowercase();
    let quantity = number(call, "quantity")?;
    let (price, stop) = (number(call, "price")?, number(call, "stopPrice")?);
    let limit =
        call.params.get("stopLimitPrice").is_some().then(|| number(call, "stopLimitPrice")).transpose()?;
    let order = |order_type: &str, post_only: bool| -> Result<OrderFields, FaceError> {
        let fields = json!({
            "market": entry.id.as_str(), "side": side, "type": order_type, "post_only": post_only,
            "self_trade_prevention": "expire_maker",
        });
        let mut fields: OrderFields = serde_json::from_value(fields).map_err(|_| FaceError::internal())?;
        fields.qty = Some(quantity.clone());
        Ok(fields)
    };
    let mut first = order("limit", true)?;
    first.price = Some(price);
    let mut second = order(if limit.is_some() { "stop_limit" } else { "stop" }, false)?;
    (second.price, second.stop_price) = (limit, Some(stop));
    placed(call, &acting, &entry, ("oco", vec![first, second])).await
}

fn working(call: &Call<'_>, entry: &MarketEntry) -> Result<OrderFields, FaceError> {
    let (side, quantity) = (call.params.required("workingSide")?, number(call, "workingQuantity")?);
    leg(call, entry, "working", (side, quantity))
}

pub async fn oto(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(1)?;
    let entry = call.market()?;
    let acting = Acting::of(call, Scope::Trade).await?;
    let (side, quantity) = (call.params.required("pendingSide")?, number(call, "pendingQuantity")?);
    let pending = leg(call, &entry, "pending", (side, quantity))?;
    placed(call, &acting, &entry, ("oto", vec![working(call, &entry)?, pending])).await
}

pub async fn otoco(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(1)?;
    let entry = call.market()?;
    let acting = Acting::of(call, Scope::Trade).await?;
    let (side, quantity) = (call.params.required("pendingSide")?, number(call, "pendingQuantity")?);
    let mut orders = vec![working(call, &entry)?];
    orders.extend(pair(call, &entry, ["pendingAbove", "pendingBelow"], (side, quantity))?);
    placed(call, &acting, &entry, ("bracket", orders)).await
}

fn unknown() -> Refused {
    (ErrorCode::UNKNOWN_ORDER, "unknown order list".to_owned())
}

/// A list of the user's; of a key that is for one account, a list of that one.
fn found(
    floor: &mut Floor,
    (user, account): (UserNo, Option<&str>),
    list_id: u64,
) -> Result<OrderListBody, Refused> {
    let list = floor.sandbox.order_list(ListId::new(list_id)).copied().ok_or_else(unknown)?;
    let owner = floor.sandbox.ledger().account(list.account).map(|account| account.user);
    let only = account.map(|name| floor.account_of(user, Some(name))).transpose()?;
    if owner != Some(user) || only.is_some_and(|only| only != list.account) {
        return Err(unknown());
    }
    floor.order_list_body(ListId::new(list_id)).ok_or_else(unknown)
}

fn list_name(list_id: u64) -> String {
    format!("marketd-list-{list_id}")
}

fn is_over(order: &OrderBody) -> bool {
    !matches!(order.status, "pending" | "open" | "partially_filled")
}

fn told(list: &OrderListBody, symbol: &str, with_reports: bool) -> Value {
    let is_done = list.orders.iter().all(is_over);
    let status = if is_done { ("ALL_DONE", "ALL_DONE") } else { ("EXEC_STARTED", "EXECUTING") };
    let orders: Vec<Value> = (list.orders.iter())
        .map(|order| json!({"symbol": symbol, "orderId": order.order_id, "clientOrderId": order_text::client_id(order)}))
        .collect();
    let mut body = json!({
        "orderListId": list.list_id,
        "contingencyType": if list.kind == "oco" { "OCO" } else { "OTO" },
        "listStatusType": status.0,
        "listOrderStatus": status.1,
        "listClientOrderId": list_name(list.list_id),
        "transactionTime": list.orders.iter().map(|order| millis(order.updated_at)).max().unwrap_or(0),
        "symbol": symbol,
        "orders": orders,
    });
    if with_reports {
        let reports = list.orders.iter().map(|order| order_text::placed(order, symbol, &[], "RESULT"));
        body["orderReports"] = Value::Array(reports.collect());
    }
    body
}

/// The list that `orderListId` or a name of ours names.
fn list_in(call: &Call<'_>, name: &str) -> Result<u64, FaceError> {
    if let Some(id) = call.params.integer("orderListId")? {
        return Ok(id.unsigned_abs());
    }
    let named = call.params.get(name).and_then(|text| text.strip_prefix("marketd-list-")?.parse().ok());
    named.ok_or_else(|| {
        FaceError::bad(
            -1102,
            format!("Param '{name}' or 'orderListId' must be sent, but both were empty/null!"),
        )
    })
}

fn symbol_of_list(floor: &Floor, list: &OrderListBody) -> String {
    let market = list.orders.first().map_or("", |order| order.market.as_str());
    order_text::symbol_in(floor, market).unwrap_or_default()
}

pub async fn get(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(4)?;
    let acting = Acting::of(call, Scope::Read).await?;
    let (user, account, list_id) =
        (acting.user(), acting.account.clone(), list_in(call, "origClientOrderId")?);
    let body = ask(call, move |floor| {
        let list = found(floor, (user, account.as_deref()), list_id)?;
        Ok(told(&list, &symbol_of_list(floor, &list), false))
    });
    Ok(body.await?.to_string().into_bytes())
}

pub async fn cancel(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(1)?;
    let entry = call.market()?;
    let acting = Acting::of(call, Scope::Trade).await?;
    let list_id = list_in(call, "listClientOrderId")?;
    let (market, symbol, account) =
        (entry.id.as_str().to_owned(), symbol_of(&entry).to_owned(), acting.account.clone());
    submit(call, &acting, Asked::Cancelling, move |floor, user| {
        let list = found(floor, (user, account.as_deref()), list_id)?;
        let open: Vec<u64> =
            list.orders.iter().filter(|order| !is_over(order)).map(|order| order.order_id).collect();
        if open.is_empty() || list.orders.iter().any(|order| order.market != market) {
            return Err(unknown());
        }
        for order_id in open {
            // One that ends takes others with it.
            match floor.cancel_order(user, account.as_deref(), &OrderName::Id(order_id)) {
                Ok(_) | Err((ErrorCode::ORDER_FINAL, _)) => {}
                Err(refused) => return Err(refused),
            }
        }
        let list = found(floor, (user, account.as_deref()), list_id)?;
        let mut body = told(&list, &symbol, false);
        let reports = list.orders.iter().map(|order| order_text::cancelled(order, &symbol, None));
        body["orderReports"] = Value::Array(reports.collect());
        Ok(body)
    })
    .await
}

/// Lists that are remembered: those of open orders, or of all.
async fn remembered(call: &Call<'_>, only_open: bool) -> Result<Vec<u8>, FaceError> {
    let acting = Acting::of(call, Scope::Read).await?;
    let (user, account) = (acting.user(), acting.account.clone());
    let limit = call.params.limit(500, 1_000)?;
    let from_id = call.params.integer("fromId")?.map(i64::unsigned_abs);
    let body = ask(call, move |floor| {
        let account = floor.account_of(user, account.as_deref())?;
        let mut ids: Vec<u64> = if only_open {
            floor.sandbox.open_orders(account).filter_map(|order| order.list).map(ListId::get).collect()
        } else {
            let of_account = floor.sandbox.orders().filter(|order| order.account == account);
            of_account.filter_map(|order| order.list).map(ListId::get).collect()
        };
        ids.sort_unstable();
        ids.dedup();
        ids.retain(|id| from_id.is_none_or(|from| *id >= from));
        let more = if from_id.is_some() { 0 } else { ids.len().saturating_sub(limit) };
        let lists: Vec<Value> = (ids.into_iter().skip(more).take(limit))
            .filter_map(|id| floor.order_list_body(ListId::new(id)))
            .map(|list| told(&list, &symbol_of_list(floor, &list), false))
            .collect();
        Ok(Value::Array(lists))
    });
    Ok(body.await?.to_string().into_bytes())
}

pub async fn open(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(6)?;
    remembered(call, true).await
}

pub async fn all(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(20)?;
    remembered(call, false).await
}
