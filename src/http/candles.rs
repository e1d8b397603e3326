//! `GET /markets/{market}/candles?interval=&start=&end=&limit=&format=`
//!
//! Memory has the newest candles, the store the older ones. The oldest in memory may be there only in part, so the
//! better one of both is shown.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use marketd_actors::board::MarketEntry;
use marketd_actors::clock;
use marketd_domain::{Candle, CandleInterval, Scales, Timestamp};
use marketd_protocol::code::ErrorCode;
use marketd_protocol::csv;
use marketd_protocol::rest::{ShownCandle, push_candles_head, push_items, push_shown_candle};
use marketd_store::{CandleRow, Extent, MarketKey, Series, Store, TimeRange};

use super::Shared;
use super::format::Format;
use super::large::RowsBody;
use super::past::{self, Settled};
use super::reply::{CallInfo, NextPage, Query, Refusal, market_of, negotiated, number};

const LIMIT_DEFAULT: u64 = 500;
const LIMIT_MAX: u64 = 1_500;

pub async fn list_candles(
    call: CallInfo,
    request: HttpRequest,
    shared: web::Data<Shared>,
    market: web::Path<String>,
    query: Query,
) -> HttpResponse {
    call.or_refuse(answer(&call, &request, &shared, &market, &query).await)
}

/// Up to `limit` candles of the range: from its start on when it has one, else the latest.
struct Wanted {
    interval: CandleInterval,
    range: TimeRange,
    limit: usize,
}

impl Wanted {
    const fn goes_forward(&self) -> bool {
        self.range.start.is_some()
    }
}

/// What memory has of it.
struct Held {
    head: Vec<u8>,
    /// Up to one more than wanted; oldest first.
    candles: Vec<Candle>,
    scales: Scales,
    /// The oldest and the newest that memory has at all.
    oldest: Option<Timestamp>,
    newest: Option<Timestamp>,
}

impl Held {
    fn of(entry: &MarketEntry, wanted: &Wanted) -> Self {
        let state = entry.state().read();
        let series = state.candles(wanted.interval);
        let candles = series.range(wanted.range.start, wanted.range.end, wanted.limit + 1);
        let mut head = Vec::with_capacity(256 + candles.len() * 256);
        push_candles_head(&mut head, &entry.head(), &state, wanted.interval);
        Self {
            head,
            candles: candles.copied().collect(),
            scales: state.scales(),
            oldest: series.iter().next().map(|candle| candle.open_time),
            newest: series.last().map(|candle| candle.open_time),
        }
    }

    fn is_behind_oldest(&self, candle: &Candle) -> bool {
        self.oldest.is_some_and(|oldest| candle.open_time > oldest)
    }

    /// Whether nothing that is wanted can be anywhere else.
    fn is_whole(&self, wanted: &Wanted) -> bool {
        match (wanted.range.start, self.oldest) {
            (_, None) => false,
            (Some(start), Some(oldest)) => start > oldest,
            (None, Some(_)) => {
                self.candles.iter().filter(|candle| self.is_behind_oldest(candle)).count() > wanted.limit
            }
        }
    }

    fn shown(&self, candle: Candle, scales: Scales, interval: CandleInterval) -> ShownCandle {
        let is_closed = match self.newest {
            Some(newest) => candle.open_time < newest,
            // Nothing was traded since the start: the clock tells.
            None => candle.open_time.plus_millis(interval.seconds() * 1_000) <= clock::now(),
        };
        ShownCandle { candle, scales, is_closed }
    }
}

async fn answer(
    call: &CallInfo,
    request: &HttpRequest,
    shared: &Shared,
    market: &str,
    query: &Query,
) -> Result<HttpResponse, Refusal> {
    let entry = market_of(shared, market)?;
    let format = Format::of(request, query)?;
    let text = query.get("interval").unwrap_or("1m".into());
    let interval = CandleInterval::parse(&text)
        .ok_or_else(|| (ErrorCode::BAD_INTERVAL, format!("unknown candle interval {text:?}")))?;
    let (start, end) = past::range_of(query)?;
    let limit =
        number(query, "limit", LIMIT_DEFAULT, 1..=format.rows_max(LIMIT_MAX), ErrorCode::BAD_LIMIT)? as usize;
    let wanted = Wanted { interval, range: TimeRange { start, end }, limit };
    let place = shared.large.take(limit, LIMIT_MAX)?;
    let held = Held::of(&entry, &wanted);
    let (candles, next_cursor) = if held.is_whole(&wanted) {
        let found = held.candles.iter().map(|candle| held.shown(*candle, held.scales, interval)).collect();
        cut(found, &wanted)
    } else {
        with_stored(shared, &entry, &wanted, &held).await?
    };
    // Where there is a start the list goes on forwards, else backwards.
    let parameter = if wanted.goes_forward() { "start" } else { "end" };
    let next = next_cursor.map(|at| NextPage { parameter, cursor: at.micros().to_string() });
    Ok(negotiated(match format {
        Format::Json => {
            let mut data = held.head;
            let cursor = next.as_ref().map(|next| next.cursor.as_str());
            push_items(&mut data, candles.iter(), push_shown_candle, cursor);
            call.data(&data)
        }
        Format::Csv => {
            let text = format.body(csv::CANDLES, &candles, csv::push_candle);
            call.rows(request, format, RowsBody::new(text, place), next)
        }
        Format::Ndjson => {
            let text = format.body("", &candles, push_shown_candle);
            call.rows(request, format, RowsBody::new(text, place), next)
        }
    }))
}

/// A page, and where the list goes on.
type Candles = (Vec<ShownCandle>, Option<Timestamp>);
/// Candles of memory and store for another list: from the start of the range when it has one, else the latest.
pub async fn list(
    shared: &Shared,
    entry: &MarketEntry,
    interval: CandleInterval,
    range: TimeRange,
    limit: usize,
) -> Result<Vec<ShownCandle>, Refusal> {
    let wanted = Wanted { interval, range, limit };
    let held = Held::of(entry, &wanted);
    if !held.is_whole(&wanted) {
        return Ok(with_stored(shared, entry, &wanted, &held).await?.0);
    }
    let found = held.candles.iter().map(|candle| held.shown(*candle, held.scales, interval)).collect();
    Ok(cut(found, &wanted).0)
}

/// As many as are wanted, and where the list goes on if these were not all.
fn cut(mut found: Vec<ShownCandle>, wanted: &Wanted) -> Candles {
    let Some(more) = found.len().checked_sub(wanted.limit).filter(|more| *more > 0) else {
        return (found, None);
    };
    if wanted.goes_forward() {
        let next = found[wanted.limit].candle.open_time;
        found.truncate(wanted.limit);
        (found, Some(next))
    } else {
        let kept = found.split_off(more);
        let next = kept.first().map(|shown| shown.candle.open_time);
        (kept, next)
    }
}

async fn with_stored(
    shared: &Shared,
    entry: &MarketEntry,
    wanted: &Wanted,
    held: &Held,
) -> Result<Candles, Refusal> {
    let key = MarketKey::of(entry.source, &entry.id);
    let through_oldest = held.oldest.map(|oldest| Timestamp::from_micros(oldest.micros() + 1));
    let end = match (wanted.range.end, through_oldest) {
        (Some(end), Some(oldest)) => Some(end.min(oldest)),
        (end, oldest) => end.or(oldest),
    };
    let range = TimeRange { end, ..wanted.range };
    let limit = u32::try_from(wanted.limit + 1).unwrap_or(u32::MAX);
    let interval = wanted.interval;
    let read = async |store: Arc<dyn Store>| store.candles(key, interval, range, limit).await;
    let series = Series::candles(key, interval);
    let Settled { rows, doubt } = match past::read_settled(shared, series, past::extent_of(range), read).await
    {
        Ok(settled) => settled,
        Err(refusal) => return of_memory_alone(wanted, held).ok_or(refusal),
    };
    let mut found: Vec<ShownCandle> =
        held.candles.iter().map(|candle| held.shown(*candle, held.scales, interval)).collect();
    found.extend(rows.iter().map(|row| {
        let (candle, scales) = at_scales(row, held.scales);
        held.shown(candle, scales, interval)
    }));
    // The better one of two comes first and stays.
    let worse = |shown: &ShownCandle| core::cmp::Reverse((shown.candle.revision, shown.candle.trades));
    found.sort_by_key(|shown| (shown.candle.open_time, worse(shown)));
    found.dedup_by_key(|shown| shown.candle.open_time);
    match doubt {
        Some(doubt) => up_to_doubt(found, doubt, wanted, held).ok_or_else(past::on_its_way),
        None => Ok(cut(found, wanted)),
    }
}

/// Backwards, memory has the first of what is wanted; a page may be shorter as long as it says that there is more.
fn of_memory_alone(wanted: &Wanted, held: &Held) -> Option<Candles> {
    let mut certain: Vec<Candle> =
        held.candles.iter().filter(|candle| held.is_behind_oldest(candle)).copied().collect();
    if certain.is_empty() && wanted.range.end.is_none() {
        // The oldest may have begun before memory did. Who asks for the newest is served better with it alone than with
        // nothing.
        certain.clone_from(&held.candles);
    }
    let next = certain.first().map(|candle| candle.open_time);
    if wanted.goes_forward() || next.is_none() {
        return None;
    }
    let shown = certain.into_iter().map(|candle| held.shown(candle, held.scales, wanted.interval)).collect();
    Some((shown, next))
}

/// What lies on this side of the times at which rows may be missing; the list goes on there.
fn up_to_doubt(mut found: Vec<ShownCandle>, doubt: Extent, wanted: &Wanted, held: &Held) -> Option<Candles> {
    if wanted.goes_forward() {
        found.retain(|shown| shown.candle.open_time < doubt.first);
    } else {
        found.retain(|shown| shown.candle.open_time > doubt.last || held.is_behind_oldest(&shown.candle));
    }
    if found.len() > wanted.limit {
        return Some(cut(found, wanted));
    }
    let last = found.first().map(|shown| shown.candle.open_time);
    match (last, wanted.goes_forward()) {
        (Some(_), true) => Some((found, Some(doubt.first))),
        (Some(_), false) => Some((found, last)),
        (None, _) => of_memory_alone(wanted, held),
    }
}

/// At the scales of the market, where that is exact; else at its own.
fn at_scales(row: &CandleRow, scales: Scales) -> (Candle, Scales) {
    match row.candle().rescaled(row.scales(), scales) {
        Some(candle) => (candle, scales),
        None => (*row.candle(), row.scales()),
    }
}
