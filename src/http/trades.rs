//! `GET /markets/{market}/trades?limit=&before=&start=&end=&format=`
//!
//! One list, in the order of [`TradeCursor`]: memory has all that lies behind its floor, the store what lies before.

use std::sync::Arc;

use actix_web::{HttpRequest, HttpResponse, web};
use marketd_actors::board::MarketEntry;
use marketd_domain::trades::SequencedTrade;
use marketd_domain::{MarketStatus, Scales, Timestamp, TradeCursor};
use marketd_protocol::code::ErrorCode;
use marketd_protocol::csv;
use marketd_protocol::rest::{ShownTrade, push_items, push_shown_trade, push_trades_head};
use marketd_store::{Extent, Family, MarketKey, Series, Store, TradeRow};

use super::Shared;
use super::format::Format;
use super::large::RowsBody;
use super::past::{self, Settled};
use super::reply::{CallInfo, NextPage, Query, Refusal, etag_of, market_of, negotiated, number};

const LIMIT_DEFAULT: u64 = 100;
const LIMIT_MAX: u64 = 1_000;

pub async fn list_trades(
    call: CallInfo,
    request: HttpRequest,
    shared: web::Data<Shared>,
    market: web::Path<String>,
    query: Query,
) -> HttpResponse {
    call.or_refuse(answer(&call, &request, &shared, &market, &query).await)
}

/// Which trades are asked for: the latest `limit` of those in between.
struct Wanted {
    limit: usize,
    /// Only these, by the number that memory gave them.
    seq_below: Option<u64>,
    before: Option<TradeCursor>,
    from: Option<TradeCursor>,
}

impl Wanted {
    fn of(query: &Query, limit: usize) -> Result<Self, Refusal> {
        let (start, end) = past::range_of(query)?;
        let bad = |text: &str| {
            let what = "neither a next_cursor nor a trade's seq";
            (ErrorCode::BAD_CURSOR, format!("before {text:?} is {what}"))
        };
        let (mut seq_below, mut before) = (None, None);
        if let Some(text) = query.get("before") {
            if text.bytes().all(|byte| byte.is_ascii_digit()) {
                seq_below = Some(text.parse().ok().filter(|seq| *seq > 0).ok_or_else(|| bad(&text))?);
            } else {
                before = Some(text.parse::<TradeCursor>().map_err(|_| bad(&text))?);
            }
        }
        let before = match (before, end.map(TradeCursor::at)) {
            (Some(before), Some(end)) => Some(before.min(end)),
            (before, end) => before.or(end),
        };
        Ok(Self { limit, seq_below, before, from: start.map(TradeCursor::at) })
    }
}

/// What memory has of it.
struct Held {
    head: Vec<u8>,
    etag: Option<web::Bytes>,
    /// Up to one more than wanted; oldest first.
    trades: Vec<SequencedTrade>,
    scales: Scales,
    /// All trades behind this place are among them.
    floor: Option<TradeCursor>,
}

impl Held {
    fn of(entry: &MarketEntry, wanted: &Wanted) -> Result<Self, Refusal> {
        let state = entry.state().read();
        let ring = state.trades();
        if let (Some(seq), Some(first)) = (wanted.seq_below, ring.iter().next())
            && first.seq > 1
            && seq <= first.seq
        {
            let message = format!("trade {seq} is not in memory any more; go on with a next_cursor");
            return Err((ErrorCode::BAD_CURSOR, message));
        }
        let mut trades = ring.last_before(wanted.seq_below, wanted.before, wanted.limit + 1);
        trades.retain(|held| wanted.from.is_none_or(|from| TradeCursor::of(held) >= from));
        let mut head = Vec::with_capacity(256 + trades.len() * 128);
        push_trades_head(&mut head, &entry.head(), &state);
        let is_live = state.shown_status().status == MarketStatus::Live;
        let etag = is_live.then(|| etag_of(entry.epoch(), ring.last_seq()));
        Ok(Self { head, etag, trades, scales: state.scales(), floor: ring.floor() })
    }

    fn is_behind_floor(&self, held: &SequencedTrade) -> bool {
        self.floor.is_none_or(|floor| TradeCursor::of(held) > floor)
    }

    /// Whether nothing that is wanted can be anywhere else.
    fn is_whole(&self, wanted: &Wanted) -> bool {
        let known = self.trades.iter().filter(|held| self.is_behind_floor(held)).count();
        known > wanted.limit || wanted.from.is_some_and(|from| self.floor.is_some_and(|floor| floor < from))
    }

    fn shown(&self, held: &SequencedTrade) -> (TradeCursor, ShownTrade) {
        let shown = ShownTrade { seq: Some(held.seq), trade: held.trade, scales: self.scales };
        (TradeCursor::of(held), shown)
    }
}

/// The rows of a page, oldest first, and where the list goes on.
struct Page {
    trades: Vec<ShownTrade>,
    next_cursor: Option<TradeCursor>,
}

impl Page {
    /// The last of these; there is more when there are more of them.
    fn of(mut found: Vec<(TradeCursor, ShownTrade)>, limit: usize) -> Self {
        let more = found.len().saturating_sub(limit);
        let kept = found.split_off(more);
        let next_cursor = kept.first().map(|(place, _)| *place).filter(|_| more > 0);
        Self { trades: kept.into_iter().map(|(_, shown)| shown).collect(), next_cursor }
    }

    /// Everything behind a place from which on backwards rows may be missing.
    fn up_to_doubt(found: Vec<(TradeCursor, ShownTrade)>) -> Option<Self> {
        let next_cursor = Some(found.first()?.0);
        Some(Self { trades: found.into_iter().map(|(_, shown)| shown).collect(), next_cursor })
    }

    /// All that memory knows for certain, and the store may have more.
    fn of_memory_alone(held: &Held, limit: usize) -> Option<Self> {
        let certain = held.trades.iter().filter(|trade| held.is_behind_floor(trade));
        let mut found: Vec<_> = certain.map(|trade| held.shown(trade)).collect();
        if found.is_empty() {
            // At the floor others of the same place may be missing. What there is, is better than nothing.
            found = held.trades.iter().map(|trade| held.shown(trade)).collect();
        }
        let kept = &found[found.len().saturating_sub(limit)..];
        let next_cursor = Some(kept.first()?.0);
        Some(Self { trades: kept.iter().map(|(_, shown)| *shown).collect(), next_cursor })
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
    let limit =
        number(query, "limit", LIMIT_DEFAULT, 1..=format.rows_max(LIMIT_MAX), ErrorCode::BAD_LIMIT)? as usize;
    let wanted = Wanted::of(query, limit)?;
    let place = shared.large.take(limit, LIMIT_MAX)?;
    let held = Held::of(&entry, &wanted)?;
    let (page, etag) = if held.is_whole(&wanted) {
        let found = held.trades.iter().map(|trade| held.shown(trade)).collect();
        (Page::of(found, limit), held.etag.as_ref())
    } else {
        (with_stored(shared, &entry, &wanted, &held).await?, None)
    };
    let next = page.next_cursor.map(|cursor| NextPage { parameter: "before", cursor: cursor.to_string() });
    Ok(negotiated(match format {
        Format::Json => {
            let mut data = held.head;
            let cursor = next.as_ref().map(|next| next.cursor.as_str());
            push_items(&mut data, page.trades.iter(), push_shown_trade, cursor);
            match etag {
                Some(etag) => call.data_tagged(request, etag, &data),
                None => call.data(&data),
            }
        }
        Format::Csv => {
            let text = format.body(csv::TRADES, &page.trades, csv::push_trade);
            call.rows(request, format, RowsBody::new(text, place), next)
        }
        Format::Ndjson => {
            let text = format.body("", &page.trades, push_shown_trade);
            call.rows(request, format, RowsBody::new(text, place), next)
        }
    }))
}

/// What memory has, and before that what the store has.
async fn with_stored(
    shared: &Shared,
    entry: &MarketEntry,
    wanted: &Wanted,
    held: &Held,
) -> Result<Page, Refusal> {
    let key = MarketKey::of(entry.source, &entry.id);
    // What lies behind the floor memory knows better; with `seq_below`, it knows that this is not wanted.
    let before = match (held.floor.map(TradeCursor::next), wanted.before) {
        (Some(floor), Some(before)) => Some(floor.min(before)),
        (floor, before) => floor.or(before),
    };
    let limit = u32::try_from(wanted.limit + 1).unwrap_or(u32::MAX);
    let time = |place: Option<TradeCursor>| place.map(|place| Timestamp::from_micros(place.ts_us));
    let asked = Extent {
        first: time(wanted.from).unwrap_or(Extent::ALWAYS.first),
        last: before.map_or(Extent::ALWAYS.last, last_before),
    };
    let read = async |store: Arc<dyn Store>| store.trades_before(key, before, limit).await;
    let settled = past::read_settled(shared, Series::of(key, Family::Trades), asked, read).await;
    let Settled { rows, doubt } = match settled {
        Ok(settled) => settled,
        // A page may be shorter than its limit as long as it says that there is more.
        Err(refusal) => return Page::of_memory_alone(held, wanted.limit).ok_or(refusal),
    };
    let numbered = held.trades.iter().map(|trade| held.shown(trade));
    let stored = rows.iter().map(|row| shown_row(row, held.scales));
    let is_wanted = |(place, _): &(TradeCursor, ShownTrade)| wanted.from.is_none_or(|from| *place >= from);
    let mut found: Vec<(TradeCursor, ShownTrade)> = numbered.chain(stored).filter(is_wanted).collect();
    // Stable: of a trade in both, the one in memory comes first and stays, which has its number.
    found.sort_by_key(|(place, _)| *place);
    found.dedup_by_key(|(place, _)| *place);
    if let Some(doubt) = doubt {
        let is_certain = |place: TradeCursor| {
            place.ts_us > doubt.last.micros() || held.floor.is_some_and(|floor| place > floor)
        };
        found.retain(|(place, _)| is_certain(*place));
        if found.len() <= wanted.limit {
            // The list goes on with what is in doubt.
            let page = Page::up_to_doubt(found).or_else(|| Page::of_memory_alone(held, wanted.limit));
            return page.ok_or_else(past::on_its_way);
        }
    }
    Ok(Page::of(found, wanted.limit))
}

/// The last time at which a trade before this place may lie.
fn last_before(place: TradeCursor) -> Timestamp {
    let is_first_of_its_time = place == TradeCursor::at(Timestamp::from_micros(place.ts_us));
    Timestamp::from_micros(if is_first_of_its_time { place.ts_us.saturating_sub(1) } else { place.ts_us })
}

/// At the scales of the market, where that is exact; else at its own.
fn shown_row(row: &TradeRow, scales: Scales) -> (TradeCursor, ShownTrade) {
    let (mut trade, own) = (*row.trade(), row.scales());
    let price = trade.price.rescaled(own.price, scales.price);
    let qty = trade.qty.rescaled(own.qty, scales.qty);
    let scales = match (price, qty) {
        (Some(price), Some(qty)) => {
            (trade.price, trade.qty) = (price, qty);
            scales
        }
        _ => own,
    };
    (row.cursor(), ShownTrade { seq: None, trade, scales })
}
