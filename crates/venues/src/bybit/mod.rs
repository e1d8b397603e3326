//! Bybit v5 (`stream.bybit.com`): books by snapshot and delta, trades; spot live, contracts in
//! recordings.
//!
//! Invariants: a message is decoded whole before anything of it reaches the sink; a book takes deltas
//! only from the connection and topic of its snapshot; `books` has one entry for each market of the
//! table. One symbol may exist in several categories, so a discovered market is named
//! `<category>:<symbol>`; configured spot markets have the plain symbol.

mod decode;
mod encode;
mod sync;
mod wire;

use core::time::Duration;
use std::collections::HashMap;

use marketd_domain::{DepthUpdate, GapFound, Instrument, MarketIndex, StaleReason, Timestamp, Trade};

use crate::catalog::{ConnectionLimits, Venue};
use crate::error::DecodeError;
use crate::pacing::Pings;
use crate::session::{Action, ConnId, Io, SessionConfig, VenueSession};
use crate::table::MarketTable;
use encode::{SPOT, Topic};
use sync::{BookSync, Push, Verdict};
use wire::{Book, Frame, Payload, PublicTrade};

pub struct Bybit;

pub static BYBIT: Bybit = Bybit;

impl Venue for Bybit {
    fn name(&self) -> &'static str {
        "bybit"
    }

    fn recordings(&self) -> &'static [&'static str] {
        &["bybit-v5"]
    }

    fn default_ws_url(&self) -> &'static str {
        "wss://stream.bybit.com"
    }

    fn default_rest_url(&self) -> &'static str {
        "https://api.bybit.com"
    }

    fn ws_path(&self, _instruments: &[Instrument]) -> String {
        format!("/v5/public/{SPOT}")
    }

    fn limits(&self) -> ConnectionLimits {
        // The topics of a connection may have 21,000 characters together: two of 40 for each market
        // stay below. A quiet line is pinged every two seconds.
        ConnectionLimits { markets_per_connection: 100, max_age: None, silence: Duration::from_secs(5) }
    }

    fn symbol(&self, base: &str, quote: &str) -> String {
        format!("{}{}", base.to_uppercase(), quote.to_uppercase())
    }

    fn instruments_path(&self, symbols: &[String]) -> String {
        encode::instruments_path(symbols)
    }

    fn parse_instruments(&self, body: &[u8]) -> Result<Vec<Instrument>, DecodeError> {
        let (_, instruments) = decode::read_instruments(body)?;
        Ok(instruments.into_iter().filter(|(_, traded)| *traded).map(|(instrument, _)| instrument).collect())
    }

    fn session(&self, config: SessionConfig) -> Box<dyn VenueSession> {
        Box::new(Session::new(config))
    }
}

#[derive(Debug, Clone, Default)]
struct Market {
    book: BookSync,
    /// The venue refused it: it is not subscribed again.
    refused: bool,
}

#[derive(Debug)]
struct Connection {
    category: String,
    /// `None` once it is closed.
    pings: Option<Pings>,
}

struct Session {
    table: MarketTable,
    markets: Vec<Market>,
    connections: HashMap<ConnId, Connection>,
    /// Instruments of the venue's lists by `<category>:<symbol>`, in case one of them turns up.
    instruments: HashMap<String, Instrument>,
    update: DepthUpdate,
    trades: Vec<Trade>,
    /// `<category>:<symbol>` under way, kept for its memory.
    key: String,
}

impl Session {
    fn new(config: SessionConfig) -> Self {
        let table = MarketTable::new(config);
        Self {
            markets: vec![Market::default(); table.len()],
            table,
            connections: HashMap::new(),
            instruments: HashMap::new(),
            update: DepthUpdate::default(),
            trades: Vec::new(),
            key: String::new(),
        }
    }

    /// The market of a symbol that is known already; leaves its key behind.
    fn known(&mut self, conn: ConnId, symbol: &str) -> Option<MarketIndex> {
        let category = self.connections.get(&conn).map_or(SPOT, |connection| &connection.category);
        self.key.clear();
        self.key.push_str(category);
        self.key.push(':');
        self.key.push_str(symbol);
        let plain = || self.table.known(symbol).filter(|_| category == SPOT);
        self.table.known(&self.key).or_else(plain)
    }

    fn market_of(&mut self, conn: ConnId, symbol: &str, io: &mut Io<'_>) -> Option<MarketIndex> {
        if let Some(market) = self.known(conn, symbol) {
            return Some(market);
        }
        let instruments = &self.instruments;
        let market = self.table.index_of(&self.key, io.updates, |key| {
            instruments.get(key).cloned().unwrap_or_else(|| decode::describe(key))
        });
        self.markets.resize_with(self.table.len(), Market::default);
        market
    }

    fn take_book(
        &mut self,
        market: MarketIndex,
        (conn, depth): (ConnId, u32),
        (frame, book, text): (&Frame<'_>, &Book<'_>, &[u8]),
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        let is_snapshot = match frame.kind.as_ref() {
            "snapshot" => true,
            "delta" => false,
            _ => return Err(DecodeError::Field("type")),
        };
        let update = &mut self.update;
        self.table
            .decode(market, io.updates, |scales| decode::read_book(frame, book, text, scales, update))?;
        self.update.ts_recv = now;
        let push = Push {
            conn,
            depth,
            is_snapshot,
            is_empty: self.update.bids.is_empty() && self.update.asks.is_empty(),
            u: self.update.venue_seq,
        };
        let state = &mut self.markets[market.usize()];
        let verdict = state.book.take(push);
        match verdict {
            Verdict::Apply => io.updates.depth(market, &self.update),
            Verdict::Contained => io.updates.duplicate(market),
            Verdict::Ignore => {}
            Verdict::Replace => {
                state.refused = false;
                io.updates.snapshot(market, &self.update);
            }
            Verdict::Reset => {
                io.updates.snapshot(market, &self.update);
                io.updates.stale(market, StaleReason::VenueReset, now);
            }
            Verdict::Lost { expected } => {
                io.updates.gap(market, GapFound { expected, found: push.u, ts_recv: now });
            }
        }
        if matches!(verdict, Verdict::Reset | Verdict::Lost { .. }) {
            self.want_snapshot(market, now, io.actions);
        }
        Ok(())
    }

    /// All trades of a push are read before the first one is told.
    fn take_trades(
        &mut self,
        market: MarketIndex,
        rows: &[PublicTrade<'_>],
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        let trades = &mut self.trades;
        self.table.decode(market, io.updates, |scales| {
            trades.clear();
            rows.iter().try_for_each(|row| {
                trades.push(decode::read_trade(row, scales, now)?);
                Ok(())
            })
        })?;
        for trade in &self.trades {
            io.updates.trade(market, trade);
        }
        Ok(())
    }

    /// A refused request names the topic or the symbol somewhere in its text. One wrong topic may
    /// take its whole request with it: the others are subscribed at the next turn of the timer.
    fn take_refusal(
        &mut self,
        conn: ConnId,
        frame: &Frame<'_>,
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        let message = frame.ret_msg.as_ref();
        if message.contains("already subscribed") {
            return Ok(());
        }
        let is_separator = |letter: char| matches!(letter, ' ' | ',' | ':' | '[' | ']' | '"');
        let market = message.split(is_separator).find_map(|word| match encode::read_topic(word) {
            Topic::Book { symbol, .. } | Topic::Trades { symbol } => self.known(conn, symbol),
            Topic::Other => self.known(conn, word),
        });
        let Some(market) = market else { return Err(DecodeError::Venue(message.to_owned())) };
        self.markets[market.usize()].refused = true;
        self.markets.iter_mut().for_each(|state| state.book.unsubscribed(conn, now));
        io.updates.halted(market, StaleReason::Delisted, now);
        Ok(())
    }

    fn topics(&self, market: MarketIndex) -> [String; 2] {
        let symbol = self.table.instrument(market).symbol.as_str();
        let symbol = symbol.split_once(':').map_or(symbol, |(_, symbol)| symbol);
        [encode::book_topic(symbol), encode::trade_topic(symbol)]
    }

    fn want_snapshot(&mut self, market: MarketIndex, now: Timestamp, actions: &mut Vec<Action>) {
        if self.markets[market.usize()].book.want_snapshot(now) {
            self.subscribe_again(market, actions);
        }
    }

    /// A new subscription brings a new snapshot, and only an ended one can be made anew.
    fn subscribe_again(&self, market: MarketIndex, actions: &mut Vec<Action>) {
        let state = &self.markets[market.usize()];
        let Some(conn) = state.book.conn().filter(|_| !state.refused) else { return };
        let [book, trades] = self.topics(market);
        let texts = encode::unsubscribe(core::slice::from_ref(&book))
            .chain(encode::subscribe(core::slice::from_ref(&book)))
            .chain(encode::subscribe(core::slice::from_ref(&trades)));
        actions.extend(texts.map(|text| Action::Send { conn, text }));
    }

    fn all(&self) -> impl Iterator<Item = MarketIndex> + use<> {
        (0..self.markets.len()).map(|index| MarketIndex(index as u32))
    }
}

impl VenueSession for Session {
    fn on_open(&mut self, conn: ConnId, url: &str, now: Timestamp, io: &mut Io<'_>) {
        let category = encode::category_of_url(url).to_owned();
        self.connections.insert(conn, Connection { category, pings: Some(Pings::new(now)) });
        let mut topics = Vec::new();
        for market in self.all().filter(|market| !self.markets[market.usize()].refused) {
            topics.extend(self.topics(market));
        }
        for state in self.markets.iter_mut().filter(|state| !state.refused) {
            state.book.subscribed(conn, now);
        }
        io.actions.extend(encode::subscribe(&topics).map(|text| Action::Send { conn, text }));
    }

    fn on_message(
        &mut self,
        conn: ConnId,
        text: &[u8],
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        if let Some(pings) = self.connections.get_mut(&conn).and_then(|connection| connection.pings.as_mut())
        {
            pings.heard(now);
        }
        let Some(frame) = decode::read_frame(text)? else { return Ok(()) };
        if frame.success == Some(false) {
            return self.take_refusal(conn, &frame, now, io);
        }
        match (encode::read_topic(&frame.topic), &frame.data) {
            (Topic::Book { depth, symbol }, Payload::Book(book)) => {
                let Some(market) = self.market_of(conn, symbol, io) else { return Ok(()) };
                self.take_book(market, (conn, depth), (&frame, book, text), now, io)
            }
            (Topic::Trades { symbol }, Payload::Trades(rows)) => {
                let Some(market) = self.market_of(conn, symbol, io) else { return Ok(()) };
                self.take_trades(market, rows, now, io)
            }
            (Topic::Other, _) => Ok(()),
            _ => Err(DecodeError::Field("data")),
        }
    }

    fn on_http(
        &mut self,
        url: &str,
        body: &[u8],
        _now: Timestamp,
        _io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        if encode::is_instruments_url(url) {
            let (category, instruments) = decode::read_instruments(body)?;
            self.instruments.extend(instruments.into_iter().map(|(instrument, _)| {
                let key = format!("{category}:{}", instrument.symbol);
                let named = decode::describe(&key);
                // The market id must tell categories apart, so the names are those of the key.
                let instrument = if category == SPOT {
                    Instrument { symbol: key.clone(), ..instrument }
                } else {
                    Instrument { symbol: key.clone(), base: named.base, quote: named.quote, ..instrument }
                };
                (key, instrument)
            }));
        }
        Ok(())
    }

    fn on_http_failed(&mut self, _url: &str, _now: Timestamp, _io: &mut Io<'_>) {}

    fn on_close(&mut self, conn: ConnId, now: Timestamp, io: &mut Io<'_>) {
        // The category stays: a recording may go on with the connection as if nothing had been.
        if let Some(connection) = self.connections.get_mut(&conn) {
            connection.pings = None;
        }
        for market in self.all() {
            if self.markets[market.usize()].book.disconnected(conn) {
                io.updates.stale(market, StaleReason::Disconnected, now);
            }
        }
    }

    fn on_timer(&mut self, now: Timestamp, io: &mut Io<'_>) {
        for (conn, connection) in &mut self.connections {
            if connection.pings.as_mut().is_some_and(|pings| pings.is_due(now)) {
                io.actions.push(Action::Send { conn: *conn, text: encode::PING.to_owned() });
            }
        }
        for market in self.all() {
            if self.markets[market.usize()].book.is_snapshot_overdue(now) {
                self.subscribe_again(market, io.actions);
            }
        }
    }

    fn resync(&mut self, market: MarketIndex, _reason: StaleReason, now: Timestamp, io: &mut Io<'_>) {
        if market.usize() < self.markets.len() {
            self.want_snapshot(market, now, io.actions);
        }
    }

    fn finish(&mut self, _now: Timestamp, _io: &mut Io<'_>) {}
}
