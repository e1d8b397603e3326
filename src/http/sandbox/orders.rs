//! `/orders`: placed, listed, amended, cancelled, explained.

use actix_web::{HttpResponse, web};
use marketd_actors::sandbox::doors::orders::{OrderName, unknown};
use marketd_actors::sandbox::views::{amendment_body, prevented_body};
use marketd_actors::sandbox::{Floor, OnceKey};
use marketd_domain::journal::{Reader, VERSION};
use marketd_domain::ledger::{AccountNo, MarketNo, UserNo};
use marketd_domain::sandbox::{Fill, Order, OrderStatus};
use marketd_protocol::code::ErrorCode;
use marketd_protocol::sandbox::{
    AmendFields, EvidenceBody, ExplainBody, ExplainedFill, ListFields, OrderBody, OrderFields,
};
use marketd_store::TimeRange;
use marketd_store::sandbox::{FillRow, OrderFilter, OrderRow, Page, PageOrder, PreventedFilter};

use super::door::{Act, Acting, Looking, gate};
use super::page_of;
use crate::http::markets::List;
use crate::http::reply::Refusal;
use crate::http::{Shared, past};

/// An order's number in a path.
type OrderPath = web::Path<String>;

fn id_of(path: &str) -> Result<OrderName, Refusal> {
    let is_number = path.bytes().all(|byte| byte.is_ascii_digit());
    match path.parse() {
        Ok(order_id) if is_number => Ok(OrderName::Id(order_id)),
        _ => {
            let shown: String = path.chars().take(40).collect();
            Err((ErrorCode::UNKNOWN_ORDER, format!("unknown order {shown:?}")))
        }
    }
}

pub async fn place_order(acting: Acting) -> HttpResponse {
    let wanted = |acting: &Acting| {
        let mut fields: OrderFields = acting.fields()?;
        fields.account = acting.caller.account_for(fields.account)?;
        let whole = fields.without_envelope();
        let client_key = fields.client_order_id.as_deref().map(|id| OnceKey::of_client(id, &whole));
        let account = fields.account.clone();
        Ok(Act::on(account, move |floor, user| floor.place_order(user, &fields)).named(client_key))
    };
    acting.act(wanted).await
}

pub async fn place_list(acting: Acting) -> HttpResponse {
    let wanted = |acting: &Acting| {
        let mut fields: ListFields = acting.fields()?;
        fields.account = acting.caller.account_for(fields.account)?;
        Ok(Act::on(fields.account.clone(), move |floor, user| floor.place_list(user, &fields)))
    };
    acting.act(wanted).await
}

pub async fn amend_order(path: OrderPath, acting: Acting) -> HttpResponse {
    let wanted = |acting: &Acting| {
        let name = id_of(&path)?;
        let mut fields: AmendFields = acting.fields()?;
        fields.account = acting.caller.account_for(fields.account)?;
        Ok(Act::on(fields.account.clone(), move |floor, user| floor.amend_order(user, &name, &fields)))
    };
    acting.act(wanted).await
}

pub async fn cancel_order(path: OrderPath, acting: Acting) -> HttpResponse {
    let wanted = |acting: &Acting| {
        let (name, account) = (id_of(&path)?, acting.account()?);
        let whose = account.clone();
        Ok(Act::on(whose, move |floor, user| floor.cancel_order(user, account.as_deref(), &name)))
    };
    acting.act(wanted).await
}

pub async fn cancel_all(acting: Acting) -> HttpResponse {
    let wanted = |acting: &Acting| {
        let (account, market) = (acting.account()?, acting.text("market"));
        let whose = account.clone();
        let work =
            move |floor: &mut Floor, user| floor.cancel_all(user, account.as_deref(), market.as_deref());
        Ok(Act::on(whose, work))
    };
    acting.act(wanted).await
}

pub async fn get_order(path: OrderPath, looking: Looking) -> HttpResponse {
    let work = async |looking: &Looking| {
        let (user, account) = (looking.caller.user, looking.account()?);
        one_order(&looking.shared, user, account, id_of(&path)?).await
    };
    looking.show(work).await
}

pub async fn get_by_client_id(path: OrderPath, looking: Looking) -> HttpResponse {
    let work = async |looking: &Looking| {
        let (user, account) = (looking.caller.user, looking.account()?);
        one_order(&looking.shared, user, account, OrderName::Client(path.into_inner())).await
    };
    looking.show(work).await
}

/// From memory while it is remembered, else from the store.
pub(crate) async fn one_order(
    shared: &Shared,
    user: UserNo,
    account: Option<String>,
    name: OrderName,
) -> Result<OrderBody, Refusal> {
    let (named, wanted) = (account.clone(), name.clone());
    let held = gate(shared)?
        .ask(move |floor| match floor.find_order(user, named.as_deref(), &wanted) {
            Ok((_, order_id)) => Ok(floor.order_of(order_id)),
            Err((ErrorCode::UNKNOWN_ORDER, _)) => Ok(None),
            Err(refused) => Err(refused),
        })
        .await??;
    if let Some(order) = held {
        return Ok(order);
    }
    let row = stored_order(shared, user, account, &name).await?;
    gate(shared)?
        .ask(move |floor| {
            order_of_row(floor, &row).map(|(order, scales)| floor.order_body_at(&order, scales))
        })
        .await?
}

/// An order that memory has forgotten.
async fn stored_order(
    shared: &Shared,
    user: UserNo,
    account: Option<String>,
    name: &OrderName,
) -> Result<OrderRow, Refusal> {
    let named = account.clone();
    let asked = match name {
        OrderName::Id(_) if account.is_none() => None,
        _ => Some(gate(shared)?.ask(move |floor| floor.account_of(user, named.as_deref())).await??),
    };
    let row = past::read(shared, async |store| match (name, asked) {
        (OrderName::Id(order_id), _) => store.order(*order_id).await,
        (OrderName::Client(id), Some(account)) => store.order_by_client_id(account, id).await,
        (OrderName::Client(_), None) => Ok(None),
    })
    .await?
    .flatten()
    .filter(|row| asked.is_none_or(|account| row.account == account))
    .ok_or_else(|| unknown(name))?;
    let owner = gate(shared)?
        .ask({
            let account = row.account;
            move |floor| floor.sandbox.ledger().account(account).map(|account| account.user)
        })
        .await?;
    if owner == Some(user) { Ok(row) } else { Err(unknown(name)) }
}

type Scaled<T> = (T, marketd_domain::Scales);

/// The order as it is now, if it is remembered, else as it was stored.
pub(super) fn order_of_row(floor: &Floor, row: &OrderRow) -> Result<Scaled<Order>, Refusal> {
    let held = floor.sandbox.order(marketd_domain::sandbox::OrderId::new(row.order_id));
    if let Some(order) = held {
        return Ok((order.clone(), floor.terms_of(order.request.market).scales));
    }
    let order = Reader::new(&row.order, row.body_version).whole().map_err(|error| {
        tracing::error!(order_id = row.order_id, %error, "a stored order cannot be read");
        (ErrorCode::INTERNAL, "what is stored cannot be read".to_owned())
    })?;
    Ok((order, row.scales))
}

pub(super) fn fill_of_row(row: &FillRow) -> Result<Scaled<Fill>, Refusal> {
    let fill = Reader::new(&row.fill, VERSION).whole().map_err(|error| {
        tracing::error!(fill_id = row.fill_id, %error, "a stored fill cannot be read");
        (ErrorCode::INTERNAL, "what is stored cannot be read".to_owned())
    })?;
    Ok((fill, row.scales))
}

/// What `status` asks for: exact names, or `open` for all that are not over and `closed` for those that are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Statuses(Vec<OrderStatus>);

impl Statuses {
    pub(crate) fn parse(text: &str) -> Result<Self, Refusal> {
        let mut found = Vec::new();
        for name in text.split(',') {
            let group: Vec<OrderStatus> = match name {
                "open" => OrderStatus::ALL.iter().copied().filter(|status| !status.is_final()).collect(),
                "closed" => OrderStatus::ALL.iter().copied().filter(|status| status.is_final()).collect(),
                "all" => OrderStatus::ALL.to_vec(),
                name => OrderStatus::parse(name).map(|status| vec![status]).ok_or_else(|| {
                    let shown: String = name.chars().take(40).collect();
                    (ErrorCode::BAD_REQUEST, format!("unknown status {shown:?}"))
                })?,
            };
            found.extend(group);
        }
        Ok(Self(found))
    }

    fn are_all_open(&self) -> bool {
        !self.0.is_empty() && self.0.iter().all(|status| !status.is_final())
    }

    fn has(&self, status: &str) -> bool {
        self.0.iter().any(|held| held.as_str() == status)
    }
}

pub async fn list_orders(looking: Looking) -> HttpResponse {
    let work = async |looking: &Looking| {
        let statuses = Statuses::parse(looking.query.get("status").as_deref().unwrap_or("all"))?;
        let are_all_open = statuses.are_all_open();
        let (limit, before) = page_of(&looking.query)?;
        let whose = (looking.caller.user, looking.account()?);
        let which = (statuses, looking.text("market"));
        let page = Page::before(before, TimeRange::default(), limit + 1);
        let found = if are_all_open {
            open_orders(&looking.shared, whose, which, page).await?
        } else {
            stored_orders(&looking.shared, whose, which, page).await?
        };
        Ok(paged(found, limit, |order| order.order_id))
    };
    looking.show(work).await
}

pub(crate) type Whose = (UserNo, Option<String>);
pub(crate) type Which = (Statuses, Option<String>);

/// Orders that are open are all in memory.
async fn open_orders(
    shared: &Shared,
    (user, account): Whose,
    (statuses, market): Which,
    Page { before, limit, .. }: Page,
) -> Result<Vec<OrderBody>, Refusal> {
    gate(shared)?
        .ask(move |floor| {
            if let Some(market) = &market {
                known_market(floor, market)?;
            }
            let account = floor.account_of(user, account.as_deref())?;
            let mut found = floor.open_order_bodies(account);
            found.retain(|order| {
                market.as_ref().is_none_or(|market| order.market == *market)
                    && statuses.has(order.status)
                    && before.is_none_or(|before| order.order_id < before)
            });
            found.truncate(limit as usize);
            Ok(found)
        })
        .await?
}

/// A list of up to one more than was asked for, so that it is known whether it goes on.
pub(super) fn paged<T>(mut found: Vec<T>, limit: u32, number: impl Fn(&T) -> u64) -> List<T> {
    let goes_on = found.len() > limit as usize;
    found.truncate(limit as usize);
    let next_cursor = found.last().filter(|_| goes_on).map(|last| number(last).to_string());
    List { items: found, next_cursor }
}

/// The sandbox's number of a market, `None` when nobody has traded there.
pub(super) fn known_market(floor: &Floor, market: &str) -> Result<Option<MarketNo>, Refusal> {
    let listed = floor.sandbox.ledger().markets().find(|(_, terms)| terms.market.as_str() == market);
    match listed {
        Some((number, _)) => Ok(Some(number)),
        None if floor.board.market(market).is_some() => Ok(None),
        None => {
            let shown: String = market.chars().take(60).collect();
            Err((ErrorCode::UNKNOWN_MARKET, format!("unknown market {shown:?}")))
        }
    }
}

/// Up to a page of orders.
pub(crate) async fn stored_orders(
    shared: &Shared,
    (user, account): Whose,
    (statuses, market): Which,
    page: Page,
) -> Result<Vec<OrderBody>, Refusal> {
    let is_of_market = market.is_some();
    let (account, market) = gate(shared)?
        .ask(move |floor| {
            let market = match &market {
                Some(market) => known_market(floor, market)?,
                None => None,
            };
            Ok::<(AccountNo, Option<MarketNo>), Refusal>((
                floor.account_of(user, account.as_deref())?,
                market,
            ))
        })
        .await??;
    if is_of_market && market.is_none() {
        return Ok(Vec::new());
    }
    let statuses = statuses.0.iter().map(|status| status.as_str().to_owned()).collect();
    let filter = OrderFilter { market, statuses };
    let rows = past::read(shared, async |store| store.orders(account, &filter, page).await).await?;
    let rows = rows.unwrap_or_default();
    gate(shared)?
        .ask(move |floor| {
            rows.iter()
                .map(|row| {
                    let (order, scales) = order_of_row(floor, row)?;
                    Ok::<_, Refusal>(floor.order_body_at(&order, scales))
                })
                .collect::<Result<Vec<OrderBody>, Refusal>>()
        })
        .await?
}

pub async fn explain_order(path: OrderPath, looking: Looking) -> HttpResponse {
    let work = async |looking: &Looking| {
        let (user, account) = (looking.caller.user, looking.account()?);
        explained(&looking.shared, user, account, id_of(&path)?).await
    };
    looking.show(work).await
}

/// Prevented matches and amendments of one order that an explanation shows.
const HISTORY_MAX: u32 = 1_000;

async fn explained(
    shared: &Shared,
    user: UserNo,
    account: Option<String>,
    name: OrderName,
) -> Result<ExplainBody, Refusal> {
    let (account, mut body) = explained_fills(shared, user, account, name).await?;
    let order_id = body.order.order_id;
    let page = Page {
        order: PageOrder::OldestFirst,
        from: 0,
        before: None,
        range: TimeRange::default(),
        limit: HISTORY_MAX,
    };
    let filter = PreventedFilter { market: None, order_id: Some(order_id) };
    let found = past::read(shared, async |store| {
        let prevented = store.prevented(account, filter, page).await?;
        Ok((prevented, store.amendments(order_id, 0, HISTORY_MAX).await?))
    });
    match found.await {
        Ok(found) => {
            let (prevented, amendments) = found.unwrap_or_default();
            body.prevented = Some(prevented.iter().map(prevented_body).collect());
            body.amendments = Some(amendments.iter().map(amendment_body).collect());
        }
        // Why it filled or did not is known without.
        Err((ErrorCode::STORE_UNAVAILABLE | ErrorCode::BUSY, _)) => {}
        Err(refused) => return Err(refused),
    }
    Ok(body)
}

async fn explained_fills(
    shared: &Shared,
    user: UserNo,
    account: Option<String>,
    name: OrderName,
) -> Result<(AccountNo, ExplainBody), Refusal> {
    let (named, wanted) = (account.clone(), name.clone());
    let held = gate(shared)?
        .ask(move |floor| match floor.find_order(user, named.as_deref(), &wanted) {
            Ok((account, order_id)) => {
                let explained = floor.sandbox.explain(account, order_id);
                // Older fills than memory holds are in the store.
                let is_whole = |explanation: &marketd_domain::sandbox::Explanation<'_>| {
                    let filled: i64 = explanation.fills.iter().map(|record| record.fill.qty.mantissa()).sum();
                    filled == explanation.order.filled_qty.mantissa()
                };
                let explained = explained.filter(is_whole);
                Ok(explained.map(|explained| (account, floor.explain_body(&explained))))
            }
            Err((ErrorCode::UNKNOWN_ORDER, _)) => Ok(None),
            Err(refused) => Err(refused),
        })
        .await??;
    if let Some(explained) = held {
        return Ok(explained);
    }
    let row = stored_order(shared, user, account, &name).await?;
    let order_id = row.order_id;
    let fills = past::read(shared, async |store| store.fills_of_order(order_id).await).await?;
    let fills = fills.unwrap_or_default();
    let account = row.account;
    let body = gate(shared)?.ask(move |floor| from_rows(floor, &row, &fills)).await??;
    Ok((account, body))
}

/// An explanation out of the store. An order that is still open stands somewhere, which memory knows.
fn from_rows(floor: &Floor, row: &OrderRow, fills: &[FillRow]) -> Result<ExplainBody, Refusal> {
    let (order, _) = order_of_row(floor, row)?;
    let mut explained = Vec::with_capacity(fills.len());
    for row in fills {
        let (fill, scales) = fill_of_row(row)?;
        explained.push(ExplainedFill {
            fill: floor.fill_body_at(&fill, row.at, scales),
            evidence: EvidenceBody::of(&fill.evidence, scales),
        });
    }
    let held = floor.sandbox.explain(order.account, order.order_id);
    let explanation = held.unwrap_or_else(|| marketd_domain::sandbox::Explanation {
        order: &order,
        fills: Vec::new(),
        queue: None,
        trigger_price: None,
        waits_for_market: None,
    });
    let mut body = floor.explain_body(&explanation);
    body.fills = explained;
    if floor.sandbox.order(order.order_id).is_none() {
        body.order = floor.order_body_at(&order, row.scales);
    }
    Ok(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn statuses_are_names_or_groups() {
        let count =
            |text: &str| Statuses::parse(text).map(|found| found.0.len()).map_err(|(code, _)| code.code);
        assert_eq!(count("open"), Ok(3));
        assert_eq!(count("closed"), Ok(4));
        assert_eq!(count("filled,cancelled"), Ok(2));
        assert_eq!(count("all"), Ok(7));
        assert_eq!(count("done"), Err("bad_request"));
        assert_eq!(count(""), Err("bad_request"));
        assert!(Statuses::parse("open").is_ok_and(|found| found.are_all_open()));
        assert!(Statuses::parse("open,filled").is_ok_and(|found| !found.are_all_open()));
    }

    #[test]
    fn numbers_of_orders_are_plain() {
        assert_eq!(id_of("17"), Ok(OrderName::Id(17)));
        for path in ["", "-1", "+1", "1x", "99999999999999999999999", "../1"] {
            assert!(id_of(path).is_err_and(|(code, _)| code == ErrorCode::UNKNOWN_ORDER), "{path}");
        }
    }
}
