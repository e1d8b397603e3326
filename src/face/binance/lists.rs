//! Orders that depend on each other: OCO, OTO and OTOCO.

use std::collections::BTreeMap;
use std::sync::Arc;

use marketd_actors::board::MarketEntry;
use marketd_actors::sandbox::doors::orders::OrderName;
use marketd_actors::sandbox::{Floor, Refused};
use marketd_domain::identity::Scope;
use marketd_domain::ledger::UserNo;
use marketd_domain::sandbox::{ListId, Order, OrderId};
use marketd_protocol::code::ErrorCode;
use marketd_protocol::sandbox::{FillBody, ListFields, NumberText, OrderBody, OrderFields, OrderListBody};
use serde_json::{Value, json};

use super::error::FaceError;
use super::list_names::{ListNames, Listed};
use super::order_text::{self, millis};
use super::orders::{Acting, Named, ask, client_id_param, count_orders, fields_of, grade_of, submit};
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
    (kind, orders): (&'static str, Vec<OrderFields>),
) -> Result<Vec<u8>, FaceError> {
    let name = client_id_param(call, "listClientOrderId")?;
    let grade = match call.params.get("newOrderRespType") {
        None => "RESULT",
        Some(_) => grade_of(call, &orders[0])?,
    };
    count_orders(call, acting, u32::try_from(orders.len()).unwrap_or(3))?;
    let fields = ListFields { account: acting.account.clone(), kind: kind.to_owned(), orders };
    let symbol = symbol_of(entry).to_owned();
    let names = call.face.list_names.clone();
    submit(call, acting, Asked::Placing, move |floor, user| {
        if let Some(list_id) = name.as_ref().and_then(|name| names.find(user, name))
            && floor.order_list_body(ListId::new(list_id)).is_some()
        {
            return Err((ErrorCode::DUPLICATE_CLIENT_ORDER_ID, "a list of that name is open".to_owned()));
        }
        let done = floor.place_list(user, &fields)?;
        let list: Value = serde_json::from_slice(&done.data).unwrap_or_default();
        let list_id = list["list_id"].as_u64().unwrap_or(0);
        let order_id = list["orders"][0]["order_id"].as_u64().unwrap_or(0);
        names.set(list_id, Listed { user, name, kind, order_id });
        let list = found(floor, (user, fields.account.as_deref()), (list_id, &names))?;
        let mut body = told(&list, &symbol, &names);
        let reports = list.orders.iter().map(|order| {
            let fills = told_fills(floor, user, order);
            order_text::placed(order, &symbol, &fills, grade)
        });
        body["orderReports"] = Value::Array(reports.collect());
        Ok(body)
    })
    .await
}

/// What an order of a list has filled so far.
fn told_fills(floor: &mut Floor, user: UserNo, order: &OrderBody) -> Vec<FillBody> {
    super::orders::told(floor, user, Some(&order.account), order.order_id)
        .map(|(_, fills)| fills)
        .unwrap_or_default()
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
    (list_id, names): (u64, &ListNames),
) -> Result<OrderListBody, Refused> {
    let list = names.body(floor, list_id).ok_or_else(unknown)?;
    let member = list.orders.first().map(|order| OrderId::new(order.order_id));
    let owner = member.and_then(|order_id| floor.sandbox.order(order_id)).map(|order| order.account);
    let owner = owner.ok_or_else(unknown)?;
    let is_theirs = floor.sandbox.ledger().account(owner).is_some_and(|account| account.user == user);
    let only = account.map(|name| floor.account_of(user, Some(name))).transpose()?;
    if is_theirs && only.is_none_or(|only| only == owner) { Ok(list) } else { Err(unknown()) }
}

pub fn contingency_of(list: &OrderListBody) -> &'static str {
    if list.kind == "oco" { "OCO" } else { "OTO" }
}

fn is_over(order: &OrderBody) -> bool {
    !matches!(order.status, "pending" | "open" | "partially_filled")
}

fn is_all_over(list: &OrderListBody) -> bool {
    list.orders.iter().all(is_over)
}

fn told(list: &OrderListBody, symbol: &str, names: &ListNames) -> Value {
    let status = if is_all_over(list) { ("ALL_DONE", "ALL_DONE") } else { ("EXEC_STARTED", "EXECUTING") };
    let orders: Vec<Value> = (list.orders.iter())
        .map(|order| json!({"symbol": symbol, "orderId": order.order_id, "clientOrderId": order_text::client_id(order)}))
        .collect();
    json!({
        "orderListId": list.list_id,
        "contingencyType": contingency_of(list),
        "listStatusType": status.0,
        "listOrderStatus": status.1,
        "listClientOrderId": names.of(list.list_id),
        "transactionTime": list.orders.iter().map(|order| millis(order.updated_at)).max().unwrap_or(0),
        "symbol": symbol,
        "orders": orders,
    })
}

/// A list whose orders have just been cancelled, with what became of each.
pub fn told_cancelled(list: &OrderListBody, symbol: &str, names: &ListNames) -> Value {
    let mut body = told(list, symbol, names);
    let reports = list.orders.iter().map(|order| order_text::cancelled(order, symbol, None));
    body["orderReports"] = Value::Array(reports.collect());
    body
}

/// The list that `orderListId` or a name names.
fn list_in(call: &Call<'_>, acting: &Acting, name: &str) -> Result<u64, FaceError> {
    if let Some(id) = call.params.integer("orderListId")? {
        return Ok(id.unsigned_abs());
    }
    let Some(text) = call.params.get(name) else {
        let message = format!("Param '{name}' or 'orderListId' must be sent, but both were empty/null!");
        return Err(FaceError::bad(-1102, message));
    };
    // No list has the number 0: an unknown name is an unknown list.
    Ok(call.face.list_names.find(acting.user(), text).unwrap_or(0))
}

fn symbol_of_list(floor: &Floor, list: &OrderListBody) -> String {
    let market = list.orders.first().map_or("", |order| order.market.as_str());
    order_text::symbol_in(floor, market).unwrap_or_default()
}

pub async fn get(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(4)?;
    let acting = Acting::of(call, Scope::Read).await?;
    let (user, account, list_id) =
        (acting.user(), acting.account.clone(), list_in(call, &acting, "origClientOrderId")?);
    let names = call.face.list_names.clone();
    let body = ask(call, move |floor| {
        let list = found(floor, (user, account.as_deref()), (list_id, &names))?;
        Ok(told(&list, &symbol_of_list(floor, &list), &names))
    });
    Ok(body.await?.to_string().into_bytes())
}

pub async fn cancel(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(1)?;
    let entry = call.market()?;
    let acting = Acting::of(call, Scope::Trade).await?;
    let list_id = list_in(call, &acting, "listClientOrderId")?;
    let names = call.face.list_names.clone();
    let (market, symbol, account) =
        (entry.id.as_str().to_owned(), symbol_of(&entry).to_owned(), acting.account.clone());
    submit(call, &acting, Asked::Cancelling, move |floor, user| {
        let list = found(floor, (user, account.as_deref()), (list_id, &names))?;
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
        let list = found(floor, (user, account.as_deref()), (list_id, &names))?;
        Ok(told_cancelled(&list, &symbol, &names))
    })
    .await
}

/// Lists that are remembered: those of open orders, or of all.
async fn remembered(call: &Call<'_>, only_open: bool) -> Result<Vec<u8>, FaceError> {
    let acting = Acting::of(call, Scope::Read).await?;
    let (user, account) = (acting.user(), acting.account.clone());
    let limit = call.params.limit(500, 1_000)?;
    let from_id = call.params.integer("fromId")?.map(i64::unsigned_abs);
    let names = call.face.list_names.clone();
    let body = ask(call, move |floor| {
        let account = floor.account_of(user, account.as_deref())?;
        // Each list with one of its orders.
        let member = |order: &Order| Some((order.list?.get(), order.order_id));
        let mut lists: BTreeMap<u64, OrderId> = if only_open {
            floor.sandbox.open_orders(account).filter_map(member).collect()
        } else {
            let of_account = floor.sandbox.orders().filter(|order| order.account == account);
            of_account.filter_map(member).collect()
        };
        lists.retain(|list_id, _| from_id.is_none_or(|from| *list_id >= from));
        let more = if from_id.is_some() { 0 } else { lists.len().saturating_sub(limit) };
        let lists: Vec<Value> = (lists.into_iter().skip(more).take(limit))
            .filter_map(|(list_id, order_id)| {
                names.body(floor, list_id).or_else(|| floor.ended_list_body(order_id))
            })
            .map(|list| told(&list, &symbol_of_list(floor, &list), &names))
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
