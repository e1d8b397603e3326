//! `/fills` and `/ledger`: what happened to an account, from the store.

use actix_web::HttpResponse;
use marketd_domain::ledger::{AccountNo, MarketNo};
use marketd_protocol::code::ErrorCode;
use marketd_protocol::sandbox::{EntryBody, FillBody};
use marketd_store::TimeRange;
use marketd_store::sandbox::{EntryRow, FillFilter, Page};

use super::door::{Looking, gate};
use super::orders::{fill_of_row, known_market, paged};
use super::page_of;
use crate::http::Shared;
use crate::http::markets::List;
use crate::http::past::{self, range_of};
use crate::http::reply::Refusal;

pub async fn list_fills(looking: Looking) -> HttpResponse {
    looking.show(fills).await
}

async fn fills(looking: &Looking) -> Result<List<FillBody>, Refusal> {
    let (limit, before) = page_of(&looking.query)?;
    let (start, end) = range_of(&looking.query)?;
    let order_id = looking
        .query
        .get("order_id")
        .map(|text| {
            text.parse::<u64>().map_err(|_| (ErrorCode::BAD_REQUEST, "order_id is a number".to_owned()))
        })
        .transpose()?;
    let (user, account) = (looking.caller.user, looking.account()?);
    let wanted = FillsWanted { user, account, market: looking.text("market"), order_id };
    let page = Page::before(before, TimeRange { start, end }, limit + 1);
    Ok(paged(found_fills(&looking.shared, wanted, page).await?, limit, |fill| fill.fill_id))
}

/// Whose fills, and which.
pub(crate) struct FillsWanted {
    pub user: marketd_domain::ledger::UserNo,
    pub account: Option<String>,
    pub market: Option<String>,
    pub order_id: Option<u64>,
}

/// Up to a page of fills.
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
    let filter = FillFilter { market: number, order_id };
    let rows = past::read(shared, async |store| store.fills(account, filter, page).await).await?;
    let rows = rows.unwrap_or_default();
    gate(shared)?
        .ask(move |floor| {
            rows.iter()
                .map(|row| {
                    let (fill, scales) = fill_of_row(row)?;
                    Ok(floor.fill_body_at(&fill, row.at, scales))
                })
                .collect::<Result<Vec<FillBody>, Refusal>>()
        })
        .await?
}

pub async fn list_entries(looking: Looking) -> HttpResponse {
    looking.show(entries).await
}

async fn entries(looking: &Looking) -> Result<List<EntryBody>, Refusal> {
    let (limit, before) = page_of(&looking.query)?;
    let (start, end) = range_of(&looking.query)?;
    let (user, account) = (looking.caller.user, looking.account()?);
    let account = looking.ask(move |floor| floor.account_of(user, account.as_deref())).await??;
    let page = Page::before(before, TimeRange { start, end }, limit);
    let rows = past::read(&looking.shared, async |store| store.ledger_entries(account, page).await).await?;
    let rows = rows.unwrap_or_default();
    // All lines of an event are on one page.
    let goes_on = rows.len() >= limit as usize;
    let next_cursor = rows.last().filter(|_| goes_on).map(|row: &EntryRow| row.seq.to_string());
    let items = looking.ask(move |floor| rows.iter().map(|row| floor.entry_body(row)).collect()).await?;
    Ok(List { items, next_cursor })
}
