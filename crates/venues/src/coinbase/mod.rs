//! Coinbase Exchange (`ws-feed.exchange.coinbase.com`): level 2 books, matches, heartbeats.
//!
//! Invariants: a message is decoded whole before anything of it reaches the sink; a book takes
//! updates only from the connection that sent its snapshot; `markets` has one entry for each market
//! of the table.

mod decode;
mod encode;
mod sync;
mod wire;

use core::time::Duration;
use std::collections::HashMap;

use marketd_domain::{
    DepthUpdate, Instrument, MarketIndex, StaleReason, Timestamp, Trade, TradeId, UpdateSink,
};

use crate::catalog::{ConnectionLimits, Venue};
use crate::error::DecodeError;
use crate::session::{Action, ConnId, Io, LastTrade, SessionConfig, VenueSession};
use crate::table::MarketTable;
use sync::{BookSync, TapeSync};
use wire::{Frame, RestTrade};

pub struct Coinbase;

pub static COINBASE: Coinbase = Coinbase;

impl Venue for Coinbase {
    fn name(&self) -> &'static str {
        "coinbase"
    }

    fn recordings(&self) -> &'static [&'static str] {
        &["coinbase-exchange"]
    }

    fn default_ws_url(&self) -> &'static str {
        "wss://ws-feed.exchange.coinbase.com"
    }

    fn default_rest_url(&self) -> &'static str {
        "https://api.exchange.coinbase.com"
    }

    fn ws_path(&self, _instruments: &[Instrument]) -> String {
        "/".to_owned()
    }

    fn limits(&self) -> ConnectionLimits {
        // The venue names no number of products; it advises to spread them over connections, and
        // cuts those that read too slowly. Heartbeats come each second.
        ConnectionLimits { markets_per_connection: 30, max_age: None, silence: Duration::from_secs(5) }
    }

    fn symbol(&self, base: &str, quote: &str) -> String {
        format!("{}-{}", base.to_uppercase(), quote.to_uppercase())
    }

    fn instruments_path(&self, _symbols: &[String]) -> String {
        encode::PRODUCTS_PATH.to_owned()
    }

    fn parse_instruments(&self, body: &[u8]) -> Result<Vec<Instrument>, DecodeError> {
        let products = decode::read_products(body)?;
        Ok(products.into_iter().filter(|(_, traded)| *traded).map(|(instrument, _)| instrument).collect())
    }

    fn fetches_missed_trades(&self) -> bool {
        true
    }

    fn session(&self, config: SessionConfig) -> Box<dyn VenueSession> {
        Box::new(Session::new(config))
    }
}

#[derive(Debug, Clone, Default)]
struct Market {
    book: BookSync,
    tape: TapeSync,
    /// The venue refused it: it is not subscribed again.
    refused: bool,
}

struct Session {
    table: MarketTable,
    markets: Vec<Market>,
    /// Products of the venue's list, in case one of them turns up.
    products: HashMap<String, Instrument>,
    update: DepthUpdate,
}

impl Session {
    fn new(config: SessionConfig) -> Self {
        let table = MarketTable::new(config);
        let markets = vec![Market::default(); table.len()];
        Self { table, markets, products: HashMap::new(), update: DepthUpdate::default() }
    }

    fn market_of(&mut self, frame: &Frame<'_>, io: &mut Io<'_>) -> Result<Option<MarketIndex>, DecodeError> {
        let product = frame.product_id.ok_or(DecodeError::Field("product_id"))?;
        let products = &self.products;
        let market = self.table.index_of(product, io.updates, |product| {
            products.get(product).cloned().unwrap_or_else(|| decode::describe(product))
        });
        self.markets.resize_with(self.table.len(), Market::default);
        Ok(market)
    }

    fn take_snapshot(
        &mut self,
        conn: ConnId,
        frame: &Frame<'_>,
        text: &[u8],
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        let Some(market) = self.market_of(frame, io)? else { return Ok(()) };
        let update = &mut self.update;
        self.table.decode(market, io.updates, |scales| decode::read_snapshot(frame, text, scales, update))?;
        self.update.ts_recv = now;
        let state = &mut self.markets[market.usize()];
        state.book.snapshot(conn);
        state.refused = false;
        io.updates.snapshot(market, &self.update);
        Ok(())
    }

    fn take_changes(
        &mut self,
        conn: ConnId,
        frame: &Frame<'_>,
        text: &[u8],
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        let Some(market) = self.market_of(frame, io)? else { return Ok(()) };
        let update = &mut self.update;
        let decoded =
            self.table.decode(market, io.updates, |scales| decode::read_changes(frame, text, scales, update));
        let book = &mut self.markets[market.usize()].book;
        if let Err(error) = decoded {
            book.doubt();
            return Err(error);
        }
        if book.takes_update(conn) {
            self.update.ts_recv = now;
            io.updates.depth(market, &self.update);
        }
        Ok(())
    }

    fn take_match(&mut self, frame: &Frame<'_>, now: Timestamp, io: &mut Io<'_>) -> Result<(), DecodeError> {
        let Some(market) = self.market_of(frame, io)? else { return Ok(()) };
        let trade = self.table.decode(market, io.updates, |scales| decode::read_match(frame, scales, now))?;
        if let TradeId::Number(trade_id) = trade.id {
            self.markets[market.usize()].tape.seen(trade_id);
        }
        io.updates.trade(market, &trade);
        self.ask_for_missed_trades(market, now, io.actions);
        Ok(())
    }

    /// `last_match` and `heartbeat` tell where the tape stands, and are no trades themselves.
    fn take_tape_position(
        &mut self,
        frame: &Frame<'_>,
        now: Timestamp,
        actions: &mut Vec<Action>,
    ) -> Result<(), DecodeError> {
        let product = frame.product_id.ok_or(DecodeError::Field("product_id"))?;
        let Some(market) = self.table.known(product) else { return Ok(()) };
        let tape = &mut self.markets[market.usize()].tape;
        if frame.kind == "heartbeat" {
            tape.heartbeat(frame.last_trade_id.ok_or(DecodeError::Field("last_trade_id"))?);
        } else {
            tape.seen(frame.trade_id.ok_or(DecodeError::Field("trade_id"))?);
        }
        self.ask_for_missed_trades(market, now, actions);
        Ok(())
    }

    fn ask_for_missed_trades(&mut self, market: MarketIndex, now: Timestamp, actions: &mut Vec<Action>) {
        if let Some(missed) = self.markets[market.usize()].tape.ask(now) {
            let path = encode::trades_path(&self.table.instrument(market).symbol, missed.last);
            actions.push(Action::Get { path });
        }
    }

    /// One wrong product makes the venue ignore the whole subscription: the others are subscribed one
    /// by one at the next turn of the timer.
    fn take_error(
        &mut self,
        conn: ConnId,
        frame: &Frame<'_>,
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        let message = frame.message.as_deref().unwrap_or_default();
        let reason = frame.reason.as_deref().unwrap_or_default();
        let gone = reason.contains("not a valid product") || reason.contains("delisted");
        let product = reason.split([' ', ',', '"', '\'']).find_map(|word| self.table.known(word));
        match product {
            Some(market) if gone => {
                self.markets[market.usize()].refused = true;
                self.markets.iter_mut().for_each(|state| state.book.unsubscribed(conn, now));
                io.updates.halted(market, StaleReason::Delisted, now);
                Ok(())
            }
            _ => Err(DecodeError::Venue(format!("{message}: {reason}"))),
        }
    }

    /// A new subscription brings a new snapshot, and only an ended one can be made anew.
    fn subscribe_again(&self, market: MarketIndex, actions: &mut Vec<Action>) {
        let state = &self.markets[market.usize()];
        let Some(conn) = state.book.conn().filter(|_| !state.refused) else { return };
        let product = || core::iter::once(self.table.instrument(market).symbol.as_str());
        let text = encode::unsubscribe(product(), encode::BOOK_CHANNELS);
        actions.push(Action::Send { conn, text });
        actions.push(Action::Send { conn, text: encode::subscribe(product(), encode::ALL_CHANNELS) });
    }

    fn take_missed_trades(
        &mut self,
        market: MarketIndex,
        body: &[u8],
        now: Timestamp,
        updates: &mut dyn UpdateSink,
    ) -> Result<(), DecodeError> {
        let Some(missed) = self.markets[market.usize()].tape.asking() else { return Ok(()) };
        let trades = self.table.decode(market, updates, |scales| {
            let mut rows: Vec<RestTrade<'_>> = serde_json::from_slice(body)?;
            rows.retain(|row| (missed.first..=missed.last).contains(&row.trade_id));
            rows.sort_by_key(|row| row.trade_id);
            rows.iter().map(|row| decode::read_trade(row, scales, now)).collect::<Result<Vec<Trade>, _>>()
        });
        let tape = &mut self.markets[market.usize()].tape;
        let trades = trades.inspect_err(|_| tape.failed())?;
        tape.answered();
        for trade in trades {
            updates.trade(market, &Trade { backfilled: true, ..trade });
        }
        Ok(())
    }

    fn all(&self) -> impl Iterator<Item = MarketIndex> + use<> {
        (0..self.markets.len()).map(|index| MarketIndex(index as u32))
    }
}

impl VenueSession for Session {
    fn resume_tape(&mut self, market: MarketIndex, last: LastTrade) {
        self.markets[market.usize()].tape.resume(last.trade_id);
    }

    fn on_open(&mut self, conn: ConnId, _url: &str, now: Timestamp, io: &mut Io<'_>) {
        let Self { table, markets, .. } = self;
        let mut products = Vec::new();
        for (market, instrument) in table.iter() {
            let state = &mut markets[market.usize()];
            if !state.refused {
                state.book.subscribed(conn, now);
                products.push(instrument.symbol.as_str());
            }
        }
        if !products.is_empty() {
            let text = encode::subscribe(products.into_iter(), encode::ALL_CHANNELS);
            io.actions.push(Action::Send { conn, text });
        }
    }

    fn on_message(
        &mut self,
        conn: ConnId,
        text: &[u8],
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        let Some(frame) = decode::read_frame(text)? else { return Ok(()) };
        match frame.kind {
            "l2update" => self.take_changes(conn, &frame, text, now, io),
            "snapshot" => self.take_snapshot(conn, &frame, text, now, io),
            "match" => self.take_match(&frame, now, io),
            "last_match" | "heartbeat" => self.take_tape_position(&frame, now, io.actions),
            "error" => self.take_error(conn, &frame, now, io),
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
        if encode::is_products_url(url) {
            let products = decode::read_products(body)?;
            self.products =
                products.into_iter().map(|(product, _)| (product.symbol.clone(), product)).collect();
            return Ok(());
        }
        match encode::product_of_trades_url(url).and_then(|product| self.table.known(product)) {
            Some(market) => self.take_missed_trades(market, body, now, io.updates),
            None => Ok(()),
        }
    }

    fn on_http_failed(&mut self, url: &str, _now: Timestamp, _io: &mut Io<'_>) {
        if let Some(market) = encode::product_of_trades_url(url).and_then(|product| self.table.known(product))
        {
            self.markets[market.usize()].tape.failed();
        }
    }

    fn on_close(&mut self, conn: ConnId, now: Timestamp, io: &mut Io<'_>) {
        for market in self.all() {
            if self.markets[market.usize()].book.disconnected(conn) {
                io.updates.stale(market, StaleReason::Disconnected, now);
            }
        }
    }

    fn on_timer(&mut self, now: Timestamp, io: &mut Io<'_>) {
        for market in self.all() {
            let book = &mut self.markets[market.usize()].book;
            if book.take_doubt() {
                io.updates.stale(market, StaleReason::Malformed, now);
                if book.want_snapshot(now) {
                    self.subscribe_again(market, io.actions);
                }
            } else if book.is_snapshot_overdue(now) {
                self.subscribe_again(market, io.actions);
            }
            self.ask_for_missed_trades(market, now, io.actions);
        }
    }

    fn resync(&mut self, market: MarketIndex, _reason: StaleReason, now: Timestamp, io: &mut Io<'_>) {
        let wanted = self.markets.get_mut(market.usize()).is_some_and(|state| state.book.want_snapshot(now));
        if wanted {
            self.subscribe_again(market, io.actions);
        }
    }

    fn finish(&mut self, _now: Timestamp, _io: &mut Io<'_>) {}
}
