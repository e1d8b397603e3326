//! `/fills` and `/ledger`: what happened to an account, from the store.

use actix_web::{HttpResponse, web};
use marketd_domain::identity::Scope;
use marketd_domain::journal::{Reader, VERSION};
use marketd_domain::ledger::{AccountNo, MarketNo};
use marketd_domain::sandbox::Fill;
use marketd_protocol::code::ErrorCode;
use marketd_protocol::sandbox::{EntryBody, FillBody};
use marketd_store::sandbox::{EntryRow, FillRow, Page};
use marketd_store::{Store, StoreError, TimeRange};

use super::orders::{known_market, paged};
use super::{account_in, gate, page_of};
use crate::http::Shared;
use crate::http::caller::Caller;
use crate::http::markets::List;
use crate::http::past::{self, range_of};
use crate::http::reply::{CallInfo, Query, Refusal};

/// Fills looked at for one page of a market, at most: of other markets they are passed over.
const PAGES_MAX: usize = 20;

pub async fn list_fills(
    call: CallInfo,
    shared: web::Data<Shared>,
    query: Query,
    caller: Caller,
) -> HttpResponse {
    call.or_refuse(fills(&shared, &query, &caller).await.map(|list| call.json(&list)))
}

async fn fills(shared: &Shared, query: &Query, caller: &Caller) -> Result<List<FillBody>, Refusal> {
    caller.require(Scope::Read)?;
    let (limit, before) = page_of(query)?;
    let (start, end) = range_of(query)?;
    let market = query.get("market").map(std::borrow::Cow::into_owned);
    let order_id = query
        .get("order_id")
        .map(|text| {
            text.parse::<u64>().map_err(|_| (ErrorCode::BAD_REQUEST, "order_id is a number".to_owned()))
        })
        .transpose()?;
    let wanted = FillsWanted { user: caller.user, account: account_in(query, caller)?, market, order_id };
    let page = Page { before, range: TimeRange { start, end }, limit: limit + 1 };
    Ok(paged(found_fills(shared, wanted, page).await?, limit, |fill| fill.fill_id))
}

/// Whose fills, and which.
pub(crate) struct FillsWanted {
    pub user: marketd_domain::ledger::UserNo,
    pub account: Option<String>,
    pub market: Option<String>,
    pub order_id: Option<u64>,
}

/// Up to a page of fills, newest first.
pub(crate) async fn found_fills(
    shared: &Shared,
    wanted: FillsWanted,
    page: Page,
) -> Result<Vec<FillBody>, Refusal> {
    let FillsWanted { user, account, market, order_id } = wanted;
    let is_of_market = market.is_some();
    let (account, number) = gate(shared)?
        .ask(move |floor| {
            let number = match &market {
                Some(market) => known_market(floor, market)?,
                None => None,
            };
            Ok::<(AccountNo, Option<MarketNo>), Refusal>((
                floor.account_of(user, account.as_deref())?,
                number,
            ))
        })
        .await??;
    if is_of_market && number.is_none() {
        return Ok(Vec::new());
    }
    let before = page.before;
    let rows = past::read(shared, async |store| match order_id {
        Some(order_id) => {
            let mut rows = store.fills_of_order(order_id).await?;
            rows.retain(|row| row.account == account && before.is_none_or(|before| row.fill_id < before));
            rows.reverse();
            rows.truncate(page.limit as usize);
            Ok(rows)
        }
        None => of_market(&*store, account, number, page).await,
    })
    .await?
    .unwrap_or_default();
    gate(shared)?
        .ask(move |floor| {
            rows.iter()
                .map(|row| {
                    let fill: Fill = Reader::new(&row.fill, VERSION).whole().map_err(|error| {
                        tracing::error!(fill_id = row.fill_id, %error, "a stored fill cannot be read");
                        (ErrorCode::INTERNAL, "what is stored cannot be read".to_owned())
                    })?;
                    Ok(floor.fill_body_at(&fill, row.at, row.scales))
                })
                .collect::<Result<Vec<FillBody>, Refusal>>()
        })
        .await?
}

/// The fills of one market, or of all; newest first.
async fn of_market(
    store: &dyn Store,
    account: AccountNo,
    market: Option<MarketNo>,
    page: Page,
) -> Result<Vec<FillRow>, StoreError> {
    let Some(market) = market else { return store.fills(account, page).await };
    let mut found: Vec<FillRow> = Vec::new();
    let mut before = page.before;
    for _ in 0..PAGES_MAX {
        let rows = store.fills(account, Page { before, ..page }).await?;
        let is_last = rows.len() < page.limit as usize;
        before = rows.last().map(|row| row.fill_id).or(before);
        found.extend(rows.into_iter().filter(|row| row.market == market));
        if is_last || found.len() >= page.limit as usize {
            break;
        }
    }
    found.truncate(page.limit as usize);
    Ok(found)
}

pub async fn list_entries(
    call: CallInfo,
    shared: web::Data<Shared>,
    query: Query,
    caller: Caller,
) -> HttpResponse {
    call.or_refuse(entries(&shared, &query, &caller).await.map(|list| call.json(&list)))
}

async fn entries(shared: &Shared, query: &Query, caller: &Caller) -> Result<List<EntryBody>, Refusal> {
    caller.require(Scope::Read)?;
    let (limit, before) = page_of(query)?;
    let (start, end) = range_of(query)?;
    let (user, account) = (caller.user, account_in(query, caller)?);
    let account = gate(shared)?.ask(move |floor| floor.account_of(user, account.as_deref())).await??;
    let page = Page { before, range: TimeRange { start, end }, limit };
    let rows = past::read(shared, async |store| store.ledger_entries(account, page).await).await?;
    let rows = rows.unwrap_or_default();
    // All lines of an event are on one page.
    let goes_on = rows.len() >= limit as usize;
    let next_cursor = rows.last().filter(|_| goes_on).map(|row: &EntryRow| row.seq.to_string());
    let items =
        gate(shared)?.ask(move |floor| rows.iter().map(|row| floor.entry_body(row)).collect()).await?;
    Ok(List { items, next_cursor })
}
