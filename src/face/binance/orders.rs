//! Orders: placed, tried out, looked up.

use std::sync::Arc;

use marketd_actors::board::MarketEntry;
use marketd_actors::clock;
use marketd_actors::sandbox::doors::orders::OrderName;
use marketd_actors::sandbox::{Done, Floor, Refused, SandboxGate};
use marketd_actors::session::Identity;
use marketd_domain::identity::Scope;
use marketd_domain::ledger::UserNo;
use marketd_protocol::sandbox::{NumberText, OrderBody, OrderFields, interpret_order};
use serde_json::{Value, json};

use super::cancel::check_name;
use super::error::FaceError;
use super::order_text::{self, Outcome, symbol_in};
use super::refusal::{self, Asked, not_required};
use super::sign::signed;
use super::{Call, symbol_of};

const NO_TRANSFER: &str = "This symbol does not allow the specified self-trade prevention mode.";
/// Below are Binance's own strategies.
const STRATEGY_TYPE_MIN: i64 = 1_000_000;
pub const CLIENT_ID_RANGE: &str = "^[\\.A-Z\\:/a-z0-9_-]{1,36}$";

/// The caller, and the only account that may be used, if there is only one.
pub struct Acting {
    pub identity: Arc<Identity>,
    pub account: Option<String>,
}

impl Acting {
    pub async fn of(call: &Call<'_>, scope: Scope) -> Result<Self, FaceError> {
        let identity = signed(call, scope).await?;
        let account = identity.account.as_ref().map(|account| account.to_string());
        Ok(Self { identity, account })
    }

    pub fn user(&self) -> UserNo {
        self.identity.user
    }
}

pub fn gate<'a>(call: &'a Call<'_>) -> Result<&'a SandboxGate, FaceError> {
    let sandbox = call.shared.sandbox.as_ref();
    sandbox
        .map(|sandbox| &*sandbox.gate)
        .ok_or_else(|| FaceError::new(404, -1000, "This server has no sandbox."))
}

/// Has something done that is answered in Binance's words.
pub async fn submit(
    call: &Call<'_>,
    acting: &Acting,
    asked: Asked,
    work: impl FnOnce(&mut Floor, UserNo) -> Result<Value, Refused> + Send + 'static,
) -> Result<Vec<u8>, FaceError> {
    let once = (acting.account.clone(), Vec::new());
    let work = move |floor: &mut Floor, user: UserNo| {
        work(floor, user).map(|value| Done { http_status: 200, data: value.to_string().into_bytes() })
    };
    let answer = gate(call)?.submit(acting.user(), once, work).await;
    answer.map(|answer| answer.data.to_vec()).map_err(|refused| refusal::of(refused, asked))
}

/// Asks something that is answered in Binance's words.
pub async fn ask<T: Send + 'static>(
    call: &Call<'_>,
    question: impl FnOnce(&mut Floor) -> Result<T, Refused> + Send + 'static,
) -> Result<T, FaceError> {
    let found = gate(call)?.ask(question).await.map_err(|refused| refusal::of(refused, Asked::Seeing))?;
    found.map_err(|refused| refusal::of(refused, Asked::Seeing))
}

/// The names of the parameters of one order; those of lists have prefixes.
pub struct Named<'a> {
    pub call: &'a Call<'a>,
    /// `above`, `pending` and so on; empty for a single order.
    pub prefix: &'a str,
}

impl<'a> Named<'a> {
    /// `price` or `abovePrice`.
    pub fn get(&self, name: &str) -> Option<&'a str> {
        self.call.params.get(&self.full(name))
    }

    pub fn full(&self, name: &str) -> String {
        if self.prefix.is_empty() {
            return name.to_owned();
        }
        let (first, rest) = name.split_at(1);
        format!("{}{}{rest}", self.prefix, first.to_uppercase())
    }

    fn number(&self, name: &str) -> Result<Option<NumberText>, FaceError> {
        let Some(text) = self.get(name) else { return Ok(None) };
        let is_number = text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
            && text.bytes().filter(|byte| *byte == b'.').count() <= 1
            && text.bytes().any(|byte| byte.is_ascii_digit());
        if !is_number || text.len() > 30 {
            return Err(FaceError::illegal(&self.full(name), "^([0-9]{1,20})(\\.[0-9]{1,20})?$"));
        }
        let trimmed = match text.split_once('.') {
            // Zeros behind the point say nothing, and do not count as precision.
            Some((whole, fraction)) => {
                let fraction = fraction.trim_end_matches('0');
                let whole = if whole.is_empty() { "0" } else { whole };
                if fraction.is_empty() { whole.to_owned() } else { format!("{whole}.{fraction}") }
            }
            None => text.to_owned(),
        };
        Ok(Some(NumberText::new(&trimmed)))
    }

    pub fn required_number(&self, name: &str) -> Result<NumberText, FaceError> {
        self.number(name)?.ok_or_else(|| FaceError::missing(&self.full(name)))
    }
}

fn client_id_of(named: &Named<'_>, parameter: &str) -> Result<Option<String>, FaceError> {
    let Some(text) = named.get(parameter) else { return Ok(None) };
    let is_legal =
        |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b':' | b'/' | b'_' | b'-');
    if text.len() > 36 || !text.bytes().all(is_legal) {
        return Err(FaceError::illegal(&named.full(parameter), CLIENT_ID_RANGE));
    }
    Ok(Some(text.to_owned()))
}

pub fn client_id_param(call: &Call<'_>, parameter: &str) -> Result<Option<String>, FaceError> {
    client_id_of(&Named { call, prefix: "" }, parameter)
}

fn side_of(text: &str) -> Result<String, FaceError> {
    match text {
        "BUY" | "SELL" => Ok(text.to_lowercase()),
        _ => Err(FaceError::bad(-1117, "Invalid side.")),
    }
}

/// Type, and whether it must not take.
fn type_of(text: &str, has_trailing: bool, has_stop: bool) -> Result<(&'static str, bool), FaceError> {
    Ok(match text {
        "LIMIT" => ("limit", false),
        "LIMIT_MAKER" => ("limit", true),
        "MARKET" => ("market", false),
        "STOP_LOSS" if has_trailing && !has_stop => ("trailing_stop", false),
        "STOP_LOSS" => ("stop", false),
        "STOP_LOSS_LIMIT" => ("stop_limit", false),
        "TAKE_PROFIT" => ("take_profit", false),
        "TAKE_PROFIT_LIMIT" => ("take_profit_limit", false),
        _ => return Err(FaceError::bad(-1116, "Invalid orderType.")),
    })
}

fn time_in_force_of(
    named: &Named<'_>,
    order_type: &str,
    post_only: bool,
) -> Result<Option<String>, FaceError> {
    let name = named.full("timeInForce");
    let takes_one = matches!(order_type, "limit" | "stop_limit" | "take_profit_limit") && !post_only;
    match named.get("timeInForce") {
        Some("GTC" | "IOC" | "FOK") if !takes_one => Err(not_required(&name)),
        Some(text @ ("GTC" | "IOC" | "FOK")) => Ok(Some(text.to_lowercase())),
        Some(_) => Err(FaceError::bad(-1115, "Invalid timeInForce.")),
        None if takes_one => Err(FaceError::missing(&name)),
        None => Ok(None),
    }
}

/// The order that parameters ask for. `side` and `quantity` are the list's, where an order of a list has none of its own.
pub fn fields_of(
    named: &Named<'_>,
    market: &str,
    (type_name, side, quantity): (Option<&str>, Option<&str>, Option<NumberText>),
) -> Result<OrderFields, FaceError> {
    let required = |found: Option<&str>, name: &str| -> Result<String, FaceError> {
        found.map(str::to_owned).ok_or_else(|| FaceError::missing(&named.full(name)))
    };
    let side = side_of(&required(side.or_else(|| named.get("side")), "side")?)?;
    let type_name = required(type_name.or_else(|| named.get("type")), "type")?;
    let (stop_price, price) = (named.number("stopPrice")?, named.number("price")?);
    let trailing = named.get("trailingDelta");
    let (order_type, post_only) = type_of(&type_name, trailing.is_some(), stop_price.is_some())?;
    let trailing_bps = match trailing {
        None => None,
        Some(_) if order_type != "trailing_stop" => return Err(not_required(&named.full("trailingDelta"))),
        Some(text) => Some(
            text.parse().map_err(|_| FaceError::illegal(&named.full("trailingDelta"), "^[0-9]{1,20}$"))?,
        ),
    };
    if named.call.params.integer(&named.full("strategyType"))?.is_some_and(|kind| kind < STRATEGY_TYPE_MIN) {
        return Err(FaceError::bad(-1134, "strategyType was less than 1000000."));
    }
    let prevention = match named.call.params.get("selfTradePreventionMode") {
        None => "expire_maker".to_owned(),
        Some("NONE" | "EXPIRE_TAKER" | "EXPIRE_MAKER" | "EXPIRE_BOTH" | "DECREMENT") => {
            named.call.params.get("selfTradePreventionMode").unwrap_or_default().to_lowercase()
        }
        // It is among accounts that belong together, which none do here.
        Some("TRANSFER") => return Err(FaceError::bad(-1013, NO_TRANSFER)),
        Some(_) => return Err(FaceError::bad(-1130, "Invalid selfTradePreventionMode.")),
    };
    let qty = match quantity {
        Some(quantity) => Some(quantity),
        None => named.number("quantity")?,
    };
    let quote_qty = if named.prefix.is_empty() { named.number("quoteOrderQty")? } else { None };
    match (&qty, &quote_qty) {
        (_, Some(_)) if order_type != "market" => return Err(not_required("quoteOrderQty")),
        (Some(_), Some(_)) => return Err(FaceError::bad(-1128, super::info::COMBINATION)),
        (None, None) => return Err(FaceError::missing(&named.full("quantity"))),
        _ => {}
    }
    let has_price = matches!(order_type, "limit" | "stop_limit" | "take_profit_limit");
    let has_stop = matches!(order_type, "stop" | "stop_limit" | "take_profit" | "take_profit_limit");
    for (is_there, is_wanted, name) in
        [(price.is_some(), has_price, "price"), (stop_price.is_some(), has_stop, "stopPrice")]
    {
        match (is_there, is_wanted) {
            (true, false) => return Err(not_required(&named.full(name))),
            (false, true) => return Err(FaceError::missing(&named.full(name))),
            _ => {}
        }
    }
    let time_in_force = time_in_force_of(named, order_type, post_only)?;
    let name = if named.prefix.is_empty() { "newClientOrderId" } else { "clientOrderId" };
    let mut fields: OrderFields = serde_json::from_value(json!({
        "market": market, "side": side, "type": order_type, "post_only": post_only,
        "self_trade_prevention": prevention,
    }))
    .map_err(|_| FaceError::internal())?;
    fields.time_in_force = time_in_force;
    (fields.qty, fields.quote_qty) = (qty, quote_qty);
    (fields.price, fields.stop_price) = (price, stop_price);
    fields.trailing_bps = trailing_bps;
    fields.display_qty = named.number("icebergQty")?;
    fields.client_order_id = client_id_of(named, name)?;
    Ok(fields)
}

/// How much of it an answer tells.
pub fn grade_of(call: &Call<'_>, fields: &OrderFields) -> Result<&'static str, FaceError> {
    match call.params.get("newOrderRespType") {
        Some("ACK") => Ok("ACK"),
        Some("RESULT") => Ok("RESULT"),
        Some("FULL") => Ok("FULL"),
        Some(_) => Err(FaceError::bad(-1130, "Invalid newOrderRespType.")),
        None if fields.order_type == "market" => Ok("FULL"),
        // LIMIT_MAKER is another type there.
        None if fields.order_type == "limit" && !fields.post_only => Ok("FULL"),
        None => Ok("ACK"),
    }
}

/// Places an order and tells what came of it.
pub fn place_and_tell(
    floor: &mut Floor,
    user: UserNo,
    fields: &OrderFields,
    symbol: &str,
    grade: &str,
) -> Result<Value, Refused> {
    let done = floor.place_order(user, fields)?;
    let (order, outcome) = told(floor, user, fields.account.as_deref(), order_id_in(&done))?;
    Ok(order_text::placed(&order, symbol, &outcome, grade))
}

/// The order's number in what the sandbox answered.
fn order_id_in(done: &Done) -> u64 {
    serde_json::from_slice::<Value>(&done.data).ok().and_then(|body| body["order_id"].as_u64()).unwrap_or(0)
}

/// An order that was placed just now, and what came of it.
pub fn told(
    floor: &mut Floor,
    user: UserNo,
    account: Option<&str>,
    order_id: u64,
) -> Result<(OrderBody, Outcome), Refused> {
    let (account, order_id) = floor.find_order(user, account, &OrderName::Id(order_id))?;
    let unknown =
        || (marketd_protocol::code::ErrorCode::INTERNAL, "what was done cannot be shown".to_owned());
    let body = floor.order_of(order_id).ok_or_else(unknown)?;
    let explanation = floor.sandbox.explain(account, order_id).ok_or_else(unknown)?;
    let fills = explanation.fills.iter().rev().map(|record| floor.fill_body(record)).collect();
    let prevented = floor.prevented_of(order_id).cloned().collect();
    Ok((body, Outcome { fills, prevented }))
}

/// Counts an account's orders.
pub fn count_orders(call: &Call<'_>, acting: &Acting, orders: u32) -> Result<(), FaceError> {
    let counted = call.face.orders.count(acting.user(), orders, clock::now())?;
    call.counted.set(Some(counted));
    Ok(())
}

fn single(call: &Call<'_>, acting: &Acting, entry: &MarketEntry) -> Result<OrderFields, FaceError> {
    let mut fields = fields_of(&Named { call, prefix: "" }, entry.id.as_str(), (None, None, None))?;
    fields.account.clone_from(&acting.account);
    Ok(fields)
}

pub async fn place(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(1)?;
    let entry = call.market()?;
    let acting = Acting::of(call, Scope::Trade).await?;
    let fields = single(call, &acting, &entry)?;
    let grade = grade_of(call, &fields)?;
    count_orders(call, &acting, 1)?;
    let symbol = symbol_of(&entry).to_owned();
    submit(call, &acting, Asked::Placing, move |floor, user| {
        place_and_tell(floor, user, &fields, &symbol, grade)
    })
    .await
}

/// Everything that placing looks at, but for money and the market's present.
pub async fn test(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    let wants_rates = call.params.flag("computeCommissionRates")?;
    call.charge(if wants_rates { 20 } else { 1 })?;
    let entry = call.market()?;
    let acting = Acting::of(call, Scope::Trade).await?;
    let fields = single(call, &acting, &entry)?;
    grade_of(call, &fields)?;
    let user = acting.user();
    let tried = gate(call)?.ask(move |floor| {
        let account = floor.account(user, fields.account.as_deref())?;
        let market = floor.market(&fields.market)?;
        let scales = floor.terms_of(market).scales;
        let request = interpret_order(&fields, market, scales)?;
        floor
            .sandbox
            .check_order(account, &request)
            .map_err(|reject| marketd_actors::sandbox::refused(&reject))
    });
    let refused = |refused| refusal::of(refused, Asked::Placing);
    tried.await.map_err(refused)?.map_err(refused)?;
    if !wants_rates {
        return Ok(b"{}".to_vec());
    }
    let rates = super::account::rates(call, &acting).await?;
    let body = json!({
        "standardCommissionForOrder": rates,
        "specialCommissionForOrder": {"maker": "0.00000000", "taker": "0.00000000"},
        "taxCommissionForOrder": {"maker": "0.00000000", "taker": "0.00000000"},
        "discount": {"enabledForAccount": false, "enabledForSymbol": false, "discountAsset": "BNB", "discount": "0.00000000"},
    });
    Ok(body.to_string().into_bytes())
}

/// The order that `orderId` or `origClientOrderId` names; with both, the number counts and the name must fit.
pub fn name_of(call: &Call<'_>) -> Result<(OrderName, Option<String>), FaceError> {
    name_in(call, "orderId", "origClientOrderId")
}

pub fn name_in(call: &Call<'_>, id: &str, client: &str) -> Result<(OrderName, Option<String>), FaceError> {
    let client_id = client_id_param(call, client)?;
    match (call.params.integer(id)?, client_id) {
        (Some(id), client_id) => Ok((OrderName::Id(id.unsigned_abs()), client_id)),
        (None, Some(client_id)) => match order_text::number_in(&client_id) {
            Some(number) => Ok((OrderName::Id(number), None)),
            None => Ok((OrderName::Client(client_id), None)),
        },
        (None, None) => Err(FaceError::bad(
            -1102,
            format!("Param '{client}' or '{id}' must be sent, but both were empty/null!"),
        )),
    }
}

pub async fn get(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(4)?;
    let entry = call.market()?;
    let acting = Acting::of(call, Scope::Read).await?;
    let (name, client_id) = name_of(call)?;
    let order = super::history::one_order(call, &acting, name).await?;
    if order.market != entry.id.as_str() {
        return Err(refusal::unknown_order(Asked::Seeing));
    }
    check_name(&order, client_id.as_deref()).map_err(|refused| refusal::of(refused, Asked::Seeing))?;
    Ok(order_text::full(&order, symbol_of(&entry)).to_string().into_bytes())
}

pub async fn open(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    let market = match call.params.get("symbol") {
        Some(symbol) => Some(call.market_of(symbol)?),
        None => None,
    };
    call.charge(if market.is_some() { 6 } else { 80 })?;
    let acting = Acting::of(call, Scope::Read).await?;
    let (user, account) = (acting.user(), acting.account.clone());
    let market = market.map(|entry| entry.id.as_str().to_owned());
    let orders = ask(call, move |floor| {
        let account = floor.account_of(user, account.as_deref())?;
        let mut orders = floor.open_order_bodies(account);
        orders.retain(|order| market.as_ref().is_none_or(|market| order.market == *market));
        orders.reverse();
        let told = orders
            .iter()
            .filter_map(|order| Some(order_text::full(order, &symbol_in(floor, &order.market)?)));
        Ok(Value::Array(told.collect()))
    });
    Ok(orders.await?.to_string().into_bytes())
}
