//! `trades`, `historicalTrades` and `aggTrades`.
//!
//! Lists go forwards from an id or a time, or are the latest. Memory has the newest trades, the store those before.

use std::sync::Arc;

use marketd_actors::board::MarketEntry;
use marketd_domain::trades::SequencedTrade;
use marketd_domain::{AggressorSide, Scales, Timestamp, TradeCursor};
use marketd_protocol::binance::decimal::{push_notional, push_price, push_qty};
use marketd_protocol::binance::message::push_agg_row;
use marketd_protocol::binance::{Aggregate, aggregate, time_of, trade_number};
use marketd_protocol::json::{push_i64, push_list, push_u64};
use marketd_store::{Extent, Family, MarketKey, Series, Store, StoreError, TimeRange, TradeRow};

use super::Call;
use super::error::FaceError;
use crate::http::past;

const LIMIT_DEFAULT: usize = 500;
const LIMIT_MAX: usize = 1_000;
/// Pages of the store that are looked through for an id, newest first.
const PAGES_MAX: usize = 20;
const PAGE: u32 = 1_000;
/// Trades that are looked through for a page of aggregates.
const TRADES_MAX: usize = 50_000;
/// Numbers before an aggregate's own that are looked at for its first trade.
const BEFORE_ID: usize = 200;

/// Trades at the scales of their market; oldest first.
struct Found {
    trades: Vec<SequencedTrade>,
    scales: Scales,
}

/// What memory has, in order, and from which place on that is everything.
fn held(entry: &MarketEntry, end: Option<TradeCursor>, limit: usize) -> (Found, Option<TradeCursor>) {
    let state = entry.state().read();
    let trades = state.trades().last_before(None, end, limit);
    (Found { trades, scales: state.scales() }, state.trades().floor())
}

fn latest(entry: &MarketEntry, limit: usize) -> Found {
    held(entry, None, limit).0
}

/// A row at the scales of the market; those that cannot be said in them are left out.
fn sequenced(row: &TradeRow, scales: Scales) -> Option<SequencedTrade> {
    let (mut trade, own) = (*row.trade(), row.scales());
    trade.price = trade.price.rescaled(own.price, scales.price)?;
    trade.qty = trade.qty.rescaled(own.qty, scales.qty)?;
    Some(SequencedTrade { seq: 0, trade })
}

/// The first `limit` trades from `start` on and before `end`.
async fn from_time(
    call: &Call<'_>,
    entry: &MarketEntry,
    start: Timestamp,
    end: Option<Timestamp>,
    limit: usize,
) -> Result<Found, FaceError> {
    let place = TradeCursor::at(start);
    let (mut found, floor) = held(entry, end.map(TradeCursor::at), usize::MAX);
    found.trades.retain(|trade| TradeCursor::of(trade) >= place);
    if floor.is_some_and(|floor| floor >= place) {
        let key = MarketKey::of(entry.source, &entry.id);
        let through = floor.map_or(start, |floor| Timestamp::from_micros(floor.ts_us.saturating_add(1)));
        let until = end.map_or(through, |end| end.min(through));
        let read = async |store: Arc<dyn Store>| {
            store.trades_after(key, Some(place), Some(until), u32::try_from(limit).unwrap_or(PAGE)).await
        };
        let wanted = past::extent_of(TimeRange { start: Some(start), end: Some(until) });
        merge(&mut found, &stored(call, key, wanted, read).await?);
    }
    found.trades.truncate(limit);
    Ok(found)
}

/// Rows of the store, unless some of these times are still on their way there: a list must not have a hole.
async fn stored(
    call: &Call<'_>,
    key: MarketKey,
    wanted: Extent,
    read: impl AsyncFnOnce(Arc<dyn Store>) -> Result<Vec<TradeRow>, StoreError>,
) -> Result<Vec<TradeRow>, FaceError> {
    let settled = past::read_settled(call.shared, Series::of(key, Family::Trades), wanted, read).await;
    let settled = settled.map_err(FaceError::of_refusal)?;
    if settled.doubt.is_some() { Err(FaceError::overloaded()) } else { Ok(settled.rows) }
}

fn merge(found: &mut Found, stored: &[TradeRow]) {
    let scales = found.scales;
    found.trades.extend(stored.iter().filter_map(|row| sequenced(row, scales)));
    found.trades.sort_by_key(TradeCursor::of);
    found.trades.dedup_by_key(|trade| (trade.trade.ts_venue, trade.trade.id));
}

/// The first `limit` trades whose number is `id` or more. Memory is asked, then the store page by page.
async fn from_id(call: &Call<'_>, entry: &MarketEntry, id: u64, limit: usize) -> Result<Found, FaceError> {
    let (mut found, mut floor) = held(entry, None, usize::MAX);
    let reaches = |trades: &[SequencedTrade]| trades.iter().any(|held| trade_number(&held.trade) <= id);
    let key = MarketKey::of(entry.source, &entry.id);
    for _ in 0..PAGES_MAX {
        let Some(before) = floor.filter(|_| !reaches(&found.trades)) else { break };
        let read = async |store: Arc<dyn Store>| store.trades_before(key, Some(before.next()), PAGE).await;
        let end = Timestamp::from_micros(before.ts_us.saturating_add(1));
        let wanted = past::extent_of(TimeRange { start: None, end: Some(end) });
        let stored = stored(call, key, wanted, read).await?;
        let known = found.trades.len();
        merge(&mut found, &stored);
        // The same rows again: there are none before.
        floor = stored.first().map(TradeRow::cursor).filter(|_| found.trades.len() > known);
    }
    found.trades.retain(|held| trade_number(&held.trade) >= id);
    found.trades.sort_by_key(|held| trade_number(&held.trade));
    found.trades.truncate(limit);
    Ok(found)
}

fn encode(found: &Found, push: impl Fn(&mut Vec<u8>, &SequencedTrade)) -> Vec<u8> {
    let mut body = Vec::with_capacity(16 + found.trades.len() * 160);
    push_list(&mut body, found.trades.iter(), |out, held| push(out, held));
    body
}

fn push_trade(out: &mut Vec<u8>, scales: Scales, held: &SequencedTrade, in_micros: bool) {
    let trade = &held.trade;
    out.extend_from_slice(b"{\"id\":");
    push_u64(out, trade_number(trade));
    out.extend_from_slice(b",\"price\":");
    push_price(out, trade.price, scales);
    out.extend_from_slice(b",\"qty\":");
    push_qty(out, trade.qty, scales);
    out.extend_from_slice(b",\"quoteQty\":");
    push_notional(out, trade.price.notional(trade.qty), scales);
    out.extend_from_slice(b",\"time\":");
    push_i64(out, time_of(trade.ts_venue, in_micros));
    out.extend_from_slice(if trade.aggressor == AggressorSide::Sell {
        b",\"isBuyerMaker\":true,\"isBestMatch\":true}"
    } else {
        b",\"isBuyerMaker\":false,\"isBestMatch\":true}"
    });
}

pub fn recent(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(25)?;
    let entry = call.market()?;
    let found = latest(&entry, call.params.limit(LIMIT_DEFAULT, LIMIT_MAX)?);
    Ok(encode(&found, |out, held| push_trade(out, found.scales, held, call.in_micros)))
}

pub async fn historical(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(25)?;
    let entry = call.market()?;
    let limit = call.params.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    let found = match call.params.integer("fromId")? {
        Some(id) => from_id(call, &entry, id.unsigned_abs(), limit).await?,
        None => latest(&entry, limit),
    };
    Ok(encode(&found, |out, held| push_trade(out, found.scales, held, call.in_micros)))
}

/// Which trades aggregates are made of.
#[derive(Debug, Clone, Copy)]
enum Asked {
    Latest { end: Option<TradeCursor> },
    FromTime { start: Timestamp, end: Option<Timestamp> },
    FromId(u64),
}

impl Asked {
    fn of(call: &Call<'_>) -> Result<Self, FaceError> {
        let start = call.params.time("startTime")?;
        // Both ends are included there.
        let end = call.params.time("endTime")?.map(|end| end.plus_millis(1));
        match (call.params.integer("fromId")?, start, end) {
            (Some(_), Some(_), _) | (Some(_), _, Some(_)) => {
                Err(FaceError::bad(-1128, super::info::COMBINATION))
            }
            (Some(id), None, None) => Ok(Self::FromId(id.unsigned_abs())),
            (None, Some(start), end) => Ok(Self::FromTime { start, end }),
            (None, None, end) => Ok(Self::Latest { end: end.map(TradeCursor::at) }),
        }
    }

    /// Some trades to make aggregates of, and whether there are more.
    async fn trades(
        self,
        call: &Call<'_>,
        entry: &MarketEntry,
        wanted: usize,
    ) -> Result<(Found, bool), FaceError> {
        let (found, wanted) = match self {
            Self::Latest { end } => (held(entry, end, wanted).0, wanted),
            Self::FromTime { start, end } => (from_time(call, entry, start, end, wanted).await?, wanted),
            Self::FromId(id) => {
                // An aggregate has the number of its last trade, so it begins before that.
                let wanted = wanted.saturating_add(BEFORE_ID);
                let first = id.saturating_sub(u64::try_from(BEFORE_ID).unwrap_or(0));
                (from_id(call, entry, first, wanted).await?, wanted)
            }
        };
        let is_cut = found.trades.len() >= wanted;
        Ok((found, is_cut))
    }

    /// Aggregates of trades; where the trades were cut, the one at the cut may not be whole, and is left out.
    fn aggregates(self, found: &Found, is_cut: bool, limit: usize) -> Vec<Aggregate> {
        let mut made = Vec::new();
        aggregate::for_each(&found.trades, |one| made.push(*one));
        if let Self::Latest { .. } = self {
            if is_cut && made.len() > 1 {
                made.remove(0);
            }
            made.drain(..made.len().saturating_sub(limit));
            return made;
        }
        if is_cut && made.len() > 1 {
            made.pop();
        }
        if let Self::FromId(id) = self {
            made.retain(|one| one.last >= id);
            // Whoever names a trade within one has been told what was before.
            if made.first().is_some_and(|one| one.first < id && id < one.last) {
                let rest = found.trades.iter().filter(|held| trade_number(&held.trade) >= id);
                made.remove(0);
                let mut is_first = true;
                aggregate::for_each(rest, |one| {
                    if std::mem::take(&mut is_first) {
                        made.insert(0, *one);
                    }
                });
            }
        }
        made.truncate(limit);
        made
    }
}

pub async fn aggregates(call: &Call<'_>) -> Result<Vec<u8>, FaceError> {
    call.charge(4)?;
    let entry = call.market()?;
    let limit = call.params.limit(LIMIT_DEFAULT, LIMIT_MAX)?;
    let asked = Asked::of(call)?;
    // Mostly an aggregate has one trade or two: more are looked for only when these do not do.
    let mut wanted = limit * 2;
    loop {
        let (found, is_cut) = asked.trades(call, &entry, wanted).await?;
        let made = asked.aggregates(&found, is_cut, limit);
        if made.len() < limit && is_cut && wanted < TRADES_MAX {
            wanted *= 4;
            continue;
        }
        let mut body = Vec::with_capacity(16 + made.len() * 130);
        push_list(&mut body, made.iter(), |out, one| push_agg_row(out, found.scales, one, call.in_micros));
        return Ok(body);
    }
}
