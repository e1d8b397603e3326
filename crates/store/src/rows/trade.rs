//! Trades, and the place of a trade in the order of its market.

use marketd_domain::{Scales, Timestamp, Trade, TradeId};

use super::{MarketKey, RowError, key_time, stored_time};

/// A print on the public tape. Its market, venue time and id tell it from every other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TradeRow {
    market: MarketKey,
    scales: Scales,
    trade: Trade,
}

/// The place of a trade among those of its market: by venue time, then by id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TradeCursor {
    pub(crate) ts_us: i64,
    pub(crate) id_high: i64,
    pub(crate) id_low: i64,
}

impl TradeCursor {
    /// Behind every trade.
    pub(crate) const END: Self = Self { ts_us: i64::MAX, id_high: i64::MAX, id_low: i64::MAX };

    /// Before every trade of this time.
    pub const fn at(ts_venue: Timestamp) -> Self {
        Self { ts_us: ts_venue.micros(), id_high: i64::MIN, id_low: i64::MIN }
    }
}

impl TradeRow {
    pub fn new(market: MarketKey, scales: Scales, trade: &Trade) -> Result<Self, RowError> {
        halves(trade.id)?;
        let ts_venue = key_time(trade.ts_venue)?;
        Ok(Self { market, scales, trade: Trade { ts_venue, ts_recv: stored_time(trade.ts_recv), ..*trade } })
    }

    pub const fn market(&self) -> MarketKey {
        self.market
    }

    pub const fn scales(&self) -> Scales {
        self.scales
    }

    pub const fn trade(&self) -> &Trade {
        &self.trade
    }

    pub fn cursor(&self) -> TradeCursor {
        let (id_high, id_low) = halves(self.trade.id).expect("a row is made only of an id that has halves");
        TradeCursor { ts_us: self.trade.ts_venue.micros(), id_high, id_low }
    }
}

/// A number is kept as itself, so that people can read it; from 2^63 on the high half says so. The high half of a UUID
/// holds its version, which is never zero, so that it cannot be taken for a number.
fn halves(id: TradeId) -> Result<(i64, i64), RowError> {
    const SIGN: u64 = 1 << 63;
    match id {
        TradeId::None => Err(RowError::TradeWithoutId),
        TradeId::Number(number) => Ok((i64::from(number >= SIGN), (number & !SIGN).cast_signed())),
        TradeId::Uuid(uuid) => {
            let high = ((uuid >> 64) as u64).cast_signed();
            let low = (uuid as u64).cast_signed();
            if matches!(high, 0 | 1) { Err(RowError::TradeId(id.to_string())) } else { Ok((high, low)) }
        }
    }
}

/// The id that has these halves.
pub(crate) fn id_of_halves(high: i64, low: i64) -> Result<TradeId, RowError> {
    let (high_bits, low_bits) = (high.cast_unsigned(), low.cast_unsigned());
    match high {
        0 | 1 if low >= 0 => Ok(TradeId::Number((high_bits << 63) | low_bits)),
        0 | 1 => Err(RowError::TradeId(format!("{high}, {low}"))),
        _ => Ok(TradeId::Uuid((u128::from(high_bits) << 64) | u128::from(low_bits))),
    }
}
