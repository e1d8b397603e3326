//! Orders that depend on each other: OCO, OTO and OTOCO.

use std::sync::Arc;

use marketd_actors::board::MarketEntry;
use marketd_actors::sandbox::Floor;
use marketd_actors::sandbox::doors::orders::OrderName;
use marketd_domain::identity::Scope;
use marketd_domain::ledger::UserNo;
use marketd_protocol::code::ErrorCode;
use marketd_protocol::sandbox::{ListFields, NumberText, OrderBody, OrderFields, OrderListBody};
use serde_json::{Value, json};

use super::error::FaceError;
use super::history::{self, see};
use super::order_text::{self, Outcome, list_name, millis};
use super::orders::{Acting, Named, ask, client_id_param, count_orders, fields_of, grade_of, submit};
use super::refusal::Asked;
use super::{Call, symbol_of};
use crate::http::sandbox::lists::{ListName, one_list, open_list, stored_lists, unknown_list};

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

/// That each of a pair stands on the side of the price where it can wait.
fn check_pair(is_buy: bool, above: &str, below: &str) -> Result<(), FaceError> {
    let is_limit = |order_type: &str| order_type == "LIMIT_MAKER";
    let is_stop = |order_type: &str| order_type.starts_with("STOP_LOSS");
    let is_profit = |order_type: &str| order_type.starts_with("TAKE_PROFIT");
    let is_known = |order_type| is_limit(order_type) || is_stop(order_type) || is_profit(order_type);
    let (code, message) = if !is_known(above) || !is_known(below) {
        (-1158, "Order type not supported in OCO.")
    } else if is_limit(above) && is_limit(below) {
        (-1168, "At least one OCO order must be contingent.")
    } else if is_buy && is_limit(above) {
        (-1165, "A limit order in a buy OCO must be below.")
    } else if !is_buy && is_limit(below) {
        (-1166, "A limit order in a sell OCO must be above.")
    } else if is_buy && is_stop(below) {
        (-1196, "A stop loss order in a buy OCO must be above.")
    } else if !is_buy && is_stop(above) {
        (-1197, "A stop loss order in a sell OCO must be below.")
    } else if is_buy && is_profit(above) {
        (-1198, "A take profit order in a buy OCO must be below.")
    } else if !is_buy && is_profit(below) {
        (-1199, "A take profit order in a sell OCO must be above.")
    } else {
        return Ok(());
    };
    Err(FaceError::bad(code, message))
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
    let type_of = |prefix| Named { call, prefix }.get("type").unwrap_or_default();
    check_pair(side == "BUY", type_of(one), type_of(other))?;
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
    let account = acting.account.clone();
    let fields = ListFields { account, kind: kind.to_owned(), orders, client_list_id: name };
    let symbol = symbol_of(entry).to_owned();
    submit(call, acting, Asked::Placing, move |floor, user| {
        let list = floor.list_placed(user, &fields)?;
        let mut body = told(&list, &symbol);
        let reports = list.orders.iter().map(|order| {
            let outcome = outcome_of(floor, user, order);
            order_text::placed(order, &symbol, &outcome, grade)
        });
        body["orderReports"] = Value::Array(reports.collect());
        Ok(body)
    })
    .await
}

/// What became of an order of a list so far.
fn outcome_of(floor: &mut Floor, user: UserNo, order: &OrderBody) -> Outcome {
    super::orders::told(floor, user, Some(&order.account), order.order_id)
        .map(|(_, outcome)| outcome)
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

pub fn contingency_of(list: &OrderListBody) -> &'static str {
    if list.kind == "oco" { "OCO" } else { "OTO" }
}

fn is_over(order: &OrderBody) -> bool {
    !matches!(order.status, "pending" | "open" | "partially_filled")
}

fn is_all_over(list: &OrderListBody) -> bool {
    list.orders.iter().all(is_over)
}

fn told(list: &OrderListBody, symbol: &str) -> Value {
    let status = if is_all_over(list) { ("ALL_DONE", "ALL_DONE") } else { ("EXEC_STARTED", "EXECUTING") };
    let orders: Vec<Value> = (list.orders.iter())
        .map(|order| json!({"symbol": symbol, "orderId": order.order_id, "clientOrderId": order_text::client_id(order)}))
        .collect();
    json!({
        "orderListId": list.list_id,
        "contingencyType": contingency_of(list),
        "listStatusType": status.0,
        "listOrderStatus": status.1,
        "listClientOrderId": list_name(list),
        "transactionTime": list.orders.iter().map(|order| millis(order.updated_at)).max().unwrap_or(0),
        "symbol": symbol,
        "orders": orders,
    })
}

/// A list whose orders have just been cancelled, with what became of each.
pub fn told_cancelled(list: &OrderListBody, symbol: &str) -> Value {
    let mut body = told(list, symbol);
    let reports = list.orders.iter().map(|order| order_text::cancelled(order, symbol, None));
    body["orderReports"] = Value::Array(reports.collect());
    body
}

/// The list that `orderListId` or a name names.
fn list_in(call: &Call<'_>, name: &str) -> Result<ListName, FaceError> {
    if let Some(id) = call.params.integer("orderListId")? {
        return Ok(ListName::Id(id.unsigned_abs()));
    }
    match client_id_param(call, name)? {
        Some(text) => Ok(match order_text::list_number_in(&text) {
            Some(number) => ListName::Id(number),
            None => ListName::Client(text),
        }),
        None => {
            let message = format!("Param '{name}' or 'orderListId' must be sent, but both were empty/null!");
            Err(FaceError::bad(-1102, message))
        }
    }
}

/// `None` for a list of a market that is not seen here.
fn told_of(call: &Call<'_>, list: &OrderListBody) -> Option<Value> {
    let market = list.orders.first()?.market.as_str();
    let entry = call.shared.board.market(market)?;
    Some(told(list, entry.symbol.as_deref()?))
}

pub async fn get(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(4)?;
    let acting = Acting::of(call, Scope::Read).await?;
    let whose = (acting.user(), acting.account.clone());
    let list = one_list(call.shared, whose, list_in(call, "origClientOrderId")?).await.map_err(see)?;
    let told = told_of(call, &list).ok_or_else(|| see(unknown_list()))?;
    Ok(told.to_string().into_bytes())
}

pub async fn cancel(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(1)?;
    let entry = call.market()?;
    let acting = Acting::of(call, Scope::Trade).await?;
    let name = list_in(call, "listClientOrderId")?;
    let (market, symbol, account) =
        (entry.id.as_str().to_owned(), symbol_of(&entry).to_owned(), acting.account.clone());
    submit(call, &acting, Asked::Cancelling, move |floor, user| {
        let list = open_list(floor, (user, account.as_deref()), &name)?;
        let body = floor.order_list_body(&list);
        if body.orders.iter().any(|order| order.market != market) {
            return Err(unknown_list());
        }
        for order in body.orders.iter().filter(|order| !is_over(order)) {
            // One that ends takes others with it.
            match floor.cancel_order(user, account.as_deref(), &OrderName::Id(order.order_id)) {
                Ok(_) | Err((ErrorCode::ORDER_FINAL, _)) => {}
                Err(refused) => return Err(refused),
            }
        }
        Ok(told_cancelled(&floor.order_list_body(&list), &symbol))
    })
    .await
}

pub async fn open(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(6)?;
    let acting = Acting::of(call, Scope::Read).await?;
    let (user, account) = (acting.user(), acting.account.clone());
    let lists = ask(call, move |floor| {
        let account = floor.account_of(user, account.as_deref())?;
        let open = floor.sandbox.open_lists(account).map(|list| floor.order_list_body(list));
        Ok(open.collect::<Vec<OrderListBody>>())
    })
    .await?;
    let told = lists.iter().filter_map(|list| told_of(call, list));
    Ok(Value::Array(told.collect()).to_string().into_bytes())
}

pub async fn all(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    history::check_combination(call)?;
    call.charge(20)?;
    let acting = Acting::of(call, Scope::Read).await?;
    let page = history::page_of(call, "fromId", false)?;
    let whose = (acting.user(), acting.account.clone());
    let mut found = stored_lists(call.shared, whose, page).await.map_err(see)?;
    found.retain(|list| told_of(call, list).is_some());
    Ok(history::told(found, page, |list| told_of(call, list).unwrap_or_default()))
}
