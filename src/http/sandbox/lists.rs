//! Order lists: open ones from memory, those that are over from the store.

use std::collections::HashMap;

use marketd_actors::sandbox::Floor;
use marketd_domain::ledger::UserNo;
use marketd_domain::sandbox::{ListId, ListKind, OrderList};
use marketd_protocol::code::ErrorCode;
use marketd_protocol::sandbox::{OrderBody, OrderListBody, client_list_id};
use marketd_store::sandbox::{OrderListRow, OrderRow, Page};

use super::door::gate;
use super::orders::{Whose, order_of_row};
use crate::http::reply::Refusal;
use crate::http::{Shared, past};

/// Names a list: by our number, or by its client's name for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum ListName {
    Id(u64),
    Client(String),
}

pub(crate) fn unknown_list() -> Refusal {
    (ErrorCode::UNKNOWN_ORDER, "unknown order list".to_owned())
}

/// An open list of the user's; of whoever may use one account only, a list of that one.
pub(crate) fn open_list(
    floor: &mut Floor,
    (user, account): (UserNo, Option<&str>),
    name: &ListName,
) -> Result<OrderList, Refusal> {
    let found = match name {
        ListName::Id(list_id) => floor.sandbox.order_list(ListId::new(*list_id)).copied(),
        ListName::Client(name) => {
            let (account, name) = (floor.account_of(user, account)?, client_list_id(name)?);
            floor.sandbox.list_by_client_id(account, name).copied()
        }
    };
    let list = found.filter(|list| is_theirs(floor, user, list.account)).ok_or_else(unknown_list)?;
    match account {
        Some(_) if floor.account_of(user, account)? != list.account => Err(unknown_list()),
        _ => Ok(list),
    }
}

fn is_theirs(floor: &Floor, user: UserNo, account: marketd_domain::ledger::AccountNo) -> bool {
    floor.sandbox.ledger().account(account).is_some_and(|account| account.user == user)
}

/// A list, open or over.
pub(crate) async fn one_list(
    shared: &Shared,
    (user, account): Whose,
    name: ListName,
) -> Result<OrderListBody, Refusal> {
    let (named, wanted) = (account.clone(), name.clone());
    let held = gate(shared)?
        .ask(move |floor| match open_list(floor, (user, named.as_deref()), &wanted) {
            Ok(list) => Ok(Some(floor.order_list_body(&list))),
            Err((ErrorCode::UNKNOWN_ORDER, _)) => Ok(None),
            Err(refused) => Err(refused),
        })
        .await??;
    if let Some(list) = held {
        return Ok(list);
    }
    let is_bound = account.is_some();
    let number = gate(shared)?.ask(move |floor| floor.account_of(user, account.as_deref())).await??;
    let found = past::read(shared, async |store| {
        let row = match &name {
            ListName::Id(list_id) => store.order_list(*list_id).await?,
            ListName::Client(name) => store.order_list_by_client_id(number, name).await?,
        };
        let Some(row) = row else { return Ok(None) };
        let orders = store.orders_of_lists(row.account, row.list_id..=row.list_id).await?;
        Ok(Some((row, orders)))
    });
    let (row, orders) = found.await?.flatten().ok_or_else(unknown_list)?;
    gate(shared)?
        .ask(move |floor| {
            if !is_theirs(floor, user, row.account) || (is_bound && row.account != number) {
                return Err(unknown_list());
            }
            bodies_of(floor, &[row], &orders)?.pop().ok_or_else(unknown_list)
        })
        .await?
}

/// Up to a page of an account's lists.
pub(crate) async fn stored_lists(
    shared: &Shared,
    (user, account): Whose,
    page: Page,
) -> Result<Vec<OrderListBody>, Refusal> {
    let account = gate(shared)?.ask(move |floor| floor.account_of(user, account.as_deref())).await??;
    let found = past::read(shared, async |store| {
        let lists = store.order_lists(account, page).await?;
        let numbers = || lists.iter().map(|row| row.list_id);
        let (Some(first), Some(last)) = (numbers().min(), numbers().max()) else {
            return Ok((lists, Vec::new()));
        };
        let orders = store.orders_of_lists(account, first..=last).await?;
        Ok((lists, orders))
    });
    let (lists, orders) = found.await?.unwrap_or_default();
    gate(shared)?.ask(move |floor| bodies_of(floor, &lists, &orders)).await?
}

/// Lists with their orders, in the sequence of the lists.
fn bodies_of(
    floor: &Floor,
    lists: &[OrderListRow],
    orders: &[OrderRow],
) -> Result<Vec<OrderListBody>, Refusal> {
    let mut members: HashMap<u64, Vec<OrderBody>> = HashMap::new();
    for row in orders {
        if let Some(list_id) = row.list_id {
            let (order, scales) = order_of_row(floor, row)?;
            members.entry(list_id).or_default().push(floor.order_body_at(&order, scales));
        }
    }
    let body = |row: &OrderListRow| {
        let kind = ListKind::parse(&row.kind).ok_or_else(|| {
            tracing::error!(list_id = row.list_id, kind = row.kind, "a stored list cannot be read");
            (ErrorCode::INTERNAL, "what is stored cannot be read".to_owned())
        })?;
        Ok(OrderListBody {
            list_id: row.list_id,
            account: floor.account_name(row.account).to_owned(),
            kind: kind.as_str(),
            client_list_id: row.client_list_id.clone(),
            orders: members.remove(&row.list_id).unwrap_or_default(),
        })
    };
    lists.iter().map(body).collect()
}
