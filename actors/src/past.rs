//! What the store knows of markets, read before they start, so that they go on where they ended.
//!
//! Bounded in time: a market whose past is not read by the deadline starts without it, as do all while the store is
//! away. It is not put in later: the trades between would be missing in the middle.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::{StreamExt, stream};
use marketd_domain::history::{History, Latest, Past};
use marketd_domain::instrument::{MarketId, Source};
use marketd_domain::market::MarketLimits;
use marketd_domain::{Candle, CandleInterval, Scales, Timestamp, Trade};
use marketd_store::{CandleRow, MarketKey, Store, StoreError, TimeRange, TradeRow};

/// Markets that are read at the same time.
const READERS: usize = 4;
/// Trades are read in pages of so many, and this many at the most: more than any minute has.
const TRADES_PAGE: usize = 10_000;
const TRADES_MAX: usize = 100_000;
/// The minutes of a ticker, and one that has begun.
const CANDLES_MIN: usize = 1_441;

#[derive(Debug, thiserror::Error)]
pub enum PastError {
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error("its numbers do not fit one scale")]
    Scales,
}

/// A market whose past is wanted.
#[derive(Debug, Clone)]
pub struct Wanted {
    pub source: Source,
    pub market: MarketId,
    /// Its feed fetches the trades behind the last stored one.
    pub is_tape_continued: bool,
}

/// What was read: each market's past, and candles that should have been stored.
#[derive(Default)]
pub struct Pasts {
    pub by_market: HashMap<MarketId, Past>,
    pub mended: Vec<CandleRow>,
}

/// Reads the past of all these markets, or of as many as the deadline allows.
pub async fn read_all(
    store: &Arc<dyn Store>,
    wanted: Vec<Wanted>,
    limits: MarketLimits,
    deadline: Duration,
) -> Pasts {
    let deadline = tokio::time::Instant::now() + deadline;
    let mut pasts = Pasts::default();
    let mut left = wanted.len();
    let mut reading = stream::iter(wanted)
        .map(|wanted| async move {
            let read = read(store.as_ref(), &wanted, limits).await;
            (wanted, read)
        })
        .buffer_unordered(READERS);
    loop {
        match tokio::time::timeout_at(deadline, reading.next()).await {
            Ok(None) => break,
            Ok(Some((wanted, Ok(past)))) => {
                left -= 1;
                pasts.add(&wanted, past);
            }
            Ok(Some((wanted, Err(error)))) => {
                left -= 1;
                tracing::warn!(market = %wanted.market, %error, "what was kept of a market cannot be read, it starts empty");
            }
            Err(_) => {
                tracing::warn!(markets = left, "the store takes too long, markets start empty");
                break;
            }
        }
    }
    pasts
}

impl Pasts {
    fn add(&mut self, wanted: &Wanted, past: Past) {
        if past.is_empty() {
            return;
        }
        let key = MarketKey::of(wanted.source, &wanted.market);
        // What cannot be a row was not made of rows: there is no such candle.
        let rows = (past.mended.iter())
            .filter_map(|mended| CandleRow::new(key, mended.interval, past.scales(), &mended.candle).ok());
        self.mended.extend(rows);
        tracing::info!(
            market = %wanted.market,
            trades = past.trades().len(),
            minutes = past.candles(CandleInterval::Minute1).len(),
            "market goes on from what was kept"
        );
        self.by_market.insert(wanted.market.clone(), past);
    }
}

async fn read(store: &dyn Store, wanted: &Wanted, limits: MarketLimits) -> Result<Past, PastError> {
    let key = MarketKey::of(wanted.source, &wanted.market);
    let (trades, are_trades_cut) = read_trades(store, key, limits.trades).await?;
    let mut candles = Vec::with_capacity(CandleInterval::ALL.len());
    for interval in CandleInterval::ALL {
        let limit = limits.candles.max(CANDLES_MIN);
        candles.push(store.candles(key, interval, TimeRange::default(), limit as u32).await?);
    }
    let of_trades = trades.iter().map(TradeRow::scales);
    let of_candles = candles.iter().flatten().map(CandleRow::scales);
    let scales = of_trades.chain(of_candles).reduce(Scales::finer);
    let scales = scales.unwrap_or(Scales::of(0, 0));
    let mut history = History {
        scales,
        trades: Latest {
            items: all(trades.iter().map(|row| trade_at(row, scales)))?,
            is_cut: are_trades_cut,
        },
        candles: Default::default(),
        is_tape_continued: wanted.is_tape_continued,
    };
    for (rows, latest) in candles.iter().zip(&mut history.candles) {
        latest.items = all(rows.iter().map(|row| candle_at(row, scales)))?;
        latest.is_cut = rows.len() >= limits.candles.max(CANDLES_MIN);
    }
    Ok(history.reconcile())
}

/// The latest trades: as many as the market holds, and all of the last two minutes, whose candles may not be stored;
/// and whether there are older ones.
async fn read_trades(
    store: &dyn Store,
    key: MarketKey,
    wanted: usize,
) -> Result<(Vec<TradeRow>, bool), StoreError> {
    let mut pages: Vec<Vec<TradeRow>> = Vec::new();
    let (mut count, mut is_cut) = (0, true);
    while is_cut && count < TRADES_MAX.max(wanted) {
        let before = pages.last().and_then(|page| page.first()).map(TradeRow::cursor);
        let page = store.trades_before(key, before, TRADES_PAGE as u32).await?;
        is_cut = page.len() == TRADES_PAGE;
        count += page.len();
        pages.push(page);
        let time = |row: Option<&TradeRow>| row.map_or(Timestamp::ZERO, |row| row.trade().ts_venue);
        let oldest = time(pages.last().and_then(|page| page.first()));
        let newest = time(pages.first().and_then(|page| page.last()));
        let last_minutes = CandleInterval::Minute1.open_time(newest).plus_millis(-60_000);
        if count >= wanted && oldest < last_minutes {
            break;
        }
    }
    Ok((pages.into_iter().rev().flatten().collect(), is_cut))
}

fn all<T>(items: impl Iterator<Item = Option<T>>) -> Result<Vec<T>, PastError> {
    items.collect::<Option<_>>().ok_or(PastError::Scales)
}

fn trade_at(row: &TradeRow, scales: Scales) -> Option<Trade> {
    let (trade, from) = (row.trade(), row.scales());
    Some(Trade {
        price: trade.price.rescaled(from.price, scales.price)?,
        qty: trade.qty.rescaled(from.qty, scales.qty)?,
        ..*trade
    })
}

fn candle_at(row: &CandleRow, scales: Scales) -> Option<Candle> {
    row.candle().rescaled(row.scales(), scales)
}

/// Stores candles that should have been stored. Who fails only leaves them as they were.
pub async fn mend(store: Arc<dyn Store>, candles: Vec<CandleRow>) {
    if candles.is_empty() {
        return;
    }
    match store.write_candles(&candles).await {
        Ok(written) => {
            tracing::info!(candles = written.stored, "candles that were lost at the last end are stored")
        }
        Err(error) => tracing::warn!(%error, "candles that were lost at the last end stay lost in the store"),
    }
}
