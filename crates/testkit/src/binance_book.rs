//! A Binance book as a venue holds it: the reference that snapshots are made from. Slow and plain on purpose, and
//! independent of the code under test.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use anyhow::{Context as _, ensure};
use serde::Deserialize;

/// Binance prints eight decimals everywhere.
const DECIMALS: usize = 8;
const SCALE: i64 = 100_000_000;

type Pair<'a> = (&'a str, &'a str);

#[derive(Deserialize)]
struct DepthFrame<'a> {
    #[serde(rename = "s")]
    symbol: &'a str,
    #[serde(rename = "u")]
    last_id: u64,
    #[serde(borrow, rename = "b")]
    bids: Vec<Pair<'a>>,
    #[serde(borrow, rename = "a")]
    asks: Vec<Pair<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct DepthSnapshot<'a> {
    last_update_id: u64,
    #[serde(borrow)]
    bids: Vec<Pair<'a>>,
    #[serde(borrow)]
    asks: Vec<Pair<'a>>,
}

/// Both sides by price in units of 1e-8; quantities stay as the venue printed them.
#[derive(Debug, Clone, Default)]
pub struct BinanceBook {
    bids: BTreeMap<i64, String>,
    asks: BTreeMap<i64, String>,
    last_update_id: u64,
    /// Frames of before the first snapshot, which a snapshot may not cover.
    early: Vec<String>,
    has_snapshot: bool,
}

impl BinanceBook {
    /// The symbol of a depth frame, wrapped in a stream envelope or not; `None` for any other frame.
    pub fn depth_symbol(frame: &str) -> Option<String> {
        parse_frame(frame).ok().flatten().map(|depth| depth.symbol.to_owned())
    }

    /// Applies a depth frame; one that is covered already changes nothing, any other frame neither.
    pub fn apply_frame(&mut self, frame: &str) -> anyhow::Result<()> {
        let Some(depth) = parse_frame(frame)? else { return Ok(()) };
        if !self.has_snapshot {
            self.early.push(frame.to_owned());
            return Ok(());
        }
        if depth.last_id > self.last_update_id {
            self.set_levels(&depth.bids, &depth.asks)?;
            self.last_update_id = depth.last_id;
        }
        Ok(())
    }

    /// Starts over from a REST snapshot, and applies what came before it and is not in it.
    pub fn apply_snapshot(&mut self, body: &str) -> anyhow::Result<()> {
        let snapshot: DepthSnapshot<'_> = serde_json::from_str(body).context("not a depth snapshot")?;
        self.bids.clear();
        self.asks.clear();
        self.set_levels(&snapshot.bids, &snapshot.asks)?;
        self.last_update_id = snapshot.last_update_id;
        self.has_snapshot = true;
        for frame in std::mem::take(&mut self.early) {
            self.apply_frame(&frame)?;
        }
        Ok(())
    }

    /// Sets absolute quantities; zero removes a level.
    pub(crate) fn set_levels(&mut self, bids: &[Pair<'_>], asks: &[Pair<'_>]) -> anyhow::Result<()> {
        for (side, levels) in [(&mut self.bids, bids), (&mut self.asks, asks)] {
            for (price, qty) in levels {
                let price = units(price)?;
                if qty.bytes().all(|byte| byte == b'0' || byte == b'.') {
                    side.remove(&price);
                } else {
                    side.insert(price, (*qty).to_owned());
                }
            }
        }
        Ok(())
    }

    pub(crate) fn set_last_update_id(&mut self, id: u64) {
        self.last_update_id = id;
        self.has_snapshot = true;
    }

    pub fn last_update_id(&self) -> u64 {
        self.last_update_id
    }

    pub fn has_snapshot(&self) -> bool {
        self.has_snapshot
    }

    pub fn is_crossed(&self) -> bool {
        match (self.bids.last_key_value(), self.asks.first_key_value()) {
            (Some((bid, _)), Some((ask, _))) => bid >= ask,
            _ => false,
        }
    }

    /// The best bids, highest first, as Binance prints them.
    pub fn bids(&self, count: usize) -> Vec<(String, String)> {
        self.bids.iter().rev().take(count).map(|(price, qty)| (print(*price), qty.clone())).collect()
    }

    /// The best asks, lowest first, as Binance prints them.
    pub fn asks(&self, count: usize) -> Vec<(String, String)> {
        self.asks.iter().take(count).map(|(price, qty)| (print(*price), qty.clone())).collect()
    }

    /// How many levels stand on each side, bids first.
    pub fn level_counts(&self) -> (usize, usize) {
        (self.bids.len(), self.asks.len())
    }

    /// The body of `GET /api/v3/depth?limit=`.
    pub fn snapshot_body(&self, limit: usize) -> String {
        let (bids, asks) = (json_levels(&self.bids(limit)), json_levels(&self.asks(limit)));
        format!("{{\"lastUpdateId\":{},\"bids\":{bids},\"asks\":{asks}}}", self.last_update_id)
    }
}

fn parse_frame(frame: &str) -> anyhow::Result<Option<DepthFrame<'_>>> {
    let Some(start) = frame.find("{\"e\":\"depthUpdate\"") else { return Ok(None) };
    // What follows the object is the end of a stream envelope.
    let mut objects = serde_json::Deserializer::from_str(&frame[start..]).into_iter();
    objects.next().transpose().context("not a depth frame")
}

pub(crate) fn json_levels(levels: &[(impl AsRef<str>, impl AsRef<str>)]) -> String {
    let mut text = String::from("[");
    for (at, (price, qty)) in levels.iter().enumerate() {
        let comma = if at == 0 { "" } else { "," };
        let _ = write!(text, "{comma}[\"{}\",\"{}\"]", price.as_ref(), qty.as_ref());
    }
    text.push(']');
    text
}

pub(crate) fn print(units: i64) -> String {
    format!("{}.{:08}", units / SCALE, units % SCALE)
}

pub(crate) fn units(text: &str) -> anyhow::Result<i64> {
    let (whole, decimals) = text.split_once('.').unwrap_or((text, ""));
    let significant = decimals.trim_end_matches('0');
    ensure!(significant.len() <= DECIMALS, "{text:?} has more than {DECIMALS} decimals");
    let digits = format!("{whole}{significant:0<DECIMALS$}");
    ensure!(
        !whole.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()),
        "{text:?} is not a plain decimal"
    );
    digits.parse().with_context(|| format!("{text:?} is too large"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Recording, testdata};

    #[test]
    fn prices_are_read_exactly() {
        let rows = [("61837.63000000", 6_183_763_000_000), ("0.00000637", 637), ("5", 500_000_000)];
        for (text, expected) in rows {
            assert_eq!(units(text).expect(text), expected);
        }
        assert_eq!(print(637), "0.00000637");
        assert_eq!(print(6_183_763_000_000), "61837.63000000");
        for text in ["1e5", "-1", "", "0.000000001"] {
            assert!(units(text).is_err(), "{text}");
        }
    }

    #[test]
    fn the_reference_agrees_with_the_independent_replay() {
        let path = testdata("binance-spot/btcusdt_20240808.jsonl.zst");
        let next = testdata("binance-spot/btcusdt_20240809.jsonl.zst");
        let mut book = BinanceBook::default();
        for line in Recording::open_all(&[&path, &next]).expect("shipped").lines() {
            match (line.is_rest(), line.inbound) {
                (true, true) => book.apply_snapshot(&line.raw).expect("a snapshot"),
                (true, false) => {}
                (false, _) => book.apply_frame(&line.raw).expect("a frame"),
            }
        }
        assert_eq!(book.level_counts(), (1971, 2962));
        assert_eq!(book.bids(1)[0], ("61602.01000000".to_owned(), "1.67177000".to_owned()));
        assert_eq!(book.asks(1)[0], ("61602.02000000".to_owned(), "2.66795000".to_owned()));
        assert!(!book.is_crossed());
        let mut again = BinanceBook::default();
        again.apply_snapshot(&book.snapshot_body(5000)).expect("our own snapshot");
        assert_eq!(again.level_counts(), book.level_counts());
    }
}
