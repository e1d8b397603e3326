//! Bitstamp (`ws.bitstamp.net`): book diffs over full books from REST, trades.
//!
//! Invariants: a message is decoded whole before anything of it reaches the sink; at most one request
//! for a full book is under way for each pair; `books` has one entry for each market of the table.

mod decode;
mod encode;
mod sync;
mod wire;

use core::time::Duration;
use std::collections::HashMap;

use marketd_domain::{DepthUpdate, Instrument, MarketIndex, StaleReason, Timestamp};

use crate::catalog::{ConnectionLimits, Venue};
use crate::error::DecodeError;
use crate::pacing::Pings;
use crate::session::{Action, ConnId, Io, SessionConfig, VenueSession};
use crate::table::MarketTable;
use encode::{BOOK_CHANNEL, TRADES_CHANNEL};
use sync::{BookSync, BookVerdict, DiffVerdict};
use wire::{Data, Frame};

pub struct Bitstamp;

pub static BITSTAMP: Bitstamp = Bitstamp;

/// The venue asks to reconnect at 90 days of age.
const MAX_AGE: Duration = Duration::from_secs(80 * 24 * 3_600);

impl Venue for Bitstamp {
    fn name(&self) -> &'static str {
        "bitstamp"
    }

    fn recordings(&self) -> &'static [&'static str] {
        &["bitstamp"]
    }

    fn default_ws_url(&self) -> &'static str {
        "wss://ws.bitstamp.net"
    }

    fn default_rest_url(&self) -> &'static str {
        "https://www.bitstamp.net"
    }

    fn ws_path(&self, _instruments: &[Instrument]) -> String {
        "/".to_owned()
    }

    fn limits(&self) -> ConnectionLimits {
        // A quiet line is sent a heartbeat every two seconds, which the venue answers.
        ConnectionLimits {
            markets_per_connection: 50,
            max_age: Some(MAX_AGE),
            silence: Duration::from_secs(5),
        }
    }

    fn symbol(&self, base: &str, quote: &str) -> String {
        format!("{}{}", base.to_lowercase(), quote.to_lowercase())
    }

    fn instruments_path(&self, _symbols: &[String]) -> String {
        encode::PAIRS_PATH.to_owned()
    }

    fn parse_instruments(&self, body: &[u8]) -> Result<Vec<Instrument>, DecodeError> {
        let pairs = decode::read_pairs(body)?;
        Ok(pairs.into_iter().filter(|(_, traded)| *traded).map(|(instrument, _)| instrument).collect())
    }

    fn session(&self, config: SessionConfig) -> Box<dyn VenueSession> {
        Box::new(Session::new(config))
    }
}

struct Session {
    table: MarketTable,
    books: Vec<BookSync>,
    connections: HashMap<ConnId, Pings>,
    /// Pairs of the venue's list, in case one of them turns up.
    pairs: HashMap<String, Instrument>,
    update: DepthUpdate,
    discover: bool,
}

impl Session {
    fn new(config: SessionConfig) -> Self {
        let discover = config.discover;
        let table = MarketTable::new(config);
        let mut books = Vec::new();
        books.resize_with(table.len(), BookSync::default);
        Self {
            table,
            books,
            connections: HashMap::new(),
            pairs: HashMap::new(),
            update: DepthUpdate::default(),
            discover,
        }
    }

    fn market_of(&mut self, pair: &str, io: &mut Io<'_>) -> Option<MarketIndex> {
        let pairs = &self.pairs;
        let market = self.table.index_of(pair, io.updates, |pair| {
            pairs.get(pair).cloned().unwrap_or_else(|| decode::describe(pair))
        });
        self.books.resize_with(self.table.len(), BookSync::default);
        market
    }

    fn take_diff(
        &mut self,
        conn: ConnId,
        (pair, data): (&str, &Data<'_>),
        text: &[u8],
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        let Some(market) = self.market_of(pair, io) else { return Ok(()) };
        let update = &mut self.update;
        let decoded =
            self.table.decode(market, io.updates, |scales| decode::read_diff(data, text, scales, update));
        let book = &mut self.books[market.usize()];
        if let Err(error) = decoded {
            book.doubt();
            return Err(error);
        }
        if book.carried_by(conn) {
            io.updates.stale(market, StaleReason::Disconnected, now);
        }
        match book.take_diff(self.update.venue_seq, text) {
            DiffVerdict::Apply => {
                self.update.ts_recv = now;
                io.updates.depth(market, &self.update);
            }
            DiffVerdict::Contained => io.updates.duplicate(market),
            DiffVerdict::Buffered => self.want_book(market, now, io.actions),
        }
        Ok(())
    }

    fn take_trade(
        &mut self,
        (pair, data): (&str, &Data<'_>),
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        let Some(market) = self.market_of(pair, io) else { return Ok(()) };
        let trade = self.table.decode(market, io.updates, |scales| decode::read_trade(data, scales, now))?;
        io.updates.trade(market, &trade);
        Ok(())
    }

    fn take_book(
        &mut self,
        market: MarketIndex,
        body: &[u8],
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        let update = &mut self.update;
        self.table.decode(market, io.updates, |scales| decode::read_order_book(body, scales, update))?;
        let verdict = self.books[market.usize()].take_book(self.update.venue_seq);
        if verdict == BookVerdict::Outdated {
            io.updates.duplicate(market);
            return Ok(());
        }
        self.update.ts_recv = now;
        io.updates.snapshot(market, &self.update);
        self.apply_journal(market, now, io);
        if verdict == BookVerdict::ApplyInDoubt {
            io.updates.stale(market, StaleReason::Gap, now);
        }
        Ok(())
    }

    fn apply_journal(&mut self, market: MarketIndex, now: Timestamp, io: &mut Io<'_>) {
        let Self { table, books, update, .. } = self;
        let mut contained = 0;
        books[market.usize()].replay_journal(
            || contained += 1,
            |text| {
                // It was read once already, when it came in.
                let Ok(Some(frame)) = decode::read_frame(text) else { return };
                let decoded = table.decode(market, io.updates, |scales| {
                    decode::read_diff(&frame.data.0, text, scales, update)
                });
                if decoded.is_ok() {
                    update.ts_recv = now;
                    io.updates.depth(market, update);
                }
            },
        );
        for _ in 0..contained {
            io.updates.duplicate(market);
        }
    }

    fn want_book(&mut self, market: MarketIndex, now: Timestamp, actions: &mut Vec<Action>) {
        if self.books[market.usize()].want_book(now) {
            self.request_book(market, actions);
        }
    }

    fn request_book(&self, market: MarketIndex, actions: &mut Vec<Action>) {
        let path = encode::order_book_path(&self.table.instrument(market).symbol);
        actions.push(Action::Get { path });
    }

    fn take_error(&self, frame: &Frame<'_>, now: Timestamp, io: &mut Io<'_>) -> Result<(), DecodeError> {
        let channel = frame.channel.as_ref();
        let pair = channel.strip_prefix(BOOK_CHANNEL).or_else(|| channel.strip_prefix(TRADES_CHANNEL));
        match pair.and_then(|pair| self.table.known(pair)) {
            Some(market) => {
                io.updates.halted(market, StaleReason::Delisted, now);
                Ok(())
            }
            None => Err(DecodeError::Venue(frame.data.0.message.as_deref().unwrap_or_default().to_owned())),
        }
    }

    fn all(&self) -> impl Iterator<Item = MarketIndex> + use<> {
        (0..self.books.len()).map(|index| MarketIndex(index as u32))
    }
}

impl VenueSession for Session {
    fn on_open(&mut self, conn: ConnId, _url: &str, now: Timestamp, io: &mut Io<'_>) {
        self.connections.insert(conn, Pings::new(now));
        for (_, instrument) in self.table.iter() {
            for channel in [BOOK_CHANNEL, TRADES_CHANNEL] {
                let text = encode::subscribe(channel, &instrument.symbol);
                io.actions.push(Action::Send { conn, text });
            }
        }
    }

    fn on_message(
        &mut self,
        conn: ConnId,
        text: &[u8],
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        if let Some(pings) = self.connections.get_mut(&conn) {
            pings.heard(now);
        }
        let Some(frame) = decode::read_frame(text)? else { return Ok(()) };
        let book_pair = frame.channel.strip_prefix(BOOK_CHANNEL);
        match frame.event.as_ref() {
            "data" => match book_pair {
                Some(pair) => self.take_diff(conn, (pair, &frame.data.0), text, now, io),
                None => Ok(()),
            },
            "trade" => match frame.channel.strip_prefix(TRADES_CHANNEL) {
                Some(pair) => self.take_trade((pair, &frame.data.0), now, io),
                None => Ok(()),
            },
            "bts:subscription_succeeded" => {
                if let Some(market) = book_pair.and_then(|pair| self.table.known(pair)) {
                    if self.books[market.usize()].carried_by(conn) {
                        io.updates.stale(market, StaleReason::Disconnected, now);
                    }
                    if !self.books[market.usize()].has_book() {
                        self.want_book(market, now, io.actions);
                    }
                }
                Ok(())
            }
            "bts:request_reconnect" => {
                io.actions.push(Action::Reconnect { conn, reason: StaleReason::VenueReset });
                Ok(())
            }
            "bts:error" => self.take_error(&frame, now, io),
            _ => Ok(()),
        }
    }

    fn on_http(
        &mut self,
        url: &str,
        body: &[u8],
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        if encode::is_pairs_url(url) {
            let pairs = decode::read_pairs(body)?;
            self.pairs = pairs.into_iter().map(|(pair, _)| (pair.symbol.clone(), pair)).collect();
            return Ok(());
        }
        let Some(pair) = encode::pair_of_order_book_url(url) else { return Ok(()) };
        // An answer that is not a book must not list its pair.
        let _: wire::OrderBook<'_> = serde_json::from_slice(body).inspect_err(|_| self.note_answer(pair))?;
        let Some(market) = self.market_of(pair, io) else { return Ok(()) };
        let book = &mut self.books[market.usize()];
        // In a recording nobody asks again: what is there must do.
        if book.answered() && book.is_carried() || self.discover {
            return self.take_book(market, body, now, io);
        }
        Ok(())
    }

    fn on_http_failed(&mut self, url: &str, _now: Timestamp, _io: &mut Io<'_>) {
        if let Some(pair) = encode::pair_of_order_book_url(url) {
            self.note_answer(pair);
        }
    }

    fn on_close(&mut self, conn: ConnId, now: Timestamp, io: &mut Io<'_>) {
        self.connections.remove(&conn);
        for market in self.all() {
            if self.books[market.usize()].disconnected(conn) {
                io.updates.stale(market, StaleReason::Disconnected, now);
            }
        }
    }

    fn on_timer(&mut self, now: Timestamp, io: &mut Io<'_>) {
        for (conn, pings) in &mut self.connections {
            if pings.is_due(now) {
                io.actions.push(Action::Send { conn: *conn, text: encode::HEARTBEAT.to_owned() });
            }
        }
        for market in self.all() {
            let book = &mut self.books[market.usize()];
            if book.take_doubt() {
                io.updates.stale(market, StaleReason::Malformed, now);
                self.want_book(market, now, io.actions);
            } else if book.is_book_overdue(now) {
                self.request_book(market, io.actions);
            }
        }
    }

    fn resync(&mut self, market: MarketIndex, _reason: StaleReason, now: Timestamp, io: &mut Io<'_>) {
        if market.usize() < self.books.len() {
            self.want_book(market, now, io.actions);
        }
    }

    fn finish(&mut self, _now: Timestamp, _io: &mut Io<'_>) {}
}

impl Session {
    fn note_answer(&mut self, pair: &str) {
        if let Some(market) = self.table.known(pair) {
            self.books[market.usize()].answered();
        }
    }
}
