//! Drives one venue session by hand and writes down, a line each, what it tells and what it asks.

use marketd_domain::{
    DepthUpdate, GapFound, Instrument, Level, MarketIndex, Scales, StaleReason, Timestamp, Trade, UpdateSink,
};
use marketd_venues::{Action, DecodeError, Io, SessionConfig, Venue, VenueSession};

/// What a session told, in short lines with the market's symbol in front.
#[derive(Default)]
pub struct Told {
    symbols: Vec<(String, Scales)>,
    pub lines: Vec<String>,
}

impl Told {
    fn tell(&mut self, market: MarketIndex, what: &str) {
        self.lines.push(format!("{} {what}", self.symbols[market.usize()].0));
    }

    fn levels(&self, market: MarketIndex, levels: &[Level]) -> String {
        let scales = self.symbols[market.usize()].1;
        let texts: Vec<String> = (levels.iter())
            .map(|level| {
                let price = level.price.to_trimmed_text(scales.price);
                format!("{price}x{}", level.qty.to_trimmed_text(scales.qty))
            })
            .collect();
        texts.join(",")
    }

    fn tell_book(&mut self, market: MarketIndex, kind: &str, update: &DepthUpdate) {
        let (bids, asks) = (self.levels(market, &update.bids), self.levels(market, &update.asks));
        self.tell(market, &format!("{kind} seq={} bids={bids} asks={asks}", update.venue_seq));
    }
}

impl UpdateSink for Told {
    fn listed(&mut self, market: MarketIndex, instrument: &Instrument) {
        assert_eq!(market.usize(), self.symbols.len(), "markets are listed in order");
        self.symbols.push((instrument.symbol.clone(), instrument.scales));
        self.tell(market, &format!("listed {}-{}", instrument.base, instrument.quote));
    }

    fn snapshot(&mut self, market: MarketIndex, update: &DepthUpdate) {
        self.tell_book(market, "snapshot", update);
    }

    fn depth(&mut self, market: MarketIndex, update: &DepthUpdate) {
        self.tell_book(market, "depth", update);
    }

    fn trade(&mut self, market: MarketIndex, trade: &Trade) {
        let scales = self.symbols[market.usize()].1;
        let (price, qty) = (trade.price.to_trimmed_text(scales.price), trade.qty.to_trimmed_text(scales.qty));
        let side = trade.aggressor.as_str();
        let late = if trade.backfilled { " backfilled" } else { "" };
        let at = trade.ts_venue.micros();
        self.tell(market, &format!("trade {} {side} {price}x{qty} at {at}{late}", trade.id));
    }

    fn rescaled(&mut self, market: MarketIndex, scales: Scales) {
        self.symbols[market.usize()].1 = scales;
        self.tell(market, &format!("rescaled {}/{}", scales.price.decimals(), scales.qty.decimals()));
    }

    fn gap(&mut self, market: MarketIndex, gap: GapFound) {
        self.tell(market, &format!("gap {} {}", gap.expected, gap.found));
    }

    fn stale(&mut self, market: MarketIndex, reason: StaleReason, _now: Timestamp) {
        self.tell(market, &format!("stale {}", reason.as_str()));
    }

    fn halted(&mut self, market: MarketIndex, reason: StaleReason, _now: Timestamp) {
        self.tell(market, &format!("halted {}", reason.as_str()));
    }

    fn duplicate(&mut self, market: MarketIndex) {
        self.tell(market, "duplicate");
    }

    fn venue_bbo(&mut self, market: MarketIndex, _bid: Level, _ask: Level, venue_seq: u64) {
        self.tell(market, &format!("bbo {venue_seq}"));
    }
}

/// A session with its sink and its wishes.
pub struct Hand {
    session: Box<dyn VenueSession>,
    pub told: Told,
    actions: Vec<Action>,
    now: Timestamp,
}

#[allow(dead_code, reason = "each venue's tests use a part of it")]
impl Hand {
    /// A session that takes any market, as in a recording.
    pub fn discovering(venue: &dyn Venue) -> Self {
        Self::new(venue, SessionConfig { discover: true, ..SessionConfig::default() })
    }

    /// A session for these instruments, as in the server.
    pub fn carrying(venue: &dyn Venue, instruments: Vec<Instrument>) -> Self {
        let symbols = instruments.iter().map(|held| (held.symbol.clone(), held.scales)).collect();
        let mut hand = Self::new(venue, SessionConfig { instruments, discover: false });
        hand.told.symbols = symbols;
        hand
    }

    fn new(venue: &dyn Venue, config: SessionConfig) -> Self {
        Self {
            session: venue.session(config),
            told: Told::default(),
            actions: Vec::new(),
            now: Timestamp::from_millis(1_000_000),
        }
    }

    fn with<T>(&mut self, call: impl FnOnce(&mut dyn VenueSession, Timestamp, &mut Io<'_>) -> T) -> T {
        let mut io = Io { updates: &mut self.told, actions: &mut self.actions };
        call(self.session.as_mut(), self.now, &mut io)
    }

    pub fn open(&mut self, conn: u32, url: &str) {
        self.with(|session, now, io| session.on_open(conn, url, now, io));
    }

    pub fn close(&mut self, conn: u32) {
        self.with(|session, now, io| session.on_close(conn, now, io));
    }

    pub fn message(&mut self, conn: u32, text: &str) -> Result<(), DecodeError> {
        self.with(|session, now, io| session.on_message(conn, text.as_bytes(), now, io))
    }

    pub fn http(&mut self, url: &str, body: &str) -> Result<(), DecodeError> {
        self.with(|session, now, io| session.on_http(url, body.as_bytes(), now, io))
    }

    pub fn http_failed(&mut self, url: &str) {
        self.with(|session, now, io| session.on_http_failed(url, now, io));
    }

    pub fn resync(&mut self, market: u32) {
        self.with(|session, now, io| session.resync(MarketIndex(market), StaleReason::Crossed, now, io));
    }

    /// Lets time pass, with the timer called each second.
    pub fn pass(&mut self, seconds: i64) {
        for _ in 0..seconds {
            self.now = self.now.plus_millis(1_000);
            self.with(|session, now, io| session.on_timer(now, io));
        }
    }

    /// What was told since the last call.
    pub fn heard(&mut self) -> Vec<String> {
        core::mem::take(&mut self.told.lines)
    }

    /// What was asked since the last call: frames as they are, `GET <path>`, `RECONNECT <conn>`.
    pub fn asked(&mut self) -> Vec<String> {
        let actions = core::mem::take(&mut self.actions);
        actions
            .into_iter()
            .map(|action| match action {
                Action::Send { text, .. } => text,
                Action::Get { path } => format!("GET {path}"),
                Action::Reconnect { conn, .. } => format!("RECONNECT {conn}"),
            })
            .collect()
    }
}

/// Texts that no venue may print as a price or a quantity.
#[allow(dead_code, reason = "each venue's tests use a part of it")]
pub const BAD_NUMBERS: &[&str] = &[
    r#""""#,
    r#"" ""#,
    r#""-1""#,
    r#""-0""#,
    r#""+1""#,
    r#""1e5""#,
    r#""1E308""#,
    r#""NaN""#,
    r#""Infinity""#,
    r#""null""#,
    r#""1,000""#,
    r#"".5""#,
    r#""5.""#,
    r#""1.2.3""#,
    r#""0x10""#,
    r#""99999999999999999999999999""#,
    r#""0.0000000000000000001""#,
    "null",
    "true",
    "1.5",
    "NaN",
    "[]",
    "{}",
];
