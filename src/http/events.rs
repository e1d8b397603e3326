//! `GET /markets/{market}/statuses` and `/gaps`: what was stored of them, oldest first.

use std::sync::Arc;

use actix_web::{HttpResponse, web};
use marketd_domain::Timestamp;
use marketd_protocol::code::ErrorCode;
use marketd_protocol::rest::{StoredGap, StoredStatus};
use marketd_store::{Family, GapKind, GapRow, MarketKey, Series, StatusRow, Store, TimeRange};
use serde::Serialize;

use super::Shared;
use super::markets::List;
use super::past::{self, Settled};
use super::reply::{CallInfo, Query, Refusal, market_of, number};

const LIMIT_DEFAULT: u64 = 100;
const LIMIT_MAX: u64 = 1_000;

pub async fn list_statuses(
    call: CallInfo,
    shared: web::Data<Shared>,
    market: web::Path<String>,
    query: Query,
) -> HttpResponse {
    let read = async || -> Result<HttpResponse, Refusal> {
        let key = key_of(&shared, &market)?;
        let page = Page::of(&query)?;
        let read = async |store: Arc<dyn Store>| store.statuses(key, page.range(), page.rows()).await;
        let series = Series::of(key, Family::Statuses);
        let settled = past::read_settled(&shared, series, past::extent_of(page.range()), read).await?;
        Ok(call.json(&page.list(settled, |row| row.report().since, status)?))
    };
    call.or_refuse(read().await)
}

pub async fn list_gaps(
    call: CallInfo,
    shared: web::Data<Shared>,
    market: web::Path<String>,
    query: Query,
) -> HttpResponse {
    let read = async || -> Result<HttpResponse, Refusal> {
        let key = key_of(&shared, &market)?;
        let page = Page::of(&query)?;
        let read = async |store: Arc<dyn Store>| store.gaps(key, page.range(), page.rows()).await;
        let settled =
            past::read_settled(&shared, Series::of(key, Family::Gaps), past::extent_of(page.range()), read)
                .await?;
        Ok(call.json(&page.list(settled, GapRow::since, gap)?))
    };
    call.or_refuse(read().await)
}

fn key_of(shared: &Shared, market: &str) -> Result<MarketKey, Refusal> {
    let entry = market_of(shared, market)?;
    Ok(MarketKey::of(entry.source, &entry.id))
}

fn status(row: &StatusRow) -> StoredStatus {
    let report = row.report();
    StoredStatus {
        status: report.status.as_str(),
        reason: report.reason.map(|reason| reason.as_str()),
        since: report.since.micros(),
    }
}

fn gap(row: &GapRow) -> StoredGap {
    let sequences = match row.kind() {
        GapKind::Venue { expected, found } => Some((expected, found)),
        GapKind::Offline | GapKind::Unstored(_) => None,
    };
    StoredGap {
        kind: row.kind().as_str(),
        since: row.since().micros(),
        until: row.until().map(Timestamp::micros),
        expected: sequences.map(|(expected, _)| expected),
        found: sequences.map(|(_, found)| found),
        rows_lost: row.rows_lost(),
    }
}

/// What part of a list is asked for. The cursor is `<microseconds>-<rows>`: from this time on, without so many of the
/// first, which were given already.
struct Page {
    start: Option<Timestamp>,
    end: Option<Timestamp>,
    skip: usize,
    limit: usize,
}

impl Page {
    fn of(query: &Query) -> Result<Self, Refusal> {
        let (start, end) = past::range_of(query)?;
        let limit = number(query, "limit", LIMIT_DEFAULT, 1..=LIMIT_MAX, ErrorCode::BAD_LIMIT)? as usize;
        let Some(text) = query.get("cursor") else { return Ok(Self { start, end, skip: 0, limit }) };
        let parts = text.rsplit_once('-').and_then(|(us, skip)| Some((us.parse().ok()?, skip.parse().ok()?)));
        // Of one microsecond there are a few rows at most.
        let Some((us, skip)) = parts.filter(|(_, skip)| *skip <= LIMIT_MAX as usize) else {
            return Err((ErrorCode::BAD_CURSOR, format!("{text:?} is not a next_cursor")));
        };
        Ok(Self { start: Some(Timestamp::from_micros(us)), end, skip, limit })
    }

    const fn range(&self) -> TimeRange {
        TimeRange { start: self.start, end: self.end }
    }

    /// How many rows to read: one more tells whether there is more.
    fn rows(&self) -> u32 {
        u32::try_from(self.skip + self.limit + 1).unwrap_or(u32::MAX)
    }

    fn list<R, T: Serialize>(
        &self,
        Settled { mut rows, doubt }: Settled<R>,
        time: impl Fn(&R) -> Timestamp,
        shown: impl Fn(&R) -> T,
    ) -> Result<List<T>, Refusal> {
        let end = self.skip + self.limit;
        // Up to the first that may be missing; from there the list goes on.
        let doubt_us = doubt.map(|doubt| doubt.first.micros());
        rows.retain(|row| doubt_us.is_none_or(|doubt_us| time(row).micros() < doubt_us));
        if doubt.is_some() && rows.len() <= self.skip {
            return Err(past::on_its_way());
        }
        let given = &rows[..rows.len().min(end)];
        let next_cursor = given.last().filter(|_| rows.len() > end).map(|last| {
            let last_us = time(last).micros();
            let same = given.iter().rev().take_while(|row| time(row).micros() == last_us).count();
            format!("{last_us}-{same}")
        });
        let next_cursor = next_cursor.or_else(|| doubt_us.map(|doubt_us| format!("{doubt_us}-0")));
        Ok(List { items: given.iter().skip(self.skip).map(shown).collect(), next_cursor })
    }
}
