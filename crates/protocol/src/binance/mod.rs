//! The wire of Binance Spot, as its clients know it: names of streams, messages, tickers and candles.
//!
//! Numbers are strings with eight decimals, more only where a market has finer ones; times are milliseconds, or
//! microseconds for who asks. Every `U`, `u` and `lastUpdateId` is the market's book counter.

pub mod aggregate;
pub mod control;
pub mod decimal;
pub mod kline;
pub mod message;
pub mod stream;
pub mod ticker;

use marketd_domain::{Timestamp, Trade, TradeId};

pub use aggregate::Aggregate;
pub use kline::{Kline, KlineInterval, KlineSpec};
pub use stream::{FaceStream, NamedStream, Speed, TickerWindow};
pub use ticker::TickerFigures;

/// Ids of trades without a number get so many to a millisecond.
const IDS_PER_MS: u64 = 4_000;

/// The number of a trade: the venue's, where it gives one. Else it is made from the trade's time and name, so that it is the
/// same after a restart, rises with time, and fits what JavaScript counts exactly.
pub fn trade_number(trade: &Trade) -> u64 {
    let within = match trade.id {
        TradeId::Number(number) => return number,
        TradeId::Uuid(uuid) => (uuid ^ (uuid >> 64)) as u64 % IDS_PER_MS,
        TradeId::None => trade.ts_venue.nanos().unsigned_abs() / 1_000 % 1_000 * (IDS_PER_MS / 1_000),
    };
    u64::try_from(trade.ts_venue.millis()).unwrap_or(0) * IDS_PER_MS + within
}

/// A time in milliseconds, or microseconds.
pub const fn time_of(at: Timestamp, in_micros: bool) -> i64 {
    if in_micros { at.micros() } else { at.millis() }
}
