//! Drives one session by hand, connection by connection, and writes down what it told the market:
//! every number at the market's scale, sequence and checksum included.

#![allow(dead_code, reason = "each venue's tests use a part of it")]

use marketd_domain::{
    DepthUpdate, GapFound, Instrument, Level, MarketIndex, Scales, StaleReason, Timestamp, Trade, UpdateSink,
};
use marketd_venues::{Action, ConnId, DecodeError, Io, SessionConfig, Venue, VenueSession};

#[derive(Default)]
pub struct Log {
    lines: Vec<String>,
    scales: Vec<Scales>,
}

impl Log {
    fn book(&self, market: MarketIndex, update: &DepthUpdate) -> String {
        let scales = self.scales[market.usize()];
        let side = |levels: &[Level]| -> String {
            let levels: Vec<String> = (levels.iter())
                .map(|level| {
                    let (price, qty) = (level.price.to_text(scales.price), level.qty.to_text(scales.qty));
                    format!("{price}x{qty}")
                })
                .collect();
            levels.join(" ")
        };
        let seq = if update.venue_seq == 0 { String::new() } else { format!(" seq {}", update.venue_seq) };
        let checksum = update.checksum.map_or(String::new(), |checksum| format!(" {checksum:?}"));
        format!("{} [{}] [{}]{seq}{checksum}", market.0, side(&update.bids), side(&update.asks))
    }
}

impl UpdateSink for Log {
    fn listed(&mut self, market: MarketIndex, instrument: &Instrument) {
        assert_eq!(market.usize(), self.scales.len(), "indexes are dense");
        self.scales.push(instrument.scales);
        let depth = instrument.max_depth.map_or(String::new(), |depth| format!(" depth {depth}"));
        self.lines.push(format!("listed {} {}-{}{depth}", market.0, instrument.base, instrument.quote));
    }

    fn snapshot(&mut self, market: MarketIndex, update: &DepthUpdate) {
        let line = format!("snapshot {}", self.book(market, update));
        self.lines.push(line);
    }

    fn depth(&mut self, market: MarketIndex, update: &DepthUpdate) {
        let line = format!("depth {}", self.book(market, update));
        self.lines.push(line);
    }

    fn trade(&mut self, market: MarketIndex, trade: &Trade) {
        let scales = self.scales[market.usize()];
        let (price, qty) = (trade.price.to_text(scales.price), trade.qty.to_text(scales.qty));
        let late = if trade.backfilled { " backfilled" } else { "" };
        let (id, side, at) = (trade.id, trade.aggressor.as_str(), trade.ts_venue.millis());
        self.lines.push(format!("trade {} #{id} {side} {price}x{qty} at {at}{late}", market.0));
    }

    fn rescaled(&mut self, market: MarketIndex, scales: Scales) {
        self.scales[market.usize()] = scales;
        self.lines.push(format!(
            "rescaled {} {}/{}",
            market.0,
            scales.price.decimals(),
            scales.qty.decimals()
        ));
    }

    fn gap(&mut self, market: MarketIndex, gap: GapFound) {
        self.lines.push(format!("gap {} expected {} found {}", market.0, gap.expected, gap.found));
    }

    fn stale(&mut self, market: MarketIndex, reason: StaleReason, _now: Timestamp) {
        self.lines.push(format!("stale {} {}", market.0, reason.as_str()));
    }

    fn halted(&mut self, market: MarketIndex, reason: StaleReason, _now: Timestamp) {
        self.lines.push(format!("halted {} {}", market.0, reason.as_str()));
    }

    fn duplicate(&mut self, market: MarketIndex) {
        self.lines.push(format!("duplicate {}", market.0));
    }

    fn venue_bbo(&mut self, market: MarketIndex, _bid: Level, _ask: Level, venue_seq: u64) {
        self.lines.push(format!("venue_bbo {} seq {venue_seq}", market.0));
    }
}

pub struct Driven {
    session: Box<dyn VenueSession>,
    log: Log,
    actions: Vec<Action>,
    now_ms: i64,
}

impl Driven {
    /// Carries what it meets.
    pub fn discovering(venue: &dyn Venue) -> Self {
        Self::new(venue, SessionConfig { instruments: Vec::new(), discover: true })
    }

    /// Carries these markets only.
    pub fn carrying(venue: &dyn Venue, instruments: Vec<Instrument>) -> Self {
        let scales = instruments.iter().map(|instrument| instrument.scales).collect();
        let mut driven = Self::new(venue, SessionConfig { instruments, discover: false });
        driven.log.scales = scales;
        driven
    }

    fn new(venue: &dyn Venue, config: SessionConfig) -> Self {
        Self { session: venue.session(config), log: Log::default(), actions: Vec::new(), now_ms: 1_000_000 }
    }

    fn with<T>(&mut self, call: impl FnOnce(&mut dyn VenueSession, Timestamp, &mut Io<'_>) -> T) -> T {
        let mut io = Io { updates: &mut self.log, actions: &mut self.actions };
        call(self.session.as_mut(), Timestamp::from_millis(self.now_ms), &mut io)
    }

    pub fn open(&mut self, conn: ConnId) {
        self.with(|session, now, io| session.on_open(conn, "", now, io));
    }

    pub fn close(&mut self, conn: ConnId) {
        self.with(|session, now, io| session.on_close(conn, now, io));
    }

    pub fn sent(&mut self, text: &str) {
        self.with(|session, _, io| session.on_sent(1, text.as_bytes(), io));
    }

    pub fn message(&mut self, conn: ConnId, text: &str) -> Result<(), DecodeError> {
        self.with(|session, now, io| session.on_message(conn, text.as_bytes(), now, io))
    }

    /// A message on connection 1 that must be accepted.
    pub fn take(&mut self, text: &str) {
        self.message(1, text).unwrap_or_else(|error| panic!("{error}: {text}"));
    }

    pub fn http(&mut self, url: &str, body: &str) -> Result<(), DecodeError> {
        self.with(|session, now, io| session.on_http(url, body.as_bytes(), now, io))
    }

    pub fn http_failed(&mut self, url: &str) {
        self.with(|session, now, io| session.on_http_failed(url, now, io));
    }

    pub fn resync(&mut self, reason: StaleReason) {
        self.with(|session, now, io| session.resync(MarketIndex(0), reason, now, io));
    }

    /// Lets seconds pass, with a timer call in each.
    pub fn seconds(&mut self, seconds: i64) {
        for _ in 0..seconds {
            self.now_ms += 1_000;
            self.with(|session, now, io| session.on_timer(now, io));
        }
    }

    /// What the market was told since the last time.
    pub fn told(&mut self) -> Vec<String> {
        core::mem::take(&mut self.log.lines)
    }

    /// What the venue is to be sent or asked since the last time.
    pub fn wants(&mut self) -> Vec<String> {
        let printed = |action: Action| match action {
            Action::Send { conn, text } => format!("{conn} {text}"),
            Action::Get { path } => format!("GET {path}"),
            Action::Reconnect { conn, reason } => format!("reconnect {conn} {}", reason.as_str()),
        };
        self.actions.drain(..).map(printed).collect()
    }
}
