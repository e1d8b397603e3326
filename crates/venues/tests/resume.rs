//! A market that goes on from what was stored of it is the market that was never interrupted: over the trades of a
//! recording, cut at several points, with candles stored up to, before and behind the last stored trade.

use std::path::Path;

use marketd_domain::history::{History, Latest};
use marketd_domain::market::{MarketLimits, MarketState};
use marketd_domain::ticker::TickerView;
use marketd_domain::{
    Candle, CandleInterval, DepthUpdate, GapFound, Instrument, Level, MarketIndex, Scales, StaleReason,
    Timestamp, Trade, TradeId, UpdateSink,
};
use marketd_venues::SessionConfig;
use marketd_venues::replay::{Driver, open, venue_of};

const LIMITS: MarketLimits = MarketLimits { trades: 2_000, candles: 100 };
const EVERYTHING: MarketLimits = MarketLimits { trades: 100_000, candles: 100_000 };

/// The trades of a recording's first market, at the scales it ends with.
#[derive(Default)]
struct Tape {
    instrument: Option<Instrument>,
    trades: Vec<Trade>,
}

impl UpdateSink for Tape {
    fn listed(&mut self, _: MarketIndex, instrument: &Instrument) {
        self.instrument.get_or_insert_with(|| instrument.clone());
    }
    fn snapshot(&mut self, _: MarketIndex, _: &DepthUpdate) {}
    fn depth(&mut self, _: MarketIndex, _: &DepthUpdate) {}
    fn trade(&mut self, market: MarketIndex, trade: &Trade) {
        assert_eq!(market, MarketIndex(0));
        self.trades.push(*trade);
    }
    fn rescaled(&mut self, _: MarketIndex, _: Scales) {
        panic!("this recording keeps its scales");
    }
    fn gap(&mut self, _: MarketIndex, _: GapFound) {}
    fn stale(&mut self, _: MarketIndex, _: StaleReason, _: Timestamp) {}
    fn halted(&mut self, _: MarketIndex, _: StaleReason, _: Timestamp) {}
    fn duplicate(&mut self, _: MarketIndex) {}
    fn venue_bbo(&mut self, _: MarketIndex, _: Level, _: Level, _: u64) {}
}

fn tape() -> Tape {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../testdata/binance-spot");
    let files = ["btcusdt_20240808.jsonl.zst", "btcusdt_20240809.jsonl.zst"].map(|name| folder.join(name));
    let venue = venue_of(&files, None).expect("the folder names the venue");
    let mut driver = Driver::new(venue, SessionConfig { discover: true, ..SessionConfig::default() });
    let mut tape = Tape::default();
    for file in &files {
        let mut reader = open(file).expect("a recording");
        while let Some(line) = reader.next().expect("a whole recording") {
            driver.line(&line, &mut tape);
        }
    }
    driver.finish(&mut tape);
    tape
}

fn market(instrument: &Instrument, limits: MarketLimits, trades: &[Trade]) -> MarketState {
    let mut market = MarketState::new(instrument.clone(), limits, Timestamp::ZERO);
    for trade in trades {
        market.apply_trade(trade).expect("a new trade");
    }
    market
}

fn latest<T: Clone>(items: &[T], limit: usize) -> Latest<T> {
    let from = items.len().saturating_sub(limit);
    Latest { items: items[from..].to_vec(), is_cut: from > 0 }
}

/// What a store holds that has these trades and the candles of those.
struct Stored<'a> {
    trades: &'a [Trade],
    candles_of: &'a [Trade],
    with_open: bool,
}

impl Stored<'_> {
    fn candles(&self, instrument: &Instrument, interval: CandleInterval) -> Vec<Candle> {
        let candles = market(instrument, EVERYTHING, self.candles_of);
        let candles: Vec<Candle> = candles.candles(interval).iter().copied().collect();
        candles[..candles.len() - usize::from(!self.with_open && !candles.is_empty())].to_vec()
    }

    /// The latest of it, as a server reads it when it starts.
    fn history(&self, instrument: &Instrument, is_tape_continued: bool) -> History {
        History {
            scales: instrument.scales,
            trades: latest(self.trades, 3_000),
            candles: CandleInterval::ALL.map(|interval| latest(&self.candles(instrument, interval), 120)),
            is_tape_continued,
        }
    }
}

#[derive(Debug, PartialEq)]
struct Shown {
    candles: Vec<Vec<Candle>>,
    ticker: TickerView,
    ids: Vec<TradeId>,
}

fn shown(market: &MarketState) -> Shown {
    Shown {
        candles: CandleInterval::ALL
            .map(|interval| market.candles(interval).iter().copied().collect())
            .to_vec(),
        ticker: market.ticker().view(),
        ids: market.trades().iter().map(|held| held.trade.id).collect(),
    }
}

#[test]
fn a_market_goes_on_where_it_ended_whatever_of_its_candles_was_stored() {
    let tape = tape();
    let (instrument, trades) = (tape.instrument.expect("a market"), &tape.trades[..]);
    assert_eq!(trades.len(), 19_904);
    let end = shown(&market(&instrument, LIMITS, trades));
    for cut in [1, 7, 2_500, 4_321, 9_999, 12_345, 17_000] {
        let at_cut = shown(&market(&instrument, LIMITS, &trades[..cut]));
        for (candles_of, with_open) in [
            (cut, false),
            (cut, true),
            (cut.saturating_sub(400), false),
            (cut.saturating_sub(400), true),
            (cut + 400, false),
            (cut + 400, true),
            (0, false),
        ] {
            // A tape without candles reaches no further back than the trades that are read.
            if candles_of == 0 && cut > 2_500 {
                continue;
            }
            let stored = Stored { trades: &trades[..cut], candles_of: &trades[..candles_of], with_open };
            let mut market = MarketState::new(instrument.clone(), LIMITS, Timestamp::ZERO);
            let past = stored.history(&instrument, true).reconcile();
            market.resume(&past);
            assert_eq!(shown(&market), at_cut, "cut at {cut}, candles of {candles_of}, open {with_open}");
            for mended in past.mended {
                let held = stored.candles(&instrument, mended.interval);
                let held = held.iter().find(|held| held.open_time == mended.candle.open_time);
                assert!(held.is_none_or(|held| held.trades < mended.candle.trades), "{mended:?} {held:?}");
            }
            // The venue gives again what came after the last stored trade, and a bit before it.
            for trade in &trades[cut.saturating_sub(5)..cut] {
                assert_eq!(market.apply_trade(trade), None, "a trade that is known");
            }
            for trade in &trades[cut..] {
                market.apply_trade(trade).expect("a new trade");
            }
            assert_eq!(shown(&market), end, "cut at {cut}, candles of {candles_of}, open {with_open}");
        }
    }
}

#[test]
fn where_trades_do_not_come_again_candles_keep_what_they_have_of_them() {
    let tape = tape();
    let (instrument, trades) = (tape.instrument.expect("a market"), &tape.trades[..]);
    let stored = Stored { trades: &trades[..9_000], candles_of: &trades[..9_400], with_open: true };
    let mut market = MarketState::new(instrument.clone(), LIMITS, Timestamp::ZERO);
    market.resume(&stored.history(&instrument, false).reconcile());
    let expected = self::market(&instrument, LIMITS, &trades[..9_400]);
    for interval in CandleInterval::ALL {
        assert!(market.candles(interval).iter().eq(expected.candles(interval).iter()), "{interval:?}");
    }
    assert_eq!(market.ticker().view().trades, expected.ticker().view().trades);
}
