//! What we say to Binance: subscriptions and REST paths; and what a REST address was about.

use url::Url;
use url::form_urlencoded::byte_serialize;

use super::Flavour;
use crate::tape::MissingTrades;

/// Streams named in one text. Binance takes five texts a second, of a length it does not tell;
/// others have found some 200 names to be safe.
const STREAMS_PER_TEXT: usize = 150;

/// Rows that one answer with past trades holds.
const PAST_TRADES_MAX: u64 = 1_000;

/// The texts that subscribe to all streams of these symbols; the first has the number `first_id`.
pub fn subscribe<'a>(flavour: Flavour, symbols: impl Iterator<Item = &'a str>, first_id: u64) -> Vec<String> {
    let depth = flavour.depth_stream();
    let streams: Vec<String> = symbols
        .map(str::to_lowercase)
        .flat_map(|symbol| [depth, "trade", "bookTicker"].map(|stream| format!("\"{symbol}@{stream}\"")))
        .collect();
    (streams.chunks(STREAMS_PER_TEXT).zip(first_id..))
        .map(|(streams, id)| {
            format!("{{\"method\":\"SUBSCRIBE\",\"params\":[{}],\"id\":{id}}}", streams.join(","))
        })
        .collect()
}

pub fn snapshot_path(flavour: Flavour, symbol: &str) -> String {
    format!("{}/depth?symbol={}&limit={}", flavour.rest_root(), escaped(symbol), flavour.snapshot_limit())
}

/// Past trades by id. Only the spot exchange gives them to everybody; elsewhere the latest trades
/// have to do, which is enough for the hole of a short outage.
pub fn past_trades_path(flavour: Flavour, symbol: &str, missing: MissingTrades) -> String {
    let (root, symbol) = (flavour.rest_root(), escaped(symbol));
    match flavour {
        Flavour::Spot => {
            let limit = (missing.last - missing.first).saturating_add(1).min(PAST_TRADES_MAX);
            format!("{root}/historicalTrades?symbol={symbol}&fromId={}&limit={limit}", missing.first)
        }
        Flavour::SpotUs | Flavour::UsdM => {
            format!("{root}/trades?symbol={symbol}&limit={PAST_TRADES_MAX}")
        }
    }
}

/// The same for a tape of aggregate trades, which are numbered by themselves.
pub fn past_aggregates_path(flavour: Flavour, symbol: &str, missing: MissingTrades) -> String {
    let (root, symbol) = (flavour.rest_root(), escaped(symbol));
    let limit = (missing.last - missing.first).saturating_add(1).min(PAST_TRADES_MAX);
    format!("{root}/aggTrades?symbol={symbol}&fromId={}&limit={limit}", missing.first)
}

/// The futures exchange lists all symbols, whatever it is asked.
pub fn instruments_path(flavour: Flavour, symbols: &[String]) -> String {
    let root = flavour.rest_root();
    if flavour == Flavour::UsdM || symbols.is_empty() {
        return format!("{root}/exchangeInfo");
    }
    let quoted: Vec<String> = symbols.iter().map(|symbol| format!("\"{symbol}\"")).collect();
    format!("{root}/exchangeInfo?symbols={}", escaped(&format!("[{}]", quoted.join(","))))
}

fn escaped(text: &str) -> String {
    byte_serialize(text.as_bytes()).collect()
}

/// What a REST address asks for, and of which symbol.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    Depth(String),
    Trades(String),
    AggTrades(String),
    ExchangeInfo,
    Other,
}

/// Reads an absolute address or a path.
pub fn endpoint(url: &str) -> Endpoint {
    let absolute = if url.starts_with('/') { format!("https://venue{url}") } else { url.to_owned() };
    let Ok(url) = Url::parse(&absolute) else { return Endpoint::Other };
    let last = url.path().rsplit('/').next().unwrap_or_default();
    let symbol = url.query_pairs().find(|(key, _)| key == "symbol").map(|(_, value)| value.to_uppercase());
    match (last, symbol) {
        ("depth", Some(symbol)) => Endpoint::Depth(symbol),
        ("trades" | "historicalTrades", Some(symbol)) => Endpoint::Trades(symbol),
        ("aggTrades", Some(symbol)) => Endpoint::AggTrades(symbol),
        ("exchangeInfo", _) => Endpoint::ExchangeInfo,
        _ => Endpoint::Other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn subscriptions_name_all_streams_of_all_symbols() {
        assert_eq!(
            subscribe(Flavour::Spot, ["BTCUSDT", "ETHUSDT"].into_iter(), 1),
            ["{\"method\":\"SUBSCRIBE\",\"params\":[\"btcusdt@depth@100ms\",\"btcusdt@trade\",\
              \"btcusdt@bookTicker\",\"ethusdt@depth@100ms\",\"ethusdt@trade\",\"ethusdt@bookTicker\"],\"id\":1}"]
        );
        let futures = subscribe(Flavour::UsdM, ["BTCUSDT"].into_iter(), 7);
        assert!(futures[0].contains("\"btcusdt@depth@0ms\"") && futures[0].ends_with("\"id\":7}"));
        let many: Vec<String> = (0..120).map(|number| format!("A{number}USDT")).collect();
        let texts = subscribe(Flavour::Spot, many.iter().map(String::as_str), 1);
        assert_eq!(texts.len(), 3);
        assert!(texts[2].ends_with("\"id\":3}"));
        assert!(subscribe(Flavour::Spot, core::iter::empty(), 1).is_empty());
    }

    #[test]
    fn paths_are_understood_again() {
        let missing = MissingTrades { first: 5, last: 8 };
        let check = |path: String, text: &str, expected: Endpoint| {
            assert_eq!(path, text);
            assert_eq!(endpoint(&path), expected);
        };
        let symbol = || "BTCUSDT".to_owned();
        check(
            snapshot_path(Flavour::Spot, "BTCUSDT"),
            "/api/v3/depth?symbol=BTCUSDT&limit=5000",
            Endpoint::Depth(symbol()),
        );
        check(
            snapshot_path(Flavour::UsdM, "BTCUSDT"),
            "/fapi/v1/depth?symbol=BTCUSDT&limit=1000",
            Endpoint::Depth(symbol()),
        );
        check(
            past_trades_path(Flavour::Spot, "BTCUSDT", missing),
            "/api/v3/historicalTrades?symbol=BTCUSDT&fromId=5&limit=4",
            Endpoint::Trades(symbol()),
        );
        check(
            past_trades_path(Flavour::UsdM, "BTCUSDT", missing),
            "/fapi/v1/trades?symbol=BTCUSDT&limit=1000",
            Endpoint::Trades(symbol()),
        );
        check(
            past_aggregates_path(Flavour::SpotUs, "BTCUSDT", MissingTrades { first: 5, last: 9_000 }),
            "/api/v3/aggTrades?symbol=BTCUSDT&fromId=5&limit=1000",
            Endpoint::AggTrades(symbol()),
        );
        check(
            instruments_path(Flavour::Spot, &[symbol()]),
            "/api/v3/exchangeInfo?symbols=%5B%22BTCUSDT%22%5D",
            Endpoint::ExchangeInfo,
        );
        check(
            snapshot_path(Flavour::Spot, "\u{5e01}USDT"),
            "/api/v3/depth?symbol=%E5%B8%81USDT&limit=5000",
            Endpoint::Depth("\u{5e01}USDT".to_owned()),
        );
        let recorded = "https://api.binance.com/api/v3/depth?symbol=NKNUSDT&limit=1000";
        assert_eq!(endpoint(recorded), Endpoint::Depth("NKNUSDT".to_owned()));
        assert_eq!(endpoint("https://api.binance.com/api/v3/depth"), Endpoint::Other);
        assert_eq!(endpoint("nonsense"), Endpoint::Other);
    }
}
