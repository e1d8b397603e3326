//! What we send to Kraken, and its names for things.

use marketd_domain::Instrument;

/// Symbols in one subscribe request; more go into the next one.
const SYMBOLS_PER_REQUEST: usize = 50;

/// Depth that a market is subscribed with when nothing else is known of it.
pub const LIVE_DEPTH: usize = 100;

/// The depths that Kraken offers.
pub const DEPTHS: [usize; 5] = [10, 25, 100, 500, 1_000];

/// v2 and REST say `BTC/USD`, whatever the older `XBT` and `XDG`.
pub fn symbol(base: &str, quote: &str) -> String {
    format!("{}/{}", modern(base), modern(quote))
}

fn modern(asset: &str) -> String {
    match asset.to_uppercase().as_str() {
        "XBT" => "BTC".to_owned(),
        "XDG" => "DOGE".to_owned(),
        other => other.to_owned(),
    }
}

pub fn instruments_path(symbols: &[String]) -> String {
    match symbols {
        [] => "/0/public/AssetPairs".to_owned(),
        symbols => format!("/0/public/AssetPairs?pair={}", symbols.join(",")),
    }
}

/// Requests that subscribe to books and trades of `instruments`, and to changes of any pair's state.
pub fn subscribe_all(instruments: &[&Instrument]) -> Vec<String> {
    let mut requests =
        vec![r#"{"method":"subscribe","params":{"channel":"instrument","snapshot":false}}"#.to_owned()];
    // A book request has one depth for all its symbols.
    let mut by_depth: Vec<&Instrument> = instruments.to_vec();
    by_depth.sort_by_key(|instrument| depth_of(instrument));
    for same_depth in by_depth.chunk_by(|a, b| depth_of(a) == depth_of(b)) {
        for some in same_depth.chunks(SYMBOLS_PER_REQUEST) {
            requests.push(book_request("subscribe", some));
        }
    }
    for some in instruments.chunks(SYMBOLS_PER_REQUEST) {
        let symbols = symbol_list(some);
        requests.push(format!(
            r#"{{"method":"subscribe","params":{{"channel":"trade","symbol":{symbols},"snapshot":true}}}}"#
        ));
    }
    requests
}

/// Gives one book up and asks for it anew: the answer starts with a snapshot.
pub fn resubscribe(instrument: &Instrument) -> [String; 2] {
    [book_request("unsubscribe", &[instrument]), book_request("subscribe", &[instrument])]
}

/// `instruments` must not be empty and share one depth.
fn book_request(method: &str, instruments: &[&Instrument]) -> String {
    let depth = instruments.first().map_or(LIVE_DEPTH, |instrument| depth_of(instrument));
    let symbols = symbol_list(instruments);
    format!(r#"{{"method":"{method}","params":{{"channel":"book","depth":{depth},"symbol":{symbols}}}}}"#)
}

/// What a market's book is subscribed with.
pub fn depth_of(instrument: &Instrument) -> usize {
    instrument.max_depth.unwrap_or(LIVE_DEPTH)
}

fn symbol_list(instruments: &[&Instrument]) -> String {
    let symbols: Vec<&str> = instruments.iter().map(|instrument| instrument.symbol.as_str()).collect();
    // Strings always serialize.
    serde_json::to_string(&symbols).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn instrument(symbol: &str, max_depth: Option<usize>) -> Instrument {
        Instrument { max_depth, ..Instrument::unlisted(symbol, "A", "B") }
    }

    #[test]
    fn books_of_different_depths_are_asked_for_apart() {
        let (a, b, c) = (instrument("A/B", None), instrument("C/B", Some(10)), instrument("D/B", Some(100)));
        assert_eq!(
            subscribe_all(&[&a, &b, &c]),
            [
                r#"{"method":"subscribe","params":{"channel":"instrument","snapshot":false}}"#,
                r#"{"method":"subscribe","params":{"channel":"book","depth":10,"symbol":["C/B"]}}"#,
                r#"{"method":"subscribe","params":{"channel":"book","depth":100,"symbol":["A/B","D/B"]}}"#,
                r#"{"method":"subscribe","params":{"channel":"trade","symbol":["A/B","C/B","D/B"],"snapshot":true}}"#,
            ]
        );
        assert_eq!(
            resubscribe(&b),
            [
                r#"{"method":"unsubscribe","params":{"channel":"book","depth":10,"symbol":["C/B"]}}"#,
                r#"{"method":"subscribe","params":{"channel":"book","depth":10,"symbol":["C/B"]}}"#,
            ]
        );
    }

    #[test]
    fn symbols_use_the_modern_asset_names() {
        assert_eq!(symbol("xbt", "usd"), "BTC/USD");
        assert_eq!(symbol("XDG", "XBT"), "DOGE/BTC");
        assert_eq!(instruments_path(&[]), "/0/public/AssetPairs");
        let symbols = ["BTC/USD".to_owned(), "ETH/EUR".to_owned()];
        assert_eq!(instruments_path(&symbols), "/0/public/AssetPairs?pair=BTC/USD,ETH/EUR");
    }
}
