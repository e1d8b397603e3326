//! OKX, API v5, public channels.
//!
//! Invariant: an event reaches the market only if it continues the chain of ids, see `sync.rs`.
//!
//! `tickers` and `bbo-tbt` are read past when met beside a book: they do not say which state of the
//! book they belong to.

mod decode;
mod encode;
mod sync;
mod wire;

use core::time::Duration;

use marketd_domain::{DepthUpdate, GapFound, Instrument, MarketIndex, StaleReason, Timestamp};

use self::decode::BookChannel;
use self::sync::{BookSync, Event, Remedy, RestVerdict, Verdict};
use self::wire::{BOOK_PREFIXES, BookAnswer, BookData, BookFrame, Envelope, Instruments, TradeFrame};
use crate::catalog::{ConnectionLimits, Venue};
use crate::error::DecodeError;
use crate::pacing::Pings;
use crate::session::{Action, ConnId, Io, SessionConfig, VenueSession};
use crate::table::MarketTable;

/// The answer to our ping.
const PONG: &[u8] = b"pong";

/// "channel doesn't exist", which is what an unknown instrument is answered with.
const CODE_NO_SUCH_CHANNEL: &str = "60018";
/// The same from REST: "instrument ID does not exist".
const CODE_NO_SUCH_INSTRUMENT: &str = "51001";

pub static OKX: Okx = Okx;

pub struct Okx;

impl Venue for Okx {
    fn name(&self) -> &'static str {
        "okx"
    }

    fn recordings(&self) -> &'static [&'static str] {
        &["okx"]
    }

    fn default_ws_url(&self) -> &'static str {
        "wss://ws.okx.com:8443"
    }

    fn default_rest_url(&self) -> &'static str {
        "https://www.okx.com"
    }

    fn ws_path(&self, _instruments: &[Instrument]) -> String {
        "/ws/v5/public".to_owned()
    }

    fn limits(&self) -> ConnectionLimits {
        ConnectionLimits {
            // 480 subscribe requests an hour and connection: room for two a market, and for resyncs.
            markets_per_connection: 100,
            max_age: None,
            // OKX has no heartbeat of its own; a quiet line is pinged after two seconds.
            silence: Duration::from_secs(5),
        }
    }

    fn symbol(&self, base: &str, quote: &str) -> String {
        encode::symbol(base, quote)
    }

    fn instruments_path(&self, symbols: &[String]) -> String {
        encode::instruments_path(symbols)
    }

    fn parse_instruments(&self, body: &[u8]) -> Result<Vec<Instrument>, DecodeError> {
        decode::instruments(body)
    }

    fn session(&self, config: SessionConfig) -> Box<dyn VenueSession> {
        Box::new(OkxSession::new(config))
    }
}

struct OkxSession {
    table: MarketTable,
    /// By [`MarketIndex`]; as long as the table.
    syncs: Vec<BookSync>,
    /// Open connections, the latest last.
    conns: Vec<(ConnId, Pings)>,
    update: DepthUpdate,
}

impl OkxSession {
    fn new(config: SessionConfig) -> Self {
        let syncs = config.instruments.iter().map(|_| BookSync::default()).collect();
        Self { table: MarketTable::new(config), syncs, conns: Vec::new(), update: DepthUpdate::default() }
    }

    /// The market of a symbol, listed now if it is new and wanted, once `check` finds that what came
    /// for it can be read.
    fn market(
        &mut self,
        symbol: &str,
        io: &mut Io<'_>,
        check: impl FnOnce() -> Result<(), DecodeError>,
    ) -> Result<Option<MarketIndex>, DecodeError> {
        if let Some(market) = self.table.known(symbol) {
            return Ok(Some(market));
        }
        check()?;
        let market = self.table.index_of(symbol, io.updates, decode::describe);
        self.syncs.resize_with(self.table.len(), BookSync::default);
        Ok(market)
    }

    /// Reads one book into `self.update`.
    fn read_book(
        &mut self,
        market: MarketIndex,
        data: &BookData<'_>,
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        let update = &mut self.update;
        self.table.decode(market, io.updates, |scales| decode::book(data, scales, update))?;
        self.update.ts_recv = now;
        Ok(())
    }

    fn on_book(
        &mut self,
        conn: ConnId,
        text: &[u8],
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        let frame: BookFrame<'_> = serde_json::from_slice(text)?;
        let Some(channel) = BookChannel::named(&frame.arg.channel) else { return Ok(()) };
        let is_snapshot = match frame.action.as_ref() {
            "snapshot" => true,
            "update" => false,
            "" if channel.is_always_full() => true,
            _ => return Err(DecodeError::Field("action")),
        };
        let check = || frame.data.iter().try_for_each(decode::check_book);
        let Some(market) = self.market(&frame.arg.inst_id, io, check)? else { return Ok(()) };
        if !frame.data.is_single() {
            // All or nothing: no element is applied before all can be read.
            for data in frame.data.iter() {
                self.read_book(market, data, now, io)?;
            }
        }
        for data in frame.data.iter() {
            self.read_book(market, data, now, io)?;
            let (prev_seq_id, seq_id) = (data.prev_seq_id, data.seq_id);
            self.on_event(market, Event { channel, conn, is_snapshot, prev_seq_id, seq_id }, text, io);
        }
        Ok(())
    }

    /// Takes the event that `self.update` holds; `text` is its frame.
    fn on_event(&mut self, market: MarketIndex, event: Event, text: &[u8], io: &mut Io<'_>) {
        let now = self.update.ts_recv;
        let sync = &mut self.syncs[market.usize()];
        match sync.judge(event) {
            Verdict::Replace => self.replace(market, io),
            Verdict::Apply => io.updates.depth(market, &self.update),
            Verdict::Duplicate => io.updates.duplicate(market),
            Verdict::Ignore => {}
            Verdict::Hold => {
                sync.hold(event, text);
                self.try_remedy(market, now, io);
            }
            Verdict::Gap { expected, found } => {
                let (expected, found) = (decode::sequence(expected), decode::sequence(found));
                io.updates.gap(market, GapFound { expected, found, ts_recv: now });
                sync.hold(event, text);
                self.try_remedy(market, now, io);
            }
        }
    }

    fn replace(&mut self, market: MarketIndex, io: &mut Io<'_>) {
        io.updates.snapshot(market, &self.update);
        if let Some(reason) = self.syncs[market.usize()].halted {
            io.updates.halted(market, reason, self.update.ts_recv);
        }
    }

    fn on_rest_book(
        &mut self,
        symbol: &str,
        body: &[u8],
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        if let Some(market) = self.table.known(symbol) {
            self.syncs[market.usize()].fetched();
        }
        let answer: BookAnswer<'_> = serde_json::from_slice(body)?;
        if answer.code != "0" {
            if let Some(market) = self.table.known(symbol).filter(|_| answer.code == CODE_NO_SUCH_INSTRUMENT)
            {
                self.set_halted(market, Some(StaleReason::Delisted), now, io);
            }
            return Err(DecodeError::Venue(format!("{} {}", answer.code, answer.msg)));
        }
        let data = answer.data.iter().next().ok_or(DecodeError::Field("data"))?;
        let Some(market) = self.market(symbol, io, || decode::check_book(data))? else { return Ok(()) };
        self.read_book(market, data, now, io)?;
        match self.syncs[market.usize()].judge_rest(data.seq_id) {
            RestVerdict::Ignore => {}
            RestVerdict::TooOld => self.try_remedy(market, now, io),
            RestVerdict::Replace => {
                self.replace(market, io);
                for event in self.syncs[market.usize()].take_held() {
                    self.on_book(event.conn, &event.text, now, io)?;
                }
            }
        }
        Ok(())
    }

    fn on_trades(&mut self, text: &[u8], now: Timestamp, io: &mut Io<'_>) -> Result<(), DecodeError> {
        let frame: TradeFrame<'_> = serde_json::from_slice(text)?;
        // All or nothing.
        frame.data.iter().try_for_each(|data| decode::check_trade(data, now))?;
        for data in frame.data.iter() {
            let Some(market) = self.market(&data.inst_id, io, || Ok(()))? else { continue };
            let trade = self.table.decode(market, io.updates, |scales| decode::trade(data, scales, now))?;
            io.updates.trade(market, &trade);
        }
        Ok(())
    }

    fn on_answer(
        &mut self,
        conn: ConnId,
        answer: &Envelope<'_>,
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        let market = self.table.known(&answer.arg.inst_id);
        let channel = BookChannel::named(&answer.arg.channel);
        match (answer.event.as_ref(), market, channel) {
            ("subscribe", Some(market), Some(_)) => self.syncs[market.usize()].confirmed(),
            ("unsubscribe", Some(market), Some(channel)) => {
                if let Some(reason) = self.syncs[market.usize()].unsubscribed(channel) {
                    io.updates.stale(market, reason, now);
                }
            }
            ("error", ..) => return self.on_refusal(answer, now, io),
            // The connection is about to be closed for an upgrade.
            ("notice", ..) => {
                io.actions.push(Action::Reconnect { conn, reason: StaleReason::VenueReset });
            }
            _ => {}
        }
        Ok(())
    }

    fn on_refusal(
        &mut self,
        answer: &Envelope<'_>,
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        let named = Some(answer.arg.inst_id.as_ref()).filter(|symbol| !symbol.is_empty());
        let symbol = named.or_else(|| decode::symbol_of_refusal(&answer.msg));
        match symbol.and_then(|symbol| self.table.known(symbol)) {
            Some(market) if answer.code == CODE_NO_SUCH_CHANNEL => {
                self.set_halted(market, Some(StaleReason::Delisted), now, io);
                Ok(())
            }
            _ => Err(DecodeError::Venue(format!("{} {}", answer.code, answer.msg))),
        }
    }

    fn on_instruments(&mut self, text: &[u8], now: Timestamp, io: &mut Io<'_>) -> Result<(), DecodeError> {
        let frame: Instruments<'_> = serde_json::from_slice(text)?;
        for data in &frame.data {
            if let Some(market) = self.table.known(&data.inst_id) {
                self.set_halted(market, decode::halt_of(&data.state), now, io);
            }
        }
        Ok(())
    }

    /// A market that trades again needs a new snapshot to be live.
    fn set_halted(
        &mut self,
        market: MarketIndex,
        reason: Option<StaleReason>,
        now: Timestamp,
        io: &mut Io<'_>,
    ) {
        let was_halted = core::mem::replace(&mut self.syncs[market.usize()].halted, reason).is_some();
        match reason {
            Some(reason) => io.updates.halted(market, reason, now),
            None if was_halted => self.resync(market, StaleReason::VenueReset, now, io),
            None => {}
        }
    }

    fn try_remedy(&mut self, market: MarketIndex, now: Timestamp, io: &mut Io<'_>) {
        let latest = self.conns.last().map(|(conn, _)| *conn);
        let instrument = self.table.instrument(market);
        match self.syncs[market.usize()].try_remedy(latest, now) {
            None => {}
            Some(Remedy::Fetch) => {
                io.actions.push(Action::Get { path: encode::book_path(&instrument.symbol) });
            }
            Some(Remedy::Resubscribe(conn)) => {
                let texts = encode::resubscribe(instrument);
                io.actions.extend(texts.map(|text| Action::Send { conn, text }));
            }
        }
    }
}

impl VenueSession for OkxSession {
    fn on_open(&mut self, conn: ConnId, _url: &str, now: Timestamp, io: &mut Io<'_>) {
        self.conns.retain(|(open, _)| *open != conn);
        self.conns.push((conn, Pings::new(now)));
        if self.table.is_empty() {
            return;
        }
        let symbols = self.table.iter().map(|(_, instrument)| instrument.symbol.as_str());
        let texts = encode::subscribe_all(symbols);
        io.actions.extend(texts.into_iter().map(|text| Action::Send { conn, text }));
        for sync in &mut self.syncs {
            sync.subscribed(now);
        }
    }

    fn on_message(
        &mut self,
        conn: ConnId,
        text: &[u8],
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        if let Some((_, pings)) = self.conns.iter_mut().find(|(open, _)| *open == conn) {
            pings.heard(now);
        }
        if text == PONG {
            return Ok(());
        }
        if BOOK_PREFIXES.iter().any(|prefix| text.starts_with(prefix)) {
            return self.on_book(conn, text, now, io);
        }
        let envelope: Envelope<'_> = serde_json::from_slice(text)?;
        match envelope.arg.channel.as_ref() {
            _ if !envelope.event.is_empty() => self.on_answer(conn, &envelope, now, io),
            "trades" => self.on_trades(text, now, io),
            "instruments" => self.on_instruments(text, now, io),
            channel if BookChannel::named(channel).is_some() => self.on_book(conn, text, now, io),
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
        match encode::symbol_of_book_url(url) {
            Some(symbol) => self.on_rest_book(symbol, body, now, io),
            None => Ok(()),
        }
    }

    fn on_http_failed(&mut self, url: &str, _now: Timestamp, _io: &mut Io<'_>) {
        if let Some(market) = encode::symbol_of_book_url(url).and_then(|symbol| self.table.known(symbol)) {
            self.syncs[market.usize()].fetched();
        }
    }

    fn on_close(&mut self, conn: ConnId, now: Timestamp, io: &mut Io<'_>) {
        self.conns.retain(|(open, _)| *open != conn);
        for (index, sync) in self.syncs.iter_mut().enumerate() {
            if sync.closed(conn) {
                io.updates.stale(MarketIndex(index as u32), StaleReason::Disconnected, now);
            }
        }
    }

    fn on_timer(&mut self, now: Timestamp, io: &mut Io<'_>) {
        for (conn, pings) in &mut self.conns {
            if pings.is_due(now) {
                io.actions.push(Action::Send { conn: *conn, text: encode::PING.to_owned() });
            }
        }
        for index in 0..self.syncs.len() {
            self.try_remedy(MarketIndex(index as u32), now, io);
        }
    }

    fn resync(&mut self, market: MarketIndex, reason: StaleReason, now: Timestamp, io: &mut Io<'_>) {
        if let Some(sync) = self.syncs.get_mut(market.usize()) {
            sync.want(reason);
            self.try_remedy(market, now, io);
        }
    }

    fn finish(&mut self, _now: Timestamp, _io: &mut Io<'_>) {}
}
