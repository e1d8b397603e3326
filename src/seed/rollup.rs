//! Candles of longer intervals from those of shorter ones, as the store holds them.

use marketd_domain::history::fold;
use marketd_domain::{Candle, CandleInterval, Scales, Timestamp};
use marketd_store::{CandleRow, MarketKey, Store, TimeRange, Written};

use super::{BATCH, SeedError, add, write_candles};

/// Candles at the same scales.
pub struct AtScales {
    pub scales: Scales,
    pub candles: Vec<Candle>,
}

impl AtScales {
    pub fn of(rows: &[CandleRow]) -> Result<Self, SeedError> {
        let scales = rows.iter().map(CandleRow::scales).reduce(Scales::finer).unwrap_or(Scales::of(0, 0));
        let candles =
            rows.iter().map(|row| row.candle().rescaled(row.scales(), scales)).collect::<Option<_>>();
        let candles = candles.ok_or_else(no_common_scale)?;
        Ok(Self { scales, candles })
    }

    fn moved(self, to: Scales) -> Result<Self, SeedError> {
        let candles =
            self.candles.iter().map(|candle| candle.rescaled(self.scales, to)).collect::<Option<_>>();
        Ok(Self { scales: to, candles: candles.ok_or_else(no_common_scale)? })
    }
}

pub fn no_common_scale() -> SeedError {
    SeedError::Plan("what is stored of the market and what comes do not fit one scale".to_owned())
}

/// Builds all intervals above `base` between two open times, each from the one below it.
pub async fn upwards(
    store: &dyn Store,
    market: MarketKey,
    base: CandleInterval,
    (first, last): (Timestamp, Timestamp),
) -> Result<Written, SeedError> {
    let mut written = Written::default();
    let intervals = &CandleInterval::ALL[base.index()..];
    for (below, interval) in intervals.iter().zip(intervals.iter().skip(1)) {
        let ratio = interval.seconds() / below.seconds();
        let candles_at_once = (BATCH as i64 / ratio).max(1);
        let length_ms = interval.seconds() * 1_000;
        let last_end = interval.open_time(last).plus_millis(length_ms);
        let mut start = interval.open_time(first);
        while start <= last {
            let end = start.plus_millis(length_ms * candles_at_once).min(last_end);
            let range = TimeRange { start: Some(start), end: Some(end) };
            let rows = store.candles(market, *below, range, (candles_at_once * ratio) as u32).await?;
            if !rows.is_empty() {
                let below = AtScales::of(&rows)?;
                let built = AtScales { scales: below.scales, candles: fold(&below.candles, *interval) };
                add(&mut written, put(store, market, *interval, built).await?);
            }
            start = end;
        }
    }
    Ok(written)
}

/// Stores candles, oldest first, that are fuller than what is stored. The others are known.
pub async fn put(
    store: &dyn Store,
    market: MarketKey,
    interval: CandleInterval,
    built: AtScales,
) -> Result<Written, SeedError> {
    let (Some(first), Some(last)) = (built.candles.first(), built.candles.last()) else {
        return Ok(Written::default());
    };
    let end = last.open_time.plus_millis(interval.seconds() * 1_000);
    let range = TimeRange { start: Some(first.open_time), end: Some(end) };
    let most = u32::try_from(range_len(first.open_time, end, interval)).unwrap_or(u32::MAX);
    let stored = AtScales::of(&store.candles(market, interval, range, most).await?)?;
    let scales = built.scales.finer(stored.scales);
    let (built, stored) = (built.moved(scales)?, stored.moved(scales)?);
    let mut rows = Vec::new();
    for candle in &built.candles {
        let known = stored.candles.binary_search_by_key(&candle.open_time, |known| known.open_time);
        let known = known.ok().and_then(|at| stored.candles.get(at));
        if known.is_some_and(|known| !candle.is_fuller_than(known)) {
            continue;
        }
        let revision = known.map_or(candle.revision, |known| known.revision.saturating_add(1));
        let candle = Candle { revision, ..*candle };
        let row = CandleRow::new(market, interval, scales, &candle);
        rows.push(row.map_err(|error| SeedError::Plan(error.to_string()))?);
    }
    let mut written = Written { stored: 0, known: (built.candles.len() - rows.len()) as u64 };
    add(&mut written, write_candles(store, &rows).await?);
    Ok(written)
}

const fn range_len(start: Timestamp, end: Timestamp, interval: CandleInterval) -> i64 {
    (end.millis() - start.millis()) / (interval.seconds() * 1_000)
}
