//! The session of one connection's markets: messages in, updates and requests out.
//!
//! Invariants: a message is decoded completely before anything is told about it; the scanner's path
//! leaves no trace when it declines; a market has at most one snapshot request under way.

use std::collections::HashMap;

use marketd_domain::{DepthUpdate, Instrument, MarketIndex, Scale, Scales, StaleReason, Timestamp, Trade};

use super::decode::{self, Bbo, Body, DiffIds, Frame, Parsed, Print, PrintKind};
use super::encode::{self, Endpoint};
use super::sync::{BookSync, DiffVerdict, SequenceRule, SnapshotWish, WeightBudget};
use super::{Flavour, scan, wire};
use crate::error::DecodeError;
use crate::session::{Action, ConnId, Io, LastTrade, SessionConfig, VenueSession};
use crate::table::MarketTable;
use crate::tape::{MissingTrades, Tape, TapeOut};

/// A connection whose first diff does not come by then belongs to a quiet market: it gets its
/// snapshot anyhow.
const QUIET_MS: i64 = 1_000;

/// How long an answer with past trades is waited for before a quiet market asks again.
const UNSEEN_AGAIN_MS: i64 = 10_000;

/// Which stream a market's trades are taken from. Singles are better; recordings may hold aggregates
/// only. Where both come, aggregates count until the first single trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PrintSource {
    Undecided,
    Trades,
    Aggregates { last_trade_id: u64 },
}

#[derive(Debug)]
pub(super) struct MarketFeed {
    pub(super) sync: BookSync,
    pub(super) wish: SnapshotWish,
    pub(super) tape: Tape,
    pub(super) prints: PrintSource,
    /// When to ask what was traded before this session, should no live trade have shown it by then.
    ask_unseen_at: Option<Timestamp>,
    /// The connection that carries it, the newest where two overlap.
    pub(super) conn: Option<ConnId>,
    /// Whether anything of it was given out, so that its scales are no longer ours to choose.
    pub(super) is_started: bool,
}

impl MarketFeed {
    fn new(rule: SequenceRule) -> Self {
        Self {
            sync: BookSync::new(rule),
            wish: SnapshotWish::default(),
            tape: Tape::new(),
            prints: PrintSource::Undecided,
            ask_unseen_at: None,
            conn: None,
            is_started: false,
        }
    }
}

#[derive(Debug)]
pub struct BinanceSession {
    pub(super) flavour: Flavour,
    pub(super) table: MarketTable,
    feeds: Vec<MarketFeed>,
    /// Markets that we subscribe to: the configured ones, which come first in the table.
    subscribed: usize,
    /// From an instrument list, for markets that have not been met yet.
    pub(super) listed: HashMap<String, Instrument>,
    pub(super) discover: bool,
    /// The market of the latest message, which often is that of the next one too.
    latest: (String, MarketIndex),
    pub(super) update: DepthUpdate,
    budget: WeightBudget,
    next_request: u64,
}

impl BinanceSession {
    pub fn new(flavour: Flavour, config: SessionConfig) -> Self {
        let discover = config.discover;
        let table = MarketTable::new(config);
        let rule = flavour.sequence_rule();
        Self {
            flavour,
            feeds: (0..table.len()).map(|_| MarketFeed::new(rule)).collect(),
            subscribed: table.len(),
            table,
            listed: HashMap::new(),
            discover,
            latest: (String::new(), MarketIndex(0)),
            update: DepthUpdate::default(),
            budget: flavour.budget(),
            next_request: 1,
        }
    }

    pub(super) fn feed(&mut self, market: MarketIndex) -> &mut MarketFeed {
        &mut self.feeds[market.usize()]
    }

    #[inline]
    fn known(&mut self, symbol: &str) -> Option<MarketIndex> {
        if self.latest.0 == symbol && !symbol.is_empty() {
            return Some(self.latest.1);
        }
        let market = self.table.known(symbol)?;
        self.latest.0.clear();
        self.latest.0.push_str(symbol);
        self.latest.1 = market;
        Some(market)
    }

    /// The market of a symbol, new ones listed. `None`: none of ours.
    pub(super) fn market(&mut self, symbol: &str, io: &mut Io<'_>) -> Option<MarketIndex> {
        let listed = &mut self.listed;
        let market = self.table.index_of(symbol, io.updates, |symbol| {
            listed.remove(symbol).unwrap_or_else(|| decode::unlisted(symbol))
        })?;
        let rule = self.flavour.sequence_rule();
        self.feeds.resize_with(self.table.len(), || MarketFeed::new(rule));
        Some(market)
    }

    /// The usual frame of a known market, by the scanner. `None`: declined, and nothing was done.
    #[inline]
    pub(super) fn take_scanned(
        &mut self,
        conn: ConnId,
        text: &[u8],
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Option<()> {
        let Frame { symbol, body } = scan::frame(text)?;
        let market = self.known(symbol)?;
        let scales = self.table.scales(market);
        match body {
            Body::Depth { ids, levels } => {
                if self.lacks_sequence(&ids) {
                    return None;
                }
                self.update.clear();
                scan::levels(&levels, scales, &mut self.update.bids, &mut self.update.asks)?;
                self.take_diff(market, &ids, text, now, io);
            }
            Body::Print(print) => {
                let trade = print.trade(scales, now).ok()?;
                self.take_print(market, &print, trade, io);
            }
            Body::Bbo(bbo) => {
                let (bid, ask) = bbo.levels(scales).ok()?;
                io.updates.venue_bbo(market, bid, ask, bbo.venue_seq);
            }
        }
        self.carried_by(market, conn);
        Some(())
    }

    /// Any frame, by serde; scales are moved where they must.
    pub(super) fn take_parsed(
        &mut self,
        conn: ConnId,
        text: &[u8],
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        match decode::parse(text)? {
            Parsed::Ignored => Ok(()),
            Parsed::Shutdown => {
                io.actions.push(Action::Reconnect { conn, reason: StaleReason::VenueReset });
                Ok(())
            }
            Parsed::Depth(diff) => self.parsed_diff(conn, &diff, text, now, io),
            Parsed::Trade(trade) => self.parsed_print(conn, &trade.s, &trade.print(), now, io),
            Parsed::AggTrade(trade) => self.parsed_print(conn, &trade.s, &trade.print(), now, io),
            Parsed::BookTicker(ticker) => self.parsed_bbo(conn, &ticker.s, &ticker.bbo(), io),
        }
    }

    fn parsed_diff(
        &mut self,
        conn: ConnId,
        diff: &wire::DepthUpdate<'_>,
        text: &[u8],
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        let ids = diff.ids();
        if self.lacks_sequence(&ids) {
            return Err(DecodeError::Field("pu"));
        }
        let update = &mut self.update;
        if self.table.known(&diff.s).is_none() {
            readable(|scales| decode::sides(diff.b, diff.a, scales, update))?;
        }
        let Some(market) = self.market(&diff.s, io) else { return Ok(()) };
        let update = &mut self.update;
        self.table.decode(market, io.updates, |scales| decode::sides(diff.b, diff.a, scales, update))?;
        self.take_diff(market, &ids, text, now, io);
        self.carried_by(market, conn);
        Ok(())
    }

    fn parsed_print(
        &mut self,
        conn: ConnId,
        symbol: &str,
        print: &Print<'_>,
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        if self.table.known(symbol).is_none() {
            readable(|scales| print.trade(scales, now))?;
        }
        let Some(market) = self.market(symbol, io) else { return Ok(()) };
        let trade = self.table.decode(market, io.updates, |scales| print.trade(scales, now))?;
        self.take_print(market, print, trade, io);
        self.carried_by(market, conn);
        Ok(())
    }

    fn parsed_bbo(
        &mut self,
        conn: ConnId,
        symbol: &str,
        bbo: &Bbo<'_>,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        if self.table.known(symbol).is_none() {
            readable(|scales| bbo.levels(scales))?;
        }
        let Some(market) = self.market(symbol, io) else { return Ok(()) };
        let (bid, ask) = self.table.decode(market, io.updates, |scales| bbo.levels(scales))?;
        io.updates.venue_bbo(market, bid, ask, bbo.venue_seq);
        self.carried_by(market, conn);
        Ok(())
    }

    const fn lacks_sequence(&self, ids: &DiffIds) -> bool {
        matches!(self.flavour, Flavour::UsdM) && ids.previous.is_none()
    }

    #[inline]
    fn carried_by(&mut self, market: MarketIndex, conn: ConnId) {
        let feed = self.feed(market);
        feed.conn = feed.conn.max(Some(conn));
    }

    /// A diff whose levels stand in `self.update`.
    #[inline]
    fn take_diff(
        &mut self,
        market: MarketIndex,
        ids: &DiffIds,
        text: &[u8],
        now: Timestamp,
        io: &mut Io<'_>,
    ) {
        let feed = &mut self.feeds[market.usize()];
        match feed.sync.on_diff(ids, text, now) {
            DiffVerdict::Apply => {
                self.update.venue_seq = ids.last;
                self.update.ts_venue = ids.ts_venue;
                self.update.ts_recv = now;
                io.updates.depth(market, &self.update);
            }
            DiffVerdict::Repeated => io.updates.duplicate(market),
            DiffVerdict::Buffered => {
                feed.wish.want(now);
                self.ask_snapshot(market, now, io);
            }
            DiffVerdict::Lost(gap) => {
                feed.wish.want(now);
                io.updates.gap(market, gap);
                self.ask_snapshot(market, now, io);
            }
        }
    }

    /// Asks for a wanted snapshot, if its time has come and the budget has room.
    fn ask_snapshot(&mut self, market: MarketIndex, now: Timestamp, io: &mut Io<'_>) {
        let feed = &mut self.feeds[market.usize()];
        if feed.wish.is_due(now) && self.budget.take(self.flavour.snapshot_weight(), now) {
            feed.wish.asked(now);
            let symbol = &self.table.instrument(market).symbol;
            io.actions.push(Action::Get { path: encode::snapshot_path(self.flavour, symbol) });
        }
    }

    fn take_print(&mut self, market: MarketIndex, print: &Print<'_>, trade: Trade, io: &mut Io<'_>) {
        let scales = self.table.scales(market);
        let feed = &mut self.feeds[market.usize()];
        feed.is_started = true;
        let mut out = TapeOut { market, scales, now: trade.ts_recv, updates: &mut *io.updates };
        match (print.kind, feed.prints) {
            (PrintKind::Trade | PrintKind::NotPublic, PrintSource::Trades) => {}
            // The tape may have been resumed.
            (PrintKind::Trade | PrintKind::NotPublic, PrintSource::Undecided) => {
                feed.prints = PrintSource::Trades;
            }
            (PrintKind::Trade | PrintKind::NotPublic, PrintSource::Aggregates { last_trade_id })
                if print.id <= last_trade_id =>
            {
                return out.updates.duplicate(market);
            }
            (PrintKind::Trade | PrintKind::NotPublic, _) => {
                feed.tape.finish(&mut out);
                feed.tape = Tape::new();
                feed.prints = PrintSource::Trades;
            }
            (PrintKind::Aggregate { .. }, PrintSource::Trades) => return,
            (PrintKind::Aggregate { last_trade_id }, _) => {
                if feed.prints == PrintSource::Undecided {
                    // Aggregates have numbers of their own.
                    feed.tape = Tape::new();
                }
                feed.prints = PrintSource::Aggregates { last_trade_id };
            }
        }
        let missing = match print.kind {
            PrintKind::NotPublic => feed.tape.skip(print.id, &mut out),
            PrintKind::Trade | PrintKind::Aggregate { .. } => feed.tape.live(&trade, &mut out),
        };
        if let Some(missing) = missing {
            self.ask_trades(market, missing, trade.ts_recv, io);
        }
    }

    pub(super) fn ask_trades(
        &mut self,
        market: MarketIndex,
        missing: MissingTrades,
        now: Timestamp,
        io: &mut Io<'_>,
    ) {
        if !self.budget.take(self.flavour.past_trades_weight(), now) {
            return self.with_tape(market, now, io, Tape::failed);
        }
        let symbol = &self.table.instrument(market).symbol;
        let path = match self.feeds[market.usize()].prints {
            PrintSource::Aggregates { .. } => encode::past_aggregates_path(self.flavour, symbol, missing),
            PrintSource::Undecided | PrintSource::Trades => {
                encode::past_trades_path(self.flavour, symbol, missing)
            }
        };
        io.actions.push(Action::Get { path });
    }

    /// Asks what was traded before this session in a market where nothing is traded now.
    fn ask_unseen(&mut self, market: MarketIndex, now: Timestamp, io: &mut Io<'_>) {
        let feed = &mut self.feeds[market.usize()];
        let (Some(due), Some(unseen)) = (feed.ask_unseen_at, feed.tape.unseen()) else { return };
        if due <= now && feed.conn.is_some() && self.budget.take(self.flavour.past_trades_weight(), now) {
            feed.ask_unseen_at = Some(now.plus_millis(UNSEEN_AGAIN_MS));
            let symbol = &self.table.instrument(market).symbol;
            io.actions.push(Action::Get { path: encode::past_trades_path(self.flavour, symbol, unseen) });
        }
    }

    /// Nothing is left to ask for.
    pub(super) fn seen_all(&mut self, market: MarketIndex) {
        self.feed(market).ask_unseen_at = None;
    }

    pub(super) fn with_tape<T>(
        &mut self,
        market: MarketIndex,
        now: Timestamp,
        io: &mut Io<'_>,
        act: impl FnOnce(&mut Tape, &mut TapeOut<'_>) -> T,
    ) -> T {
        let scales = self.table.scales(market);
        let mut out = TapeOut { market, scales, now, updates: &mut *io.updates };
        act(&mut self.feeds[market.usize()].tape, &mut out)
    }

    fn markets(&self) -> impl Iterator<Item = MarketIndex> + use<> {
        (0..self.feeds.len() as u32).map(MarketIndex)
    }
}

/// For the first message of a market: whether it can be read at some scale. Only then is the market
/// listed.
pub(super) fn readable<T>(
    mut decode: impl FnMut(Scales) -> Result<T, DecodeError>,
) -> Result<(), DecodeError> {
    use marketd_domain::NumberError::{OutOfRange, TooPrecise};
    let is_fine = |decimals: u8| Scale::new(decimals).is_some();
    match decode(Scales::of(8, 8)) {
        Ok(_) => return Ok(()),
        Err(DecodeError::Number { error: TooPrecise { decimals }, .. }) if is_fine(decimals) => {}
        Err(DecodeError::Number { error: OutOfRange, .. }) => {}
        Err(error) => return Err(error),
    }
    // Too large even without decimals is too large for any scale.
    match decode(Scales::of(0, 0)) {
        Err(DecodeError::Number { error: TooPrecise { decimals }, .. }) if is_fine(decimals) => Ok(()),
        decoded => decoded.map(|_| ()),
    }
}

impl VenueSession for BinanceSession {
    fn resume_tape(&mut self, market: MarketIndex, last: LastTrade) {
        self.feed(market).tape = Tape::behind(last);
    }

    fn on_open(&mut self, conn: ConnId, _url: &str, now: Timestamp, io: &mut Io<'_>) {
        let symbols =
            self.table.iter().take(self.subscribed).map(|(_, instrument)| instrument.symbol.as_str());
        let texts = encode::subscribe(self.flavour, symbols, self.next_request);
        self.next_request += texts.len() as u64;
        io.actions.extend(texts.into_iter().map(|text| Action::Send { conn, text }));
        for (at, feed) in self.feeds.iter_mut().enumerate() {
            feed.sync.open();
            // What we did not subscribe to ourselves, a recording may carry on another connection.
            if at < self.subscribed {
                feed.conn = Some(conn);
                feed.ask_unseen_at = feed.tape.unseen().map(|_| now.plus_millis(QUIET_MS));
                if !feed.sync.is_synced() {
                    feed.wish.want(now.plus_millis(QUIET_MS));
                }
            }
        }
    }

    #[inline]
    fn on_message(
        &mut self,
        conn: ConnId,
        text: &[u8],
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        match self.take_scanned(conn, text, now, io) {
            Some(()) => Ok(()),
            None => self.take_parsed(conn, text, now, io),
        }
    }

    fn on_http(
        &mut self,
        url: &str,
        body: &[u8],
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        self.take_answer(&encode::endpoint(url), body, now, io)
    }

    fn on_http_failed(&mut self, url: &str, now: Timestamp, io: &mut Io<'_>) {
        match encode::endpoint(url) {
            Endpoint::Depth(symbol) => {
                if let Some(market) = self.table.known(&symbol) {
                    self.feed(market).wish.failed(now);
                }
            }
            Endpoint::Trades(symbol) | Endpoint::AggTrades(symbol) => {
                if let Some(market) = self.table.known(&symbol) {
                    self.with_tape(market, now, io, Tape::failed);
                }
            }
            Endpoint::ExchangeInfo | Endpoint::Other => {}
        }
    }

    fn on_close(&mut self, conn: ConnId, now: Timestamp, io: &mut Io<'_>) {
        for market in self.markets() {
            let feed = self.feed(market);
            if feed.conn == Some(conn) {
                feed.conn = None;
                feed.sync.close();
                feed.wish.dropped();
                io.updates.stale(market, StaleReason::Disconnected, now);
            }
        }
    }

    fn on_timer(&mut self, now: Timestamp, io: &mut Io<'_>) {
        for market in self.markets() {
            self.ask_snapshot(market, now, io);
            self.ask_unseen(market, now, io);
            self.with_tape(market, now, io, Tape::on_timer);
        }
    }

    fn resync(&mut self, market: MarketIndex, _reason: StaleReason, now: Timestamp, io: &mut Io<'_>) {
        if market.usize() < self.feeds.len() {
            let feed = self.feed(market);
            feed.sync.restart();
            feed.wish.want(now);
            self.ask_snapshot(market, now, io);
        }
    }

    fn finish(&mut self, now: Timestamp, io: &mut Io<'_>) {
        for market in self.markets() {
            self.with_tape(market, now, io, Tape::finish);
        }
    }
}
