//! The script of one market: its trades, its book, and their texts as Bitstamp writes them. Pure.
//!
//! Invariants: the book is never crossed and each trade is at its best bid or ask; a full book carries the time of the
//! last change that is in it.

use std::io::Write as _;

/// Levels a side. Prices stand still; what changes are the quantities.
pub const LEVELS: usize = 20;
/// Best bid in ticks of 0.01: 64,000.00. The best ask is one tick above.
const BEST_BID: u64 = 6_400_000;
/// Quantities have eight decimals; the least is 0.01.
const LEAST_QTY: u64 = 1_000_000;

/// What is published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    Trade,
    Book,
}

pub struct MarketScript {
    /// `m0usd`, as in channels and paths.
    pub pair: String,
    /// `M0/USD`
    pub name: String,
    trades: u64,
    changes: u64,
    /// Microseconds of the last change of the book.
    changed_at: u64,
    bids: [u64; LEVELS],
    asks: [u64; LEVELS],
}

struct Decimal {
    scaled: u64,
    decimals: u32,
}

impl std::fmt::Display for Decimal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let unit = 10_u64.pow(self.decimals);
        let (whole, rest) = (self.scaled / unit, self.scaled % unit);
        write!(f, "{whole}.{rest:0width$}", width = self.decimals as usize)
    }
}

const fn price(ticks: u64) -> Decimal {
    Decimal { scaled: ticks, decimals: 2 }
}

const fn qty(scaled: u64) -> Decimal {
    Decimal { scaled, decimals: 8 }
}

/// A quantity that differs from message to message and is never zero.
const fn qty_of(n: u64) -> u64 {
    LEAST_QTY + n * 7_919 % 90_000_000
}

impl MarketScript {
    pub fn new(no: usize, now: u64) -> Self {
        Self {
            pair: format!("m{no}usd"),
            name: format!("M{no}/USD"),
            trades: 0,
            changes: 0,
            changed_at: now,
            bids: std::array::from_fn(|at| qty_of(at as u64)),
            asks: std::array::from_fn(|at| qty_of((at + LEVELS) as u64)),
        }
    }

    /// Appends the market's next message, due at `due`.
    pub fn push(&mut self, kind: Kind, due: u64, out: &mut Vec<u8>) {
        let written = match kind {
            Kind::Trade => self.push_trade(due, out),
            Kind::Book => self.push_change(due, out),
        };
        written.expect("a Vec takes whatever is written to it");
    }

    fn push_trade(&mut self, due: u64, out: &mut Vec<u8>) -> std::io::Result<()> {
        self.trades += 1;
        let no = self.trades;
        let takes_ask = no.is_multiple_of(2);
        let (price, amount) = (price(BEST_BID + u64::from(takes_ask)), qty(qty_of(no)));
        write!(
            out,
            r#"{{"channel":"live_trades_{pair}","data":{{"amount":{amount},"amount_str":"{amount}","buy_order_id":{buy},"id":{no},"microtimestamp":"{due}","price":{price},"price_str":"{price}","sell_order_id":{sell},"timestamp":"{seconds}","type":{side}}},"event":"trade"}}"#,
            pair = self.pair,
            buy = 2 * no,
            sell = 2 * no + 1,
            seconds = due / 1_000_000,
            side = u8::from(!takes_ask),
        )
    }

    /// One level gets another quantity; sides and levels take turns.
    fn push_change(&mut self, due: u64, out: &mut Vec<u8>) -> std::io::Result<()> {
        self.changes += 1;
        // The time is also the sequence of the book: it must grow.
        self.changed_at = due.max(self.changed_at + 1);
        let at = (self.changes / 2) as usize % LEVELS;
        let quantity = qty_of(self.changes + LEVELS as u64);
        let is_bid = self.changes.is_multiple_of(2);
        let (side, ticks) = if is_bid {
            (&mut self.bids, BEST_BID - at as u64)
        } else {
            (&mut self.asks, BEST_BID + 1 + at as u64)
        };
        side[at] = quantity;
        let level = format!(r#"["{}","{}"]"#, price(ticks), qty(quantity));
        let (bids, asks) = if is_bid { (level.as_str(), "") } else { ("", level.as_str()) };
        write!(
            out,
            r#"{{"channel":"diff_order_book_{pair}","data":{{"asks":[{asks}],"bids":[{bids}],"microtimestamp":"{micros}","timestamp":"{seconds}"}},"event":"data"}}"#,
            pair = self.pair,
            micros = self.changed_at,
            seconds = self.changed_at / 1_000_000,
        )
    }

    /// Answer of `/api/v2/order_book/<pair>/`.
    pub fn full_book(&self) -> String {
        let side = |quantities: &[u64; LEVELS], ticks: fn(u64) -> u64| {
            let levels = quantities.iter().enumerate();
            let levels: Vec<String> = levels
                .map(|(at, held)| format!(r#"["{}","{}"]"#, price(ticks(at as u64)), qty(*held)))
                .collect();
            levels.join(",")
        };
        format!(
            r#"{{"timestamp":"{}","microtimestamp":"{}","bids":[{}],"asks":[{}]}}"#,
            self.changed_at / 1_000_000,
            self.changed_at,
            side(&self.bids, |at| BEST_BID - at),
            side(&self.asks, |at| BEST_BID + 1 + at),
        )
    }

    /// Row of `/api/v2/trading-pairs-info/`.
    pub fn listing(&self) -> String {
        format!(
            r#"{{"name":"{}","url_symbol":"{}","base_decimals":8,"counter_decimals":2,"minimum_order":"10.00 USD","trading":"Enabled"}}"#,
            self.name, self.pair
        )
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    fn next(market: &mut MarketScript, kind: Kind, due: u64) -> Value {
        let mut out = Vec::new();
        market.push(kind, due, &mut out);
        serde_json::from_slice(&out).expect("JSON")
    }

    #[test]
    fn trades_carry_the_time_they_were_due_and_contiguous_ids() {
        let mut market = MarketScript::new(3, 0);
        for no in 1..=5_u64 {
            let due = 1_763_722_800_000_000 + no;
            let trade = next(&mut market, Kind::Trade, due);
            assert_eq!(trade["event"], "trade");
            assert_eq!(trade["channel"], "live_trades_m3usd");
            let data = &trade["data"];
            assert_eq!(data["id"], no);
            assert_eq!(data["microtimestamp"], due.to_string());
            assert_eq!(data["price_str"], if no % 2 == 0 { "64000.01" } else { "64000.00" });
            assert_eq!(data["type"], u64::from(no % 2 == 1), "0 buys from the ask");
        }
    }

    #[test]
    fn the_full_book_is_what_the_changes_lead_to() {
        let mut market = MarketScript::new(0, 1_000);
        let read =
            |market: &MarketScript| -> Value { serde_json::from_str(&market.full_book()).expect("JSON") };
        let mut held = read(&market);
        let mut last = 1_000;
        for no in 0..200_u64 {
            // Twice at the same time: the sequence has to grow all the same.
            let change = next(&mut market, Kind::Book, 2_000 + no / 2);
            let data = &change["data"];
            let micros: u64 = data["microtimestamp"].as_str().expect("text").parse().expect("a number");
            assert!(micros > last);
            last = micros;
            for side in ["bids", "asks"] {
                for level in data[side].as_array().expect("levels") {
                    let levels = held[side].as_array_mut().expect("levels");
                    let at = levels.iter().position(|other| other[0] == level[0]).expect("a known price");
                    levels[at] = level.clone();
                }
            }
        }
        let full = read(&market);
        assert_eq!(full["bids"], held["bids"]);
        assert_eq!(full["asks"], held["asks"]);
        assert_eq!(full["microtimestamp"], last.to_string());
        assert_eq!(full["bids"].as_array().map(Vec::len), Some(LEVELS));
    }
}
