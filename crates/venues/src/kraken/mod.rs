//! Kraken spot, WebSocket v2.
//!
//! Invariants: a market's scales are the decimals that Kraken prints; its `max_depth` is the
//! subscribed depth; both because the checksum, the only proof of completeness here, needs them.
//!
//! The trades that come with a subscription (`type: "snapshot"`) are old. They are taken only where
//! they are newer than the last trade seen, as the ones that a lost connection missed.

mod decode;
mod encode;
mod sync;
mod wire;

use core::time::Duration;
use std::collections::HashMap;

use marketd_domain::{DepthUpdate, Instrument, MarketIndex, Scales, StaleReason, Timestamp};

use self::sync::{BookSync, Verdict};
use self::wire::{
    BOOK_PREFIX, BookData, BookFrame, Envelope, InstrumentFrame, Request, StatusFrame, Subscription,
    TradeData, TradeFrame,
};
use crate::catalog::{ConnectionLimits, Venue};
use crate::error::DecodeError;
use crate::session::{Action, ConnId, Io, SessionConfig, VenueSession};
use crate::table::MarketTable;

pub static KRAKEN: Kraken = Kraken;

pub struct Kraken;

impl Venue for Kraken {
    fn name(&self) -> &'static str {
        "kraken"
    }

    fn recordings(&self) -> &'static [&'static str] {
        &["kraken-v2"]
    }

    fn default_ws_url(&self) -> &'static str {
        "wss://ws.kraken.com"
    }

    fn default_rest_url(&self) -> &'static str {
        "https://api.kraken.com"
    }

    fn ws_path(&self, _instruments: &[Instrument]) -> String {
        "/v2".to_owned()
    }

    fn limits(&self) -> ConnectionLimits {
        ConnectionLimits {
            // Kraken names no limit; a hundred deep books are what one connection is good for.
            markets_per_connection: 100,
            max_age: None,
            // A heartbeat comes each second, and Kraken advises to reconnect after five without one.
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
        Box::new(KrakenSession::new(config))
    }
}

struct KrakenSession {
    table: MarketTable,
    /// By [`MarketIndex`]; as long as the table.
    syncs: Vec<BookSync>,
    /// Depths that were subscribed with, by us or in a recording.
    depths: HashMap<String, usize>,
    /// Open connections, the latest last.
    conns: Vec<ConnId>,
    update: DepthUpdate,
    /// The whole venue stands still.
    is_suspended: bool,
}

impl KrakenSession {
    fn new(config: SessionConfig) -> Self {
        let syncs = config.instruments.iter().map(|_| BookSync::default()).collect();
        Self {
            table: MarketTable::new(config),
            syncs,
            depths: HashMap::new(),
            conns: Vec::new(),
            update: DepthUpdate::default(),
            is_suspended: false,
        }
    }

    /// The market of a symbol, listed now if it is new and wanted.
    fn market(
        &mut self,
        symbol: &str,
        io: &mut Io<'_>,
        describe: impl FnOnce(&str) -> Instrument,
    ) -> Option<MarketIndex> {
        let market = self.table.index_of(symbol, io.updates, describe)?;
        if self.syncs.len() < self.table.len() {
            self.syncs.resize_with(self.table.len(), BookSync::default);
            self.syncs[market.usize()].halted = self.is_suspended.then_some(StaleReason::Suspended);
        }
        Some(market)
    }

    fn on_book(
        &mut self,
        conn: ConnId,
        text: &[u8],
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        let frame: BookFrame<'_> = serde_json::from_slice(text)?;
        let is_snapshot = match frame.kind.as_ref() {
            "snapshot" => true,
            "update" => false,
            _ => return Err(DecodeError::Field("type")),
        };
        if !frame.data.is_single() {
            // All or nothing: no element is applied before all can be read.
            for data in frame.data.iter() {
                self.read_book(data, is_snapshot, io)?;
            }
        }
        for data in frame.data.iter() {
            let Some(market) = self.read_book(data, is_snapshot, io)? else { continue };
            self.update.ts_recv = now;
            let sync = &mut self.syncs[market.usize()];
            match sync.judge(is_snapshot, conn) {
                Verdict::Ignore => {}
                Verdict::Apply => io.updates.depth(market, &self.update),
                Verdict::Replace => {
                    sync.is_scaled |= !(self.update.bids.is_empty() && self.update.asks.is_empty());
                    io.updates.snapshot(market, &self.update);
                    if let Some(reason) = sync.halted {
                        io.updates.halted(market, reason, now);
                    }
                }
            }
        }
        Ok(())
    }

    /// Reads one book message into `self.update`. `None` when it is for no market of ours.
    fn read_book(
        &mut self,
        data: &BookData<'_>,
        is_snapshot: bool,
        io: &mut Io<'_>,
    ) -> Result<Option<MarketIndex>, DecodeError> {
        let known = self.table.known(&data.symbol);
        let is_scaled = known.is_some_and(|market| self.syncs[market.usize()].is_scaled);
        if let Some(market) = known.filter(|_| is_scaled || !is_snapshot) {
            let update = &mut self.update;
            self.table.decode(market, io.updates, |scales| decode::book(data, scales, update))?;
            return Ok(Some(market));
        }
        let (printed, longest_side) = decode::printed(data)?;
        let before = known.map_or(Scales::of(8, 8), |market| self.table.scales(market));
        let scales = match (printed, known.and_then(|market| self.syncs[market.usize()].trade_scales)) {
            (None, _) => before,
            (Some(printed), None) => printed,
            (Some(printed), Some(needed)) => sync::wider(printed, needed),
        };
        decode::book(data, scales, &mut self.update)?;
        if !is_snapshot {
            return Ok(None);
        }
        let told = self.depths.get(data.symbol.as_ref()).copied();
        let depth = told.unwrap_or_else(|| decode::depth_of_snapshot(longest_side));
        let listed = self.market(&data.symbol, io, |symbol| Instrument {
            scales,
            max_depth: Some(depth),
            ..decode::describe(symbol)
        });
        if let Some(market) = listed {
            // Listed earlier, by a trade or a configuration, or subscribed to at another depth since.
            let known = self.table.instrument(market).clone();
            self.table.describe(market, Instrument { max_depth: Some(depth), ..known }, io.updates);
            self.table.set_scales(market, scales, io.updates);
        }
        Ok(listed)
    }

    fn on_trades(&mut self, text: &[u8], now: Timestamp, io: &mut Io<'_>) -> Result<(), DecodeError> {
        let mut frame: TradeFrame<'_> = serde_json::from_slice(text)?;
        let is_snapshot = frame.kind == "snapshot";
        if is_snapshot {
            frame.data.sort_by_key(|data| data.trade_id);
        }
        // All or nothing, and all at scales that hold every one of them.
        for data in &frame.data {
            decode::trade(data, decode::needed(data)?, now)?;
        }
        for data in &frame.data {
            self.on_trade(data, is_snapshot, now, io)?;
        }
        Ok(())
    }

    fn on_trade(
        &mut self,
        data: &TradeData<'_>,
        is_snapshot: bool,
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        let last_id =
            self.table.known(&data.symbol).and_then(|market| self.syncs[market.usize()].last_trade_id);
        if is_snapshot && last_id.is_none_or(|last| data.trade_id <= last) {
            return Ok(());
        }
        let depth = self.depths.get(data.symbol.as_ref()).copied();
        let listed = self
            .market(&data.symbol, io, |symbol| Instrument { max_depth: depth, ..decode::describe(symbol) });
        let Some(market) = listed else { return Ok(()) };
        let mut trade = self.table.decode(market, io.updates, |scales| decode::trade(data, scales, now))?;
        trade.backfilled = is_snapshot;
        let sync = &mut self.syncs[market.usize()];
        sync.note_trade(decode::needed(data)?);
        sync.last_trade_id = sync.last_trade_id.max(Some(data.trade_id));
        io.updates.trade(market, &trade);
        Ok(())
    }

    fn on_answer(
        &mut self,
        answer: &Envelope<'_>,
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        if let Some(error) = answer.error.as_deref().filter(|_| !answer.success) {
            return self.on_refusal(answer, error, now, io);
        }
        let Some(result) = answer.result else { return Ok(()) };
        let subscription: Subscription<'_> = serde_json::from_str(result.get())?;
        if subscription.channel != "book" {
            return Ok(());
        }
        let known = self.table.known(&subscription.symbol);
        match (answer.method.as_ref(), known) {
            ("subscribe", _) => {
                if let Some(depth) = subscription.depth {
                    self.depths.insert(subscription.symbol.into_owned(), depth);
                }
            }
            ("unsubscribe", Some(market)) => {
                let reason = self.syncs[market.usize()].unsubscribed();
                io.updates.stale(market, reason, now);
            }
            _ => {}
        }
        Ok(())
    }

    /// `Currency pair not supported X/Y` is about a market; other refusals are for the log.
    fn on_refusal(
        &mut self,
        answer: &Envelope<'_>,
        error: &str,
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        let unsupported = error.split_once("not supported").map(|(_, symbol)| symbol.trim());
        let symbol = answer.symbol.as_deref().or(unsupported).unwrap_or_default();
        match self.table.known(symbol) {
            Some(market) if unsupported.is_some() && answer.method == "subscribe" => {
                self.syncs[market.usize()].halted = Some(StaleReason::Delisted);
                io.updates.halted(market, StaleReason::Delisted, now);
                Ok(())
            }
            _ if error.starts_with("Already subscribed") || error.contains("not subscribed") => Ok(()),
            _ => Err(DecodeError::Venue(error.to_owned())),
        }
    }

    fn on_system(&mut self, status: &str, now: Timestamp, io: &mut Io<'_>) {
        let is_suspended = !decode::is_trading(status);
        if is_suspended == self.is_suspended {
            return;
        }
        self.is_suspended = is_suspended;
        for index in 0..self.table.len() {
            self.set_halted(
                MarketIndex(index as u32),
                is_suspended.then_some(StaleReason::Suspended),
                now,
                io,
            );
        }
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

    fn on_instruments(&mut self, text: &[u8], now: Timestamp, io: &mut Io<'_>) -> Result<(), DecodeError> {
        let frame: InstrumentFrame<'_> = serde_json::from_slice(text)?;
        for pair in &frame.data.pairs {
            let Some(market) = self.table.known(&pair.symbol) else { continue };
            let reason = match pair.status.as_ref() {
                "delisted" => Some(StaleReason::Delisted),
                "cancel_only" | "maintenance" | "post_only" | "work_in_progress" => {
                    Some(StaleReason::Suspended)
                }
                status if decode::is_trading(status) && !self.is_suspended => None,
                _ => continue,
            };
            self.set_halted(market, reason, now, io);
        }
        Ok(())
    }

    fn try_resubscribe(&mut self, market: MarketIndex, now: Timestamp, io: &mut Io<'_>) {
        let latest = self.conns.last().copied();
        if let Some(conn) = self.syncs[market.usize()].try_resubscribe(latest, now) {
            let texts = encode::resubscribe(self.table.instrument(market));
            io.actions.extend(texts.map(|text| Action::Send { conn, text }));
        }
    }
}

impl VenueSession for KrakenSession {
    fn on_open(&mut self, conn: ConnId, _url: &str, now: Timestamp, io: &mut Io<'_>) {
        self.conns.retain(|open| *open != conn);
        self.conns.push(conn);
        if self.table.is_empty() {
            return;
        }
        let instruments: Vec<&Instrument> = self.table.iter().map(|(_, instrument)| instrument).collect();
        let texts = encode::subscribe_all(&instruments);
        io.actions.extend(texts.into_iter().map(|text| Action::Send { conn, text }));
        // A thin book may have fewer levels than it was asked for; it is cut at what was asked for.
        let depths = instruments.iter().map(|asked| (asked.symbol.clone(), encode::depth_of(asked)));
        self.depths.extend(depths);
        for sync in &mut self.syncs {
            sync.subscribed(now);
        }
    }

    /// Tells the depth of a recording before the first answer does.
    fn on_sent(&mut self, _conn: ConnId, text: &[u8], _io: &mut Io<'_>) {
        let Ok(request) = serde_json::from_slice::<Request<'_>>(text) else { return };
        let (true, Some(depth)) = (request.params.channel == "book", request.params.depth) else { return };
        if request.method == "subscribe" {
            for symbol in request.params.symbol {
                self.depths.insert(symbol.into_owned(), depth);
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
        if text.starts_with(BOOK_PREFIX) {
            return self.on_book(conn, text, now, io);
        }
        let envelope: Envelope<'_> = serde_json::from_slice(text)?;
        match (envelope.channel.as_ref(), envelope.method.as_ref()) {
            ("book", _) => self.on_book(conn, text, now, io),
            ("trade", _) => self.on_trades(text, now, io),
            ("instrument", _) => self.on_instruments(text, now, io),
            ("status", _) => {
                let frame: StatusFrame<'_> = serde_json::from_slice(text)?;
                for status in frame.data.iter().filter(|status| !status.system.is_empty()) {
                    self.on_system(&status.system, now, io);
                }
                Ok(())
            }
            (_, "subscribe" | "unsubscribe" | "error") => self.on_answer(&envelope, now, io),
            // Heartbeats, pongs and what Kraken may add.
            _ => Ok(()),
        }
    }

    fn on_http(
        &mut self,
        _url: &str,
        _body: &[u8],
        _now: Timestamp,
        _io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        Ok(())
    }

    fn on_http_failed(&mut self, _url: &str, _now: Timestamp, _io: &mut Io<'_>) {}

    fn on_close(&mut self, conn: ConnId, now: Timestamp, io: &mut Io<'_>) {
        self.conns.retain(|open| *open != conn);
        if self.conns.is_empty() {
            // The next connection begins with the venue's status.
            self.is_suspended = false;
        }
        for (index, sync) in self.syncs.iter_mut().enumerate() {
            if sync.closed(conn) {
                io.updates.stale(MarketIndex(index as u32), StaleReason::Disconnected, now);
            }
        }
    }

    fn on_timer(&mut self, now: Timestamp, io: &mut Io<'_>) {
        for index in 0..self.syncs.len() {
            self.try_resubscribe(MarketIndex(index as u32), now, io);
        }
    }

    fn resync(&mut self, market: MarketIndex, reason: StaleReason, now: Timestamp, io: &mut Io<'_>) {
        if let Some(sync) = self.syncs.get_mut(market.usize()) {
            sync.want(reason);
            self.try_resubscribe(market, now, io);
        }
    }

    fn finish(&mut self, _now: Timestamp, _io: &mut Io<'_>) {}
}
