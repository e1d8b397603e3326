//! Orders cancelled: one, or all of a symbol.

use marketd_actors::sandbox::doors::orders::OrderName;
use marketd_actors::sandbox::{Floor, Refused};
use marketd_domain::identity::Scope;
use marketd_domain::ledger::UserNo;
use marketd_domain::sandbox::{OrderId, OrderList};
use marketd_protocol::code::ErrorCode;
use marketd_protocol::sandbox::OrderBody;
use serde_json::Value;

use super::error::FaceError;
use super::lists;
use super::order_text;
use super::orders::{Acting, client_id_param, name_of, submit};
use super::refusal::{self, Asked};
use super::{Call, symbol_of};

/// Which order of which market, and what else must be true of it.
#[derive(Debug, Clone)]
pub struct Which {
    pub name: OrderName,
    pub client_id: Option<String>,
    pub market: String,
    pub account: Option<String>,
    /// `cancelRestrictions`
    pub only: Option<&'static str>,
    /// What its client calls the cancel.
    pub cancel_name: Option<String>,
}

fn unknown() -> Refused {
    (ErrorCode::UNKNOWN_ORDER, "unknown order".to_owned())
}

/// That an order has this name, where it was named twice.
pub fn check_name(order: &OrderBody, client_id: Option<&str>) -> Result<(), Refused> {
    if client_id.is_some_and(|client_id| client_id != order_text::client_id(order)) {
        return Err((ErrorCode::UNKNOWN_ORDER, refusal::MISNAMED.to_owned()));
    }
    Ok(())
}

/// `ONLY_NEW` or `ONLY_PARTIALLY_FILLED`.
pub fn restriction_of(call: &Call<'_>) -> Result<Option<&'static str>, FaceError> {
    match call.params.get("cancelRestrictions") {
        None => Ok(None),
        Some("ONLY_NEW") => Ok(Some("NEW")),
        Some("ONLY_PARTIALLY_FILLED") => Ok(Some("PARTIALLY_FILLED")),
        Some(_) => Err(FaceError::bad(-1145, "Invalid cancelRestrictions")),
    }
}

/// Cancels it, if it is what it should be, and tells what is left.
pub fn cancel(floor: &mut Floor, user: UserNo, which: &Which) -> Result<OrderBody, Refused> {
    let (_, order_id) = floor.find_order(user, which.account.as_deref(), &which.name)?;
    let order = floor.order_of(order_id).ok_or_else(unknown)?;
    if order.market != which.market {
        return Err(unknown());
    }
    check_name(&order, which.client_id.as_deref())?;
    if which.only.is_some_and(|only| order_text::status_of(&order) != only) {
        return Err((ErrorCode::ORDER_FINAL, refusal::RESTRICTED.to_owned()));
    }
    let name = OrderName::Id(order_id.get());
    floor.cancel_named(user, which.account.as_deref(), &name, which.cancel_name.clone())?;
    floor.order_of(order_id).ok_or_else(unknown)
}

pub async fn order(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(1)?;
    let entry = call.market()?;
    let acting = Acting::of(call, Scope::Trade).await?;
    let (name, client_id) = name_of(call)?;
    let which = Which {
        name,
        client_id,
        market: entry.id.as_str().to_owned(),
        account: acting.account.clone(),
        only: restriction_of(call)?,
        cancel_name: client_id_param(call, "newClientOrderId")?,
    };
    let symbol = symbol_of(&entry).to_owned();
    submit(call, &acting, Asked::Cancelling, move |floor, user| {
        let order = cancel(floor, user, &which)?;
        Ok(order_text::cancelled(&order, &symbol, which.cancel_name.as_deref()))
    })
    .await
}

pub async fn all(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(1)?;
    let entry = call.market()?;
    let acting = Acting::of(call, Scope::Trade).await?;
    let (market, account) = (entry.id.as_str().to_owned(), acting.account.clone());
    let symbol = symbol_of(&entry).to_owned();
    submit(call, &acting, Asked::Cancelling, move |floor, user| {
        let number = floor.account_of(user, account.as_deref())?;
        let mut open = floor.open_order_bodies(number);
        open.retain(|order| order.market == market);
        if open.is_empty() {
            return Err(unknown());
        }
        let lists: Vec<OrderList> = (floor.sandbox.open_lists(number).copied())
            .filter(|list| open.iter().any(|order| order.list_id == Some(list.list_id.get())))
            .collect();
        floor.cancel_all(user, account.as_deref(), Some(&market))?;
        let alone = open.iter().rev().filter(|before| before.list_id.is_none()).map(|before| {
            let order = floor.order_of(OrderId::new(before.order_id));
            order_text::cancelled(order.as_ref().unwrap_or(before), &symbol, None)
        });
        let of_lists = lists.iter().map(|list| lists::told_cancelled(&floor.order_list_body(list), &symbol));
        Ok(Value::Array(alone.chain(of_lists).collect()))
    })
    .await
}
