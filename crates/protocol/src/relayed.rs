//! A book that another node shows, as it came over the bus: what [`crate::rest::push_book`] has written there.

use std::borrow::Cow;

use serde::Deserialize;

use crate::json::{push_i64, push_list, push_string, push_u64};

type Text<'a> = Cow<'a, str>;

#[derive(Debug, Deserialize)]
struct RelayedLevel<'a>(#[serde(borrow)] Text<'a>, #[serde(borrow)] Text<'a>);

/// Taken apart, to be shown to another depth, or as stale.
#[derive(Debug, Deserialize)]
pub struct RelayedBook<'a> {
    #[serde(borrow)]
    pub market: Text<'a>,
    #[serde(borrow)]
    source: Text<'a>,
    #[serde(borrow)]
    pub status: Text<'a>,
    #[serde(borrow)]
    reason: Option<Text<'a>>,
    since: i64,
    pub epoch: u64,
    pub seq: u64,
    ts_venue: i64,
    ts_recv: i64,
    #[serde(borrow)]
    bids: Vec<RelayedLevel<'a>>,
    #[serde(borrow)]
    asks: Vec<RelayedLevel<'a>>,
}

/// How a relayed book is shown.
#[derive(Debug, Clone, Copy)]
pub struct Showing {
    pub depth: usize,
    /// Since its node last said that this is the newest.
    pub age_ms: u64,
    /// That is too long ago: the book is stale, whatever its node said.
    pub is_silent: bool,
}

impl<'a> RelayedBook<'a> {
    /// `None`: not the book of this market, or none at all.
    pub fn parse(json: &'a [u8], market: &str) -> Option<Self> {
        let book: Self = serde_json::from_slice(json).ok()?;
        (book.market == market && is_ladder(&book.bids) && is_ladder(&book.asks)).then_some(book)
    }

    /// `"<epoch>-<seq>"`, with the status appended while it is not live: the tag that its node gives.
    pub fn etag(&self, is_silent: bool) -> String {
        match self.shown_status(is_silent) {
            "live" => format!("\"{}-{}\"", self.epoch, self.seq),
            status => format!("\"{}-{}-{status}\"", self.epoch, self.seq),
        }
    }

    fn shown_status(&self, is_silent: bool) -> &str {
        if is_silent && self.status == "live" { "stale" } else { &self.status }
    }

    /// The fields of a book of this node, and `via`, `age_ms` and `depth_max`.
    pub fn push(&self, out: &mut Vec<u8>, showing: Showing) {
        out.extend_from_slice(b"{\"market\":");
        push_string(out, &self.market);
        out.extend_from_slice(b",\"source\":");
        push_string(out, &self.source);
        out.extend_from_slice(b",\"status\":");
        push_string(out, self.shown_status(showing.is_silent));
        out.extend_from_slice(b",\"reason\":");
        match &self.reason {
            _ if showing.is_silent && self.status == "live" => push_string(out, "silence"),
            Some(reason) => push_string(out, reason),
            None => out.extend_from_slice(b"null"),
        }
        for (name, value) in [("since", self.since), ("ts_venue", self.ts_venue), ("ts_recv", self.ts_recv)] {
            out.push(b',');
            push_string(out, name);
            out.push(b':');
            push_i64(out, value);
        }
        let depth_max = self.bids.len().max(self.asks.len()) as u64;
        for (name, value) in
            [("epoch", self.epoch), ("seq", self.seq), ("age_ms", showing.age_ms), ("depth_max", depth_max)]
        {
            out.push(b',');
            push_string(out, name);
            out.push(b':');
            push_u64(out, value);
        }
        out.extend_from_slice(b",\"via\":\"bus\"");
        for (name, side) in [("bids", &self.bids), ("asks", &self.asks)] {
            out.push(b',');
            push_string(out, name);
            out.push(b':');
            push_list(out, side.iter().take(showing.depth), |out, RelayedLevel(price, qty)| {
                out.push(b'[');
                push_string(out, price);
                out.push(b',');
                push_string(out, qty);
                out.push(b']');
            });
        }
        out.push(b'}');
    }
}

/// Decimals, as we print them.
fn is_ladder(levels: &[RelayedLevel<'_>]) -> bool {
    let is_decimal = |text: &str| {
        let digits = text.strip_prefix('-').unwrap_or(text);
        let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
        is_plain
            && digits.starts_with(|first: char| first.is_ascii_digit())
            && digits.matches('.').count() <= 1
    };
    levels.iter().all(|RelayedLevel(price, qty)| is_decimal(price) && is_decimal(qty))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const BOOK: &str = r#"{"market":"binance:BTC-USDT","source":"live","status":"live","reason":null,"since":5,"epoch":7,"seq":1207,"ts_venue":11,"ts_recv":12,"bids":[["10.1","1.5"],["10.0","2"]],"asks":[["10.2","3"]]}"#;

    fn shown(book: &str, showing: Showing) -> Value {
        let mut out = Vec::new();
        RelayedBook::parse(book.as_bytes(), "binance:BTC-USDT").expect("a book").push(&mut out, showing);
        serde_json::from_slice(&out).expect("JSON")
    }

    #[test]
    fn a_book_is_cut_and_marked_and_otherwise_the_same() {
        let showing = Showing { depth: 1, age_ms: 120, is_silent: false };
        let mut expected: Value = serde_json::from_str(BOOK).expect("JSON");
        expected["bids"] = json!([["10.1", "1.5"]]);
        expected["via"] = json!("bus");
        expected["age_ms"] = json!(120);
        expected["depth_max"] = json!(2);
        assert_eq!(shown(BOOK, showing), expected);
    }

    #[test]
    fn a_book_that_nobody_confirms_is_stale_unless_it_was_not_live_anyway() {
        let showing = Showing { depth: 9, age_ms: 5_000, is_silent: true };
        let book = shown(BOOK, showing);
        assert_eq!((&book["status"], &book["reason"]), (&json!("stale"), &json!("silence")));
        let gap = BOOK.replace(r#""status":"live","reason":null"#, r#""status":"stale","reason":"gap""#);
        let book = shown(&gap, showing);
        assert_eq!((&book["status"], &book["reason"]), (&json!("stale"), &json!("gap")));
        let parsed = RelayedBook::parse(BOOK.as_bytes(), "binance:BTC-USDT").expect("a book");
        assert_eq!(
            (parsed.etag(false).as_str(), parsed.etag(true).as_str()),
            ("\"7-1207\"", "\"7-1207-stale\"")
        );
    }

    #[test]
    fn what_is_no_book_of_this_market_is_not_taken() {
        let is_taken = |json: &str, market: &str| RelayedBook::parse(json.as_bytes(), market).is_some();
        assert!(is_taken(BOOK, "binance:BTC-USDT"));
        assert!(!is_taken(BOOK, "binance:ETH-USDT"));
        for (part, other) in [
            ("\"10.1\"", "\"1e5\""),
            ("\"10.1\"", "\"\""),
            ("\"10.1\"", "\"1.0.1\""),
            ("\"1.5\"", "\"<b>\""),
            ("\"1.5\"", "1.5"),
            (",\"seq\":1207", ""),
            ("[[\"10.2\",\"3\"]]", "[[\"10.2\"]]"),
        ] {
            assert!(BOOK.contains(part));
            assert!(!is_taken(&BOOK.replace(part, other), "binance:BTC-USDT"), "{other}");
        }
        for at in 0..BOOK.len() {
            assert!(!is_taken(&BOOK[..at], "binance:BTC-USDT"), "cut at {at}");
        }
    }
}
