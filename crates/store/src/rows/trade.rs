//! Trades.

use marketd_domain::{Scales, Trade, TradeCursor, TradeId};

use super::{MarketKey, RowError, key_time, stored_time};

/// A print on the public tape. Its market, venue time and id tell it from every other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TradeRow {
    market: MarketKey,
    scales: Scales,
    trade: Trade,
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

/// The id as the table keeps it.
fn halves(id: TradeId) -> Result<(i64, i64), RowError> {
    match id {
        TradeId::None => Err(RowError::TradeWithoutId),
        id => id.halves().ok_or_else(|| RowError::TradeId(id.to_string())),
    }
}

/// The id that has these halves.
pub(crate) fn id_of_halves(high: i64, low: i64) -> Result<TradeId, RowError> {
    TradeId::of_halves(high, low).ok_or_else(|| RowError::TradeId(format!("{high}, {low}")))
}
