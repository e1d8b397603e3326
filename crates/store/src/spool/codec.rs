//! Rows as the spool keeps them: the fields in the order of `stored`, packed, behind a checksum. They are read back
//! through the same checks as rows from a database.

use marketd_domain::Timestamp;

use crate::levels;
use crate::packing::{put_bytes, put_signed, take_bytes, take_signed};
use crate::rows::{
    CandleRow, DeltaRow, Family, GapRow, MarketRecord, RowError, SnapshotRow, StatusRow, TradeRow,
};
use crate::stored::{self, MarketColumns, scale_number, side_number, wide};

/// Over the family as well: bytes that belong to another one must not pass.
pub(super) fn checksum(family: i64, payload: &[u8]) -> i64 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&family.to_le_bytes());
    hasher.update(payload);
    i64::from(hasher.finalize())
}

/// The number that stands for a family in the file.
pub(super) const fn number_of(family: Family) -> i64 {
    match family {
        Family::Trades => 1,
        Family::Candles => 2,
        Family::Snapshots => 3,
        Family::Statuses => 4,
        Family::Gaps => 5,
        Family::Deltas => 6,
    }
}

pub(super) fn family_of(number: i64) -> Option<Family> {
    Family::ALL.into_iter().find(|family| number_of(*family) == number)
}

/// Takes one field after the other; a field that is cut off makes the row unreadable.
struct Fields<'b>(&'b [u8]);

const CUT_OFF: RowError = RowError::Packed;

impl Fields<'_> {
    fn integer(&mut self) -> Result<i64, RowError> {
        take_signed(&mut self.0).ok_or(CUT_OFF)
    }

    fn bytes(&mut self) -> Result<Vec<u8>, RowError> {
        take_bytes(&mut self.0).map(<[u8]>::to_vec).ok_or(CUT_OFF)
    }

    fn text(&mut self) -> Result<String, RowError> {
        String::from_utf8(self.bytes()?).map_err(|_| CUT_OFF)
    }

    fn maybe<T>(
        &mut self,
        field: impl FnOnce(&mut Self) -> Result<T, RowError>,
    ) -> Result<Option<T>, RowError> {
        match self.integer()? {
            0 => Ok(None),
            _ => field(self).map(Some),
        }
    }
}

fn put_text(out: &mut Vec<u8>, text: &str) {
    put_bytes(out, text.as_bytes());
}

fn put_maybe<T>(out: &mut Vec<u8>, value: Option<T>, put: impl FnOnce(&mut Vec<u8>, T)) {
    put_signed(out, i64::from(value.is_some()));
    if let Some(value) = value {
        put(out, value);
    }
}

fn put_all(out: &mut Vec<u8>, values: &[i64]) {
    for value in values {
        put_signed(out, *value);
    }
}

pub(super) fn put_trade(out: &mut Vec<u8>, row: &TradeRow) {
    let (trade, scales, cursor) = (row.trade(), row.scales(), row.cursor());
    put_all(
        out,
        &[
            row.market().get(),
            cursor.ts_us,
            cursor.id_high,
            cursor.id_low,
            trade.price.mantissa(),
            trade.qty.mantissa(),
            trade.ts_recv.micros(),
            i64::from(scales.price.decimals()),
            i64::from(scales.qty.decimals()),
            side_number(trade.aggressor),
            i64::from(trade.backfilled),
        ],
    );
}

pub(super) fn trade(payload: &[u8]) -> Result<TradeRow, RowError> {
    let mut fields = Fields(payload);
    let mut next = || fields.integer();
    stored::trade((
        next()?,
        next()?,
        next()?,
        next()?,
        next()?,
        next()?,
        next()?,
        next()?,
        next()?,
        next()?,
        next()? != 0,
    ))
}

pub(super) fn put_candle(out: &mut Vec<u8>, row: &CandleRow) {
    let (candle, scales) = (row.candle(), row.scales());
    put_all(
        out,
        &[
            row.market().get(),
            row.interval().seconds(),
            candle.open_time.micros(),
            candle.open.mantissa(),
            candle.high.mantissa(),
            candle.low.mantissa(),
            candle.close.mantissa(),
            row.stored_trades(),
            i64::from(candle.revision),
            candle.first_at.micros(),
            candle.last_at.micros(),
            i64::from(scales.price.decimals()),
            i64::from(scales.qty.decimals()),
        ],
    );
    put_text(out, &wide(candle.volume.mantissa()));
    put_text(out, &wide(candle.quote_volume.mantissa()));
}

pub(super) fn candle(payload: &[u8]) -> Result<CandleRow, RowError> {
    let mut fields = Fields(payload);
    let mut next = || fields.integer();
    let (market, interval_s, open_us) = (next()?, next()?, next()?);
    let (open, high, low, close) = (next()?, next()?, next()?, next()?);
    let (trades, revision, first_us, last_us) = (next()?, next()?, next()?, next()?);
    let (price_scale, qty_scale) = (next()?, next()?);
    let (volume, quote_volume) = (fields.text()?, fields.text()?);
    stored::candle((
        market,
        interval_s,
        open_us,
        open,
        high,
        low,
        close,
        trades,
        revision,
        first_us,
        last_us,
        price_scale,
        qty_scale,
        volume,
        quote_volume,
    ))
}

pub(super) fn put_snapshot(out: &mut Vec<u8>, row: &SnapshotRow) {
    put_all(out, &[row.market.get(), row.ts_recv.micros(), row.stored_book_seq()]);
    put_text(out, &wide(row.venue_seq));
    put_all(
        out,
        &[
            row.ts_venue.micros(),
            i64::from(row.scales.price.decimals()),
            i64::from(row.scales.qty.decimals()),
        ],
    );
    put_bytes(out, &levels::pack(&row.bids, &row.asks));
    put_signed(out, row.stored_epoch());
}

pub(super) fn snapshot(payload: &[u8]) -> Result<SnapshotRow, RowError> {
    let mut fields = Fields(payload);
    stored::snapshot((
        fields.integer()?,
        fields.integer()?,
        fields.integer()?,
        fields.text()?,
        fields.integer()?,
        fields.integer()?,
        fields.integer()?,
        fields.bytes()?,
        // Rows of an earlier version end here.
        if fields.0.is_empty() { 0 } else { fields.integer()? },
    ))
}

pub(super) fn put_delta(out: &mut Vec<u8>, row: &DeltaRow) {
    let (epoch, first_seq, last_seq) = row.stored_places();
    put_all(
        out,
        &[
            row.market().get(),
            row.first().ts_recv.micros(),
            row.last().ts_recv.micros(),
            epoch,
            first_seq,
            last_seq,
            i64::from(row.scales().price.decimals()),
            i64::from(row.scales().qty.decimals()),
        ],
    );
    put_bytes(out, row.packed());
}

pub(super) fn delta(payload: &[u8]) -> Result<DeltaRow, RowError> {
    let mut fields = Fields(payload);
    stored::delta((
        fields.integer()?,
        fields.integer()?,
        fields.integer()?,
        fields.integer()?,
        fields.integer()?,
        fields.integer()?,
        fields.integer()?,
        fields.integer()?,
        fields.bytes()?,
    ))
}

pub(super) fn put_status(out: &mut Vec<u8>, row: &StatusRow) {
    let report = row.report();
    put_all(out, &[row.market().get(), report.since.micros(), row.stored_status_seq()]);
    put_text(out, report.status.as_str());
    put_maybe(out, report.reason, |out, reason| put_text(out, reason.as_str()));
}

pub(super) fn status(payload: &[u8]) -> Result<StatusRow, RowError> {
    let mut fields = Fields(payload);
    stored::status((
        fields.integer()?,
        fields.integer()?,
        fields.integer()?,
        fields.text()?,
        fields.maybe(Fields::text)?,
    ))
}

pub(super) fn put_gap(out: &mut Vec<u8>, row: &GapRow) {
    let (expected, found) = row.kind().sequences();
    put_signed(out, row.market().get());
    put_text(out, row.kind().as_str());
    put_signed(out, row.since().micros());
    put_maybe(out, row.until().map(Timestamp::micros), put_signed);
    put_text(out, &wide(expected));
    put_text(out, &wide(found));
    put_signed(out, row.stored_rows_lost());
}

pub(super) fn gap(payload: &[u8]) -> Result<GapRow, RowError> {
    let mut fields = Fields(payload);
    stored::gap((
        fields.integer()?,
        fields.text()?,
        fields.integer()?,
        fields.maybe(Fields::integer)?,
        fields.text()?,
        fields.text()?,
        fields.integer()?,
    ))
}

pub(super) fn put_market(out: &mut Vec<u8>, market: &MarketRecord) -> Result<(), RowError> {
    let instrument = &market.instrument;
    let columns = MarketColumns::of(instrument)?;
    put_text(out, market.source.as_str());
    for text in [&market.venue, &instrument.base, &instrument.quote, &instrument.symbol] {
        put_text(out, text);
    }
    let scales = instrument.scales;
    put_all(out, &[i64::from(scale_number(scales.price)), i64::from(scale_number(scales.qty))]);
    for (mantissa, scale) in [columns.tick, columns.lot, columns.min_notional] {
        put_maybe(out, mantissa, put_signed);
        put_maybe(out, scale.map(i64::from), put_signed);
    }
    put_maybe(out, columns.max_depth.map(i64::from), put_signed);
    Ok(())
}

pub(super) fn market(payload: &[u8]) -> Result<MarketRecord, RowError> {
    let mut fields = Fields(payload);
    let (source, venue, base) = (fields.text()?, fields.text()?, fields.text()?);
    let (quote, symbol) = (fields.text()?, fields.text()?);
    let (price_scale, qty_scale) = (fields.integer()?, fields.integer()?);
    let mut maybe = || fields.maybe(Fields::integer);
    let (tick, tick_scale, lot, lot_scale) = (maybe()?, maybe()?, maybe()?, maybe()?);
    let (min_notional, min_notional_scale, max_depth) = (maybe()?, maybe()?, maybe()?);
    stored::market((
        source,
        venue,
        base,
        quote,
        symbol,
        price_scale,
        qty_scale,
        tick,
        tick_scale,
        lot,
        lot_scale,
        min_notional,
        min_notional_scale,
        max_depth,
    ))
}
