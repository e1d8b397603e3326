//! Rows in the binary format of COPY, by hand: a tenth of a microsecond a row, against several for text.
//!
//! <https://www.postgresql.org/docs/current/sql-copy.html#id-1.9.3.55.9.4>

use crate::rows::TradeRow;
use crate::stored::{scale_number, side_number};

/// The signature, no flags, no extension.
pub(super) const HEADER: &[u8] = b"PGCOPY\n\xff\r\n\0\0\0\0\0\0\0\0\0";

/// Closes the data: a field count of -1.
pub(super) const TRAILER: &[u8] = &[0xff, 0xff];

/// Field count, seven bigints, three smallints, a boolean; each field behind its length.
pub(super) const TRADE_BYTES: usize = 2 + 7 * (4 + 8) + 3 * (4 + 2) + (4 + 1);

pub(super) fn put_trade(out: &mut Vec<u8>, row: &TradeRow) {
    let (trade, scales, cursor) = (row.trade(), row.scales(), row.cursor());
    put_field_count(out, 11);
    put_i64(out, row.market().get());
    put_i64(out, cursor.ts_us);
    put_i64(out, cursor.id_high);
    put_i64(out, cursor.id_low);
    put_i64(out, trade.price.mantissa());
    put_i64(out, trade.qty.mantissa());
    put_i64(out, trade.ts_recv.micros());
    put_i16(out, scale_number(scales.price));
    put_i16(out, scale_number(scales.qty));
    put_i16(out, side_number(trade.aggressor) as i16);
    put_bool(out, trade.backfilled);
}

fn put_field_count(out: &mut Vec<u8>, fields: i16) {
    out.extend_from_slice(&fields.to_be_bytes());
}

fn put_i64(out: &mut Vec<u8>, value: i64) {
    let mut field = [0; 12];
    field[..4].copy_from_slice(&8i32.to_be_bytes());
    field[4..].copy_from_slice(&value.to_be_bytes());
    out.extend_from_slice(&field);
}

fn put_i16(out: &mut Vec<u8>, value: i16) {
    let mut field = [0; 6];
    field[..4].copy_from_slice(&2i32.to_be_bytes());
    field[4..].copy_from_slice(&value.to_be_bytes());
    out.extend_from_slice(&field);
}

fn put_bool(out: &mut Vec<u8>, value: bool) {
    out.extend_from_slice(&[0, 0, 0, 1, u8::from(value)]);
}
