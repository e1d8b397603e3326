//! Recordings: the trades in them, by the codecs that live feeds use, and the candles of those.

use std::path::Path;

use marketd_domain::instrument::MarketId;
use marketd_domain::{
    AggressorSide, CandleInterval, CandleSeries, DepthUpdate, GapFound, Instrument, Level, MarketIndex,
    Price, Qty, Scales, StaleReason, Timestamp, Trade, TradeId, UpdateSink,
};
use marketd_store::{MarketKey, Store, TradeCursor, TradeRow, Written};
use marketd_venues::container::{ContainerError, Reader};
use marketd_venues::replay::{Driver, LineOutcome};
use marketd_venues::{SessionConfig, Venue};

use super::progress::Progress;
use super::rollup::{self, AtScales, no_common_scale};
use super::{BATCH, Faults, SeedError, Seeded, Seeder, add};

/// Trades read back at a time.
const PAGE: usize = 10_000;

/// Whether it can be opened and begins like a recording.
pub fn check(file: &Path) -> Result<(), SeedError> {
    let mut reader = open(file)?;
    reader.next().map(|_| ()).map_err(|error| unreadable(file, error))
}

fn open(file: &Path) -> Result<Reader, SeedError> {
    Reader::open(file).map_err(|error| unreadable(file, error))
}

fn unreadable(file: &Path, error: ContainerError) -> SeedError {
    let file = file.to_owned();
    match error {
        ContainerError::Io(error) => SeedError::File { file, error },
        ContainerError::Layout { .. } => SeedError::Layout { file, reason: error.to_string() },
    }
}

/// Gathers rows of trades.
struct Collector<'a> {
    seeder: &'a Seeder,
    venue: &'static dyn Venue,
    markets: Vec<Market>,
    rows: Vec<TradeRow>,
    /// Trades that cannot be rows.
    refused: Vec<String>,
}

struct Market {
    instrument: Instrument,
    key: MarketKey,
    is_wanted: bool,
    /// When the first and the last of its trades in this file happened.
    span: Option<(Timestamp, Timestamp)>,
}

impl UpdateSink for Collector<'_> {
    fn listed(&mut self, _: MarketIndex, instrument: &Instrument) {
        let id: MarketId = instrument.market_id(self.venue.name());
        self.markets.push(Market {
            instrument: instrument.clone(),
            key: MarketKey::of(self.seeder.source, &id),
            is_wanted: self.seeder.only.as_ref().is_none_or(|only| *only == id),
            span: None,
        });
    }

    fn described(&mut self, market: MarketIndex, instrument: &Instrument) {
        let market = &mut self.markets[market.usize()];
        let scales = market.instrument.scales;
        market.instrument = Instrument { scales, ..instrument.clone() };
    }

    fn rescaled(&mut self, market: MarketIndex, scales: Scales) {
        self.markets[market.usize()].instrument.scales = scales;
    }

    fn trade(&mut self, market: MarketIndex, trade: &Trade) {
        let market = &mut self.markets[market.usize()];
        if !market.is_wanted {
            return;
        }
        match TradeRow::new(market.key, market.instrument.scales, trade) {
            Err(error) => self.refused.push(format!("trade {}: {error}", trade.id)),
            Ok(row) => {
                let at = trade.ts_venue;
                let (first, last) = market.span.unwrap_or((at, at));
                market.span = Some((first.min(at), last.max(at)));
                self.rows.push(row);
            }
        }
    }

    fn snapshot(&mut self, _: MarketIndex, _: &DepthUpdate) {}
    fn depth(&mut self, _: MarketIndex, _: &DepthUpdate) {}
    fn gap(&mut self, _: MarketIndex, _: GapFound) {}
    fn stale(&mut self, _: MarketIndex, _: StaleReason, _: Timestamp) {}
    fn halted(&mut self, _: MarketIndex, _: StaleReason, _: Timestamp) {}
    fn duplicate(&mut self, _: MarketIndex) {}
    fn venue_bbo(&mut self, _: MarketIndex, _: Level, _: Level, _: u64) {}
}

impl Seeder {
    /// Writes the trades of a recording, and the candles of all intervals. Messages that cannot be read are left out, as
    /// a live feed would.
    pub(super) async fn recording(
        &self,
        file: &Path,
        venue: &'static dyn Venue,
        progress: &Progress,
    ) -> Result<(Seeded, Faults), SeedError> {
        let mut reader = open(file)?;
        let mut driver = Driver::new(venue, SessionConfig { discover: true, ..SessionConfig::default() });
        let mut collector = Collector {
            seeder: self,
            venue,
            markets: Vec::new(),
            rows: Vec::with_capacity(BATCH),
            refused: Vec::new(),
        };
        let (mut seeded, mut faults, mut written) = (Seeded::default(), Faults::default(), 0);
        let mut number = 0;
        loop {
            let line = reader.next().map_err(|error| unreadable(file, error))?;
            let is_end = line.is_none();
            match line {
                None => driver.finish(&mut collector),
                Some(line) => {
                    number += 1;
                    if let LineOutcome::Refused(error) = driver.line(&line, &mut collector) {
                        faults.add(number, error.to_string());
                    }
                }
            }
            for reason in collector.refused.drain(..) {
                faults.add(number, reason);
            }
            if collector.rows.len() >= BATCH || is_end {
                let done = self.store.write_trades(&collector.rows).await;
                add(&mut seeded.trades, done.map_err(|error| SeedError::from(error).at(file, written))?);
                written += collector.rows.len() as u64;
                collector.rows.clear();
                progress.tick();
            }
            if is_end {
                break;
            }
        }
        for market in collector.markets {
            let Some(span) = market.span else { continue };
            self.register(venue.name(), market.instrument)
                .await
                .map_err(|error| SeedError::from(error).at(file, written))?;
            let candles = candles_of_trades(self.store.as_ref(), market.key, span).await;
            add(&mut seeded.candles, candles.map_err(|error| error.at(file, written))?);
        }
        seeded.bad = faults.count;
        Ok((seeded, faults))
    }
}

/// Candles of all intervals, from the trades that the store holds of these seconds and of those between them: files may
/// share a second.
async fn candles_of_trades(
    store: &dyn Store,
    market: MarketKey,
    (first, last): (Timestamp, Timestamp),
) -> Result<Written, SeedError> {
    const SECOND: CandleInterval = CandleInterval::Second1;
    let second = |row: &TradeRow| SECOND.open_time(row.trade().ts_venue);
    let (begin, end) = (SECOND.open_time(first), SECOND.open_time(last).plus_millis(1_000));
    let mut written = Written::default();
    // Read backwards: the oldest second of a page goes on in the page before it.
    let mut held = Vec::new();
    let mut before = place(market, end)?;
    loop {
        let mut page = store.trades_before(market, Some(before), PAGE as u32).await?;
        let is_end = page.len() < PAGE || page.first().is_none_or(|oldest| second(oldest) < begin);
        if let Some(oldest) = page.first() {
            before = oldest.cursor();
        }
        page.append(&mut held);
        let oldest = page.first().map_or(begin, second);
        let whole_from = if is_end {
            page.partition_point(|row| second(row) < begin)
        } else {
            page.partition_point(|row| second(row) <= oldest)
        };
        let whole = page.split_off(whole_from);
        add(&mut written, rollup::put(store, market, SECOND, seconds_of(&whole)?).await?);
        if is_end {
            break;
        }
        held = page;
    }
    add(&mut written, rollup::upwards(store, market, SECOND, (begin, SECOND.open_time(last))).await?);
    Ok(written)
}

/// The place before all trades of a moment; none has to be there.
fn place(market: MarketKey, at: Timestamp) -> Result<TradeCursor, SeedError> {
    let trade = Trade {
        id: TradeId::Number(0),
        price: Price::ZERO,
        qty: Qty::ZERO,
        aggressor: AggressorSide::Buy,
        ts_venue: at,
        ts_recv: at,
        backfilled: false,
    };
    let row = TradeRow::new(market, Scales::of(0, 0), &trade);
    Ok(row.map_err(|error| SeedError::Plan(error.to_string()))?.cursor())
}

fn seconds_of(rows: &[TradeRow]) -> Result<AtScales, SeedError> {
    let scales = rows.iter().map(TradeRow::scales).reduce(Scales::finer).unwrap_or(Scales::of(0, 0));
    let mut series = CandleSeries::new(CandleInterval::Second1, usize::MAX);
    for row in rows {
        let (trade, from) = (row.trade(), row.scales());
        let price = trade.price.rescaled(from.price, scales.price);
        let qty = trade.qty.rescaled(from.qty, scales.qty);
        let (price, qty) = price.zip(qty).ok_or_else(no_common_scale)?;
        series.apply(&Trade { price, qty, ..*trade });
    }
    Ok(AtScales { scales, candles: series.iter().copied().collect() })
}
