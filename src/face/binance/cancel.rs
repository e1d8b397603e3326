//! Orders cancelled: one, or all of a symbol.

use marketd_actors::sandbox::doors::orders::OrderName;
use marketd_actors::sandbox::{Floor, Refused};
use marketd_domain::identity::Scope;
use marketd_domain::ledger::UserNo;
use marketd_protocol::code::ErrorCode;
use marketd_protocol::sandbox::OrderBody;
use serde_json::Value;

use super::error::FaceError;
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
}

fn unknown() -> Refused {
    (ErrorCode::UNKNOWN_ORDER, "unknown order".to_owned())
}

/// `ONLY_NEW` or `ONLY_PARTIALLY_FILLED`.
pub fn restriction_of(call: &Call<'_>) -> Result<Option<&'static str>, FaceError> {
    match call.params.get("cancelRestrictions") {
        None => Ok(None),
        Some("ONLY_NEW") => Ok(Some("NEW")),
        Some("ONLY_PARTIALLY_FILLED") => Ok(Some("PARTIALLY_FILLED")),
        Some(_) => Err(FaceError::invalid("cancelRestrictions")),
    }
}

/// Cancels it, if it is what it should be, and tells what is left.
pub fn cancel(floor: &mut Floor, user: UserNo, which: &Which) -> Result<OrderBody, Refused> {
    let (_, order_id) = floor.find_order(user, which.account.as_deref(), &which.name)?;
    let order = floor.order_of(order_id).ok_or_else(unknown)?;
    let fits = order.market == which.market
        && which.client_id.as_ref().is_none_or(|client_id| *client_id == order_text::client_id(&order))
        && which.only.is_none_or(|only| order_text::status_of(&order) == only);
    if !fits {
        return Err(unknown());
    }
    floor.cancel_order(user, which.account.as_deref(), &OrderName::Id(order_id.get()))?;
    floor.order_of(order_id).ok_or_else(unknown)
}

pub async fn order(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(1)?;
    let entry = call.market()?;
    let acting = Acting::of(call, Scope::Trade).await?;
    let (name, client_id) = name_of(call)?;
    let cancel_name = client_id_param(call, "newClientOrderId")?;
    let which = Which {
        name,
        client_id,
        market: entry.id.as_str().to_owned(),
        account: acting.account.clone(),
        only: restriction_of(call)?,
    };
    let symbol = symbol_of(&entry).to_owned();
    submit(call, &acting, Asked::Cancelling, move |floor, user| {
        let order = cancel(floor, user, &which)?;
        Ok(order_text::cancelled(&order, &symbol, cancel_name.as_deref()))
    })
    .await
}

pub async fn all(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(1)?;
    let entry = call.market()?;
    let acting = Acting::of(call, Scope::Trade).await?;
    let (market, account) = (entry.id.as_str().to_owned(), acting.account.clone());
    let symbol = symbol_of(&entry).to_owned();
    let body = submit(call, &acting, Asked::Cancelling, move |floor, user| {
        let number = floor.account_of(user, account.as_deref())?;
        let mut open = floor.open_order_bodies(number);
        open.retain(|order| order.market == market);
        if open.is_empty() {
            return Err(unknown());
        }
        floor.cancel_all(user, account.as_deref(), Some(&market))?;
        let told = open.iter().rev().map(|before| {
            let order = floor.order_of(marketd_domain::sandbox::OrderId::new(before.order_id));
            order_text::cancelled(order.as_ref().unwrap_or(before), &symbol, None)
        });
        Ok(Value::Array(told.collect()))
    });
    // There it is called an unknown order as well when there is none.
    body.await
        .map_err(|error| if error.code == -2013 { refusal::unknown_order(Asked::Cancelling) } else { error })
}
