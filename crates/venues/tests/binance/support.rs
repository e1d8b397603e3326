//! A session with a sink that writes down what it is told, and frames to feed it.

use std::fmt::Write as _;

use marketd_domain::{
    DepthUpdate, GapFound, Instrument, Level, MarketIndex, Scales, StaleReason, Timestamp, Trade, UpdateSink,
};
use marketd_venues::binance::decode;
use marketd_venues::{Action, DecodeError, Io, SessionConfig, Venue, VenueSession};

/// Writes down what it is told, a line a call.
#[derive(Default)]
pub struct Notes {
    pub lines: Vec<String>,
    pub scales: Vec<Scales>,
    symbols: Vec<String>,
}

impl Notes {
    fn side(&self, market: MarketIndex, levels: &[Level]) -> String {
        let scales = self.scales[market.usize()];
        levels.iter().fold(String::new(), |mut text, level| {
            let (price, qty) =
                (level.price.to_trimmed_text(scales.price), level.qty.to_trimmed_text(scales.qty));
            write!(text, " {price}x{qty}").expect("a string takes all");
            text
        })
    }

    fn note(&mut self, market: MarketIndex, text: &str) {
        self.lines.push(format!("{} {text}", self.symbols[market.usize()]));
    }

    fn book(&mut self, market: MarketIndex, what: &str, update: &DepthUpdate) {
        let (bids, asks) = (self.side(market, &update.bids), self.side(market, &update.asks));
        self.note(market, &format!("{what} {}{bids} |{asks}", update.venue_seq));
    }
}

impl UpdateSink for Notes {
    fn listed(&mut self, market: MarketIndex, instrument: &Instrument) {
        assert_eq!(market.usize(), self.symbols.len());
        self.scales.push(instrument.scales);
        self.symbols.push(instrument.symbol.clone());
        self.note(market, &format!("listed {}-{}", instrument.base, instrument.quote));
    }

    fn described(&mut self, market: MarketIndex, instrument: &Instrument) {
        self.note(market, &format!("described {}-{}", instrument.base, instrument.quote));
    }

    fn snapshot(&mut self, market: MarketIndex, update: &DepthUpdate) {
        self.book(market, "snapshot", update);
    }

    fn depth(&mut self, market: MarketIndex, update: &DepthUpdate) {
        self.book(market, "depth", update);
    }

    fn trade(&mut self, market: MarketIndex, trade: &Trade) {
        let scales = self.scales[market.usize()];
        let (price, qty) = (trade.price.to_trimmed_text(scales.price), trade.qty.to_trimmed_text(scales.qty));
        let side = trade.aggressor.as_str();
        let backfilled = if trade.backfilled { " backfilled" } else { "" };
        self.note(
            market,
            &format!("trade {} {side} {price}x{qty} at {}{backfilled}", trade.id, trade.ts_venue.millis()),
        );
    }

    fn rescaled(&mut self, market: MarketIndex, scales: Scales) {
        self.scales[market.usize()] = scales;
        self.note(market, &format!("rescaled {} {}", scales.price.decimals(), scales.qty.decimals()));
    }

    fn gap(&mut self, market: MarketIndex, gap: GapFound) {
        self.note(market, &format!("gap {} {}", gap.expected, gap.found));
    }

    fn stale(&mut self, market: MarketIndex, reason: StaleReason, _now: Timestamp) {
        self.note(market, &format!("stale {}", reason.as_str()));
    }

    fn halted(&mut self, market: MarketIndex, reason: StaleReason, _now: Timestamp) {
        self.note(market, &format!("halted {}", reason.as_str()));
    }

    fn duplicate(&mut self, market: MarketIndex) {
        self.note(market, "duplicate");
    }

    fn venue_bbo(&mut self, market: MarketIndex, bid: Level, ask: Level, venue_seq: u64) {
        let levels = self.side(market, &[bid, ask]);
        self.note(market, &format!("bbo {venue_seq}{levels}"));
    }
}

/// A session with its surroundings.
pub struct Bench {
    session: Box<dyn VenueSession>,
    pub notes: Notes,
    pub actions: Vec<Action>,
    now: Timestamp,
}

impl Bench {
    pub fn discovering(venue: &dyn Venue) -> Self {
        let config = SessionConfig { instruments: Vec::new(), discover: true };
        Self::of(venue, config)
    }

    pub fn with(venue: &dyn Venue, symbols: &[&str]) -> Self {
        let instruments: Vec<Instrument> = symbols.iter().map(|symbol| decode::unlisted(symbol)).collect();
        let mut bench = Self::of(venue, SessionConfig { instruments: instruments.clone(), discover: false });
        for instrument in instruments {
            bench.notes.scales.push(instrument.scales);
            bench.notes.symbols.push(instrument.symbol);
        }
        bench
    }

    fn of(venue: &dyn Venue, config: SessionConfig) -> Self {
        let (notes, actions) = (Notes::default(), Vec::new());
        Self { session: venue.session(config), notes, actions, now: Timestamp::from_millis(1_000_000) }
    }

    pub fn io<T>(&mut self, act: impl FnOnce(&mut dyn VenueSession, Timestamp, &mut Io<'_>) -> T) -> T {
        let mut io = Io { updates: &mut self.notes, actions: &mut self.actions };
        act(self.session.as_mut(), self.now, &mut io)
    }

    pub fn message(&mut self, text: &str) -> Result<(), DecodeError> {
        self.io(|session, now, io| session.on_message(1, text.as_bytes(), now, io))
    }

    pub fn http(&mut self, url: &str, body: &str) -> Result<(), DecodeError> {
        self.io(|session, now, io| session.on_http(url, body.as_bytes(), now, io))
    }

    pub fn at(&mut self, millis: i64) {
        self.now = Timestamp::from_millis(1_000_000 + millis);
        self.io(|session, now, io| session.on_timer(now, io));
    }

    #[track_caller]
    pub fn heard(&mut self, expected: &[&str]) {
        assert_eq!(std::mem::take(&mut self.notes.lines), expected);
    }

    #[track_caller]
    pub fn wanted(&mut self, expected: &[&str]) {
        let wanted: Vec<String> = (self.actions.drain(..))
            .map(|action| match action {
                Action::Get { path } => path,
                Action::Send { text, .. } => text,
                Action::Reconnect { reason, .. } => format!("reconnect {}", reason.as_str()),
            })
            .collect();
        assert_eq!(wanted, expected);
    }
}

pub const DEPTH_URL: &str = "https://api.binance.com/api/v3/depth?symbol=BTCUSDT&limit=1000";
pub const DEPTH_PATH: &str = "/api/v3/depth?symbol=BTCUSDT&limit=5000";

pub fn diff(first: u64, last: u64, bids: &str, asks: &str) -> String {
    format!(
        "{{\"stream\":\"btcusdt@depth@100ms\",\"data\":{{\"e\":\"depthUpdate\",\"E\":1723161255208,\
         \"s\":\"BTCUSDT\",\"U\":{first},\"u\":{last},\"b\":[{bids}],\"a\":[{asks}]}}}}"
    )
}

pub fn snapshot(last_update_id: u64) -> String {
    format!(
        "{{\"lastUpdateId\":{last_update_id},\"bids\":[[\"100.00\",\"1.0\"]],\"asks\":[[\"101.00\",\"2.0\"]]}}"
    )
}

pub fn trade(id: u64) -> String {
    format!(
        "{{\"stream\":\"btcusdt@trade\",\"data\":{{\"e\":\"trade\",\"E\":1723161255343,\"s\":\"BTCUSDT\",\
         \"t\":{id},\"p\":\"61837.63000000\",\"q\":\"0.02000000\",\"T\":1723161255342,\"m\":true,\"M\":true}}}}"
    )
}
