//! Rows as both databases return them, and back into ours. Whatever does not fit was not written by us.

use marketd_domain::instrument::{Instrument, Source};
use marketd_domain::market::StatusReport;
use marketd_domain::numbers::{Decimal, Volume};
use marketd_domain::{
    AggressorSide, Candle, CandleInterval, MarketStatus, Notional, Price, Qty, Scale, Scales, StaleReason,
    Timestamp, Trade,
};

use crate::StoreError;
use crate::levels;
use crate::rows::{
    CandleRow, DeltaPlace, DeltaRow, GapKind, GapRow, MarketKey, MarketRecord, RowError, SnapshotMoment,
    SnapshotRow, StatusRow, TradeRow, id_of_halves,
};

/// market_id, ts_us, id_high, id_low, price, qty, ts_recv_us, price_scale, qty_scale, side, backfilled
pub(crate) type StoredTrade = (i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, bool);

/// market_id, interval_s, open_us, open, high, low, close, trades, revision, first_us, last_us, price_scale, qty_scale,
/// volume, quote_volume
pub(crate) type StoredCandle =
    (i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, i64, String, String);

/// market_id, ts_us, book_seq, venue_seq, ts_venue_us, price_scale, qty_scale, levels, epoch
pub(crate) type StoredSnapshot = (i64, i64, i64, String, i64, i64, i64, Vec<u8>, i64);

/// market_id, ts_us, last_us, epoch, first_seq, last_seq, price_scale, qty_scale, changes
pub(crate) type StoredDelta = (i64, i64, i64, i64, i64, i64, i64, i64, Vec<u8>);

/// market_id, since_us, status_seq, status, reason
pub(crate) type StoredStatus = (i64, i64, i64, String, Option<String>);

/// market_id, kind, since_us, until_us, expected, found, rows_lost
pub(crate) type StoredGap = (i64, String, i64, Option<i64>, String, String, i64);

/// source, venue, base, quote, symbol, price_scale, qty_scale, tick_size, tick_scale, lot_size, lot_scale, min_notional,
/// min_notional_scale, max_depth
pub(crate) type StoredMarket = (
    String,
    String,
    String,
    String,
    String,
    i64,
    i64,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
    Option<i64>,
);

const BUY: i64 = 0;
const SELL: i64 = 1;

pub(crate) const fn side_number(side: AggressorSide) -> i64 {
    match side {
        AggressorSide::Buy => BUY,
        AggressorSide::Sell => SELL,
    }
}

/// A value as the columns of integers that may not fit 64 bits hold it.
pub(crate) fn wide(value: impl ToString) -> String {
    value.to_string()
}

/// Rows of ours from rows of a database.
pub(crate) fn rows<S, R>(
    doing: &'static str,
    stored: Vec<S>,
    row: impl Fn(S) -> Result<R, RowError>,
) -> Result<Vec<R>, StoreError> {
    stored
        .into_iter()
        .map(row)
        .collect::<Result<_, _>>()
        .map_err(|error| StoreError::unreadable(doing, error))
}

fn of_wide<T: core::str::FromStr>(what: &'static str, text: &str) -> Result<T, RowError> {
    text.parse().map_err(|_| RowError::out_of_range(what, text))
}

fn scale(decimals: i64) -> Result<Scale, RowError> {
    u8::try_from(decimals).ok().and_then(Scale::new).ok_or_else(|| RowError::out_of_range("scale", decimals))
}

fn scales(price: i64, qty: i64) -> Result<Scales, RowError> {
    Ok(Scales { price: scale(price)?, qty: scale(qty)? })
}

fn count(what: &'static str, stored: i64) -> Result<u64, RowError> {
    u64::try_from(stored).map_err(|_| RowError::out_of_range(what, stored))
}

fn decimal(mantissa: Option<i64>, decimals: Option<i64>) -> Result<Option<Decimal>, RowError> {
    match (mantissa, decimals) {
        (Some(mantissa), Some(decimals)) => Ok(Some(Decimal { mantissa, scale: scale(decimals)? })),
        _ => Ok(None),
    }
}

pub(crate) fn trade(stored: StoredTrade) -> Result<TradeRow, RowError> {
    let (market, ts_us, id_high, id_low, price, qty, ts_recv_us, price_scale, qty_scale, side, backfilled) =
        stored;
    let aggressor = match side {
        BUY => AggressorSide::Buy,
        SELL => AggressorSide::Sell,
        _ => return Err(RowError::unknown("side", side)),
    };
    let trade = Trade {
        id: id_of_halves(id_high, id_low)?,
        price: Price::from_mantissa(price),
        qty: Qty::from_mantissa(qty),
        aggressor,
        ts_venue: Timestamp::from_micros(ts_us),
        ts_recv: Timestamp::from_micros(ts_recv_us),
        backfilled,
    };
    TradeRow::new(MarketKey::from_stored(market), scales(price_scale, qty_scale)?, &trade)
}

pub(crate) fn candle(stored: StoredCandle) -> Result<CandleRow, RowError> {
    let (market, interval_s, open_us, open, high, low, close, trades, revision, first_us, last_us, ..) =
        stored;
    let (.., price_scale, qty_scale, volume, quote_volume) = stored;
    let interval = (CandleInterval::ALL.into_iter())
        .find(|interval| interval.seconds() == interval_s)
        .ok_or_else(|| RowError::unknown("interval", interval_s))?;
    let candle = Candle {
        open_time: Timestamp::from_micros(open_us),
        open: Price::from_mantissa(open),
        high: Price::from_mantissa(high),
        low: Price::from_mantissa(low),
        close: Price::from_mantissa(close),
        volume: Volume::from_mantissa(of_wide("volume", &volume)?),
        quote_volume: Notional::from_mantissa(of_wide("quote volume", &quote_volume)?),
        trades: count("number of trades", trades)?,
        revision: u32::try_from(revision).map_err(|_| RowError::out_of_range("revision", revision))?,
        first_at: Timestamp::from_micros(first_us),
        last_at: Timestamp::from_micros(last_us),
    };
    CandleRow::new(MarketKey::from_stored(market), interval, scales(price_scale, qty_scale)?, &candle)
}

pub(crate) fn snapshot(stored: StoredSnapshot) -> Result<SnapshotRow, RowError> {
    let (market, ts_us, book_seq, venue_seq, ts_venue_us, price_scale, qty_scale, packed, epoch) = stored;
    let (bids, asks) = levels::unpack(&packed)?;
    let moment = SnapshotMoment {
        ts_recv: Timestamp::from_micros(ts_us),
        ts_venue: Timestamp::from_micros(ts_venue_us),
        epoch: count("epoch", epoch)?,
        book_seq: count("book_seq", book_seq)?,
        venue_seq: of_wide("venue_seq", &venue_seq)?,
    };
    SnapshotRow::new(MarketKey::from_stored(market), scales(price_scale, qty_scale)?, moment, bids, asks)
}

pub(crate) fn delta(stored: StoredDelta) -> Result<DeltaRow, RowError> {
    let (market, first_us, last_us, epoch, first_seq, last_seq, price_scale, qty_scale, packed) = stored;
    let epoch = count("epoch", epoch)?;
    let place = |seq: i64, us: i64| {
        Ok::<_, RowError>(DeltaPlace {
            epoch,
            seq: count("book_seq", seq)?,
            ts_recv: Timestamp::from_micros(us),
        })
    };
    let (first, last) = (place(first_seq, first_us)?, place(last_seq, last_us)?);
    DeltaRow::new(MarketKey::from_stored(market), scales(price_scale, qty_scale)?, first, last, packed)
}

pub(crate) fn status(stored: StoredStatus) -> Result<StatusRow, RowError> {
    let (market, since_us, status_seq, status, reason) = stored;
    let report = StatusReport {
        status: MarketStatus::parse(&status).ok_or_else(|| RowError::unknown("status", &status))?,
        reason: match reason {
            None => None,
            Some(text) => Some(StaleReason::parse(&text).ok_or_else(|| RowError::unknown("reason", &text))?),
        },
        since: Timestamp::from_micros(since_us),
    };
    StatusRow::new(MarketKey::from_stored(market), report, count("status_seq", status_seq)?)
}

pub(crate) fn gap(stored: StoredGap) -> Result<GapRow, RowError> {
    let (market, kind, since_us, until_us, expected, found, rows_lost) = stored;
    GapRow::new(
        MarketKey::from_stored(market),
        GapKind::parse(&kind, of_wide("expected", &expected)?, of_wide("found", &found)?)?,
        Timestamp::from_micros(since_us),
        until_us.map(Timestamp::from_micros),
        count("rows_lost", rows_lost)?,
    )
}

pub(crate) fn market(stored: StoredMarket) -> Result<MarketRecord, RowError> {
    let (source, venue, base, quote, symbol, price_scale, qty_scale, tick_size, tick_scale, ..) = stored;
    let (.., lot_size, lot_scale, min_notional, min_notional_scale, max_depth) = stored;
    let max_depth = match max_depth {
        None => None,
        Some(depth) => Some(usize::try_from(depth).map_err(|_| RowError::out_of_range("max_depth", depth))?),
    };
    let instrument = Instrument {
        symbol,
        base,
        quote,
        scales: scales(price_scale, qty_scale)?,
        tick_size: decimal(tick_size, tick_scale)?,
        lot_size: decimal(lot_size, lot_scale)?,
        min_notional: decimal(min_notional, min_notional_scale)?,
        max_depth,
    };
    let source = Source::parse(&source).ok_or_else(|| RowError::unknown("source", &source))?;
    Ok(MarketRecord { source, venue, instrument })
}

/// The columns of a market's rules, as they are bound: scales are separate from mantissas.
pub(crate) struct MarketColumns {
    pub tick: (Option<i64>, Option<i16>),
    pub lot: (Option<i64>, Option<i16>),
    pub min_notional: (Option<i64>, Option<i16>),
    pub max_depth: Option<i32>,
    pub price_scale: i16,
    pub qty_scale: i16,
}

impl MarketColumns {
    pub(crate) fn of(instrument: &Instrument) -> Result<Self, RowError> {
        let parts = |decimal: Option<Decimal>| {
            (decimal.map(|value| value.mantissa), decimal.map(|value| scale_number(value.scale)))
        };
        let max_depth = match instrument.max_depth {
            None => None,
            Some(depth) => {
                Some(i32::try_from(depth).map_err(|_| RowError::out_of_range("max_depth", depth))?)
            }
        };
        Ok(Self {
            tick: parts(instrument.tick_size),
            lot: parts(instrument.lot_size),
            min_notional: parts(instrument.min_notional),
            max_depth,
            price_scale: scale_number(instrument.scales.price),
            qty_scale: scale_number(instrument.scales.qty),
        })
    }
}

pub(crate) fn scale_number(scale: Scale) -> i16 {
    i16::from(scale.decimals())
}
