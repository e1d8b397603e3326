//! Texts that Bybit is sent: subscriptions, pings, REST paths; and the names of its topics.

/// 200 levels every 200 ms on spot: the deepest book that is pushed at this pace.
pub const BOOK_DEPTH: u32 = 200;

/// The venue takes at most ten topics in one request.
const TOPICS_PER_REQUEST: usize = 10;

pub const PING: &str = r#"{"op":"ping"}"#;

pub const SPOT: &str = "spot";

pub fn book_topic(symbol: &str) -> String {
    format!("orderbook.{BOOK_DEPTH}.{symbol}")
}

pub fn trade_topic(symbol: &str) -> String {
    format!("publicTrade.{symbol}")
}

pub fn subscribe(topics: &[String]) -> impl Iterator<Item = String> {
    requests("subscribe", topics)
}

pub fn unsubscribe(topics: &[String]) -> impl Iterator<Item = String> {
    requests("unsubscribe", topics)
}

fn requests(op: &str, topics: &[String]) -> impl Iterator<Item = String> {
    topics.chunks(TOPICS_PER_REQUEST).map(move |topics| {
        let args: Vec<String> = topics.iter().map(|topic| format!("\"{topic}\"")).collect();
        format!(r#"{{"op":"{op}","args":[{}]}}"#, args.join(","))
    })
}

/// One symbol can be asked for by name; several are looked for in the whole list, which the venue
/// sends in one piece for spot.
pub fn instruments_path(symbols: &[String]) -> String {
    match symbols {
        [symbol] => format!("/v5/market/instruments-info?category={SPOT}&symbol={symbol}"),
        _ => format!("/v5/market/instruments-info?category={SPOT}"),
    }
}

pub fn is_instruments_url(url: &str) -> bool {
    url.contains("/v5/market/instruments-info")
}

/// The product category that a connection's URL names: `…/v5/public/linear`.
pub fn category_of_url(url: &str) -> &str {
    let path = url.split('?').next().unwrap_or(url);
    match path.split_once("/public/").map(|(_, category)| category.trim_end_matches('/')) {
        Some(category) if !category.is_empty() && !category.contains('/') => category,
        _ => SPOT,
    }
}

/// What a topic is about, and its symbol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic<'a> {
    /// Books of some depth. The full book counts as the deepest.
    Book {
        depth: u32,
        symbol: &'a str,
    },
    Trades {
        symbol: &'a str,
    },
    Other,
}

/// `orderbook.<depth>.<symbol>`, `publicTrade.<symbol>`.
pub fn read_topic(topic: &str) -> Topic<'_> {
    if let Some(rest) = topic.strip_prefix("orderbook.") {
        let Some((depth, symbol)) = rest.split_once('.') else { return Topic::Other };
        let depth = if depth == "full" { Some(u32::MAX) } else { depth.parse().ok() };
        return depth.map_or(Topic::Other, |depth| Topic::Book { depth, symbol });
    }
    topic.strip_prefix("publicTrade.").map_or(Topic::Other, |symbol| Topic::Trades { symbol })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn topics_are_read() {
        let check = |topic: &str, expected: Topic<'_>| assert_eq!(read_topic(topic), expected, "{topic}");
        check("orderbook.1.BTCUSDT", Topic::Book { depth: 1, symbol: "BTCUSDT" });
        check("orderbook.full.BTCUSDT", Topic::Book { depth: u32::MAX, symbol: "BTCUSDT" });
        check("orderbook.50.BTC-26SEP25", Topic::Book { depth: 50, symbol: "BTC-26SEP25" });
        check("publicTrade.BTCUSDT", Topic::Trades { symbol: "BTCUSDT" });
        check("orderbook.rpi.BTCUSDT", Topic::Other);
        check("tickers.BTCUSDT", Topic::Other);
        check("", Topic::Other);
    }

    #[test]
    fn categories_are_the_end_of_the_url() {
        let check = |url: &str, category: &str| assert_eq!(category_of_url(url), category, "{url}");
        check("wss://stream.bybit.com/v5/public/linear", "linear");
        check("wss://stream.bybit.com/v5/public/spot?x=1", "spot");
        check("ws://127.0.0.1:9/v5/public/inverse/", "inverse");
        check("", "spot");
        check("wss://stream.bybit.com/", "spot");
    }

    #[test]
    fn requests_hold_ten_topics_each() {
        let topics: Vec<String> = (0..21).map(|at| format!("publicTrade.S{at}")).collect();
        let requests: Vec<String> = subscribe(&topics).collect();
        assert_eq!(requests.len(), 3);
        assert_eq!(requests[2], r#"{"op":"subscribe","args":["publicTrade.S20"]}"#);
    }
}
