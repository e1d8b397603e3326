//! `replay --summary`: the end state of a session of recordings, in one JSON object.
//!
//! The layout is that of the `expected.json` files beside the recordings, so that the two can be
//! compared key by key. Levels are printed without trailing zeros.

use std::collections::BTreeMap;
use std::path::PathBuf;

use marketd_domain::book::{Book, Ladder, Level};
use marketd_domain::market::{BookOutcome, MarketLimits, MarketState};
use marketd_domain::numbers::{Notional, Volume, pow10_i128, write_trimmed, write_trimmed_i128};
use marketd_domain::{
    AggressorSide, CandleInterval, DepthUpdate, GapFound, Instrument, MarketIndex, Scales, StaleReason,
    Timestamp, Trade, UpdateSink,
};
use serde::Serialize;
use sha2::{Digest, Sha256};

use super::{Driver, LineOutcome, ReplayError, open};
use crate::catalog::Venue;
use crate::session::SessionConfig;

#[derive(Debug, Serialize)]
pub struct Summary {
    pub sessions: Vec<SessionSummary>,
}

#[derive(Debug, Serialize)]
pub struct SessionSummary {
    pub venue: &'static str,
    pub files: Vec<String>,
    pub lines: u64,
    /// Messages that could not be read; nothing of them was applied.
    pub malformed: u64,
    pub symbols: BTreeMap<String, SymbolSummary>,
}

#[derive(Debug, Serialize)]
pub struct SymbolSummary {
    pub counters: Counters,
    pub status: &'static str,
    pub status_reason: Option<&'static str>,
    #[serde(rename = "final")]
    pub last: BookSummary,
    pub trades: TradesSummary,
    /// SHA-256 of everything above as printed: equal input, equal hash.
    pub state_sha256: String,
}

#[derive(Debug, Serialize)]
pub struct Counters {
    pub snapshots: u64,
    pub book_msgs_applied: u64,
    pub gaps: u64,
    pub resyncs: u64,
    pub checksums_ok: u64,
    pub checksums_bad: u64,
    /// `<file index>:<line>` of the first checksum that did not hold.
    pub first_checksum_mismatch_at: Option<String>,
    /// The same for the first gap in the venue's sequence.
    pub first_gap_at: Option<String>,
    pub duplicates: u64,
    pub crossed: u64,
    pub bookticker_same_id_match: u64,
    pub bookticker_same_id_mismatch: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BookSummary {
    pub bid_levels: usize,
    pub ask_levels: usize,
    pub best_bid: Option<[String; 2]>,
    pub best_ask: Option<[String; 2]>,
    pub top10_crc32: u32,
    pub book_sha256: String,
    pub bids: Vec<[String; 2]>,
    pub asks: Vec<[String; 2]>,
}

#[derive(Debug, Serialize)]
pub struct TradesSummary {
    pub count: u64,
    pub volume: String,
    pub quote_volume: String,
    pub vwap: Option<String>,
    pub first_id: Option<String>,
    pub last_id: Option<String>,
    pub buy_taker: u64,
    pub sell_taker: u64,
    pub candles_1m: Vec<CandleRow>,
}

/// `[open_time_ms, open, high, low, close, volume, quote_volume, trades]`
#[derive(Debug, Serialize)]
pub struct CandleRow(i64, String, String, String, String, String, String, u64);

/// One market with what the summary needs beyond its state.
struct Entry {
    market: MarketState,
    first_id: Option<String>,
    last_id: Option<String>,
    buy_taker: u64,
    sell_taker: u64,
    volume: Volume,
    quote_volume: Notional,
    first_checksum_mismatch_at: Option<String>,
    first_gap_at: Option<String>,
}

/// Applies updates to market states of its own. It never asks for a resync: nobody would answer.
#[derive(Default)]
pub struct SummarySink {
    entries: Vec<Entry>,
    /// `<file index>:<line>` under way, for the counters that say where.
    position: (usize, u64),
}

/// Everything a recording can hold: it is read once and printed once.
const LIMITS: MarketLimits = MarketLimits { trades: 100_000, candles: 200_000 };

impl SummarySink {
    pub fn market(&self, market: MarketIndex) -> Option<&MarketState> {
        self.entries.get(market.usize()).map(|entry| &entry.market)
    }

    pub fn markets(&self) -> impl Iterator<Item = &MarketState> {
        self.entries.iter().map(|entry| &entry.market)
    }

    pub fn set_position(&mut self, file: usize, line: u64) {
        self.position = (file, line);
    }

    fn entry(&mut self, market: MarketIndex) -> &mut Entry {
        &mut self.entries[market.usize()]
    }

    fn note(&mut self, market: MarketIndex, outcome: BookOutcome) {
        let (file, line) = self.position;
        let entry = self.entry(market);
        if outcome == BookOutcome::Doubtful(StaleReason::ChecksumMismatch) {
            entry.first_checksum_mismatch_at.get_or_insert_with(|| format!("{file}:{line}"));
        }
    }
}

impl UpdateSink for SummarySink {
    fn listed(&mut self, market: MarketIndex, instrument: &Instrument) {
        debug_assert_eq!(market.usize(), self.entries.len(), "markets are listed in order");
        self.entries.push(Entry {
            market: MarketState::new(instrument.clone(), LIMITS, Timestamp::ZERO),
            first_id: None,
            last_id: None,
            buy_taker: 0,
            sell_taker: 0,
            volume: Volume::ZERO,
            quote_volume: Notional::ZERO,
            first_checksum_mismatch_at: None,
            first_gap_at: None,
        });
    }

    fn described(&mut self, market: MarketIndex, instrument: &Instrument) {
        self.entry(market).market.set_instrument(instrument.clone());
    }

    fn snapshot(&mut self, market: MarketIndex, update: &DepthUpdate) {
        let outcome = self.entry(market).market.apply_snapshot(update);
        self.note(market, outcome);
    }

    fn depth(&mut self, market: MarketIndex, update: &DepthUpdate) {
        let outcome = self.entry(market).market.apply_depth(update);
        self.note(market, outcome);
    }

    fn trade(&mut self, market: MarketIndex, trade: &Trade) {
        let entry = self.entry(market);
        if entry.market.apply_trade(trade).is_none() {
            return;
        }
        let id = trade.id.to_string();
        entry.first_id.get_or_insert_with(|| id.clone());
        entry.last_id = Some(id);
        match trade.aggressor {
            AggressorSide::Buy => entry.buy_taker += 1,
            AggressorSide::Sell => entry.sell_taker += 1,
        }
        entry.volume = entry.volume.plus(trade.qty);
        entry.quote_volume =
            entry.quote_volume.checked_add(trade.price.notional(trade.qty)).unwrap_or(entry.quote_volume);
    }

    fn rescaled(&mut self, market: MarketIndex, scales: Scales) {
        let entry = self.entry(market);
        let from = entry.market.scales();
        if entry.market.rescale(scales) {
            entry.volume = entry.volume.rescaled(from.qty, scales.qty).unwrap_or(entry.volume);
            entry.quote_volume = entry.quote_volume.rescaled(from, scales).unwrap_or(entry.quote_volume);
        } else {
            entry.market.reset(scales, StaleReason::Precision, Timestamp::ZERO);
        }
    }

    fn gap(&mut self, market: MarketIndex, gap: GapFound) {
        let (file, line) = self.position;
        let entry = self.entry(market);
        entry.first_gap_at.get_or_insert_with(|| format!("{file}:{line}"));
        entry.market.note_gap(gap);
    }

    fn stale(&mut self, market: MarketIndex, reason: StaleReason, now: Timestamp) {
        self.entry(market).market.set_stale(reason, now);
    }

    fn halted(&mut self, market: MarketIndex, reason: StaleReason, now: Timestamp) {
        self.entry(market).market.set_halted(reason, now);
    }

    fn duplicate(&mut self, market: MarketIndex) {
        self.entry(market).market.note_duplicate();
    }

    fn venue_bbo(&mut self, market: MarketIndex, bid: Level, ask: Level, venue_seq: u64) {
        self.entry(market).market.note_venue_bbo(bid, ask, venue_seq);
    }
}

/// Replays `files` in order as one session, as fast as it can.
pub fn run_files(venue: &dyn Venue, files: &[PathBuf]) -> Result<Summary, ReplayError> {
    let mut driver = Driver::new(venue, SessionConfig { discover: true, ..SessionConfig::default() });
    let mut sink = SummarySink::default();
    let (mut lines, mut malformed) = (0, 0);
    for (index, file) in files.iter().enumerate() {
        let mut reader = open(file)?;
        let mut line_number = 0;
        while let Some(line) =
            reader.next().map_err(|error| ReplayError::Container { file: file.clone(), error })?
        {
            sink.set_position(index, line_number);
            if let LineOutcome::Refused(_) = driver.line(&line, &mut sink) {
                malformed += 1;
            }
            line_number += 1;
        }
        lines += line_number;
    }
    driver.finish(&mut sink);
    let files = files.iter().map(|file| file.display().to_string()).collect();
    Ok(Summary { sessions: vec![sink.summarize(venue.name(), files, lines, malformed)] })
}

impl SummarySink {
    pub fn summarize(
        &self,
        venue: &'static str,
        files: Vec<String>,
        lines: u64,
        malformed: u64,
    ) -> SessionSummary {
        let symbols = (self.entries.iter())
            .map(|entry| (entry.market.instrument().symbol.clone(), entry.summarize()))
            .collect();
        SessionSummary { venue, files, lines, malformed, symbols }
    }
}

impl Entry {
    fn summarize(&self) -> SymbolSummary {
        let counters = self.market.counters();
        let status = self.market.status();
        let mut summary = SymbolSummary {
            counters: Counters {
                snapshots: counters.snapshots,
                book_msgs_applied: counters.depth_updates,
                gaps: counters.gaps,
                resyncs: counters.resyncs,
                checksums_ok: counters.checksums_ok,
                checksums_bad: counters.checksums_bad,
                first_checksum_mismatch_at: self.first_checksum_mismatch_at.clone(),
                first_gap_at: self.first_gap_at.clone(),
                duplicates: counters.duplicates,
                crossed: counters.crossed,
                bookticker_same_id_match: counters.venue_bbo_match,
                bookticker_same_id_mismatch: counters.venue_bbo_mismatch,
            },
            status: status.status.as_str(),
            status_reason: status.reason.map(StaleReason::as_str),
            last: BookSummary::of(self.market.book(), self.market.scales()),
            trades: self.trades(),
            state_sha256: String::new(),
        };
        // Plain structs of numbers and text: serializing them into memory cannot fail.
        let printed = serde_json::to_vec(&summary).unwrap_or_default();
        summary.state_sha256 = hex(&Sha256::digest(&printed));
        summary
    }

    fn trades(&self) -> TradesSummary {
        let scales = self.market.scales();
        let candles = self.market.candles(CandleInterval::Minute1);
        TradesSummary {
            count: self.buy_taker + self.sell_taker,
            volume: self.volume.to_trimmed_text(scales.qty),
            quote_volume: self.quote_volume.to_trimmed_text(scales),
            vwap: vwap(self.quote_volume, self.volume, scales),
            first_id: self.first_id.clone(),
            last_id: self.last_id.clone(),
            buy_taker: self.buy_taker,
            sell_taker: self.sell_taker,
            candles_1m: (candles.iter())
                .map(|candle| {
                    let price = |price: marketd_domain::Price| price.to_trimmed_text(scales.price);
                    CandleRow(
                        candle.open_time.millis(),
                        price(candle.open),
                        price(candle.high),
                        price(candle.low),
                        price(candle.close),
                        candle.volume.to_trimmed_text(scales.qty),
                        candle.quote_volume.to_trimmed_text(scales),
                        candle.trades,
                    )
                })
                .collect(),
        }
    }
}

/// Quote volume over volume at eight decimals, rounded half to even.
fn vwap(quote_volume: Notional, volume: Volume, scales: Scales) -> Option<String> {
    const DECIMALS: u8 = 8;
    // The quotient has the price scale's decimals; it is moved to eight before dividing.
    let (mut numerator, mut denominator) = (quote_volume.mantissa(), volume.mantissa());
    let price_decimals = scales.price.decimals();
    if DECIMALS >= price_decimals {
        numerator = numerator.checked_mul(pow10_i128(u32::from(DECIMALS - price_decimals))?)?;
    } else {
        denominator = denominator.checked_mul(pow10_i128(u32::from(price_decimals - DECIMALS))?)?;
    }
    let (quotient, remainder) = (numerator.checked_div(denominator)?, numerator.checked_rem(denominator)?);
    let round_up = match (remainder * 2).cmp(&denominator) {
        core::cmp::Ordering::Less => false,
        core::cmp::Ordering::Greater => true,
        core::cmp::Ordering::Equal => quotient % 2 == 1,
    };
    let mut text = Vec::new();
    write_trimmed_i128(&mut text, quotient + i128::from(round_up), DECIMALS);
    String::from_utf8(text).ok()
}

impl BookSummary {
    pub fn of(book: &Book, scales: Scales) -> Self {
        let pair =
            |level: Level| [level.price.to_trimmed_text(scales.price), level.qty.to_trimmed_text(scales.qty)];
        let top = |ladder: &Ladder| ladder.iter().take(10).map(pair).collect();
        Self {
            bid_levels: book.bids().len(),
            ask_levels: book.asks().len(),
            best_bid: book.bids().best().map(pair),
            best_ask: book.asks().best().map(pair),
            top10_crc32: marketd_domain::checksum::crc32(&book_text(book, scales, 10)),
            book_sha256: hex(&Sha256::digest(book_text(book, scales, usize::MAX))),
            bids: top(book.bids()),
            asks: top(book.asks()),
        }
    }
}

/// `B price qty` for bids from the highest, then `A price qty` for asks from the lowest, a line each.
fn book_text(book: &Book, scales: Scales, depth: usize) -> Vec<u8> {
    let mut text = Vec::new();
    for (mark, ladder) in [(b'B', book.bids()), (b'A', book.asks())] {
        for level in ladder.iter().take(depth) {
            text.extend_from_slice(&[mark, b' ']);
            write_trimmed(&mut text, level.price.mantissa(), scales.price.decimals());
            text.push(b' ');
            write_trimmed(&mut text, level.qty.mantissa(), scales.qty.decimals());
            text.push(b'\n');
        }
    }
    text
}

fn hex(bytes: &[u8]) -> String {
    use core::fmt::Write;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
        text
    })
}
