//! Playing a recording again and again as one continuing market.
//!
//! Each round is shifted: times by the length of the recording, rounded up to whole minutes so that
//! candles keep their place, and numbered trades by the span of ids, so that none is met twice.

use marketd_domain::{Timestamp, Trade, TradeId};

const MINUTE_NANOS: i64 = 60_000_000_000;

#[derive(Debug, Clone, Default)]
pub struct LoopShift {
    nanos: i64,
    ids: u64,
    times: Option<(Timestamp, Timestamp)>,
    trade_ids: Option<(u64, u64)>,
}

impl LoopShift {
    /// Moves a time of the recording into this round.
    pub fn time(&self, at: Timestamp) -> Timestamp {
        if at == Timestamp::ZERO { at } else { Timestamp::from_nanos(at.nanos().saturating_add(self.nanos)) }
    }

    /// Moves a trade into this round, and notes what the recording spans.
    pub fn trade(&mut self, trade: &Trade) -> Trade {
        self.note(trade.ts_venue);
        let id = match trade.id {
            TradeId::Number(number) => {
                let (first, last) = self.trade_ids.unwrap_or((number, number));
                self.trade_ids = Some((first.min(number), last.max(number)));
                TradeId::Number(number.saturating_add(self.ids))
            }
            other => other,
        };
        Trade { id, ts_venue: self.time(trade.ts_venue), ts_recv: self.time(trade.ts_recv), ..*trade }
    }

    /// Notes a time that the recording holds.
    pub fn note(&mut self, at: Timestamp) {
        if at != Timestamp::ZERO {
            let (first, last) = self.times.unwrap_or((at, at));
            self.times = Some((first.min(at), last.max(at)));
        }
    }

    /// The recording starts again.
    pub fn next_round(&mut self) {
        if let Some((first, last)) = self.times {
            let length = last.nanos_since(first) / MINUTE_NANOS * MINUTE_NANOS + MINUTE_NANOS;
            self.nanos = self.nanos.saturating_add(length);
        }
        if let Some((first, last)) = self.trade_ids {
            self.ids = self.ids.saturating_add(last - first + 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use marketd_domain::{AggressorSide, Price, Qty};

    #[test]
    fn rounds_continue_each_other() {
        let trade = |id: u64, second: i64| Trade {
            id: TradeId::Number(id),
            price: Price::from_mantissa(1),
            qty: Qty::from_mantissa(1),
            aggressor: AggressorSide::Buy,
            ts_venue: Timestamp::from_millis(second * 1_000),
            ts_recv: Timestamp::ZERO,
            backfilled: false,
        };
        let mut shift = LoopShift::default();
        let mut round = || -> Vec<(TradeId, i64)> {
            let shown = [(7, 30), (9, 95)].map(|(id, second)| {
                let moved = shift.trade(&trade(id, second));
                (moved.id, moved.ts_venue.millis() / 1_000)
            });
            shift.next_round();
            shown.to_vec()
        };
        assert_eq!(round(), [(TradeId::Number(7), 30), (TradeId::Number(9), 95)]);
        assert_eq!(round(), [(TradeId::Number(10), 150), (TradeId::Number(12), 215)]);
        assert_eq!(round(), [(TradeId::Number(13), 270), (TradeId::Number(15), 335)]);
    }
}
