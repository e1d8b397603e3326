//! What came by REST: snapshots, past trades, instrument lists, refusals.

use marketd_domain::{MarketIndex, StaleReason, Timestamp};
use serde::Deserialize;

use super::decode::{self, Listing, PastTrades};
use super::encode::Endpoint;
use super::session::{BinanceSession, PrintSource, readable};
use super::sync::SnapshotVerdict;
use super::wire;
use crate::error::DecodeError;
use crate::session::Io;
use crate::tape::Tape;

/// `Invalid symbol.`
const UNKNOWN_SYMBOL: i64 = -1121;

impl BinanceSession {
    pub(super) fn take_answer(
        &mut self,
        endpoint: &Endpoint,
        body: &[u8],
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        match endpoint {
            Endpoint::Depth(symbol) => {
                let taken = self.take_snapshot(symbol, body, now, io);
                if let (Err(_), Some(market)) = (&taken, self.table.known(symbol)) {
                    self.feed(market).wish.failed(now);
                }
                taken
            }
            Endpoint::Trades(symbol) => match rows(body) {
                Ok(rows) => self.take_past_trades(symbol, &PastTrades::Single(rows), now, io),
                Err(error) => self.trades_failed(symbol, error, now, io),
            },
            Endpoint::AggTrades(symbol) => match rows(body) {
                Ok(rows) => self.take_past_trades(symbol, &PastTrades::Aggregated(rows), now, io),
                Err(error) => self.trades_failed(symbol, error, now, io),
            },
            Endpoint::ExchangeInfo => self.take_instruments(body, now, io),
            Endpoint::Other => Ok(()),
        }
    }

    fn take_snapshot(
        &mut self,
        symbol: &str,
        body: &[u8],
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        let answer: wire::DepthAnswer<'_> = serde_json::from_slice(body)?;
        if let Some(code) = answer.code {
            return self.take_refusal(symbol, code, answer.msg.as_ref(), now, io);
        }
        let last_update_id = answer.lastUpdateId.ok_or(DecodeError::Field("lastUpdateId"))?;
        let bids = answer.bids.ok_or(DecodeError::Field("bids"))?;
        let asks = answer.asks.ok_or(DecodeError::Field("asks"))?;
        if self.table.known(symbol).is_none() {
            let update = &mut self.update;
            readable(|scales| decode::sides(bids, asks, scales, update))?;
        }
        let Some(market) = self.market(symbol, io) else { return Ok(()) };
        match self.feed(market).sync.on_snapshot(last_update_id) {
            SnapshotVerdict::Ignore => self.feed(market).wish.dropped(),
            SnapshotVerdict::TooOld => self.feed(market).wish.failed(now),
            SnapshotVerdict::Use => {
                let update = &mut self.update;
                self.table.decode(market, io.updates, |scales| decode::sides(bids, asks, scales, update))?;
                update.venue_seq = last_update_id;
                update.ts_venue = answer.T.or(answer.E).map_or(Timestamp::ZERO, decode::venue_time);
                update.ts_recv = now;
                io.updates.snapshot(market, &self.update);
                let feed = self.feed(market);
                feed.is_started = true;
                feed.wish.fulfilled();
                let buffered = feed.sync.start(last_update_id);
                for held in buffered {
                    self.take_buffered(market, &held.text, now, io);
                }
            }
        }
        Ok(())
    }

    /// A diff that waited for the snapshot. It was readable when it came, so it is now.
    fn take_buffered(&mut self, market: MarketIndex, text: &[u8], now: Timestamp, io: &mut Io<'_>) {
        let Some(conn) = self.feed(market).conn else { return };
        if self.take_scanned(conn, text, now, io).is_none() {
            let taken = self.take_parsed(conn, text, now, io);
            debug_assert!(taken.is_ok(), "a buffered diff was readable when it came");
        }
    }

    /// The venue answered with an error body.
    fn take_refusal(
        &mut self,
        symbol: &str,
        code: i64,
        msg: Option<&wire::Text<'_>>,
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        let Some(market) = self.table.known(symbol) else { return Err(decode::venue_error(code, msg)) };
        if code != UNKNOWN_SYMBOL {
            return Err(decode::venue_error(code, msg));
        }
        self.feed(market).wish.dropped();
        io.updates.halted(market, StaleReason::Delisted, now);
        Ok(())
    }

    fn take_past_trades(
        &mut self,
        symbol: &str,
        rows: &PastTrades<'_>,
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        let Some(market) = self.table.known(symbol) else { return Ok(()) };
        let is_of_this_tape = matches!(
            (rows, self.feed(market).prints),
            (PastTrades::Single(_), PrintSource::Trades | PrintSource::Undecided)
                | (PastTrades::Aggregated(_), PrintSource::Aggregates { .. })
        );
        if !is_of_this_tape {
            return Ok(());
        }
        let trades = self.table.decode(market, io.updates, |scales| rows.trades(scales, now))?;
        match self.with_tape(market, now, io, |tape, out| tape.fetched(trades, out)) {
            Some(missing) => self.ask_trades(market, missing, now, io),
            None => self.seen_all(market),
        }
        Ok(())
    }

    /// An instrument list: exact names and steps, and who does not trade.
    fn take_instruments(&mut self, body: &[u8], now: Timestamp, io: &mut Io<'_>) -> Result<(), DecodeError> {
        for info in decode::exchange_info(body)? {
            let known = self.table.known(&info.symbol);
            match (known, info.instrument()) {
                (Some(market), Some(instrument)) => {
                    let scales = instrument.scales;
                    self.table.describe(market, instrument, io.updates);
                    if !self.feed(market).is_started && !self.feed(market).sync.has_buffered() {
                        self.table.set_scales(market, scales, io.updates);
                    }
                }
                (None, Some(instrument)) if self.discover => {
                    self.listed.insert(instrument.symbol.clone(), instrument);
                }
                _ => {}
            }
            match (known, info.listing()) {
                (Some(market), Listing::Suspended) => {
                    io.updates.halted(market, StaleReason::Suspended, now);
                }
                (Some(market), Listing::Delisted) => io.updates.halted(market, StaleReason::Delisted, now),
                _ => {}
            }
        }
        Ok(())
    }

    fn trades_failed(
        &mut self,
        symbol: &str,
        error: DecodeError,
        now: Timestamp,
        io: &mut Io<'_>,
    ) -> Result<(), DecodeError> {
        if let Some(market) = self.table.known(symbol) {
            self.with_tape(market, now, io, Tape::failed);
        }
        Err(error)
    }
}

fn rows<'a, T: Deserialize<'a>>(body: &'a [u8]) -> Result<Vec<T>, DecodeError> {
    Ok(serde_json::from_slice(body)?)
}
